"""The period a window extract speaks for.

Here: its bounds from the manifest, and which local days lie in it as a whole. Not here: what
follows for rows that it lacks (verdicts.py, dbt), or the period of an export without a manifest,
which only its rows can say.

Rows are asked by their local day. A day of which the window holds but a part is left out: the
export may well lack rows of its other hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from orchestration.errors import DeliveryRejected
from orchestration.extract.delivery_manifest import NAME, Manifest
from orchestration.extract.times import parse_moment

# An export up to 23:59 means the whole day.
_LAST_MINUTE = time(23, 59)


@dataclass(frozen=True)
class Window:
    """A period; empty where no manifest gives one.

    Attributes:
        start: first moment, naive UTC.
        end: last moment, naive UTC; of a bare date its beginning, as the manifest has it.
        first_day: first local day that lies in it as a whole.
        last_day: last such day; both are None where there is none.
    """

    start: datetime | None = None
    end: datetime | None = None
    first_day: date | None = None
    last_day: date | None = None


def window_of(manifest: Manifest, kind: str, zone: str) -> Window:
    """The period that a manifest gives.

    Args:
        manifest: of the delivery, maybe empty.
        kind: extract kind in force. A window that only rapport.toml speaks of may lack its bounds.
        zone: IANA name of the days.

    Raises:
        DeliveryRejected: a bound is missing, no time, or before the other.
    """
    texts = (manifest.window_start, manifest.window_end)
    start, end = (
        _bound(name, text, zone)
        for name, text in zip(("window_start", "window_end"), texts, strict=True)
    )
    if kind == "window" and (manifest.extract_kind == "window" or start or end):
        for name, bound in (("window_start", start), ("window_end", end)):
            if bound is None:
                raise _invalid(f"{name} is needed for a window extract")
    if start is None or end is None:
        return Window(start, end)
    if end < start:
        raise _invalid("window_end is before window_start")
    first, last = _first_day(start, zone), _last_day(end, _is_date(texts[1]), zone)
    return Window(start, end, first, last) if first <= last else Window(start, end)


def _bound(name: str, text: str | None, zone: str) -> datetime | None:
    if text is None:
        return None
    moment = parse_moment(f"{text.strip()}T00:00" if _is_date(text) else text, zone)
    if moment is None:
        raise _invalid(f"{name} is no ISO 8601 date or time of a year that can be meant")
    return moment.at


def _is_date(text: str | None) -> bool:
    return len((text or "").strip()) == len("2026-01-01")


def _first_day(start: datetime, zone: str) -> date:
    local = _local(start, zone)
    return local.date() if local.time() == time.min else local.date() + timedelta(days=1)


def _last_day(end: datetime, is_date: bool, zone: str) -> date:
    local = _local(end, zone)
    is_whole = is_date or local.time() >= _LAST_MINUTE
    return local.date() if is_whole else local.date() - timedelta(days=1)


def _local(moment: datetime, zone: str) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _invalid(detail: str) -> DeliveryRejected:
    return DeliveryRejected("manifest_invalid", NAME, detail)
