"""What was known when: the state of a feed at the moment of a delivery, and what has changed.

A feed carries the moments at which the practice came to know things: `known_from` (the row is
there), `settled_at` (its outcome is there), `corrected_at` (columns `first_…` were believed until
then), `deleted_at`. All times are local. Nothing here is drawn at random or written to a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import polars as pl

MOMENTS = ("known_from", "settled_at", "corrected_at", "deleted_at")
EVENING = time(20, 0)


@dataclass(frozen=True)
class Moments:
    """When the exports are made, in local time, the last one on the last day.

    Attributes:
        full: the first, full export.
        window: an export of the last ten weeks.
        delta: what has changed since.
        final: the same, on the last day.
        clean_up: half an hour later, some rows again by hand.
        window_start: first moment of the window.
    """

    full: datetime
    window: datetime
    delta: datetime
    final: datetime
    clean_up: datetime
    window_start: datetime


def make_moments(end_on: date) -> Moments:
    """Lay the exports onto the seven weeks before the last day."""
    final = datetime.combine(end_on, EVENING)
    window = final - timedelta(days=22)
    return Moments(
        full=final - timedelta(days=50),
        window=window,
        delta=final - timedelta(days=8),
        final=final,
        clean_up=final + timedelta(minutes=30),
        window_start=datetime.combine((window - timedelta(days=70)).date(), time(0, 0)),
    )


def _passed(feed: pl.DataFrame, name: str, at: datetime) -> pl.Expr:
    """Whether a moment of each row has passed; false where the feed has no such moment."""
    if name not in feed.columns:
        return pl.lit(value=False)
    return (pl.col(name) <= at).fill_null(value=False)


def state_at(feed: pl.DataFrame, at: datetime, unsettled: Mapping[str, str | None]) -> pl.DataFrame:
    """The rows as they stood at a moment.

    Args:
        feed: a feed with its moments.
        at: local time.
        unsettled: what columns hold as long as the outcome of a row is not there.

    Returns:
        Known rows that are not deleted, with `record_updated_at`; the moments stay.
    """
    rows = feed.filter(_passed(feed, "known_from", at) & ~_passed(feed, "deleted_at", at))
    if "corrected_at" in rows.columns:
        early = ~_passed(rows, "corrected_at", at) & pl.col("corrected_at").is_not_null()
        firsts = [name for name in rows.columns if name.startswith("first_")]
        rows = rows.with_columns(
            pl.when(early).then(name).otherwise(name.removeprefix("first_"))
            .alias(name.removeprefix("first_"))
            for name in firsts
        )  # fmt: skip
    if "settled_at" in rows.columns:
        is_open = ~_passed(rows, "settled_at", at)
        rows = rows.with_columns(
            pl.when(is_open).then(pl.lit(word)).otherwise(name).alias(name)
            for name, word in unsettled.items()
        )
    present = [name for name in MOMENTS if name in rows.columns]
    return rows.with_columns(
        record_updated_at=pl.max_horizontal(
            pl.when(_passed(rows, name, at)).then(name) for name in present
        ),
        is_deleted=pl.lit(value=False),
    )


def changes(
    feed: pl.DataFrame, after: datetime, until: datetime, unsettled: Mapping[str, str | None]
) -> pl.DataFrame:
    """Rows of which anything was learnt between two moments, deleted ones marked as such.

    Args:
        feed: a feed with its moments.
        after: local time of the export before, excluded.
        until: local time of this export.
        unsettled: as in state_at.

    Returns:
        The rows as they stood at `until`.
    """
    learnt = pl.any_horizontal(
        _passed(feed, name, until) & ~_passed(feed, name, after)
        for name in MOMENTS
        if name in feed.columns
    )
    now = state_at(feed.filter(learnt), until, unsettled)
    return pl.concat([now, deleted_between(feed, after, until, unsettled)], how="vertical")


def deleted_between(
    feed: pl.DataFrame, after: datetime, until: datetime, unsettled: Mapping[str, str | None]
) -> pl.DataFrame:
    """Rows that an earlier export held and that were deleted since, marked as deleted."""
    gone = feed.filter(
        _passed(feed, "known_from", after)
        & _passed(feed, "deleted_at", until)
        & ~_passed(feed, "deleted_at", after)
    )
    before = state_at(gone, after, unsettled)
    return before.with_columns(
        is_deleted=pl.lit(value=True),
        record_updated_at=pl.col("deleted_at") if "deleted_at" in gone.columns else None,
    )
