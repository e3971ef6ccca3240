"""The single options of a mapped feed: value maps, dates, filters, templates, melted columns.

Here: each option by itself, with the checks that need nothing else.
Not here: how options must fit together (`mapped_config.py`), what they do to rows
(`mapped_rows.py`).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

QUARANTINE = "quarantine"
EXCEL_SERIAL = "excel_serial"

_PLACE = re.compile(r"\{([^{}]+)\}")
_FILTER_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SAMPLE_MOMENTS = (
    datetime(2003, 4, 5, 6, 7, 8, tzinfo=UTC),
    datetime(2012, 11, 9, 22, 31, 0, tzinfo=UTC),
)
_MELTED = ("instrument", "scale", "respondent", "instrument_version", "timing", "collection_mode")


def fold(text: str) -> str:
    """How headers and values are compared: case, outer spaces and runs of spaces do not count."""
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split()).casefold()


def _one_or_many(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class Strict(BaseModel):
    """An option with an unknown key is a mistake, not a wish."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Part(Strict):
    """One `{place}` of a template: a file column, or a canonical one when written `{@name}`."""

    name: str
    is_canonical: bool = False
    is_optional: bool = False
    is_presence: bool = False


def template_parts(template: str) -> list[str | Part]:
    """Cut `"{therapist}-{@respondent}"` into literal text and places, in order.

    `{name}` is a column of the file, `{@name}` a canonical column that `columns`, `constants` or
    `melt` fills; a trailing `?` makes an empty cell count as empty text instead of leaving the
    whole value empty. `{name!}` is `yes` where the cell holds anything and `no` where it is empty.
    """
    parts: list[str | Part] = []
    position = 0
    for place in _PLACE.finditer(template):
        if place.start() > position:
            parts.append(template[position : place.start()])
        name = place[1].removesuffix("?").removesuffix("!")
        parts.append(
            Part(
                name=name.removeprefix("@"),
                is_canonical=name.startswith("@"),
                is_optional=place[1].endswith(("?", "!")),
                is_presence=place[1].endswith("!"),
            )
        )
        position = place.end()
    if position < len(template):
        parts.append(template[position:])
    return parts


class ValueMap(Strict):
    """Words of the export -> words of the contract. A word not listed is never guessed.

    Attributes:
        map: The export's word -> the contract's; case and spaces do not count.
        unknown: `quarantine` (the row is held back), or the contract's word for all others.
    """

    map: dict[str, str] = Field(min_length=1)
    unknown: str = QUARANTINE

    @field_validator("map")
    @classmethod
    def _no_double_words(cls, value: dict[str, str]) -> dict[str, str]:
        folded: dict[str, str] = {}
        for word, target in value.items():
            if folded.setdefault(fold(word), target) != target:
                raise ValueError(f"'{word}' stands twice with different meanings")
        return value


def _checked_aliases(aliases: tuple[str, ...]) -> tuple[str, ...]:
    for alias in aliases:
        pattern = alias_pattern(alias)
        if pattern is not None and pattern.match("") and pattern.fullmatch("x"):
            raise ValueError(f"'{alias}' fits any header")
    return aliases


def alias_pattern(alias: str) -> re.Pattern[str] | None:
    """The regular expression of an alias written `/.../`; None for a plain header."""
    if len(alias) < 3 or not (alias.startswith("/") and alias.endswith("/")):
        return None
    try:
        return re.compile(alias[1:-1], re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"'{alias}' is not a regular expression") from error


Aliases = Annotated[
    tuple[str, ...], BeforeValidator(_one_or_many), AfterValidator(_checked_aliases)
]


class DateRule(Strict):
    """How a date or time is written, or how it is made where the export has none.

    Attributes:
        format: strptime formats tried in order; `excel_serial` for days since 1899-12-30.
        time_zone: IANA zone of this column where it differs from the delivery's.
        start: First day, for a date made from an index (`start + (index - first) * step_days`).
        index: File column with the whole-number index.
        first: Index of the first day.
        step_days: Days between two indexes.
        at: Time of day of a date that comes without one; by default the start of the day.
    """

    format: Annotated[tuple[str, ...], BeforeValidator(_one_or_many)] = ()
    time_zone: str | None = None
    start: date | None = None
    index: str | None = None
    first: int = 1
    step_days: int = Field(default=7, ge=1, le=366)
    at: time | None = None

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                ZoneInfo(value)
            except (ZoneInfoNotFoundError, ValueError, OSError) as error:
                raise ValueError("is not an IANA time zone such as 'Europe/Berlin'") from error
        return value

    @field_validator("format")
    @classmethod
    def _one_reading(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """Two formats that read the same text differently would be a guess; refuse them."""
        formats = [text for text in value if text != EXCEL_SERIAL]
        for text in formats:
            if not {"%Y", "%y", "%F", "%D", "%s", "%x"} & set(re.findall(r"%[A-Za-z]", text)):
                raise ValueError(f"'{text}' has no year")
        for first in formats:
            for second in formats:
                _check_pair(first, second)
        return value

    @model_validator(mode="after")
    def _read_or_made(self) -> Self:
        if (self.start is None) != (self.index is None):
            raise ValueError("`start` and `index` belong together")
        if self.start is not None and self.format:
            raise ValueError("either `format`, or `start` with `index`, not both")
        if self.start is None and not self.format:
            raise ValueError("needs `format`, or `start` with `index`")
        return self


def _check_pair(first: str, second: str) -> None:
    for moment in _SAMPLE_MOMENTS:
        written = moment.strftime(first)
        readings = [_strptime(written, text) for text in (first, second)]
        if None in readings:
            if first == second:
                raise ValueError(f"'{first}' is not a date format")
            continue
        if readings[0] != readings[1]:
            raise ValueError(f"'{first}' and '{second}' read the same text as different dates")


def _strptime(text: str, pattern: str) -> datetime | None:
    try:
        return datetime.strptime(text, pattern)
    except ValueError:
        return None


class RowFilter(Strict):
    """Rows that are known not to be records of this feed. Each one taken out is counted by name.

    Exactly one condition: `all_null` or `any_null` (file columns), `column` with `any_of`,
    `none_of` or `matches`, or `after_export` (a canonical time later than the export itself).
    An empty cell never fulfils a condition on `column`.
    """

    name: str
    all_null: tuple[str, ...] = ()
    any_null: tuple[str, ...] = ()
    column: str | None = None
    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    matches: str | None = None
    after_export: str | None = None

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        if not _FILTER_NAME.fullmatch(self.name):
            raise ValueError("`name` must be lower-case letters, digits and underscores")
        conditions = [
            option
            for option in ("all_null", "any_null", "any_of", "none_of", "matches", "after_export")
            if getattr(self, option)
        ]
        if len(conditions) != 1:
            raise ValueError(
                "needs exactly one of all_null, any_null, any_of, none_of, matches, after_export"
            )
        if (self.column is not None) != (conditions[0] in ("any_of", "none_of", "matches")):
            raise ValueError("`column` goes with any_of, none_of or matches, and only with them")
        if self.matches is not None:
            try:
                pl.Series([""]).str.contains(self.matches)
            except pl.exceptions.ComputeError as error:
                raise ValueError("`matches` is not a regular expression") from error
        return self

    @property
    def file_columns(self) -> set[str]:
        """File columns the condition looks at."""
        return {*self.all_null, *self.any_null} | ({self.column} if self.column else set())


class MeltCell(Strict):
    """One file column that becomes feedback rows of its own.

    Attributes:
        column: The file column that holds the score.
        instrument: and the other words of the row it makes; what all rows share can stand in
            `constants` instead.
    """

    column: str
    instrument: str | None = None
    scale: str | None = None
    respondent: str | None = None
    instrument_version: str | None = None
    timing: str | None = None
    collection_mode: str | None = None

    @property
    def words(self) -> dict[str, str]:
        """The canonical columns this cell fills."""
        return {name: word for name in _MELTED if (word := getattr(self, name)) is not None}
