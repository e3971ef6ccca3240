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

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import polars as pl

from orchestration.contracts.feeds import ATTENDED_STATUSES, Column, Feed, Kind
from orchestration.distinct import Distinct
from orchestration.extract import pii
from orchestration.extract.times import DATE, local_date, time_column
from orchestration.readers.base import REJECTS_SCHEMA
from orchestration.readers.tabular import INVISIBLE

MAX_ID_CHARACTERS = 100
MAX_CODE_CHARACTERS = 40
_ROWS_AT_A_TIME = 50_000
EARLIEST = date(1990, 1, 1)

# What an id may be made of; a quotation mark, semicolon, bracket or "=" at the start is a mistake
# of the export, or an attempt at one.
_ID = r"^[\p{L}\p{N}_#{][\p{L}\p{N} _.:/|#@+{}~-]*$"
_CODE = r"^(?:[<>]=? ?)?[\p{L}\p{N}][\p{L}\p{N} _.,:/+&'’()–-]*$"
# What parts words; a word alone cannot be told from a name, two can.
_SEVERAL = r"[\s,]"
_EXCEL_ID = r"^[0-9](?:[.,][0-9]+)?[eE]\+[0-9]+$|^[0-9][.,][0-9]+[eE][0-9]+$|^[0-9]+\.0+$"
# A spreadsheet keeps 15 digits of a number and writes zeros for the others.
_LONG_NUMBER = r"^[1-9][0-9]{15,}$"
_ROUNDED_NUMBER = r"^[1-9][0-9]{14}0+$"
_NUMBER = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?$"
_INTEGER = r"^[+-]?[0-9]{1,9}(?:\.0+)?$"

# What an id that looks rounded is called until the whole column is known.
_DOUBT = "excel_id?"

HIDDEN = "invisible characters were removed from cells: {count}"
SEVERAL_WORDS = "several words where a code is one, taken over as 'other': {count}"
AMBIGUOUS = (
    "times in the hour that comes twice when clocks go back, read as the first: {count} "
    "(ambiguous_time)"
)


@dataclass(frozen=True)
class CheckedRows:
    """The outcome for one extract.

    Attributes:
        good: ``row_number`` and every column of the contract by its delivery name, typed; ids and
            codes still text; dates made from times under their ``date_as`` name.
        bad: row_number, rule, column_name.
        bad_keys: for each row of ``bad`` the key columns by their delivery names, typed, with
            ``is_readable``, whether every key cell kept the rules, and ``is_deleted``.
        doubts: ids that look rounded: what ``bad`` has, and ``place``, the row's index in ``good``
            (null for a row that is bad anyway). They are honest where the whole column holds an
            exact long number too, and break the rule excel_id where it does not.
        doubt_keys: as ``bad_keys``, for each row of ``doubts``.
        exact: id columns with a long number that was not rounded.
        counts: by sentence, of what the person should know; ``{count}`` stands for the number.
    """

    good: pl.DataFrame = field(repr=False)
    bad: pl.DataFrame = field(repr=False)
    bad_keys: pl.DataFrame = field(repr=False)
    doubts: pl.DataFrame = field(repr=False)
    doubt_keys: pl.DataFrame = field(repr=False)
    exact: frozenset[str] = frozenset()
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Cell:
    """How a column is read: its typed value, and (is broken, rule) with the telling rules first."""

    value: pl.Expr
    rules: list[tuple[pl.Expr, str]]


@dataclass(frozen=True)
class _Read:
    """A column that was read: a value for each row, and the first rule that its cell broke."""

    value: pl.Series
    rule: pl.Series
    is_empty: pl.Series
    on: pl.Series | None = None
    is_exact: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)


def check_rows(
    feed: Feed,
    frame: pl.DataFrame,
    *,
    zone: str,
    latest: datetime | None,
    leaves_open: Collection[str] = (),
) -> CheckedRows:
    """Check every row of an extract.

    Args:
        feed: the contract.
        frame: ``row_number`` and canonical columns as text.
        zone: IANA name for times without an offset.
        latest: naive UTC; an attended session that starts later is quarantined. None: unknown.
        leaves_open: required columns that may be empty all the same.

    Returns:
        Typed good rows and the rules that the others broke.
    """
    read = {column.name: _read(column, frame, zone) for column in feed.columns}
    required = [name for name in feed.required if name not in leaves_open]
    rules = _rules_of_rows(feed, required, read, latest)
    dates = [column for column in feed.columns if column.date_as]
    checked = frame.select(
        "row_number",
        *(cell.value.alias(name) for name, cell in read.items()),
        *(read[column.name].on.alias(column.date_as) for column in dates),
    )
    is_bad = pl.repeat(value=False, n=frame.height, dtype=pl.Boolean, eager=True)
    in_doubt = is_bad
    for rule in rules.values():
        is_bad = is_bad | (rule.is_not_null() & (rule != _DOUBT).fill_null(value=False))
        in_doubt = in_doubt | (rule == _DOUBT).fill_null(value=False)
    broken = _broken(feed, checked, rules, is_bad=is_bad, told=is_bad | in_doubt)
    is_doubt = pl.col("rule") == _DOUBT
    doubts = broken.filter(is_doubt).with_columns(rule=pl.lit("excel_id"))
    keys = [*feed.key, *feed.beside_key, "is_deleted", "is_readable"]
    counts: Counter[str] = Counter()
    for cell in read.values():
        counts.update(cell.counts)
    return CheckedRows(
        good=checked.filter(~is_bad),
        bad=broken.filter(~is_doubt).select(*REJECTS_SCHEMA),
        bad_keys=broken.filter(~is_doubt).select(keys),
        doubts=doubts.select(*REJECTS_SCHEMA, "place"),
        doubt_keys=doubts.select(keys),
        exact=frozenset(name for name, cell in read.items() if cell.is_exact),
        counts=counts,
    )


def _read(column: Column, frame: pl.DataFrame, zone: str) -> _Read:
    """Read each distinct text of a column once, without invisible characters and outer spaces."""
    given = (
        frame[column.name]
        if column.name in frame.columns
        else pl.repeat(None, frame.height, dtype=pl.String, eager=True)
    )
    distinct = Distinct.of(given.alias(column.name))
    raw = pl.col(column.name)
    clean = raw.str.replace_all(INVISIBLE.pattern, "").str.strip_chars()
    cell = _CELLS[column.kind](column, raw, zone)
    is_time, never = column.kind is Kind.TIMESTAMP, pl.lit(value=False)
    rules = [(raw.str.contains(pii.EMAIL), "pii_suspected"), *cell.rules]
    table = (
        # Beside the texts a null stands for the empty cell: a default has a value for it.
        pl.concat([distinct.values, pl.Series([None], dtype=pl.String())])
        .to_frame(column.name)
        .lazy()  # lazily, so that what value and rule share is computed once
        .with_columns(pl.when(clean.str.len_bytes() > 0).then(clean), hidden=_is_hidden(raw))
        .select(
            cell.value.alias("value"),
            _first(rules).alias("rule"),
            raw.is_null().alias("is_empty"),
            "hidden",
            (local_date(cell.value, zone) if column.date_as else never).alias("on"),
            (time_column(raw, zone).is_ambiguous if is_time else never).alias("twice"),
            (
                # What a rule holds back is not taken over.
                raw.str.contains(_SEVERAL) & _first(rules).is_null() if column.is_word else never
            ).alias("several"),
            (_is_exact(raw) if column.kind is Kind.ID else never).alias("exact"),
        )
        .collect()
    )
    whole = Distinct(distinct.values, distinct.places.fill_null(distinct.values.len()))
    return _Read(
        value=whole.spread(table["value"]),
        rule=whole.spread(table["rule"]),
        is_empty=whole.spread(table["is_empty"]),
        on=whole.spread(table["on"]) if column.date_as else None,
        is_exact=bool(table["exact"].any()),
        counts={
            said: whole.spread(table[flag]).sum()
            for flag, said in (
                ("hidden", HIDDEN),
                ("twice", f"{column.name}: {AMBIGUOUS}"),
                ("several", f"{column.name}: {SEVERAL_WORDS}"),
            )
            if table[flag].any()
        },
    )


def _is_hidden(text: pl.Expr) -> pl.Expr:
    return text.str.contains(INVISIBLE.pattern).fill_null(value=False)


def _is_exact(text: pl.Expr) -> pl.Expr:
    return text.str.contains(_LONG_NUMBER) & ~text.str.contains(_ROUNDED_NUMBER)


def _first(rules: list[tuple[pl.Expr, str]]) -> pl.Expr:
    """The first rule that holds, or null."""
    said = pl.when(pl.lit(value=False)).then(pl.lit(None, dtype=pl.String()))
    for is_broken, rule in rules:
        said = said.when(is_broken.fill_null(value=False)).then(pl.lit(rule))
    return said.otherwise(pl.lit(None, dtype=pl.String()))


def _rules_of_rows(
    feed: Feed, required: list[str], read: Mapping[str, _Read], latest: datetime | None
) -> dict[str, pl.Series]:
    """The first rule that each cell broke, with those that look at another cell of the row too."""
    rules = {name: cell.rule for name, cell in read.items()}
    is_deleted = read["is_deleted"].value.fill_null(value=False)
    for name in required:
        # A deleted row needs no more than its key.
        is_needed = True if name in feed.key else ~is_deleted
        is_missing = read[name].is_empty & is_needed
        rules[name] = _mark(rules[name], is_missing, "missing_required")
    if feed.name == "sessions" and latest is not None:
        is_attended = read["status"].value.is_in(ATTENDED_STATUSES)
        is_later = is_attended & (read["started_at"].value > latest)
        rules["started_at"] = _mark(rules["started_at"], is_later, "future_attended")
    return rules


def _mark(rules: pl.Series, where: pl.Series, rule: str) -> pl.Series:
    """Say a rule where it holds and none has been said before."""
    if not where.any():
        return rules
    return pl.select(
        pl.coalesce(rules, pl.when(where.fill_null(value=False)).then(pl.lit(rule)))
    ).to_series()


def _broken(
    feed: Feed,
    checked: pl.DataFrame,
    rules: Mapping[str, pl.Series],
    *,
    is_bad: pl.Series,
    told: pl.Series,
) -> pl.DataFrame:
    """One row per cell that broke a rule: what ``CheckedRows`` says of it."""
    named = {f"rule {name}": rule for name, rule in rules.items()}
    index = ["row_number", "place", *feed.key, *feed.beside_key, "is_deleted", "is_readable"]
    place = (~is_bad).cum_sum().cast(pl.Int64()) - 1
    key_rules = [pl.col(f"rule {name}").is_null() for name in (*feed.key, *feed.beside_key)]
    rows = (
        checked.with_columns(
            *(rule.alias(name) for name, rule in named.items()),
            place=pl.select(pl.when(~is_bad).then(place)).to_series(),
        )
        .filter(told)
        .with_columns(is_readable=pl.all_horizontal(key_rules))
    )
    # A file may be wrong from end to end, and for a while a row becomes as many as it has columns.
    return pl.concat(
        [
            part.unpivot(
                on=list(named), index=index, variable_name="column_name", value_name="rule"
            )
            .drop_nulls("rule")
            .with_columns(pl.col("column_name").str.strip_prefix("rule "))
            .sort("row_number", maintain_order=True)
            for part in (rows.iter_slices(_ROWS_AT_A_TIME) if rows.height else [rows])
        ]
    )


def _id(column: Column, text: pl.Expr, zone: str) -> _Cell:
    return _Cell(
        text,
        [
            (text.str.contains(pii.PHONE) | text.str.contains(pii.TWO_WORDS), "pii_suspected"),
            (text.str.len_chars() > MAX_ID_CHARACTERS, "too_long"),
            (text.str.contains(_EXCEL_ID), "excel_id"),
            # One long number that ends in zeros may be an honest id; a column without any other
            # is not.
            (text.str.contains(_ROUNDED_NUMBER), _DOUBT),
            (~text.str.contains(_ID), "bad_characters"),
        ],
    )


def _code(column: Column, text: pl.Expr, zone: str) -> _Cell:
    code = text.str.to_lowercase()
    if column.values:
        return _Cell(code, [(~code.is_in(column.values), "not_in_list")])
    if column.is_word:
        code = pl.when(text.str.contains(_SEVERAL)).then(pl.lit("other")).otherwise(code)
    # A code lands as it is, an id as its pseudonym: only here is a login name a name.
    patterns = (pii.PHONE, pii.TWO_WORDS, pii.JOINED_WORDS, pii.LONG_DIGITS)
    return _Cell(
        code,
        [
            (pl.any_horizontal(text.str.contains(each) for each in patterns), "pii_suspected"),
            (text.str.len_chars() > MAX_CODE_CHARACTERS, "too_long"),
            (~text.str.contains(_CODE), "bad_characters"),
        ],
    )


def _timestamp(column: Column, text: pl.Expr, zone: str) -> _Cell:
    if column.may_be_day:
        is_day = text.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
        text = pl.when(is_day).then(text + "T00:00").otherwise(text)
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
