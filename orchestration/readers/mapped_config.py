"""The map of a mapped source: which column of a file is what in the canonical feeds.

Here: the options of `reader = "mapped"` in rapport.toml and every check that needs no file.
Not here: the single options (`mapped_options.py`), reading files (`mapped.py`), applying the map
to rows (`mapped_rows.py`).

Everything a map does is written in it; nothing is inferred from data. So a wrong map fails when
the settings are read, with the path of the key, and not as a silently empty dashboard.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal, Self

from pydantic import Field, model_validator

from orchestration.contracts.feeds import FEEDS, Feed, Kind
from orchestration.readers.mapped_options import (
    QUARANTINE,
    Aliases,
    DateRule,
    MeltCell,
    Part,
    RowFilter,
    Strict,
    ValueMap,
    template_parts,
)
from orchestration.readers.tabular import folded_name

# Counts that the reader itself makes; a filter may not take their names.
BLANK_ROW = "blank_row"
EMPTY_CELL = "empty_cell"
DUPLICATE_RECORD = "duplicate_record"

# Entities whose ids may be made of names; in id_links the entity stands in the row.
_PEOPLE = ("client", "clinician", "by_row")


class FeedMap(Strict):
    """How one canonical feed is made from a file; several may read the same file.

    Attributes:
        feed: The canonical feed.
        files: Pattern of the file names it is read from (`*` and `?`).
        columns: Canonical column -> file column.
        constants: Canonical column -> the word all rows have.
        compose: Canonical column -> template made of several columns.
        names: Canonical columns whose cells are people's names: each becomes an id (names.py).
        values: Canonical column -> map of words.
        dates: Canonical column -> how it is written, or made.
        melt: File columns that each become a feedback row.
        filters: Rows to leave out, by name; the first that fits counts.
        duplicates: `reject` lets rows with the same key and different content go to quarantine;
            `first` keeps the first record of the file and counts the others.
        optional: File columns that some exports lack.
        sheet: Sheet of a workbook; needed when it shows more than one.
        header_row: Row of the header as a spreadsheet counts; what stands above is not read.
    """

    feed: str
    files: str = "*"
    columns: dict[str, str] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)
    compose: dict[str, str] = Field(default_factory=dict)
    names: frozenset[str] = frozenset()
    values: dict[str, ValueMap] = Field(default_factory=dict)
    dates: dict[str, DateRule] = Field(default_factory=dict)
    melt: tuple[MeltCell, ...] = ()
    filters: tuple[RowFilter, ...] = ()
    duplicates: Literal["reject", "first"] = "reject"
    optional: frozenset[str] = frozenset()
    sheet: str | None = None
    header_row: int = Field(default=1, ge=1, le=100)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.feed not in FEEDS:
            raise ValueError(f"`feed` must be one of {', '.join(FEEDS)}")
        problems = list(dict.fromkeys(_problems(self, FEEDS[self.feed])))
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def filled(self) -> set[str]:
        """Canonical columns this map gives a value."""
        return {name for name, _ in _fillers(self)}

    def parts(self, canonical: str) -> list[Part]:
        """The places of the template that composes a canonical column."""
        return [p for p in template_parts(self.compose[canonical]) if isinstance(p, Part)]

    def file_columns_of(self, canonical: str) -> list[str]:
        """File columns from which a canonical column is made (melted columns apart)."""
        if canonical in self.columns:
            return [self.columns[canonical]]
        if canonical in self.compose:
            found = []
            for part in self.parts(canonical):
                found += self.file_columns_of(part.name) if part.is_canonical else [part.name]
            return found
        rule = self.dates.get(canonical)
        return [rule.index] if rule is not None and rule.index is not None else []

    @property
    def record_columns(self) -> tuple[str, ...]:
        """File columns that hold for the whole record, in a fixed order."""
        used = [
            name for canonical in sorted(self.filled) for name in self.file_columns_of(canonical)
        ]
        for row_filter in self.filters:
            used += sorted(row_filter.file_columns)
        melted = set(self.melted_columns)
        return tuple(name for name in dict.fromkeys(used) if name not in melted)

    @property
    def melted_columns(self) -> tuple[str, ...]:
        """File columns that become rows of their own."""
        return tuple(dict.fromkeys(cell.column for cell in self.melt))

    @property
    def file_columns(self) -> tuple[str, ...]:
        """Every file column the map reads."""
        return (*self.record_columns, *self.melted_columns)

    @property
    def duplicate_columns(self) -> tuple[str, ...]:
        """File columns whose values together name a record: what the feed's key is made of."""
        used = [name for key in FEEDS[self.feed].key for name in self.file_columns_of(key)]
        return tuple(dict.fromkeys(used))


class MappedOptions(Strict):
    """`[sources.<name>.options]`: what holds for every file of the source.

    Attributes:
        null_tokens: Cell texts that mean "nothing" beside the empty cell (`NA`, `--`).
        aliases: File column -> other headers under which exports bring the same column;
            `/.../` is a regular expression over the whole header.
        decimal_comma: Whether `1,5` is one and a half in columns of numbers.
        encoding: Of CSV text without a byte-order mark.
        delimiter: Of CSV text; by default the one that cuts the header into most cells.
    """

    null_tokens: tuple[str, ...] = ()
    aliases: dict[str, Aliases] = Field(default_factory=dict)
    decimal_comma: bool = False
    encoding: Literal["utf-8", "cp1252", "iso-8859-1"] = "utf-8"
    delimiter: Literal[",", ";", "\t", "|"] | None = None


class MappedSource(Strict):
    """The reader's part of `[sources.<name>]`."""

    feeds: tuple[FeedMap, ...] = Field(min_length=1)
    options: MappedOptions = MappedOptions()

    @model_validator(mode="after")
    def _aliases_are_used(self) -> Self:
        used = {name for feed in self.feeds for name in feed.file_columns}
        unused = [name for name in self.options.aliases if name not in used]
        if unused:
            raise ValueError(f"`options.aliases`: no feed reads {', '.join(unused)}")
        return self


def _fillers(feed_map: FeedMap) -> Iterator[tuple[str, str]]:
    """Canonical column and the option that fills it; melted words count once."""
    for option in ("columns", "constants", "compose"):
        yield from ((name, option) for name in getattr(feed_map, option))
    yield from ((name, "dates") for name, rule in feed_map.dates.items() if rule.start is not None)
    if feed_map.melt:
        yield "score", "melt"
        yield from ((name, "melt") for name in {n for cell in feed_map.melt for n in cell.words})


def _problems(feed_map: FeedMap, feed: Feed) -> Iterator[str]:
    yield from _unknown_names(feed_map, feed)
    known = set(feed.names)
    fillers = [(name, option) for name, option in _fillers(feed_map) if name in known]
    for name, count in Counter(name for name, _ in fillers).items():
        if count > 1:
            options = " and ".join(option for filled, option in fillers if filled == name)
            yield f"`{name}` is filled twice, by {options}"
    yield from _template_problems(feed_map)
    yield from _name_problems(feed_map, feed)
    yield from _word_problems(feed_map, feed)
    yield from _date_problems(feed_map, feed)
    yield from _melt_problems(feed_map)
    yield from _filter_problems(feed_map, feed)
    yield from _presence_problems(feed_map, feed)


def _unknown_names(feed_map: FeedMap, feed: Feed) -> Iterator[str]:
    for option in ("columns", "constants", "compose", "values", "dates"):
        for name in getattr(feed_map, option):
            if name not in feed.names:
                yield f"`{option}.{name}`: the feed {feed.name} has no column `{name}`"


def _template_problems(feed_map: FeedMap) -> Iterator[str]:
    plain = {name for name, option in _fillers(feed_map) if option in ("columns", "constants")}
    plain |= {name for cell in feed_map.melt for name in cell.words} | feed_map.names
    for name in feed_map.compose:
        parts = feed_map.parts(name)
        if not parts:
            yield f"`compose.{name}` names no column; write a fixed word under `constants`"
        for part in parts:
            if part.is_canonical and part.name not in plain:
                yield (
                    f"`compose.{name}`: `@{part.name}` is not filled by columns, constants or melt"
                )


def _name_problems(feed_map: FeedMap, feed: Feed) -> Iterator[str]:
    """A name may stand for a person, and for nothing else: no id may be composed of one."""
    people = {column.name for column in feed.columns if column.entity in _PEOPLE}
    written: set[str] = set()
    for name in sorted(feed_map.names):
        if name not in people or name not in feed_map.filled:
            yield f"`names`: `{name}` is no id of a person that this map fills"
            continue
        written |= set(feed_map.file_columns_of(name))
    for name in feed_map.compose:
        parts = [] if name in feed_map.names else feed_map.parts(name)
        for part in parts:
            if not part.is_canonical and part.name in written and not part.is_presence:
                yield f"`compose.{name}`: '{part.name}' holds names; use the id that is made of it"


def _word_problems(feed_map: FeedMap, feed: Feed) -> Iterator[str]:
    """Every word a map can produce must be one the contract takes."""
    produced = [(f"constants.{name}", name, word) for name, word in feed_map.constants.items()]
    for name, value_map in feed_map.values.items():
        if name not in feed_map.filled:
            yield f"`values.{name}`: nothing fills `{name}`"
        produced += [(f"values.{name}.map", name, word) for word in value_map.map.values()]
        if value_map.unknown != QUARANTINE:
            produced.append((f"values.{name}.unknown", name, value_map.unknown))
    for cell in feed_map.melt:
        produced += [("melt", name, word) for name, word in cell.words.items()]
    for path, name, word in produced:
        accepted = feed.column(name).values if name in feed.names else ()
        if accepted and word.lower() not in accepted:
            yield f"`{path}`: '{word}' is not one of {', '.join(accepted)}"


def _date_problems(feed_map: FeedMap, feed: Feed) -> Iterator[str]:
    for name, rule in feed_map.dates.items():
        if name not in feed.names:
            continue
        if feed.column(name).kind not in (Kind.TIMESTAMP, Kind.DATE):
            yield f"`dates.{name}`: `{name}` is not a date or time"
        if rule.at is not None and feed.column(name).kind is Kind.DATE:
            yield f"`dates.{name}`: `{name}` is a date, which has no time of day"
        if rule.format and name not in (*feed_map.columns, *feed_map.compose):
            yield f"`dates.{name}`: neither `columns` nor `compose` fills `{name}`"


def _melt_problems(feed_map: FeedMap) -> Iterator[str]:
    if not feed_map.melt:
        return
    if feed_map.feed != "feedback":
        yield "`melt` makes feedback rows; it does not fit this feed"
        return
    for name in ("instrument", "scale", "respondent"):
        if name not in feed_map.constants and any(name not in c.words for c in feed_map.melt):
            yield f"`melt`: every column needs `{name}`, or `constants` gives it to all"
    if "response_id" not in feed_map.compose:
        return
    told_apart = [p.name for p in feed_map.parts("response_id") if p.is_canonical]
    meaning: dict[tuple[str | None, ...], tuple[str | None, ...]] = {}
    scales: Counter[tuple[str | None, ...]] = Counter()
    for cell in feed_map.melt:
        response = tuple(cell.words.get(name) for name in told_apart)
        scales[(*response, cell.words.get("scale"))] += 1
        form = (cell.words.get("instrument"), cell.words.get("respondent"))
        if meaning.setdefault(response, form) != form:
            yield (
                "`compose.response_id` must tell instruments and respondents apart: "
                "add {@instrument} or {@respondent}"
            )
    if len(feed_map.melted_columns) < len(feed_map.melt):
        yield "`melt`: a file column stands twice"
    if any(count > 1 for count in scales.values()):
        yield "`melt`: two columns give the same scale of the same response"


def _filter_problems(feed_map: FeedMap, feed: Feed) -> Iterator[str]:
    names = Counter(row_filter.name for row_filter in feed_map.filters)
    for name, count in names.items():
        if count > 1:
            yield f"`filters`: two are named '{name}'"
        if name in (BLANK_ROW, EMPTY_CELL, DUPLICATE_RECORD):
            yield f"`filters`: '{name}' is a count the reader itself makes"
    for row_filter in feed_map.filters:
        after = row_filter.after_export
        if after is None:
            continue
        kind = feed.column(after).kind if after in feed.names else None
        if kind not in (Kind.TIMESTAMP, Kind.DATE) or after not in feed_map.filled:
            yield "`filters`: `after_export` needs a date or time that this map fills"


def _presence_problems(feed_map: FeedMap, feed: Feed) -> Iterator[str]:
    for name in feed.required:
        if name not in feed_map.filled:
            yield f"nothing fills `{name}`, which {feed.name} needs"
    read = set(feed_map.file_columns)
    for name in sorted(feed_map.optional - read):
        yield f"`optional`: no option reads the column '{name}'"
    for name in feed.required:
        needed = set(feed_map.file_columns_of(name)) & feed_map.optional
        if name in feed_map.compose:
            needed -= {part.name for part in feed_map.parts(name) if part.is_optional}
        if needed:
            yield f"`optional`: `{name}` needs the column '{min(needed)}'"
    if feed_map.duplicates == "first" and not feed_map.duplicate_columns:
        yield "`duplicates`: the feed's key is made of no file column"
    folded = Counter(folded_name(name) for name in read)
    if any(count > 1 for count in folded.values()):
        yield "two file columns differ only in case or spaces"
