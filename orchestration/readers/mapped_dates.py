"""Dates and times of a mapped source: reading them as declared, or making them from an index.

Here: text -> ISO 8601 text, with the rule a cell broke. Not here: which zone holds for a delivery,
the step to UTC of times without an offset, and plausibility (`extract/`).

Times leave as the export tells them, without an offset, so that one place decides about missing
and double hours at the change of the clock. Only a column with a zone of its own leaves in UTC.
A format is declared, never found out from the data: in a file whose days are all below 13, both
readings fit (trust.md 3.2, cases 34 to 37).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from orchestration.readers.mapped_options import EXCEL_SERIAL, DateRule

NOT_A_TIMESTAMP = "not_a_timestamp"
NOT_A_DATE = "not_a_date"
NOT_AN_INTEGER = "not_an_integer"
NONEXISTENT_TIME = "nonexistent_time"

ISO_TIME = "%Y-%m-%dT%H:%M:%S"
ISO_DATE = "%Y-%m-%d"
_TIME_LETTERS = ("%H", "%I", "%T", "%R", "%r", "%k", "%l", "%s")
_LAST_SERIAL = 2_958_465  # 9999-12-31
_UTC = "UTC"


@dataclass(frozen=True)
class Calendar:
    """How one canonical column tells time.

    Attributes:
        rule: The map's rule; without one the text is ISO 8601 and stays as it is.
        is_timestamp: A time, else a date.
        time_zone: Zone of the delivery, in which a time without an offset is meant.
        is_workbook: Typed cells of a workbook come as ISO 8601 and are taken beside the formats.
    """

    rule: DateRule | None
    is_timestamp: bool
    time_zone: str
    is_workbook: bool = False


def read_dates(rows: pl.DataFrame, calendar: Calendar, column: str) -> tuple[pl.Series, pl.Series]:
    """ISO text of one column and, where it cannot be read, the rule that failed.

    Args:
        rows: Frame with the text in `column`, or with the index column the rule names.
        calendar: How to read it.
        column: Name of the text column in `rows`.

    Returns:
        The ISO text (null where empty or unreadable) and the rules (null where all is well).
    """
    rule = calendar.rule
    if rule is not None and rule.index is not None:
        text, failed = _made_dates(rows, calendar, rule)
    else:
        text, failed = _written_dates(rows, calendar, column)
    if rule is not None and rule.at is not None:
        # Workbooks know no date without a time: a typed date comes as its midnight.
        text = text.str.replace("T00:00:00$", rule.at.strftime("T%H:%M:%S"))
    return text.alias("text"), failed.alias("rule")


def is_after(text: pl.Expr, calendar: Calendar, moment: datetime | None) -> pl.Expr:
    """True where a time is later than `moment` (naive UTC); what cannot be read is not later.

    Args:
        text: The column's text, or the index the rule names.
        calendar: How to read it.
        moment: Null when nobody knows it; then nothing is later.
    """
    if moment is None:
        return pl.lit(value=False)
    column = calendar.rule.index if calendar.rule is not None and calendar.rule.index else "text"

    def compare(batch: pl.Series) -> pl.Series:
        iso, _ = read_dates(pl.DataFrame({column: batch}), calendar, column)
        return _as_utc(iso, calendar.time_zone) > moment

    return text.map_batches(compare, return_dtype=pl.Boolean()).fill_null(value=False)


def _as_utc(text: pl.Series, zone: str) -> pl.Series:
    """ISO text as naive UTC; a time without an offset is meant in `zone`."""
    bare = text.str.strip_suffix("Z")
    parsed = _first_reading(bare, (ISO_TIME, ISO_DATE), text.name)
    local = parsed.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    utc = local.dt.convert_time_zone(_UTC).dt.replace_time_zone(None)
    return pl.select(pl.when(text.str.ends_with("Z")).then(parsed).otherwise(utc)).to_series()


def _made_dates(
    rows: pl.DataFrame, calendar: Calendar, rule: DateRule
) -> tuple[pl.Series, pl.Series]:
    """`start + (index - first) * step_days`."""
    written = rows.get_column(rule.index or "")
    whole = written.str.extract(r"^(-?[0-9]{1,5})(?:\.0+)?$", 1).cast(pl.Int64(), strict=False)
    days = (whole - rule.first) * rule.step_days
    made = pl.select(pl.lit(rule.start) + pl.duration(days=days)).to_series()
    failed = pl.when(written.is_not_null() & whole.is_null()).then(pl.lit(NOT_AN_INTEGER))
    if calendar.is_timestamp:
        text = _start_of_day(made.cast(pl.Datetime("us")), calendar)
    else:
        text = made.dt.strftime(ISO_DATE)
    return text, pl.select(failed).to_series()


def _written_dates(
    rows: pl.DataFrame, calendar: Calendar, column: str
) -> tuple[pl.Series, pl.Series]:
    written = rows.get_column(column)
    if calendar.rule is None:
        return written, pl.Series(column, [None] * written.len(), dtype=pl.String())
    formats = calendar.rule.format
    if calendar.is_workbook:
        formats = (ISO_TIME, ISO_DATE, *formats)
    times = pl.Series(column, [None] * written.len(), dtype=pl.String())
    for pattern in formats:
        text = _read_one(written, pattern, calendar)
        times = pl.select(pl.coalesce(times, text)).to_series()
    unread = NOT_A_TIMESTAMP if calendar.is_timestamp else NOT_A_DATE
    looks_serial = written.str.contains(r"^[0-9]{5}(\.[0-9]+)?$")
    failed = written.is_not_null() & times.is_null()
    rules = (
        pl.when(failed & looks_serial)
        .then(pl.lit(EXCEL_SERIAL))
        .when(failed)
        .then(pl.lit(unread))
        .when(times == NONEXISTENT_TIME)
        .then(pl.lit(NONEXISTENT_TIME))
    )
    return times, pl.select(rules).to_series()


def _read_one(written: pl.Series, pattern: str, calendar: Calendar) -> pl.Series:
    """ISO text of the cells that one format reads; null for the others."""
    if pattern == EXCEL_SERIAL:
        moments = _from_serial(written)
    else:
        moments = _first_reading(written, (pattern,), written.name)
    if not calendar.is_timestamp:
        return moments.dt.strftime(ISO_DATE)
    if "%z" in pattern:
        return moments.dt.strftime(f"{ISO_TIME}Z")
    if pattern != EXCEL_SERIAL and not any(letter in pattern for letter in _TIME_LETTERS):
        return _start_of_day(moments, calendar)
    zone = calendar.rule.time_zone if calendar.rule is not None else None
    if zone is None:
        return moments.dt.strftime(ISO_TIME)
    utc = moments.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    text = utc.dt.convert_time_zone(_UTC).dt.strftime(f"{ISO_TIME}Z")
    gap = moments.is_not_null() & utc.is_null()
    return pl.select(pl.when(gap).then(pl.lit(NONEXISTENT_TIME)).otherwise(text)).to_series()


def _start_of_day(days: pl.Series, calendar: Calendar) -> pl.Series:
    """The first hour of a date that comes without a time, where clocks may skip midnight."""
    exists = days.dt.replace_time_zone(
        calendar.time_zone, ambiguous="earliest", non_existent="null"
    ).is_not_null()
    shifted = pl.when(exists).then(days).otherwise(days.dt.offset_by("1h"))
    return pl.select(shifted).to_series().dt.strftime(ISO_TIME)


def _first_reading(written: pl.Series, patterns: tuple[str, ...], name: str) -> pl.Series:
    """The first format that reads a cell; years below 1000 are two digits read as four."""
    times = pl.Series(name, [None] * written.len(), dtype=pl.Datetime("us"))
    for pattern in patterns:
        zone = _UTC if "%z" in pattern else None
        read = written.str.to_datetime(pattern, time_unit="us", time_zone=zone, strict=False)
        read = read.dt.replace_time_zone(None)
        plausible = pl.when(read.dt.year() >= 1000).then(read)
        times = pl.select(pl.coalesce(times, plausible)).to_series()
    return times


def _from_serial(written: pl.Series) -> pl.Series:
    """Days since 1899-12-30 as a time, to the second, as spreadsheets show them."""
    days = written.cast(pl.Float64(), strict=False)
    seconds = (days * 86_400).round()
    bounded = pl.when((days >= 1) & (days <= _LAST_SERIAL)).then(seconds)
    whole = pl.select(bounded).to_series().cast(pl.Int64())
    return pl.select(
        pl.lit(datetime(1899, 12, 30)).cast(pl.Datetime("us")) + pl.duration(seconds=whole)
    ).to_series()
