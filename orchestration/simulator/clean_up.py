"""The last delivery: recent rows sent again by hand, with a handful of mistakes among them.

So that the data-quality page has something true to show. Every mistake is listed with the rule it
must break; all of them together stay below the share at which a delivery is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import polars as pl

from orchestration.simulator.exports import COLUMNS, PRACTICE, UNSETTLED, Delivery, as_text
from orchestration.simulator.knowledge import Moments, state_at

RECENT_DAYS = 14
GOOD_ROWS = 400

# What is changed in a good row, and the rule that must say so. "collapsed" rows are exact copies.
_BAD_SESSIONS: tuple[tuple[dict[str, str | None], str, str], ...] = (
    ({"started_at": "31/02/2026 10:00"}, "not_a_timestamp", "started_at"),
    ({"started_at": "soon"}, "not_a_timestamp", "started_at"),
    ({"status": "came and went"}, "not_in_list", "status"),
    ({"clinician_id": None}, "missing_required", "clinician_id"),
    ({"location_id": "Garden Room"}, "pii_suspected", "location_id"),
)
_BAD_ANSWERS: tuple[tuple[dict[str, str | None], str, str], ...] = (
    ({"instrument": "gad7", "scale": "item_01", "score": "1"}, "conflicting_duplicate", ""),
    ({"instrument": "gad7", "scale": "item_01", "score": "3"}, "conflicting_duplicate", ""),
    ({"client_id": "c999999"}, "orphan_client", "client_id"),
    ({"session_id": "s9999999"}, "orphan_session", "session_id"),
    ({"score": "n/a"}, "not_a_number", "score"),
    ({"completed_at": "2026-13-01T10:00:00Z"}, "not_a_timestamp", "completed_at"),
    ({"instrument": "phq9", "scale": "item_01", "score": "7"}, "out_of_range", "score"),
)
# Well below the share of bad rows at which a delivery is refused (trust.md 3.2).
MOST_BAD = 0.15
PLANTED_SCHEMA = {
    "feed": pl.String(),
    "row_number": pl.Int64(),
    "rule": pl.String(),
    "column": pl.String(),
}


def _altered(
    good: pl.DataFrame,
    key: str,
    prefix: str,
    bad: tuple[tuple[dict[str, str | None], str, str], ...],
) -> list[tuple[pl.DataFrame, str, str]]:
    """Copies of good rows under ids of their own, each with one thing wrong."""
    made = []
    for number, (change, rule, column) in enumerate(bad):
        row = good[number % len(good)]
        # Two rows that contradict one another are two versions of one.
        own = 0 if rule == "conflicting_duplicate" else number
        text = {key: f"{prefix}{own + 1:05d}", **change}
        columns = [pl.lit(word, dtype=pl.String).alias(name) for name, word in text.items()]
        made.append((row.with_columns(columns), rule, column))
    return made


def _mixed(
    feed: str, good: pl.DataFrame, bad: list[tuple[pl.DataFrame, str, str]], copies: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Bad rows spread among the good ones, and the list of mistakes with their row numbers."""
    step = max(len(good) // (len(bad) + 1), 1)
    parts: list[pl.DataFrame] = []
    planted = []
    place = 1  # the header is row 1
    for number, (row, rule, column) in enumerate(bad):
        chunk = good[number * step : (number + 1) * step]
        parts += [chunk, row.select(good.columns)]
        place += len(chunk) + 1
        planted.append((feed, place, rule, column))
    rest = good[len(bad) * step :]
    parts.append(rest)
    place += len(rest)
    for number in range(min(copies, len(good))):
        parts.append(good[number])
        place += 1
        planted.append((feed, place, "collapsed", ""))
    return pl.concat(parts), pl.DataFrame(planted, schema=PLANTED_SCHEMA, orient="row")


def clean_up_delivery(
    feeds: Mapping[str, pl.DataFrame], moments: Moments
) -> tuple[Delivery | None, pl.DataFrame]:
    """Make the last delivery.

    Args:
        feeds: the feeds with their moments.
        moments: when the exports are made.

    Returns:
        The delivery (None where nothing happened lately), and one row per mistake: feed,
        row_number (the header is row 1), rule, column.
    """
    since: datetime = moments.final - timedelta(days=RECENT_DAYS)
    tables: dict[str, pl.DataFrame] = {}
    lists = [pl.DataFrame(schema=PLANTED_SCHEMA)]
    for feed, when, key, prefix, bad in (
        ("sessions", "started_at", "session_id", "sx", _BAD_SESSIONS),
        ("feedback", "completed_at", "response_id", "rx", _BAD_ANSWERS),
    ):
        rows = feeds[feed].filter(pl.col(when).is_between(since, moments.final))
        good = (
            state_at(rows, moments.final, UNSETTLED.get(feed, {})).sort(when, key).head(GOOD_ROWS)
        )
        if good.is_empty():
            continue
        text = as_text(feed, good.with_columns(record_updated_at=pl.lit(moments.clean_up)))
        plain = text.filter(pl.col("session_id").is_not_null()) if feed == "feedback" else text
        few = bad[: max(2, int(MOST_BAD * len(text)))]
        altered = _altered(plain if len(plain) else text, key, prefix, few)
        table, planted = _mixed(feed, text, altered, copies=2)
        tables[f"{feed}.csv"] = table.select(COLUMNS[feed])
        lists.append(planted)
    planted = pl.concat(lists)
    if not tables:
        return None, planted
    name = f"{moments.clean_up:%Y-%m-%d}-corrections"
    return Delivery(PRACTICE, name, "delta", moments.clean_up, tables), planted
