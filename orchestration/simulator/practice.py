"""The whole practice lived through: blocks of clients until there are the bookings asked for.

Puts people, course, bookings and diary together into four plain tables (Practice). Knows nothing of
files, feeds or deliveries.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from orchestration.simulator.bookings import (
    ATTENDED,
    STATUSES,
    Bookings,
    book,
    cut_at_leaving,
)
from orchestration.simulator.course import (
    LONGEST,
    PLANNED,
    TRANSFERRED,
    Course,
    Plan,
    Ruptures,
    run_course,
)
from orchestration.simulator.diary import (
    HANDOVER_HOUR,
    Calendar,
    bookings_kept,
    give_slots,
    start_times,
)
from orchestration.simulator.parameters import value
from orchestration.simulator.people import Clients, Clinicians, make_clients

BLOCK = 20_000
# Bookings per client, roughly; only the size of the first block depends on it.
BOOKINGS_PER_CLIENT = 9
FIRST_BOOKING_AHEAD_WEEKS = 2


@dataclass(frozen=True)
class Practice:
    """What truly happened, as tables of whole numbers that point to one another.

    Attributes:
        clinicians: the clinicians.
        calendar: the working weeks.
        clients: one row per client (`client` is its row number).
        episodes: one row per episode (`episode` is its row number).
        bookings: one row per booking in order of episode and time; the latent alliance stands on
            attended ones.
        ruptures: one row per planted rupture that was reached.
    """

    clinicians: Clinicians
    calendar: Calendar
    clients: pl.DataFrame
    episodes: pl.DataFrame
    bookings: pl.DataFrame
    ruptures: pl.DataFrame


@dataclass(frozen=True)
class _Lived:
    """One block after one pass: what it planned, what came of it."""

    plan: Plan
    course: Course
    bookings: Bookings
    attended: np.ndarray
    ending: np.ndarray
    last_week: np.ndarray


def _new_plan(
    rng: np.random.Generator, count: int, clinicians: Clinicians, calendar: Calendar
) -> Plan:
    """First episodes of new clients: who sees them and when they begin."""
    clinician = rng.choice(len(clinicians.ids), count, p=clinicians.weight)
    first = clinicians.start_week[clinician]
    last = np.minimum(clinicians.end_week[clinician] - 4, calendar.weeks)
    last = np.maximum(last, first + 1)
    start = first + np.floor(rng.random(count) * (last - first)).astype(np.int64)
    return Plan(
        client=np.arange(count),
        clinician=clinician,
        start_week=start,
        cadence=rng.choice([1, 2, 0], count, p=[0.65, 0.2, 0.15]),
        previous=np.full(count, -1),
        arrival=np.full(count, "new", dtype=object),
        is_same_day=np.zeros(count, dtype=bool),
    )


def _later_plan(
    rng: np.random.Generator, lived: _Lived, clinicians: Clinicians, calendar: Calendar
) -> Plan:
    """Episodes that follow from others: transfers to someone else, and clients who come back."""
    seen = lived.attended > 0
    moves = seen & (lived.ending == TRANSFERRED) & (len(clinicians.ids) > 1)
    returns = seen & (lived.ending == PLANNED) & (rng.random(len(seen)) < value("return_share"))
    previous = np.flatnonzero(moves | returns)
    is_move = moves[previous]
    before = lived.plan.clinician[previous]
    stays = clinicians.end_week > calendar.weeks
    weight = np.where(stays, clinicians.weight, 0.0)
    # The last resort of a tiny practice: whoever comes next.
    chosen = (before + 1) % len(clinicians.ids)
    for _ in range(8):
        drawn = rng.choice(len(clinicians.ids), len(previous), p=weight / weight.sum())
        chosen = np.where(drawn != before, drawn, chosen)
    same = is_move & (rng.random(len(previous)) < value("same_day_share"))
    pause = np.where(
        is_move, rng.integers(1, 7, len(previous)), rng.integers(14, 32, len(previous))
    )
    last = lived.last_week[previous]
    clinician = np.where(is_move, chosen, before)
    start = np.maximum(last + np.where(same, 0, pause), clinicians.start_week[clinician])
    plan = Plan(
        client=lived.plan.client[previous],
        clinician=clinician,
        start_week=start,
        cadence=lived.plan.cadence[previous],
        previous=previous,
        arrival=np.where(is_move, "transferred", "returned").astype(object),
        is_same_day=same & (start == last),
    )
    useful = (start < calendar.weeks + FIRST_BOOKING_AHEAD_WEEKS) & (
        start < clinicians.end_week[clinician]
    )
    return Plan(*(getattr(plan, name)[useful] for name in Plan.__dataclass_fields__))


def _live(
    rng: np.random.Generator,
    plan: Plan,
    clinicians: Clinicians,
    clients: Clients,
    *,
    may_transfer: bool,
) -> _Lived:
    """Run course and bookings of one plan."""
    course = run_course(rng, plan, clinicians, clients, may_transfer=may_transfer)
    bookings = book(rng, plan, course, clinicians)
    bookings, attended, ending = cut_at_leaving(plan, course, bookings, clinicians)
    seen = bookings.status >= ATTENDED
    last_week = np.zeros(len(plan), dtype=np.int64)
    np.maximum.at(last_week, bookings.episode[seen], bookings.week[seen])
    return _Lived(plan, course, bookings, attended, ending, last_week)


def _tables(
    lived: _Lived, first_client: int, first_episode: int
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Episodes, bookings and ruptures of one pass; episodes are numbered within the block."""
    plan, course, rows = lived.plan, lived.course, lived.bookings
    episodes = pl.DataFrame(
        {
            "episode": first_episode + np.arange(len(plan)),
            "client": first_client + plan.client,
            "clinician": plan.clinician,
            "cadence": plan.cadence,
            "previous": plan.previous,
            "arrival": pl.Series(plan.arrival.tolist(), dtype=pl.String),
            "is_same_day": plan.is_same_day,
            "will_attend": lived.attended,
            "ending": lived.ending,
            "pair": course.pair,
            "focus": course.focus,
        }
    )
    at = (rows.episode, np.clip(rows.session - 1, 0, LONGEST - 1))
    bookings = pl.DataFrame(
        {
            "episode": first_episode + rows.episode,
            "week": rows.week,
            "status": rows.status,
            "session": rows.session,
            "is_evening": rows.is_evening,
            "alliance": course.alliance[at],
            "dip": course.dip[at],
            "is_open": course.is_open[at],
        }
    )
    planted: Ruptures = course.ruptures
    ruptures = pl.DataFrame(
        {
            "episode": first_episode + planted.episode,
            "onset": planted.onset,
            "depth": planted.depth,
            "is_slow": planted.is_slow,
            "deepest": planted.deepest,
            "repaired": planted.repaired,
        }
    )
    return episodes, bookings, ruptures


def _client_table(clients: Clients, first_client: int) -> pl.DataFrame:
    """Clients of a block as a table."""
    columns = {name: getattr(clients, name) for name in Clients.__dataclass_fields__}
    texts = ("gender", "trauma")
    return pl.DataFrame(
        {
            "client": first_client + np.arange(len(clients)),
            **{
                name: pl.Series(column.tolist(), dtype=pl.String) if name in texts else column
                for name, column in columns.items()
            },
        }
    )


def _clients_until(
    bookings: pl.DataFrame, episodes: pl.DataFrame, weeks: int, wanted: int
) -> tuple[int, int]:
    """How many of a block's clients give the bookings still wanted: last client kept, bookings."""
    counted = (
        bookings.with_columns(is_future=pl.col("week") >= weeks)
        .group_by("episode", maintain_order=True)
        .agg(
            past=(~pl.col("is_future")).sum(),
            ahead=pl.col("is_future").sum().clip(upper_bound=2),
        )
        .join(episodes.select("episode", "client"), on="episode")
        .group_by("client")
        .agg(total=(pl.col("past") + pl.col("ahead")).sum())
        .sort("client")
        .with_columns(running=pl.col("total").cum_sum())
    )
    enough = counted.filter(pl.col("running") <= wanted)
    if enough.is_empty():
        return int(counted["client"][0]), int(counted["total"][0])
    return int(enough["client"][-1]), int(enough["running"][-1])


def _keep_clients(
    episodes: pl.DataFrame, bookings: pl.DataFrame, ruptures: pl.DataFrame, last: int, first: int
) -> dict[str, pl.DataFrame]:
    """Keep the clients up to `last` and number their episodes from `first` without gaps."""
    kept = episodes.filter(pl.col("client") <= last)
    kept = kept.with_columns(new=first + pl.int_range(pl.len()))
    number = kept.select("episode", "new")
    before = number.rename({"episode": "previous", "new": "new_previous"})
    kept = kept.join(before, on="previous", how="left", maintain_order="left")
    kept = kept.with_columns(episode="new", previous="new_previous").drop("new", "new_previous")

    def renumbered(frame: pl.DataFrame) -> pl.DataFrame:
        joined = frame.join(number, on="episode", maintain_order="left")
        return joined.with_columns(episode="new").drop("new")

    return {
        "episodes": kept,
        "bookings": renumbered(bookings),
        "ruptures": renumbered(ruptures),
    }


def _blocks(
    rng: np.random.Generator, clinicians: Clinicians, calendar: Calendar, wanted: int
) -> dict[str, pl.DataFrame]:
    """Live through clients, block by block, until there are as many bookings as wanted."""
    parts: dict[str, list[pl.DataFrame]] = {
        name: [] for name in ("clients", "episodes", "bookings", "ruptures")
    }
    first_client = first_episode = made = 0
    while made < wanted - BOOKINGS_PER_CLIENT:
        size = min(BLOCK, int((wanted - made) / BOOKINGS_PER_CLIENT * 1.3) + 10)
        clients = make_clients(rng, size, int(str(calendar.end_on)[:4]))
        plan = _new_plan(rng, size, clinicians, calendar)
        first = _live(rng, plan, clinicians, clients, may_transfer=True)
        tables = [_tables(first, first_client, 0)]
        later = _later_plan(rng, first, clinicians, calendar)
        if len(later):
            again = _live(rng, later, clinicians, clients, may_transfer=False)
            tables.append(_tables(again, first_client, size))
        episodes, bookings, ruptures = (pl.concat(list(x)) for x in zip(*tables, strict=True))
        last, count = _clients_until(bookings, episodes, calendar.weeks, wanted - made)
        kept = _keep_clients(episodes, bookings, ruptures, last, first_episode)
        kept["clients"] = _client_table(clients, first_client).filter(pl.col("client") <= last)
        for name, frames in parts.items():
            frames.append(kept[name])
        made += count
        first_client, first_episode = last + 1, first_episode + len(kept["episodes"])
    return {name: pl.concat(frames) for name, frames in parts.items()}


def _dated(
    rng: np.random.Generator, tables: dict[str, pl.DataFrame], calendar: Calendar
) -> pl.DataFrame:
    """Put episodes into slots and bookings onto days; drop what nobody has booked yet."""
    bookings = tables["bookings"].sort("episode", maintain_order=True)
    spans = bookings.group_by("episode", maintain_order=True).agg(
        first=pl.col("week").min(), last=pl.col("week").max()
    )
    clinician = tables["episodes"]["clinician"].to_numpy()
    slots = give_slots(rng, clinician, spans["first"].to_numpy(), spans["last"].to_numpy())
    index = bookings["episode"].to_numpy()
    started = start_times(
        calendar, bookings["week"].to_numpy(), slots[index], bookings["is_evening"].to_numpy()
    )
    bookings = _with_handovers(
        bookings.with_columns(started_at=pl.Series(started)), tables["episodes"]
    )
    is_future = bookings["started_at"].dt.date().to_numpy() > calendar.end_on
    kept = bookings_kept(rng, index, is_future, len(spans), value("no_booking_share"))
    bookings = bookings.with_columns(is_future=pl.Series(is_future)).filter(pl.Series(kept))
    named = pl.col("status").replace_strict(
        range(len(STATUSES)), list(STATUSES), return_dtype=pl.String
    )
    return bookings.with_columns(
        status=pl.when("is_future").then(pl.lit("scheduled")).otherwise(named)
    ).drop("week", "is_evening")


def _with_handovers(bookings: pl.DataFrame, episodes: pl.DataFrame) -> pl.DataFrame:
    """Put the first session of a same-day transfer onto the evening of the last one before it."""
    last = (
        bookings.filter(pl.col("status") >= ATTENDED)
        .group_by("episode")
        .agg(
            handover=pl.col("started_at").max().dt.truncate("1d") + pl.duration(hours=HANDOVER_HOUR)
        )
    )
    due = (
        episodes.filter("is_same_day")
        .join(last, left_on="previous", right_on="episode")
        .select("episode", "handover", session=pl.lit(1, dtype=pl.Int64))
    )
    return (
        bookings.join(due, on=["episode", "session"], how="left", maintain_order="left")
        .with_columns(started_at=pl.coalesce("handover", "started_at"))
        .drop("handover")
    )


def live(
    rng: np.random.Generator, clinicians: Clinicians, calendar: Calendar, sessions: int
) -> Practice:
    """Live through a practice.

    Args:
        rng: the stream of draws.
        clinicians: its clinicians.
        calendar: its working weeks.
        sessions: bookings wanted, missed ones and the next booked ones included.

    Returns:
        The practice with about that many bookings (within a client's worth, and what cannot be
        booked yet).
    """
    tables = _blocks(rng, clinicians, calendar, sessions)
    bookings = _dated(rng, tables, calendar)
    episodes, ruptures = _what_was_reached(tables["episodes"], bookings, tables["ruptures"])
    return Practice(
        clinicians=clinicians,
        calendar=calendar,
        clients=tables["clients"],
        episodes=episodes,
        bookings=bookings,
        ruptures=ruptures,
    )


def _what_was_reached(
    episodes: pl.DataFrame, bookings: pl.DataFrame, ruptures: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Cut truth at the last day: sessions attended by then, endings that happened, ruptures met."""
    is_seen = pl.col("status").is_in(["attended", "attended_late"])
    reached = bookings.group_by("episode").agg(
        attended=(is_seen & (pl.col("session") > 0)).sum().cast(pl.Int64),
        first_on=pl.col("started_at").min().dt.date(),
        last_seen_at=pl.col("started_at").filter(is_seen).max(),
        last_past_at=pl.col("started_at").filter(~pl.col("is_future")).max(),
        ahead=pl.col("is_future").sum().cast(pl.Int64),
    )
    episodes = episodes.join(reached, on="episode").sort("episode")
    episodes = episodes.with_columns(
        is_over=(pl.col("attended") == pl.col("will_attend"))
        & (pl.col("ahead") == 0)
        & pl.col("last_past_at").is_not_null()
    )
    ruptures = (
        ruptures.join(episodes.select("episode", "attended"), on="episode")
        .filter(pl.col("onset") <= pl.col("attended"))
        .with_columns(
            repaired=pl.when(pl.col("repaired").is_between(1, pl.col("attended"))).then("repaired")
        )
        .drop("attended")
        .sort("episode", "onset")
    )
    return episodes, ruptures
