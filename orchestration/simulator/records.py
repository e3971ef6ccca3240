"""What the practice writes down: the feeds as they finally stand, before any delivery.

Each feed is a table of contract columns plus the moments at which the practice came to know things
(`known_from`, `settled_at`); corrections.py adds what was wrong at first, knowledge.py asks what
was known when. True endings are course.py's; how they are coded is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from orchestration.simulator.course import DROPOUT, ENDINGS, NEVER_STARTED, PLANNED
from orchestration.simulator.details import SEEN, at_hour, raw_ids
from orchestration.simulator.forms import Forms
from orchestration.simulator.parameters import value
from orchestration.simulator.practice import Practice
from orchestration.simulator.supervision import supervise

NEW_CLINICIAN_DAYS = 900
_BANDS = ((18, "18-24"), (25, "25-34"), (35, "35-44"), (45, "45-54"), (55, "55-64"), (65, "65+"))


@dataclass(frozen=True)
class Records:
    """The feeds of the practice system and the forms, as they finally stand.

    Attributes:
        sessions, clients, clinicians, episodes, supervision: contract columns and knowledge.
        has_record: per episode, whether the practice keeps an episode record at all.
        closure: per episode, the coded closure (episode, closed_on, closure_reason).
    """

    sessions: pl.DataFrame
    clients: pl.DataFrame
    clinicians: pl.DataFrame
    episodes: pl.DataFrame
    supervision: pl.DataFrame
    has_record: np.ndarray
    closure: pl.DataFrame


def _closures(rng: np.random.Generator, practice: Practice) -> pl.DataFrame:
    """How each finished episode is closed in the books, if it is (metrics.md 5.1)."""
    episodes = practice.episodes
    count = len(episodes)
    drawn, second = pl.Series(rng.random(count)), pl.Series(rng.random(count))
    soon = pl.Series(rng.integers(0, 11, count))
    later = pl.Series(rng.integers(14, 41, count))
    coded = value("dropout_coded")
    miscoded = coded + value("dropout_coded_completed")
    closed = miscoded + value("dropout_closed_unknown")
    lost = value("planned_left_open") + value("planned_closed_unknown")
    ending = pl.col("ending")
    is_left_open = ((ending == DROPOUT) & (drawn >= closed)) | (
        (ending == PLANNED) & (drawn < value("planned_left_open"))
    )
    reason = (
        pl.when((ending == DROPOUT) & (drawn < coded))
        .then(pl.lit("dropout_client"))
        .when((ending == DROPOUT) & (drawn < miscoded))
        .then(pl.lit("completed"))
        .when((ending == DROPOUT) | ((ending == PLANNED) & (drawn < lost)))
        .then(pl.when(second < 0.5).then(pl.lit("unknown")))
        .when((ending == PLANNED) & (second < value("mutual_share")))
        .then(pl.lit("mutual"))
        .when(ending == PLANNED)
        .then(pl.lit("completed"))
        .when(ending == NEVER_STARTED)
        .then(
            pl.when(second < 0.6).then(pl.lit("dropout_client")).otherwise(pl.lit("administrative"))
        )
        .otherwise(
            ending.replace_strict(range(len(ENDINGS)), list(ENDINGS), return_dtype=pl.String)
        )
    )
    stayed_away = ending.is_in([DROPOUT, NEVER_STARTED])
    is_transfer = ending == ENDINGS.index("transferred")
    delay = pl.when(stayed_away).then(later).when(is_transfer).then(0).otherwise(soon)
    last = pl.when(stayed_away).then("last_past_at").otherwise("last_seen_at").dt.date()
    closed_on = last + pl.duration(days=delay)
    is_closed = pl.col("is_over") & ~is_left_open & (closed_on <= pl.lit(practice.calendar.end_on))
    return episodes.select(
        "episode",
        closed_on=pl.when(is_closed).then(closed_on),
        closure_reason=pl.when(is_closed).then(reason),
    )


def _episodes(rng: np.random.Generator, practice: Practice, closure: pl.DataFrame) -> pl.DataFrame:
    """Episode records, with the day each was opened."""
    ahead = pl.Series(rng.integers(0, 8, len(practice.episodes)))
    ids = pl.Series(practice.clinicians.ids.tolist(), dtype=pl.String)
    opened = pl.when(pl.col("arrival") == "new").then(pl.col("first_on") - pl.duration(days=ahead))
    return (
        practice.episodes.join(closure, on="episode", maintain_order="left")
        .select(
            "episode",
            "client",
            "closed_on",
            "closure_reason",
            episode_id=raw_ids("e", "episode", 6),
            client_id=raw_ids("c", "client", 6),
            clinician_id=ids.gather(practice.episodes["clinician"]),
            opened_on=pl.min_horizontal(
                pl.coalesce(opened, "first_on"), pl.lit(practice.calendar.end_on)
            ),
        )
        .with_columns(
            known_from=at_hour(pl.col("opened_on"), 9),
            settled_at=at_hour(pl.col("closed_on"), 17),
        )
    )


def _sessions(rng: np.random.Generator, practice: Practice, has_record: np.ndarray) -> pl.DataFrame:
    """Session records; half the late cancellations are only recognisable by their time."""
    bookings = practice.bookings
    plain = pl.Series(rng.random(len(bookings)) < 0.5)
    is_plain = (pl.col("status") == "late_cancel") & plain
    recorded = pl.Series(has_record).gather(bookings["episode"])
    minutes = pl.when(pl.col("status").is_in(SEEN)).then("ended_at").otherwise("started_at")
    return bookings.with_row_index("booking").select(
        "booking",
        "episode",
        "session_id",
        "client_id",
        "clinician_id",
        "started_at",
        "duration_minutes",
        "cancelled_at",
        "cancelled_by",
        "modality",
        "format",
        "group_session_id",
        "appointment_type",
        "location_id",
        "booked_at",
        status=pl.when(is_plain).then(pl.lit("cancelled_client")).otherwise("status"),
        episode_id=pl.when(recorded).then("episode_id"),
        known_from=pl.col("booked_at"),
        settled_at=pl.when(~pl.col("is_future")).then(pl.coalesce("cancelled_at", minutes)),
    )


def _clients(
    rng: np.random.Generator, practice: Practice, records: pl.DataFrame, intake: np.ndarray
) -> pl.DataFrame:
    """Client records, those who wait for a first appointment included."""
    end_on = practice.calendar.end_on
    year = int(str(end_on)[:4])
    first = (
        practice.episodes.select("episode", "client")
        .with_columns(intake=pl.Series(intake))
        .join(records.select("episode", "opened_on"), on="episode", maintain_order="left")
        .group_by("client", maintain_order=True)
        .first()
        .drop("episode")
    )
    clients = practice.clients.join(first, on="client", how="left", maintain_order="left")
    waiting = max(1, len(clients) // 30)
    extra = practice.clients.head(waiting).with_columns(
        client=len(clients) + pl.int_range(pl.len()),
        opened_on=pl.lit(end_on) + pl.duration(days=pl.Series(rng.integers(0, 40, waiting))),
    )
    clients = pl.concat([clients, extra], how="diagonal_relaxed")
    count = len(clients)
    wait = pl.Series(rng.integers(18, 50, count))
    only_band = pl.Series(rng.random(count) < 0.1)
    age = year - pl.col("birth_year")
    band = pl.lit(_BANDS[0][1])
    for youngest, name in _BANDS[1:]:
        band = pl.when(age >= youngest).then(pl.lit(name)).otherwise(band)
    severity = (100 * (40 - pl.col("intake")) / 40).round(1)
    return clients.select(
        "client",
        "gender",
        "preference_recorded",
        client_id=raw_ids("c", "client", 6),
        birth_year=pl.when(~only_band).then("birth_year"),
        age_band=pl.when(only_band).then(band),
        referred_on=pl.min_horizontal(
            pl.col("opened_on").cast(pl.Date) - pl.duration(days=wait),
            pl.lit(end_on) - pl.duration(days=1),
        ).cast(pl.Date),
        trauma_history=pl.col("trauma"),
        preference_met=pl.when(pl.col("preference_recorded")).then("preference_met"),
        intake_severity=severity,
    ).with_columns(known_from=at_hour(pl.col("referred_on"), 9))


def _clinicians(rng: np.random.Generator, practice: Practice) -> pl.DataFrame:
    """Clinician records."""
    people, calendar = practice.clinicians, practice.calendar
    began = calendar.day(people.start_week, 0)
    before = rng.integers(100, NEW_CLINICIAN_DAYS, len(people.ids))
    began = np.where(people.start_week == 0, began - before, began)
    leaves = people.end_week <= calendar.weeks
    ended = np.where(leaves, calendar.day(people.end_week, -3), np.datetime64("NaT", "D"))
    return pl.DataFrame(
        {
            "clinician_id": pl.Series(people.ids.tolist(), dtype=pl.String),
            "role": pl.Series(people.role.tolist(), dtype=pl.String),
            "site_id": pl.Series(people.site.tolist(), dtype=pl.String),
            "started_on": pl.Series(began),
            "ended_on": pl.Series(ended),
        }
    ).with_columns(
        known_from=at_hour(pl.col("started_on"), 8), settled_at=at_hour(pl.col("ended_on"), 17)
    )


def write_down(
    rng: np.random.Generator, later: np.random.Generator, practice: Practice, forms: Forms
) -> Records:
    """Turn what happened into what the practice system holds in the end.

    Args:
        rng: the stream of draws.
        later: the stream of what supervision takes up because of a rupture.
        practice: the practice with details.
        forms: its forms; the intake level becomes the recorded intake severity.

    Returns:
        The feeds. About one in fifty courses has no episode record, so that episodes have to be
        derived (metrics.md 0.3); only clients with a single course are among them.
    """
    closure = _closures(rng, practice)
    episodes = _episodes(rng, practice, closure)
    alone = practice.episodes.select(alone=pl.len().over("client") == 1).to_series().to_numpy()
    has_record = ~(alone & (rng.random(len(alone)) < 0.02))
    return Records(
        sessions=_sessions(rng, practice, has_record),
        clients=_clients(rng, practice, episodes, forms.intake),
        clinicians=_clinicians(rng, practice),
        episodes=episodes.filter(pl.Series(has_record)),
        supervision=supervise(rng, later, practice),
        has_record=has_record,
        closure=closure,
    )
