"""Supervision as the practice writes it down: dated pairs, and meetings that name a client.

Regular meetings take up clients of the day; some more follow a rupture. Who supervises whom is
people.py's; what was known when is knowledge.py's.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from orchestration.simulator.details import SEEN, at_hour, raw_ids
from orchestration.simulator.parameters import value
from orchestration.simulator.people import supervision_pairs
from orchestration.simulator.practice import Practice

SUPERVISION_EVERY_WEEKS = 4


def _assignments(practice: Practice) -> tuple[list[tuple[int, int, int, int]], int]:
    """Supervisor, supervisee, first and last week (-1: still); one change in the middle."""
    people = practice.clinicians
    pairs = supervision_pairs(people)
    supervisors = np.flatnonzero(people.role == "supervisor")
    middle = practice.calendar.weeks // 2
    supervised = np.flatnonzero((pairs >= 0) & (people.role != "supervisor"))
    changes = int(supervised[0]) if len(supervised) and len(supervisors) > 1 else -1
    rows = []
    for i in np.flatnonzero(pairs >= 0).tolist():
        start = int(people.start_week[i])
        end = int(people.end_week[i]) if people.end_week[i] <= practice.calendar.weeks else -1
        if i == changes and start < middle:
            other = int(supervisors[supervisors != pairs[i]][0])
            rows += [(int(pairs[i]), i, start, middle), (other, i, middle, end)]
        else:
            rows.append((int(pairs[i]), i, start, end))
    return rows, changes


def _after_ruptures(
    rng: np.random.Generator, practice: Practice, pairs: list[tuple[int, int, int, int]]
) -> list[dict[str, object]]:
    """Meetings in the week after the onset of a rupture, which name its client (metrics.md R10)."""
    calendar, ids = practice.calendar, practice.clinicians.ids
    onsets = (
        practice.ruptures.join(
            practice.bookings.filter(pl.col("status").is_in(SEEN)).select(
                "episode", "started_at", onset="session"
            ),
            on=["episode", "onset"],
            how="inner",
            maintain_order="left",
        )
        .join(practice.episodes.select("episode", "client", "clinician"), on="episode")
        .sort("episode", "onset")
    )
    taken = onsets.filter(pl.Series(rng.random(len(onsets)) < value("supervised_share")))
    delay = rng.integers(1, 7, len(taken))
    made: list[dict[str, object]] = []
    for row, days in zip(taken.iter_rows(named=True), delay.tolist(), strict=True):
        on = np.datetime64(row["started_at"].date(), "D") + days
        for supervisor, supervisee, start, end in pairs:
            began = calendar.day(np.array(start), 0)
            is_over = end >= 0 and on > calendar.day(np.array(end), -1)
            if supervisee == row["clinician"] and began <= on <= calendar.end_on and not is_over:
                made.append(
                    {
                        "supervisor_id": ids[supervisor],
                        "supervisee_id": ids[supervisee],
                        "kind": "individual",
                        "started_on": on,
                        "ended_on": on,
                        "client": row["client"],
                    }
                )
    return made


def supervise(
    rng: np.random.Generator, later: np.random.Generator, practice: Practice
) -> pl.DataFrame:
    """Dated assignments, and the meetings at which a client was discussed.

    Args:
        rng: the stream of the regular meetings.
        later: the stream of those that a rupture gave rise to.
        practice: the practice with details.

    Returns:
        Contract columns of the feed supervision, with the moments of knowledge.
    """
    calendar, ids = practice.calendar, practice.clinicians.ids
    rows, _ = _assignments(practice)
    episodes = practice.episodes.filter(pl.col("attended") > 1)
    clinician = episodes["clinician"].to_numpy()
    first = episodes["first_on"].to_numpy()
    last = episodes["last_seen_at"].dt.date().to_numpy()
    client = episodes["client"].to_numpy()
    of_clinician = {i: np.flatnonzero(clinician == i) for i in range(len(ids))}
    made: list[dict[str, object]] = []
    for supervisor, supervisee, start, end in rows:
        began = calendar.day(np.array(start), 0)
        # The day before the next pair begins, so that two never overlap.
        ended = calendar.day(np.array(end), -1) if end >= 0 else None
        pair = {"supervisor_id": ids[supervisor], "supervisee_id": ids[supervisee]}
        made.append({**pair, "kind": "assignment", "started_on": began, "ended_on": ended})
        mine = of_clinician[supervisee]
        stop = end if end >= 0 else calendar.weeks
        for week in range(start + 1 + supervisee % 3, stop, SUPERVISION_EVERY_WEEKS):
            on = calendar.day(np.array(week), 2)
            active = mine[(first[mine] <= on) & (last[mine] >= on)]
            if on > calendar.end_on or not len(active):
                continue
            for who in rng.choice(active, min(2, len(active)), replace=False):
                meeting = {"kind": "individual", "started_on": on, "ended_on": on}
                made.append({**pair, **meeting, "client": int(client[who])})
    made += _after_ruptures(later, practice, rows)
    frame = pl.DataFrame(
        {
            name: pl.Series(name, [row.get(name) for row in made], dtype=dtype, strict=False)
            for name, dtype in {
                "supervisor_id": pl.String,
                "supervisee_id": pl.String,
                "kind": pl.String,
                "client": pl.Int64,
            }.items()
        }
        | {
            name: pl.Series(
                name,
                np.array([row[name] if row[name] is not None else "NaT" for row in made], "M8[D]"),
            )
            for name in ("started_on", "ended_on")
        }
    )
    is_pair = pl.col("kind") == "assignment"
    ends = at_hour(pl.col("ended_on"), pl.when(is_pair).then(17).otherwise(8))
    return frame.sort("started_on", "supervisee_id", "kind", maintain_order=True).with_columns(
        supervision_id=raw_ids("v", pl.int_range(pl.len()), 5),
        client_id=raw_ids("c", "client", 6),
        known_from=at_hour(pl.col("started_on"), 8),
        settled_at=ends,
    )
