"""From the sessions of a course to a row of bookings: kept, missed, cancelled and moved ones.

Weeks are working weeks from the start of the observed time; diary.py turns them into dates. What
happens inside a session is course.py's; what is booked beyond the end of the data is diary.py's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orchestration.simulator.course import (
    DROPOUT,
    NEVER_STARTED,
    TRANSFERRED,
    Course,
    Plan,
)
from orchestration.simulator.parameters import value
from orchestration.simulator.people import Clinicians

# Codes of a booking's status; the first ones are those that may come before a session.
STATUSES = (
    "no_show",
    "late_cancel",
    "cancelled_client",
    "cancelled_clinician",
    "rescheduled",
    "arrived_not_seen",
    "cancelled_unknown",
    "not_attended_unknown",
    "attended",
    "attended_late",
)
NO_SHOW, LATE_CANCEL, CANCELLED_CLIENT, CANCELLED_CLINICIAN, RESCHEDULED = range(5)
FIRST_OTHER, ATTENDED, ATTENDED_LATE = 5, 8, 9
MOST_MISSED_IN_A_ROW = 3


@dataclass(frozen=True)
class Bookings:
    """Bookings in order of time within each episode, one entry each.

    Attributes:
        episode: index into the plan.
        week: working week.
        status: index into STATUSES.
        session: the session that this booking is or would have been; 0 for an assessment.
        is_evening: moved to the evening of the same day, or a handover.
    """

    episode: np.ndarray
    week: np.ndarray
    status: np.ndarray
    session: np.ndarray
    is_evening: np.ndarray


def _within(sizes: np.ndarray) -> np.ndarray:
    """0, 1, 2, … inside consecutive groups of the given sizes."""
    starts = np.cumsum(sizes) - sizes
    return np.arange(int(sizes.sum())) - np.repeat(starts, sizes)


def _chances(
    plan: Plan, course: Course, clinicians: Clinicians, episode: np.ndarray, session: np.ndarray
) -> np.ndarray:
    """Chance of each kind of missed booking before a session: sessions x 6 kinds."""
    names = (
        "p_no_show",
        "p_late_cancel",
        "p_cancelled_client",
        "p_cancelled_clinician",
        "p_rescheduled",
        "p_other_missed",
    )
    chances = np.tile(np.array([value(name) for name in names]), (len(episode), 1))
    was_open = course.is_open[episode, np.maximum(session - 2, 0)] & (session > 1)
    chances[:, :2] *= np.where(was_open, value("missed_open_rupture"), 1.0)[:, None]
    chances[:, CANCELLED_CLINICIAN] *= clinicians.cancels[plan.clinician[episode]]
    # A handover is a session that both clinicians keep.
    chances[plan.is_same_day[episode] & (session == 1)] = 1e-9
    return chances


def _with_missed(
    rng: np.random.Generator, chances: np.ndarray, episode: np.ndarray, session: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Put missed bookings before the attended ones: episode, session, status of each booking."""
    count = len(episode)
    total = chances.sum(axis=1)
    missed = np.minimum(rng.geometric(1 - total, count) - 1, MOST_MISSED_IN_A_ROW)
    size = missed + 1
    row = np.repeat(np.arange(count), size)
    is_last = _within(size) == np.repeat(missed, size)
    drawn = rng.random(len(row)) * total[row]
    kind = (drawn[:, None] > np.cumsum(chances, axis=1)[row]).sum(axis=1)
    kind = np.minimum(kind, FIRST_OTHER)
    other = FIRST_OTHER + rng.integers(0, 3, len(row))
    late = rng.random(len(row)) < value("attended_late_share")
    status = np.select(
        [is_last & late, is_last, kind == FIRST_OTHER], [ATTENDED_LATE, ATTENDED, other], kind
    )
    return episode[row], session[row], status


def _tails(rng: np.random.Generator, course: Course) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bookings after the last session of those who stay away, and of those who never start."""
    count = len(course.attended)
    is_dropout = course.ending == DROPOUT
    never = course.ending == NEVER_STARTED
    misses = is_dropout & (rng.random(count) < value("dropout_missed_last"))
    one_more = rng.random(count) < 0.25
    cancels = is_dropout & ~misses & (rng.random(count) < 0.4)
    size = np.select([misses | never, cancels], [1 + one_more, 1], 0)
    episode = np.repeat(np.arange(count), size)
    drawn = rng.random(len(episode))
    status = np.where(drawn < 0.75, NO_SHOW, LATE_CANCEL)
    status = np.where(cancels[episode] | (never[episode] & (drawn < 0.3)), CANCELLED_CLIENT, status)
    return episode, course.attended[episode] + 1, status


def _gaps(
    rng: np.random.Generator, plan: Plan, episode: np.ndarray, session: np.ndarray
) -> np.ndarray:
    """Weeks before each booking, as the cadence of the episode has it."""
    cadence = plan.cadence[episode]
    gap = np.select([cadence == 1, cadence == 2], [1, 2], np.where(session <= 6, 1, 2))
    # Holidays of one side or the other: a week more now and then.
    return gap + (rng.random(len(episode)) < 0.04)


def book(rng: np.random.Generator, plan: Plan, course: Course, clinicians: Clinicians) -> Bookings:
    """Lay out the bookings of a block of episodes.

    Args:
        rng: the stream of draws.
        plan: the episodes, at least one.
        course: their course.
        clinicians: the practice's clinicians.

    Returns:
        All bookings, sorted by episode and time, as if nobody stopped the clock.
    """
    count = len(plan)
    attended = np.repeat(np.arange(count), course.attended)
    session = _within(course.attended) + 1
    chances = _chances(plan, course, clinicians, attended, session)
    parts = [_with_missed(rng, chances, attended, session), _tails(rng, course)]
    assessed = np.flatnonzero(
        (course.attended > 0)
        & (plan.arrival == "new")
        & (rng.random(count) < value("assessment_share"))
    )
    parts.append((assessed, np.zeros(len(assessed), np.int64), np.full(len(assessed), ATTENDED)))
    episode, session, status = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((session, episode))  # stable: bookings of one session keep their order
    episode, session, status = episode[order], session[order], status[order]

    is_first = np.r_[True, episode[1:] != episode[:-1]]
    # Moved twice would put two bookings into the same evening: the second move is a cancellation.
    moved = status == RESCHEDULED
    status = np.where(moved & np.r_[False, moved[:-1]], CANCELLED_CLIENT, status)
    after_move = np.r_[False, status[:-1] == RESCHEDULED] & ~is_first
    gap = np.where(is_first | after_move, 0, _gaps(rng, plan, episode, session))
    running = np.cumsum(gap)
    starts = np.maximum.accumulate(np.where(is_first, np.arange(len(episode)), 0))
    week = plan.start_week[episode] + running - running[starts]
    return Bookings(
        episode=episode,
        week=week,
        status=status,
        session=session,
        is_evening=after_move | (is_first & plan.is_same_day[episode]),
    )


def cut_at_leaving(
    plan: Plan, course: Course, bookings: Bookings, clinicians: Clinicians
) -> tuple[Bookings, np.ndarray, np.ndarray]:
    """End what a leaving clinician cannot see through: those clients are transferred.

    Returns:
        The bookings that remain, attended sessions and endings per episode.
    """
    keep = bookings.week < clinicians.end_week[plan.clinician[bookings.episode]]
    # Bookings beyond the observed weeks stay: diary.py decides what of them is already booked.
    keep |= (clinicians.end_week >= clinicians.end_week.max())[plan.clinician[bookings.episode]]
    kept = Bookings(*(getattr(bookings, name)[keep] for name in Bookings.__dataclass_fields__))
    seen = kept.status >= ATTENDED
    attended = np.bincount(kept.episode[seen & (kept.session > 0)], minlength=len(plan)).astype(
        np.int64
    )
    is_cut = attended < course.attended
    ending = np.select(
        [is_cut & (attended > 0), is_cut], [TRANSFERRED, NEVER_STARTED], course.ending
    )
    return kept, attended, ending
