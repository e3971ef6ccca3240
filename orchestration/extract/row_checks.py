"""Row checks: from the text of an extract to typed rows, and the rule each bad row broke.

Here: the rules of a single row, as polars expressions made from the contract. Not here: the
patterns of identity (pii.py) and of times (times.py), duplicates (duplicates.py), and rules that
need other deliveries (dbt).

A bad row gives one (rule, column) for each column that is wrong, never the value. Rules:
missing_required, pii_suspected, too_long, excel_id, bad_characters, not_in_list, not_a_timestamp,
nonexistent_time, not_a_date, before_1990, not_a_number, not_an_integer, out_of_range,
not_a_boolean, future_attended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

import polars as pl

from orchestration.contracts.feeds import ATTENDED_STATUSES, Column, Feed, Kind
from orchestration.extract import pii
from orchestration.extract.times import DATE, local_date, time_column
from orchestration.readers.base import REJECTS_SCHEMA
from orchestration.readers.tabular import INVISIBLE

MAX_ID_CHARACTERS = 100
MAX_CODE_CHARACTERS = 40
EARLIEST = date(1990, 1, 1)

# What an id may be made of; a quotation mark, semicolon, bracket or "=" at the start is a mistake
# of the export, or an attempt at one.
_ID = r"^[\p{L}\p{N}_#{][\p{L}\p{N} _.:/|#@+{}~-]*$"
_CODE = r"^(?:[<>]=? ?)?[\p{L}\p{N}][\p{L}\p{N} _.,:/+&'’()–-]*$"
_EXCEL_ID = r"^[0-9](?:[.,][0-9]+)?[eE]\+[0-9]+$|^[0-9][.,][0-9]+[eE][0-9]+$|^[0-9]+\.0+$"
# A spreadsheet keeps 15 digits of a number and writes zeros for the others.
_LONG_NUMBER = r"^[1-9][0-9]{15,}$"
_ROUNDED_NUMBER = r"^[1-9][0-9]{14}0+$"
_NUMBER = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?$"
_INTEGER = r"^[+-]?[0-9]{1,9}(?:\.0+)?$"


@dataclass(frozen=True)
class CheckedRows:
    """The outcome for one extract.

    Attributes:
        good: ``row_number`` and every column of the contract by its delivery name, typed; ids and
            codes still text; dates made from times under their ``date_as`` name.
        bad: row_number, rule, column_name.
        bad_keys: for each row of ``bad`` the key columns by their delivery names, typed, with
            ``is_readable``, whether every key cell kept the rules, and ``is_deleted``.
        warnings: sentences with counts, without any value.
    """

    good: pl.DataFrame = field(repr=False)
    bad: pl.DataFrame = field(repr=False)
    bad_keys: pl.DataFrame = field(repr=False)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Cell:
    """How a column is read: its typed value, and (is broken, rule) with the telling rules first."""

    value: pl.Expr
    rules: list[tuple[pl.Expr, str]]


def check_rows(
    feed: Feed, frame: pl.DataFrame, *, zone: str, latest: datetime | None
) -> CheckedRows:
    """Check every row of an extract.

    Args:
        feed: the contract.
        frame: ``row_number`` and canonical columns as text.
        zone: IANA name for times without an offset.
        latest: naive UTC; an attended session that starts later is quarantined. None: unknown.

    Returns:
        Typed good rows and the rules that the others broke.
    """
    text = _cleaned(feed, frame)
    cells = {column.name: _cell(column, zone) for column in feed.columns}
    rules = {f"rule {column.name}": _rule(feed, column, cells, latest) for column in feed.columns}
    checked = (
        text.lazy()  # lazily, so that what value and rule share is computed once
        .select(
            "row_number",
            *(cell.value.alias(name) for name, cell in cells.items()),
            *(
                local_date(cells[column.name].value, zone).alias(column.date_as)
                for column in feed.columns
                if column.date_as
            ),
            *(rule.alias(name) for name, rule in rules.items()),
        )
        .collect()
    )
    is_bad = pl.any_horizontal(pl.col(*rules).is_not_null())
    key_rules = [pl.col(f"rule {name}").is_null() for name in feed.key]
    keys = [*feed.key, "is_deleted", "is_readable"]
    broken = (
        checked.filter(is_bad)
        .with_columns(is_readable=pl.all_horizontal(key_rules))
        .unpivot(
            on=list(rules),
            index=["row_number", *keys],
            variable_name="column_name",
            value_name="rule",
        )
        .drop_nulls("rule")
        .with_columns(pl.col("column_name").str.strip_prefix("rule "))
        .sort("row_number", maintain_order=True)
    )
    return CheckedRows(
        good=checked.filter(~is_bad).drop(*rules),
        bad=broken.select(*REJECTS_SCHEMA),
        bad_keys=broken.select(keys),
        warnings=_warnings(feed, frame, text, zone),
    )


def _cleaned(feed: Feed, frame: pl.DataFrame) -> pl.DataFrame:
    """Every contract column without invisible characters and outer spaces; empty becomes null."""
    cell = pl.col(pl.String)
    absent = [name for name in feed.names if name not in frame.columns]
    return (
        frame.with_columns(pl.lit(None, dtype=pl.String()).alias(name) for name in absent)
        .select("row_number", *feed.names)
        .with_columns(cell.str.replace_all(INVISIBLE.pattern, "").str.strip_chars())
        .with_columns(pl.when(cell.str.len_bytes() > 0).then(cell))
    )


def _rule(feed: Feed, column: Column, cells: dict[str, _Cell], latest: datetime | None) -> pl.Expr:
    """The first rule that the column's cell breaks, or null."""
    rules = []
    if column.required:
        rules.append((_is_missing(feed, column), "missing_required"))
    rules.append((pl.col(column.name).str.contains(pii.EMAIL), "pii_suspected"))
    rules += cells[column.name].rules
    if feed.name == "sessions" and column.name == "started_at" and latest is not None:
        is_attended = pl.col("status").str.to_lowercase().is_in(ATTENDED_STATUSES)
        rules.append((is_attended & (cells["started_at"].value > latest), "future_attended"))
    said = pl.when(pl.lit(value=False)).then(pl.lit(None, dtype=pl.String()))
    for is_broken, rule in rules:
        said = said.when(is_broken.fill_null(value=False)).then(pl.lit(rule))
    return said.otherwise(pl.lit(None, dtype=pl.String()))


def _is_missing(feed: Feed, column: Column) -> pl.Expr:
    """Whether a required cell is empty; a deleted row needs no more than its key."""
    is_null = pl.col(column.name).is_null()
    if column.name in feed.key:
        return is_null
    return is_null & ~(pl.col("is_deleted").str.to_lowercase() == "true").fill_null(value=False)


def _cell(column: Column, zone: str) -> _Cell:
    return _CELLS[column.kind](column, pl.col(column.name), zone)


def _id(column: Column, text: pl.Expr, zone: str) -> _Cell:
    # One long number that ends in zeros may be an honest id; a column without any other is not.
    is_rounded = text.str.contains(_ROUNDED_NUMBER)
    is_exact_elsewhere = (text.str.contains(_LONG_NUMBER) & ~is_rounded).any()
    return _Cell(
        text,
        [
            (text.str.contains(pii.PHONE) | text.str.contains(pii.TWO_WORDS), "pii_suspected"),
            (text.str.len_chars() > MAX_ID_CHARACTERS, "too_long"),
            (text.str.contains(_EXCEL_ID) | (is_rounded & ~is_exact_elsewhere), "excel_id"),
            (~text.str.contains(_ID), "bad_characters"),
        ],
    )


def _code(column: Column, text: pl.Expr, zone: str) -> _Cell:
    code = text.str.to_lowercase()
    if column.values:
        return _Cell(code, [(~code.is_in(column.values), "not_in_list")])
    patterns = (pii.PHONE, pii.TWO_WORDS, pii.LONG_DIGITS)
    return _Cell(
        code,
        [
            (pl.any_horizontal(text.str.contains(each) for each in patterns), "pii_suspected"),
            (text.str.len_chars() > MAX_CODE_CHARACTERS, "too_long"),
            (~text.str.contains(_CODE), "bad_characters"),
        ],
    )


def _timestamp(column: Column, text: pl.Expr, zone: str) -> _Cell:
    time = time_column(text, zone)
    return _Cell(
        time.utc,
        [
            (time.is_malformed, "not_a_timestamp"),
            (time.is_nonexistent, "nonexistent_time"),
            (time.utc < EARLIEST, "before_1990"),
        ],
    )


def _date(column: Column, text: pl.Expr, zone: str) -> _Cell:
    is_date = text.str.contains(DATE)
    day = pl.when(is_date).then(text.str.slice(0, 10)).str.to_date("%Y-%m-%d", strict=False)
    rules = [(text.is_not_null() & day.is_null(), "not_a_date")]
    if not column.may_be_old:
        rules.append((day < EARLIEST, "before_1990"))
    return _Cell(day, rules)


def _number(column: Column, text: pl.Expr, zone: str) -> _Cell:
    return _figure(column, text, _NUMBER, "not_a_number")


def _integer(column: Column, text: pl.Expr, zone: str) -> _Cell:
    cell = _figure(column, text, _INTEGER, "not_an_integer")
    return _Cell(cell.value.cast(pl.Int32()), cell.rules)


def _figure(column: Column, text: pl.Expr, pattern: str, rule: str) -> _Cell:
    value = pl.when(text.str.contains(pattern)).then(text).cast(pl.Float64(), strict=False)
    rules = [(text.is_not_null() & value.is_null(), rule)]
    if column.minimum is not None:
        rules.append((value < column.minimum, "out_of_range"))
    if column.maximum is not None:
        rules.append((value > column.maximum, "out_of_range"))
    return _Cell(value, rules)


def _boolean(column: Column, text: pl.Expr, zone: str) -> _Cell:
    word = text.str.to_lowercase()
    is_known = word.is_in(["true", "false"])
    value = pl.when(is_known).then(word == "true")
    filled = value if column.default is None else value.fill_null(column.default)
    return _Cell(filled, [(~is_known, "not_a_boolean")])


_CELLS: dict[Kind, Callable[[Column, pl.Expr, str], _Cell]] = {
    Kind.ID: _id,
    Kind.CODE: _code,
    Kind.TIMESTAMP: _timestamp,
    Kind.DATE: _date,
    Kind.NUMBER: _number,
    Kind.INTEGER: _integer,
    Kind.BOOLEAN: _boolean,
}


def _warnings(feed: Feed, frame: pl.DataFrame, text: pl.DataFrame, zone: str) -> tuple[str, ...]:
    """Counts of what was put right or read by a rule that the person should know."""
    said = []
    present = [name for name in feed.names if name in frame.columns]
    hidden = sum(frame[name].str.contains(INVISIBLE.pattern).sum() for name in present)
    if hidden:
        said.append(f"invisible characters were removed from cells: {hidden}")
    for column in feed.columns:
        if column.kind is Kind.TIMESTAMP and column.name in frame.columns:
            twice = time_column(pl.col(column.name), zone).is_ambiguous.sum()
            if count := text.select(twice).item():
                said.append(
                    f"{column.name}: times in the hour that comes twice when clocks go back, "
                    f"read as the first: {count} (ambiguous_time)"
                )
    return tuple(said)
