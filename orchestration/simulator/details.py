"""What a practice system records of a booking beyond day and status; and the group evenings.

Length, place, who cancelled and when, when it was booked, the raw ids. What the practice gets wrong
at first is corrections.py's matter.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from orchestration.simulator.practice import Practice

GROUP_TIME = np.timedelta64(18 * 60 + 30, "m").astype("timedelta64[us]")
GROUP_WEEKDAY = 3
GROUP_SIZE = 8
SEEN = ("attended", "attended_late")


def raw_ids(prefix: str, numbers: pl.Expr | str, width: int) -> pl.Expr:
    """Raw ids such as s0000123: a letter keeps spreadsheets and phone rules away from them."""
    column = pl.col(numbers) if isinstance(numbers, str) else numbers
    return pl.lit(prefix) + (column + 1).cast(pl.String).str.zfill(width)


def at_hour(day: pl.Expr, hour: pl.Expr | int) -> pl.Expr:
    """An hour of a day."""
    return day.cast(pl.Datetime("us")) + pl.duration(hours=hour)


def _pick(rng: np.random.Generator, count: int, words: dict[str, float]) -> pl.Series:
    """Draw words with the given weights."""
    weights = np.array(list(words.values()))
    drawn = rng.choice(len(words), count, p=weights / weights.sum())
    return pl.Series(np.array(list(words), dtype=object)[drawn].tolist(), dtype=pl.String)


def _group_evenings(rng: np.random.Generator, practice: Practice, rows: int) -> pl.DataFrame:
    """Rows of group sessions: clients in the middle of a course with the clinician who leads it.

    A member is one whose individual sessions began before the evening and go on after it, so a
    group never decides when somebody was last seen.
    """
    calendar = practice.calendar
    episodes = practice.episodes.filter(pl.col("attended") > 3)
    first = episodes["first_on"].to_numpy()
    last = episodes["last_seen_at"].dt.date().to_numpy()
    clinician = episodes["clinician"].to_numpy()
    numbers = episodes["episode"].to_numpy()
    stays = np.flatnonzero(practice.clinicians.end_week > calendar.weeks)
    parts: list[pl.DataFrame] = []
    made = evening = 0
    for _ in range(4 + rows // GROUP_SIZE):
        if made >= rows:
            break
        leader = int(rng.choice(stays))
        week = int(rng.integers(2, max(calendar.weeks - 12, 3)))
        for on in calendar.mondays[week : week + 10] + GROUP_WEEKDAY:
            active = numbers[(clinician == leader) & (first < on) & (last > on)][:GROUP_SIZE]
            if len(active) < 3 or made >= rows:
                continue
            evening += 1
            made += len(active)
            came = _pick(rng, len(active), {"attended": 0.84, "no_show": 0.1, "late_cancel": 0.06})
            parts.append(
                pl.DataFrame(
                    {
                        "episode": active,
                        "status": came,
                        "started_at": pl.Series(np.full(len(active), on + GROUP_TIME)),
                        "group_number": np.full(len(active), evening - 1),
                    }
                )
            )
    return pl.concat(parts) if parts else pl.DataFrame()


def _with_groups(rng: np.random.Generator, practice: Practice, rows: int) -> pl.DataFrame:
    """Bookings with the group evenings among them, in order of time."""
    bookings = practice.bookings.with_columns(
        group_number=pl.lit(None, dtype=pl.Int64), format=pl.lit("individual")
    )
    groups = _group_evenings(rng, practice, rows)
    if not groups.is_empty():
        added = groups.with_columns(
            session=pl.lit(0, dtype=pl.Int64),
            is_future=pl.lit(False),
            is_open=pl.lit(False),
            format=pl.lit("group"),
        )
        bookings = pl.concat([bookings, added], how="diagonal")
    return bookings.sort("started_at", "episode", "session", maintain_order=True)


def _cancelling(rng: np.random.Generator, bookings: pl.DataFrame) -> pl.DataFrame:
    """Who cancelled a booking and when (metrics.md 5.3: late is less than 24 hours ahead)."""
    count = len(bookings)
    hours = {
        "late_cancel": rng.uniform(0.5, 16, count),
        "cancelled_client": rng.uniform(30, 120, count),
        "cancelled_clinician": rng.uniform(2, 96, count),
        "cancelled_unknown": rng.uniform(26, 90, count),
        "rescheduled": rng.uniform(26, 72, count),
    }
    who = {
        "late_cancel": "client",
        "cancelled_client": "client",
        "cancelled_clinician": "clinician",
        "rescheduled": "client",
    }
    ahead = pl.lit(None, dtype=pl.Float64)
    for status, drawn in hours.items():
        ahead = pl.when(pl.col("status") == status).then(pl.Series(drawn)).otherwise(ahead)
    when = pl.col("started_at") - pl.duration(minutes=(ahead * 60).round().cast(pl.Int64))
    # Nobody cancels in the small hours, where a local time may not exist or exist twice.
    evening_before = when - pl.duration(hours=7)
    return bookings.with_columns(
        cancelled_at=pl.when(when.dt.hour() < 6).then(evening_before).otherwise(when),
        cancelled_by=pl.col("status").replace_strict(
            list(who), list(who.values()), default=None, return_dtype=pl.String
        ),
    )


def _lengths(rng: np.random.Generator, bookings: pl.DataFrame) -> pl.DataFrame:
    """Minutes of attended sessions, and when they ended; a few lengths are not recorded."""
    count = len(bookings)
    usual = rng.choice([50.0, 60.0, 45.0], count, p=[0.8, 0.12, 0.08])
    is_assessment = (pl.col("session") == 0) & (pl.col("format") == "individual")
    minutes = (
        pl.when(pl.col("format") == "group")
        .then(90.0)
        .when(is_assessment)
        .then(75.0)
        .otherwise(pl.Series(usual))
    )
    is_written = pl.Series(rng.random(count) > 0.02)
    return bookings.with_columns(
        ended_at=pl.col("started_at") + pl.duration(minutes=minutes),
        duration_minutes=pl.when(is_written & pl.col("status").is_in(SEEN)).then(minutes),
    )


def _booked(bookings: pl.DataFrame, lead: pl.Series, end_on: np.datetime64) -> pl.DataFrame:
    """When each booking was made: at the end of the last one before it, the first days ahead."""
    ended = pl.when(~pl.col("is_future")).then("ended_at")
    made = pl.coalesce(
        ended.forward_fill().shift(1).over("episode"),
        pl.col("started_at") - pl.duration(days=lead, hours=1),
    )
    # Whatever stands in the diary was booked by the afternoon of the last day.
    latest = pl.lit(end_on).cast(pl.Datetime("us")) + pl.duration(hours=16)
    before_cancelling = pl.col("cancelled_at") - pl.duration(hours=1)
    return bookings.with_columns(booked_at=pl.min_horizontal(made, latest, before_cancelling))


def with_details(rng: np.random.Generator, practice: Practice, group_rows: int) -> Practice:
    """Fill in what the practice system records of each booking.

    Args:
        rng: the stream of draws.
        practice: the practice as lived.
        group_rows: rows of group sessions wanted, about.

    Returns:
        The practice with bookings in order of time and the columns of the sessions feed.
    """
    count = len(practice.episodes)
    places = _pick(rng, count, {"in_person": 0.6, "video": 0.34, "phone": 0.06})
    local = _pick(rng, count, {"kiosk": 0.5, "in_room": 0.35, "paper": 0.15})
    rooms = pl.Series(rng.integers(1, 4, count))
    people = practice.clinicians
    clinician = practice.episodes["clinician"].to_numpy()
    per_episode = practice.episodes.select(
        "episode",
        "client",
        "arrival",
        modality=places,
        collection_mode=pl.when(places == "in_person").then(local).otherwise(pl.lit("remote_link")),
        clinician_id=pl.Series(people.ids[clinician].tolist(), dtype=pl.String),
        location_id=pl.Series(people.site[clinician].tolist(), dtype=pl.String)
        + "-room-"
        + rooms.cast(pl.String),
    )
    bookings = _with_groups(rng, practice, group_rows)
    bookings = bookings.join(per_episode, on="episode", how="left", maintain_order="left")
    bookings = _lengths(rng, _cancelling(rng, bookings))
    lead = pl.Series(rng.integers(3, 18, len(bookings)))
    is_review = (pl.col("session") % 8 == 0) & (pl.col("session") > 0)
    bookings = bookings.with_columns(
        session_id=raw_ids("s", pl.int_range(pl.len()), 7),
        episode_id=raw_ids("e", "episode", 6),
        client_id=raw_ids("c", "client", 6),
        group_session_id=raw_ids("g", "group_number", 5),
        appointment_type=pl.when(pl.col("format") == "group")
        .then(pl.lit("treatment"))
        .when(pl.col("session") == 0)
        .then(pl.lit("assessment"))
        .when((pl.col("session") == 1) & (pl.col("arrival") != "returned"))
        .then(pl.lit("intake"))
        .when(is_review)
        .then(pl.lit("review"))
        .otherwise(pl.lit("treatment")),
        modality=pl.when(pl.col("format") == "group")
        .then(pl.lit("in_person"))
        .otherwise("modality"),
        location_id=pl.when(pl.col("modality") == "in_person").then("location_id"),
    )
    return replace(practice, bookings=_booked(bookings, lead, practice.calendar.end_on))
