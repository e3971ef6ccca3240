"""What the practice got wrong at first and put right later, and clients registered twice.

Late rows, wrong statuses, sessions entered twice, re-keyed answers, merged clients: all of it lies
in the weeks of the later exports, so that every kind of correction reaches the pipeline.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from orchestration.simulator.details import raw_ids
from orchestration.simulator.knowledge import Moments

# Counts on a practice of any size: shares of the weeks in question, at least one of each kind.
_WRONG_STATUS, _LATE_ROW, _ENTERED_TWICE, _REKEYED = 0.03, 0.02, 0.015, 0.01
_MERGED_CLIENTS = 0.005
_REACH = timedelta(days=35)


@dataclass(frozen=True)
class Aliases:
    """Clients registered twice.

    Attributes:
        rows: client_id (the one that stays), alias_id, and the bookings made under the alias.
        linked_at: local time from which the practice knows.
    """

    rows: pl.DataFrame
    linked_at: datetime


def _some(rng: np.random.Generator, candidates: np.ndarray, share: float) -> np.ndarray:
    """A share of the candidates, at least one where there is any, in ascending order."""
    if not len(candidates):
        return candidates
    count = max(1, round(share * len(candidates)))
    return np.sort(rng.choice(candidates, count, replace=False))


def _between(rng: np.random.Generator, count: int, after: datetime, until: datetime) -> pl.Series:
    """Office hours drawn on the days between two local times."""
    first = np.datetime64(after.date()) + 1
    days = max((until.date() - after.date()).days - 1, 1)
    minutes = rng.integers(9 * 60, 17 * 60, count)
    drawn = first + rng.integers(0, days, count)
    return pl.Series(drawn.astype("M8[us]") + minutes.astype("m8[m]").astype("m8[us]"))


def _scatter(count: int, places: np.ndarray, moments: pl.Series) -> pl.Series:
    """A column of moments that is null but at the given places."""
    column = np.full(count, np.datetime64("NaT", "us"))
    column[places] = moments.to_numpy()
    return pl.Series(column)


def correct_sessions(
    rng: np.random.Generator, sessions: pl.DataFrame, moments: Moments
) -> pl.DataFrame:
    """Let some sessions be wrong at first.

    Args:
        rng: the stream of draws.
        sessions: session records.
        moments: when the exports are made.

    Returns:
        The records with `first_status`, `corrected_at` and `deleted_at`, and with the copies that
        were entered twice: half of them deleted later, half marked entered_in_error.
    """
    settled = sessions["settled_at"]
    lately = ((settled > moments.full - _REACH) & (settled <= moments.full)).fill_null(value=False)
    candidates = np.flatnonzero(lately.to_numpy() & (sessions["format"] == "individual").to_numpy())
    wrong = _some(rng, candidates, _WRONG_STATUS)
    late = _some(rng, np.setdiff1d(candidates, wrong), _LATE_ROW)
    twice = _some(rng, np.setdiff1d(candidates, np.union1d(wrong, late)), _ENTERED_TWICE)

    count = len(sessions)
    corrected = _scatter(count, wrong, _between(rng, len(wrong), moments.full, moments.final))
    arrived = _scatter(count, late, _between(rng, len(late), moments.full, moments.delta))
    unmarked = pl.Series(rng.random(count) < 0.5)
    was_seen = pl.col("status").is_in(["attended", "attended_late"])
    taken_for_seen = ~unmarked & ~was_seen
    sessions = sessions.with_columns(
        first_status=pl.when(unmarked)
        .then(pl.lit("scheduled"))
        .when(was_seen)
        .then(pl.lit("no_show"))
        .otherwise(pl.lit("attended")),
        first_duration_minutes=pl.when(taken_for_seen).then(50.0),
        first_cancelled_at=pl.lit(None, dtype=pl.Datetime("us")),
        first_cancelled_by=pl.lit(None, dtype=pl.String),
        corrected_at=corrected,
        known_from=pl.coalesce(arrived, "known_from"),
        settled_at=pl.coalesce(arrived, "settled_at"),
        deleted_at=pl.lit(None, dtype=pl.Datetime("us")),
    )
    removed = _between(rng, len(twice), moments.full, moments.delta)
    is_error = pl.Series(np.arange(len(twice)) % 2 == 1)
    copies = sessions[twice].with_columns(
        session_id=raw_ids("s", count + pl.int_range(pl.len()), 7),
        booking=pl.lit(None, dtype=sessions["booking"].dtype),
        first_status=pl.col("status"),
        first_duration_minutes=pl.col("duration_minutes"),
        first_cancelled_at=pl.col("cancelled_at"),
        first_cancelled_by=pl.col("cancelled_by"),
        status=pl.when(is_error).then(pl.lit("entered_in_error")).otherwise("status"),
        corrected_at=pl.when(is_error).then(removed),
        deleted_at=pl.when(~is_error).then(removed),
    )
    return pl.concat([sessions, copies]).sort("started_at", "session_id")


def correct_answers(
    rng: np.random.Generator, feedback: pl.DataFrame, moments: Moments
) -> pl.DataFrame:
    """Let some answers be keyed wrongly at first: `first_score` and `corrected_at`."""
    lately = (feedback["completed_at"] > moments.full - _REACH) & (
        feedback["completed_at"] <= moments.full
    )
    is_item = feedback["scale"].str.starts_with("item_") & feedback["score"].is_not_null()
    rekeyed = _some(rng, np.flatnonzero((lately & is_item).to_numpy()), _REKEYED)
    corrected = _between(rng, len(rekeyed), moments.full, moments.final)
    return feedback.with_columns(
        first_score=pl.when(pl.col("score") > 1)
        .then(pl.col("score") - 1)
        .otherwise(pl.col("score") + 1),
        corrected_at=_scatter(len(feedback), rekeyed, corrected),
    )


def alias_clients(rng: np.random.Generator, sessions: pl.DataFrame, moments: Moments) -> Aliases:
    """Choose clients whose first bookings stand under a second id, merged later.

    Returns:
        The aliases. The link is known ten days after the full export.
    """
    spans = (
        sessions.drop_nulls("booking")
        .group_by("client_id")
        .agg(
            rows=pl.len(),
            episodes=pl.col("episode").n_unique(),
            first=pl.col("started_at").min(),
            bookings=pl.col("booking").sort_by("started_at"),
        )
        .filter(
            (pl.col("rows") >= 6)
            & (pl.col("episodes") == 1)
            & (pl.col("first") < moments.full - timedelta(days=90))
        )
        .sort("client_id")
    )
    chosen = spans[_some(rng, np.arange(len(spans)), _MERGED_CLIENTS)]
    rows = chosen.select(
        "client_id",
        alias_id=raw_ids("d", pl.int_range(pl.len()), 6),
        booking=pl.col("bookings").list.head(pl.col("rows") // 2),
    ).explode("booking")
    return Aliases(rows=rows, linked_at=moments.full + timedelta(days=10))


def under_alias(frame: pl.DataFrame, aliases: Aliases) -> pl.DataFrame:
    """Put the alias into `client_id` wherever a row belongs to a booking made under it."""
    alias = aliases.rows.select("alias_id", pl.col("booking").cast(frame["booking"].dtype))
    return (
        frame.join(alias, on="booking", how="left", maintain_order="left")
        .with_columns(client_id=pl.coalesce("alias_id", "client_id"))
        .drop("alias_id")
    )


def alias_records(clients: pl.DataFrame, aliases: Aliases) -> pl.DataFrame:
    """Client records with those of the aliases among them."""
    pairs = aliases.rows.select("client_id", "alias_id").unique(maintain_order=True)
    copies = clients.join(pairs, on="client_id", how="inner", maintain_order="right")
    copies = copies.with_columns(client_id="alias_id").drop("alias_id")
    return pl.concat([clients, copies.select(clients.columns)]).sort("client_id")


def link_records(aliases: Aliases) -> pl.DataFrame:
    """The feed id_links: each alias is merged into the client's own id."""
    pairs = aliases.rows.select("client_id", "alias_id").unique(maintain_order=True)
    at = pl.lit(aliases.linked_at).cast(pl.Datetime("us"))
    return pairs.select(
        entity=pl.lit("client"),
        source_system=pl.lit("practice"),
        old_id="alias_id",
        new_id="client_id",
        relation=pl.lit("merged_into"),
        effective_at=at,
        known_from=at,
    )
