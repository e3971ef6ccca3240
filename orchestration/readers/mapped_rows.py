"""Applying a map to the records of a file: filters, melted columns, composed ids, words.

Here: pure functions from a frame of text cells to canonical rows, and the counts of what was left
out. Not here: reading the file (`mapped.py`), dates (`mapped_dates.py`), checks of canonical
values and pseudonyms (`extract/`).

How records become rows, so that nothing is lost without a count. A file has N records. A map
without `melt` gives one canonical row per record; with `melt` of k columns it gives k, one per
column. So `rows_read` is N x k, with N from a second, independent reading of the file, and

    N x k = rows handed on + rows rejected + rows left out by a named filter.

A record whose structure is broken, or that a filter or `duplicates = "first"` takes out, counts
with all of its k rows. An empty cell of a melted column makes no row and is counted as
`empty_cell`. Order: broken structure, filters, duplicates, melt, empty cells, words, dates.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from orchestration.contracts.feeds import FEEDS, Kind
from orchestration.distinct import Distinct
from orchestration.readers.base import REJECTS_SCHEMA
from orchestration.readers.mapped_config import BLANK_ROW, DUPLICATE_RECORD, EMPTY_CELL, FeedMap
from orchestration.readers.mapped_dates import Calendar, is_after, read_dates
from orchestration.readers.mapped_options import (
    QUARANTINE,
    Part,
    RowFilter,
    ValueMap,
    fold,
    template_parts,
)
from orchestration.readers.mapped_records import CanonicalRows, Context, Records, SoFar
from orchestration.readers.names import name_id

NOT_IN_LIST = "not_in_list"

_CELL = "\x00cell"  # names no header can have: control characters never pass the header check
_RULE = "\x00rule"
_COLUMN = "\x00column"


def apply_map(
    feed_map: FeedMap, records: Records, context: Context, so_far: SoFar | None = None
) -> CanonicalRows:
    """Make the canonical rows of one feed; see the module's text for the order and the sum.

    Args:
        feed_map: The map.
        records: Of a file, or of a part of it.
        context: What else a map needs.
        so_far: The same for all parts of a file; by default the records are the whole of it.
    """
    so_far = so_far or SoFar()
    cells = [name for name in feed_map.melted_columns if name in records.present]
    fan_out = len(cells) if feed_map.melt else 1
    filtered = {BLANK_ROW: records.blank * fan_out}
    frame = _blank_nothings(_used_columns(feed_map, records), context.null_tokens)
    frame, rejects = _without_broken(feed_map, frame, records, cells)
    for row_filter in feed_map.filters:
        keep = ~_condition(row_filter, feed_map, context)
        frame, filtered[row_filter.name] = _keep(frame, keep, fan_out)
    if feed_map.duplicates == "first":
        keep = so_far.is_first(frame, feed_map.duplicate_columns)
        frame, filtered[DUPLICATE_RECORD] = _keep(frame, keep, fan_out)
    if feed_map.melt:
        frame, marked, filtered[EMPTY_CELL] = _melt(frame, cells, records.marks)
        rejects.append(marked)
    frame, refused = _canonical(feed_map, frame, context, is_workbook=records.is_workbook)
    so_far.filtered.update(filtered)
    return CanonicalRows(
        frame=frame,
        rows_read=records.count * fan_out,
        filtered={name: count for name, count in filtered.items() if count},
        rejects=pl.concat([*rejects, refused]),
        warnings=_warnings(feed_map, context, so_far.filtered) if records.is_last else (),
    )


def _warnings(feed_map: FeedMap, context: Context, filtered: Mapping[str, int]) -> tuple[str, ...]:
    """What a person should know of rows that never reach a check; empty cells are no news."""
    said = []
    if context.exported_at is None and any(f.after_export for f in feed_map.filters):
        said.append("nothing tells when the export was made, so no row counts as later than it")
    counts = [
        f"{name} {count:,}"
        for name, count in filtered.items()
        if count and name not in (BLANK_ROW, EMPTY_CELL)
    ]
    if counts:
        said.append(f"rows left out of {feed_map.feed} by its map: {', '.join(counts)}")
    return tuple(said)


def _used_columns(feed_map: FeedMap, records: Records) -> pl.DataFrame:
    names = feed_map.file_columns
    return records.frame.select(
        "row_number",
        *(
            pl.col(name) if name in records.present else pl.lit(None, pl.String()).alias(name)
            for name in names
        ),
    )


def _blank_nothings(frame: pl.DataFrame, tokens: tuple[str, ...]) -> pl.DataFrame:
    """Strip the cells; an empty one and one of the null tokens become null."""
    nothing = ["", *tokens]

    def blanked(cells: pl.Series) -> pl.Series:
        text = pl.col(cells.name).str.strip_chars()
        return cells.to_frame().select(pl.when(~text.is_in(nothing)).then(text)).to_series()

    texts = frame.select(pl.col(pl.String()))
    return frame.with_columns(Distinct.of(cells).apply(blanked) for cells in texts)


def _without_broken(
    feed_map: FeedMap, frame: pl.DataFrame, records: Records, cells: list[str]
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Take out records that are broken, or whose shared cells cannot be relied on."""
    marked = (
        records.marks.filter(pl.col("column").is_in(feed_map.record_columns))
        .unique("row_number", keep="first", maintain_order=True)
        .select("row_number", "rule", pl.col("column").alias("column_name"))
    )
    whole = pl.concat([records.broken.select(list(REJECTS_SCHEMA)), marked])
    frame = frame.join(marked, on="row_number", how="anti", maintain_order="left")
    return frame, [_once_per_row(whole, feed_map, cells)]


def _once_per_row(whole: pl.DataFrame, feed_map: FeedMap, cells: list[str]) -> pl.DataFrame:
    """A record rejected as a whole counts with each row that it would have given."""
    if not feed_map.melt:
        return whole
    columns = pl.DataFrame({"column_name": cells}, schema={"column_name": pl.String()})
    return whole.drop("column_name").join(columns, how="cross").select(list(REJECTS_SCHEMA))


def _keep(frame: pl.DataFrame, keep: pl.Expr | pl.Series, fan_out: int) -> tuple[pl.DataFrame, int]:
    kept = frame.filter(keep)
    return kept, (frame.height - kept.height) * fan_out


def _condition(row_filter: RowFilter, feed_map: FeedMap, context: Context) -> pl.Expr:
    """True for a row that the filter takes out; an empty cell never fulfils a test of words."""
    if row_filter.all_null:
        return pl.all_horizontal(pl.col(*row_filter.all_null).is_null())
    if row_filter.any_null:
        return pl.any_horizontal(pl.col(*row_filter.any_null).is_null())
    if row_filter.after_export is not None:
        return _is_after_export(row_filter.after_export, feed_map, context)
    cell = pl.col(row_filter.column or "")
    if row_filter.matches is not None:
        return cell.str.contains(row_filter.matches).fill_null(value=False)
    folded = cell.map_elements(fold, return_dtype=pl.String())
    words = [fold(word) for word in (row_filter.any_of or row_filter.none_of)]
    hit = folded.is_in(words)
    return (hit if row_filter.any_of else ~hit).fill_null(value=False)


def _is_after_export(canonical: str, feed_map: FeedMap, context: Context) -> pl.Expr:
    calendar = _calendar(feed_map, canonical, context)
    if canonical in feed_map.compose:
        text = _compose(feed_map.compose[canonical], _plain_columns(feed_map), is_id=False)
    else:
        text = pl.col(feed_map.file_columns_of(canonical)[0])
    return is_after(text, calendar, context.exported_at)


def _melt(
    frame: pl.DataFrame, cells: list[str], marks: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """One row per record and melted column, in that order: rows, rejects of cells, empty cells."""
    order = pl.DataFrame(
        {_CELL: cells, "\x00order": range(len(cells))},
        schema={_CELL: pl.String(), "\x00order": pl.Int64()},
    )
    shared = [name for name in frame.columns if name not in cells]
    # A melted column may also compose an id; its values then stay beside the melted ones.
    long = (
        frame.unpivot(on=cells, index=shared, variable_name=_CELL, value_name="\x00score")
        .join(order, on=_CELL, how="left")
        .sort("row_number", "\x00order", maintain_order=True)
    )
    flagged = long.join(
        marks.rename({"column": _CELL}), on=["row_number", _CELL], how="left", maintain_order="left"
    )
    rejects = flagged.filter(pl.col("rule").is_not_null()).select(
        "row_number", "rule", pl.col(_CELL).alias("column_name")
    )
    unmarked = flagged.filter(pl.col("rule").is_null()).drop("rule", "\x00order")
    rows = unmarked.filter(pl.col("\x00score").is_not_null())
    return rows, rejects, unmarked.height - rows.height


def _canonical(
    feed_map: FeedMap, frame: pl.DataFrame, context: Context, *, is_workbook: bool
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Canonical columns of the remaining rows; each row that fails is rejected for one reason."""
    feed = FEEDS[feed_map.feed]
    made = _plain_columns(feed_map)
    # People first: the other templates may hold the ids that are made of their names.
    for name in sorted(feed_map.compose, key=lambda each: each not in feed_map.names):
        is_id = feed.column(name).kind is Kind.ID and name not in feed_map.names
        text = _compose(feed_map.compose[name], made, is_id=is_id)
        # Ids made of names are long: two of them and a time are longer than an id may be.
        holds_name_id = is_id and any(
            part.is_canonical and part.name in feed_map.names for part in feed_map.parts(name)
        )
        made[name] = _named(text) if name in feed_map.names or holds_name_id else text
    rows = frame.with_columns(
        pl.lit(None, pl.String()).alias(_RULE),
        pl.lit(None, pl.String()).alias(_COLUMN),
        *(expression.alias(f"\x00{name}") for name, expression in made.items()),
    )
    for name, value_map in feed_map.values.items():
        rows = _fail(rows, name, *_translate(rows, name, value_map))
    for name in feed_map.dates:
        calendar = _calendar(feed_map, name, context, is_workbook=is_workbook)
        rows = _fail(rows, name, *read_dates(rows, calendar, f"\x00{name}"))
    if context.decimal_comma:
        rows = _decimal_points(rows, feed_map, is_workbook=is_workbook)
    rejects = rows.filter(pl.col(_RULE).is_not_null()).select(
        "row_number", pl.col(_RULE).alias("rule"), pl.col(_COLUMN).alias("column_name")
    )
    names = [name for name in feed.names if name in feed_map.filled]
    good = rows.filter(pl.col(_RULE).is_null())
    return good.select("row_number", *(pl.col(f"\x00{n}").alias(n) for n in names)), rejects


def _named(text: pl.Expr) -> pl.Expr:
    """Ids for names."""
    return text.map_elements(name_id, return_dtype=pl.String())


def _plain_columns(feed_map: FeedMap) -> dict[str, pl.Expr]:
    made = {name: pl.col(header) for name, header in feed_map.columns.items()}
    made |= {name: _named(made[name]) for name in feed_map.names & made.keys()}
    made |= {name: pl.lit(word) for name, word in feed_map.constants.items()}
    if feed_map.melt:
        made["score"] = pl.col("\x00score")
    for name in {word for cell in feed_map.melt for word in cell.words}:
        words = {cell.column: cell.words.get(name) for cell in feed_map.melt}
        made[name] = pl.col(_CELL).replace_strict(words, return_dtype=pl.String())
    return made


def _compose(template: str, plain: Mapping[str, pl.Expr], *, is_id: bool) -> pl.Expr:
    """Put a template together; the value is empty when any of its cells is.

    In ids, a character that the template uses between the places is written `_2d_` (its code)
    where it stands inside a cell, so that `a-1` + `2` and `a` + `1-2` stay two ids.
    """
    parts = template_parts(template)
    separators = sorted({c for part in parts if isinstance(part, str) for c in part})
    pieces = []
    for part in parts:
        if not isinstance(part, Part):
            pieces.append(pl.lit(part))
            continue
        piece = plain[part.name] if part.is_canonical else pl.col(part.name)
        if part.is_presence:
            pieces.append(pl.when(piece.is_null()).then(pl.lit("no")).otherwise(pl.lit("yes")))
            continue
        if is_id:
            for character in separators:
                piece = piece.str.replace_all(character, f"_{ord(character):x}_", literal=True)
        pieces.append(piece.fill_null("") if part.is_optional else piece)
    return pl.concat_str(pieces, ignore_nulls=False)


def _translate(rows: pl.DataFrame, name: str, value_map: ValueMap) -> tuple[pl.Series, pl.Series]:
    """Words of the contract for the words of the export, and the rule where there is none."""
    words = rows.get_column(f"\x00{name}")
    known = {fold(word): target for word, target in value_map.map.items()}
    other = None if value_map.unknown == QUARANTINE else value_map.unknown
    targets = {word: known.get(fold(word), other) for word in words.drop_nulls().unique()}
    translated = words.replace_strict(targets, default=None, return_dtype=pl.String())
    failed = words.is_not_null() & translated.is_null()
    return translated, _rule_where(failed, NOT_IN_LIST)


def _rule_where(failed: pl.Series, rule: str) -> pl.Series:
    return pl.select(pl.when(failed).then(pl.lit(rule))).to_series()


def _fail(rows: pl.DataFrame, name: str, values: pl.Series, rules: pl.Series) -> pl.DataFrame:
    """Put a column in its place; a row keeps the first rule it broke."""
    first = pl.col(_RULE).is_null() & rules.is_not_null()
    return rows.with_columns(
        values.alias(f"\x00{name}"),
        pl.when(first).then(rules).otherwise(pl.col(_RULE)).alias(_RULE),
        pl.when(first).then(pl.lit(name)).otherwise(pl.col(_COLUMN)).alias(_COLUMN),
    )


def _calendar(
    feed_map: FeedMap, name: str, context: Context, *, is_workbook: bool = False
) -> Calendar:
    return Calendar(
        rule=feed_map.dates.get(name),
        is_timestamp=FEEDS[feed_map.feed].column(name).kind is Kind.TIMESTAMP,
        time_zone=context.time_zone,
        is_workbook=is_workbook,
    )


def _decimal_points(rows: pl.DataFrame, feed_map: FeedMap, *, is_workbook: bool) -> pl.DataFrame:
    """`1,5` -> 1.5; under this option a point in a text file is no number, for it may be 1.500."""
    feed = FEEDS[feed_map.feed]
    for name in sorted(feed_map.filled):
        if feed.column(name).kind is not Kind.NUMBER:
            continue
        text = rows.get_column(f"\x00{name}")
        comma = text.str.contains(r"^[+-]?[0-9]+,[0-9]+$")
        doubtful = text.str.contains(".", literal=True) & (not is_workbook)
        rules = _rule_where(doubtful.fill_null(value=False), "not_a_number")
        points = pl.select(
            pl.when(comma).then(text.str.replace(",", ".", literal=True)).otherwise(text)
        ).to_series()
        rows = _fail(rows, name, points, rules)
    return rows
