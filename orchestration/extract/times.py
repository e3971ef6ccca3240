"""Clock times: from the text of an export to UTC.

Here: the one reading of ISO 8601, for columns and for the few times of a manifest or a name. Not
here: which column is a time (contracts/feeds.py).

A time with an offset says itself what it means. One without is local to the delivery's zone: in
the hour that a clock skips in spring it is no time at all, in the hour that comes twice in autumn
it is taken as the first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

import polars as pl

from orchestration.errors import DeliveryRejected

TIMESTAMP = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?"
    r"(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?$"
)
_OFFSET = r"(Z|[+-][0-9]{2}(?::?[0-9]{2})?)$"
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ]00:00(?::00(?:\.0{1,9})?)?)?$"

# A time outside is a slip or an invention; Python and the charts cannot hold the year 10000.
PLAUSIBLE_YEARS = (1900, 2199)

# Parts of a moment that a source's generated_at_pattern may name, as in strptime.
_PATTERN_PARTS = {
    "%Y": r"(?P<year>[0-9]{4})",
    "%m": r"(?P<month>[0-9]{1,2})",
    "%d": r"(?P<day>[0-9]{1,2})",
    "%H": r"(?P<hour>[0-9]{1,2})",
    "%M": r"(?P<minute>[0-9]{2})",
    "%S": r"(?P<second>[0-9]{2})",
}
# 2026-11-20, 20261120, 2026-11-20T06-15-00, 20141223T044729Z, anywhere in a name.
_MOMENT_IN_NAME = re.compile(
    r"(?<![0-9])(?P<year>(?:19|20)[0-9]{2})(?P<dash>[-_.]?)(?P<month>[0-9]{2})(?P=dash)"
    r"(?P<day>[0-9]{2})"
    r"(?:[T _-]?(?P<hour>[0-9]{2})[:._-]?(?P<minute>[0-9]{2})(?:[:._-]?(?P<second>[0-9]{2}))?"
    r"(?P<zulu>Z)?)?(?![0-9])"
)


@dataclass(frozen=True)
class TimeColumn:
    """Expressions over a text column of times.

    Attributes:
        utc: naive UTC, null where there is none.
        is_malformed: the text is no ISO 8601 time of day, or of no year that can be meant.
        is_nonexistent: a local time that the clocks skipped.
        is_ambiguous: a local time that came twice; read as the first.
    """

    utc: pl.Expr
    is_malformed: pl.Expr
    is_nonexistent: pl.Expr
    is_ambiguous: pl.Expr


def time_column(text: pl.Expr, zone: str) -> TimeColumn:
    """Read a column of ISO 8601 times.

    Args:
        text: String, null where missing.
        zone: IANA name for times without an offset.
    """
    offset = text.str.extract(_OFFSET)
    body = text.str.replace(_OFFSET, "").str.replace(" ", "T", literal=True)
    body = pl.when(body.str.len_bytes() == 16).then(body + ":00").otherwise(body)
    wall = (
        pl.when(text.str.contains(TIMESTAMP))
        .then(body)
        .str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False)
    )
    hours = offset.str.slice(1, 2).cast(pl.Int32, strict=False)
    minutes = (
        pl.when(offset.str.len_bytes() > 3)
        .then(offset.str.slice(-2, 2).cast(pl.Int32, strict=False))
        .otherwise(0)
    )
    size = pl.when(hours.is_between(0, 14) & minutes.is_between(0, 59)).then(hours * 60 + minutes)
    signed = pl.when(offset == "Z").then(0).when(offset.str.starts_with("-")).then(-size)
    signed = signed.otherwise(size)
    is_local = offset.is_null()
    first, second = (
        wall.dt.replace_time_zone(zone, ambiguous=which, non_existent="null")
        .dt.convert_time_zone("UTC")
        .dt.replace_time_zone(None)
        for which in ("earliest", "latest")
    )
    utc = pl.when(is_local).then(first).otherwise(wall - pl.duration(minutes=signed))
    return TimeColumn(
        utc=utc,
        is_malformed=text.is_not_null()
        & (
            wall.is_null()
            | (~is_local & signed.is_null())
            | (utc.dt.year() > PLAUSIBLE_YEARS[1]).fill_null(value=False)
        ),
        is_nonexistent=is_local & wall.is_not_null() & first.is_null(),
        is_ambiguous=is_local & (first != second),
    )


def local_date(utc: pl.Expr, zone: str) -> pl.Expr:
    """The calendar date, in the zone, of a naive UTC time."""
    return utc.dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.date()


def check_zone(zone: str) -> None:
    """DeliveryRejected unless both Python and polars know the zone."""
    if not _is_zone(zone):
        raise DeliveryRejected(
            "unknown_time_zone", None, "the time zone is not an IANA name such as Europe/London"
        )


@lru_cache
def _is_zone(zone: str) -> bool:
    try:
        ZoneInfo(zone)
        pl.select(time_column(pl.lit("2026-01-01 00:00"), zone).utc)
    except (KeyError, ValueError, OSError, pl.exceptions.PolarsError):
        return False
    return True


@dataclass(frozen=True)
class Moment:
    """When a delivery was generated.

    Attributes:
        at: naive UTC; for a bare date noon of that date, so that it is the date in every zone.
        latest: naive UTC; nothing later than this can have been in the delivery. For a bare date
            the end of that day.
    """

    at: datetime
    latest: datetime


def parse_moment(text: str, zone: str) -> Moment | None:
    """Read an ISO 8601 time or date of a manifest; None when it is neither.

    Args:
        text: as written.
        zone: IANA name for a time without an offset.
    """
    bare = re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text.strip())
    value = pl.Series([f"{text.strip()}T00:00" if bare else text.strip()], dtype=pl.String())
    found = time_column(pl.lit(value), "UTC" if bare else zone).utc
    # Judged before it becomes a Python time: an offset may push the year out of Python's range.
    utc = pl.select(pl.when(found.dt.year().is_between(*PLAUSIBLE_YEARS)).then(found)).item()
    if utc is None:
        return None
    return _bare_moment(utc, zone) if bare else Moment(utc, utc)


def moment_in_name(name: str, pattern: str | None, zone: str) -> Moment | None:
    """Find a date or time in the name of a delivery or file.

    Args:
        name: the name; a suffix may be part of it.
        pattern: strptime-like text that occurs in the name (``export_%Y%m%d``); by default any ISO
            date, with or without a time.
        zone: IANA name of a time without ``Z``.
    """
    match = re.search(_pattern(pattern), name) if pattern else _MOMENT_IN_NAME.search(name)
    if match is None:
        return None
    parts = {part: int(text) for part, text in match.groupdict().items() if text and text.isdigit()}
    try:
        wall = datetime(parts.pop("year"), parts.pop("month"), parts.pop("day"), **parts)
    except ValueError:
        return None
    if not PLAUSIBLE_YEARS[0] <= wall.year <= PLAUSIBLE_YEARS[1]:
        return None
    if "hour" not in parts:
        return _bare_moment(wall, zone)
    is_utc = bool(match.groupdict().get("zulu"))
    utc = wall.replace(tzinfo=UTC if is_utc else ZoneInfo(zone)).astimezone(UTC)
    return Moment(utc.replace(tzinfo=None), utc.replace(tzinfo=None))


def _bare_moment(day: datetime, zone: str) -> Moment:
    end = datetime.combine(day.date(), time.max, ZoneInfo(zone)).astimezone(UTC)
    return Moment(datetime.combine(day.date(), time(12)), end.replace(tzinfo=None))


def _pattern(pattern: str) -> str:
    """The regular expression of a strptime-like pattern; ValueError without a whole date."""
    pieces = re.split(r"(%[A-Za-z])", pattern)
    if not {"%Y", "%m", "%d"} <= set(pieces):
        raise ValueError("needs %Y, %m and %d")
    if unknown := [piece for piece in pieces[1::2] if piece not in _PATTERN_PARTS]:
        raise ValueError(f"does not know {unknown[0]}")
    return "".join(_PATTERN_PARTS.get(piece, re.escape(piece)) for piece in pieces)


def check_pattern(pattern: str) -> str:
    """The pattern itself; ValueError with a plain message when it cannot be used."""
    re.compile(_pattern(pattern))
    return pattern
