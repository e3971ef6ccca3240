"""Weeks become days and hours: closed weeks, each client's own slot, what is booked ahead.

A clinician sees one client at a time: slots are given out so that two courses never hold the same
one (unless a clinician is booked beyond fifty hours a week). Times here are the practice's local
wall-clock times. What a delivery knew of them is knowledge.py's matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

TIME_ZONE = "Europe/London"
FIRST_HOUR = 8
HOURS_A_DAY = 10
SLOTS = 5 * HOURS_A_DAY
EVENING_HOUR = 18
HANDOVER_HOUR = 19
WEEKS_AHEAD = 45


@dataclass(frozen=True)
class Calendar:
    """Working weeks of the practice.

    Attributes:
        mondays: Monday of each working week as datetime64[D], some beyond the end.
        weeks: working weeks up to and with the one that holds the last day.
        end_on: last day of the data.
    """

    mondays: np.ndarray
    weeks: int
    end_on: np.datetime64

    def day(self, week: np.ndarray, weekday: np.ndarray | int) -> np.ndarray:
        """Date of a weekday (0 Monday) of a working week."""
        return self.mondays[np.clip(week, 0, len(self.mondays) - 1)] + weekday


def _is_closed(monday: date) -> bool:
    """True for weeks that touch 24 December to 1 January."""
    days = [monday + timedelta(days=i) for i in range(5)]
    return any((d.month == 12 and d.day >= 24) or (d.month == 1 and d.day == 1) for d in days)


def make_calendar(end_on: date, weeks: int) -> Calendar:
    """Count working weeks backwards from the last day, and some forwards for bookings ahead.

    Args:
        end_on: last day of the data; its own week counts even in the closed time.
        weeks: working weeks wanted.

    Returns:
        The calendar.
    """
    last_monday = end_on - timedelta(days=end_on.weekday())
    mondays = [last_monday]
    while len(mondays) < weeks:
        monday = mondays[-1] - timedelta(days=7)
        while _is_closed(monday):
            monday -= timedelta(days=7)
        mondays.append(monday)
    mondays.reverse()
    while len(mondays) < weeks + WEEKS_AHEAD:
        monday = mondays[-1] + timedelta(days=7)
        while _is_closed(monday):
            monday += timedelta(days=7)
        mondays.append(monday)
    return Calendar(
        mondays=np.array(mondays, dtype="datetime64[D]"),
        weeks=weeks,
        end_on=np.datetime64(end_on, "D"),
    )


def give_slots(
    rng: np.random.Generator, clinician: np.ndarray, first: np.ndarray, last: np.ndarray
) -> np.ndarray:
    """Give each episode a weekly slot that no other course of the clinician holds at the time.

    Args:
        rng: the stream of draws.
        clinician: index per episode.
        first: working week of the first booking per episode.
        last: working week of the last booking per episode.

    Returns:
        Slot per episode, 0 to SLOTS - 1: weekday times HOURS_A_DAY plus hour of the day.
    """
    slot = np.zeros(len(clinician), dtype=np.int64)
    wish = rng.permuted(np.tile(np.arange(SLOTS), (64, 1)), axis=1)
    free_from: dict[int, np.ndarray] = {}
    order = np.lexsort((first, clinician))
    for turn, episode in enumerate(order.tolist()):
        who = int(clinician[episode])
        free = free_from.setdefault(who, np.full(SLOTS, -1, dtype=np.int64))
        wishes = wish[turn % len(wish)]
        is_free = free[wishes] < first[episode]
        # argmax gives the first free wish, or the first wish of all where nothing is free.
        chosen = wishes[int(is_free.argmax())]
        free[chosen] = max(int(free[chosen]), int(last[episode]))
        slot[episode] = chosen
    return slot


def start_times(
    calendar: Calendar, week: np.ndarray, slot: np.ndarray, is_evening: np.ndarray
) -> np.ndarray:
    """Local start of each booking as datetime64[us].

    Args:
        calendar: the working weeks.
        week: working week of the booking.
        slot: slot of its episode.
        is_evening: at EVENING_HOUR instead of the slot's hour.

    Returns:
        Naive local times.
    """
    day = calendar.day(week, slot // HOURS_A_DAY).astype("datetime64[us]")
    hour = np.where(is_evening, EVENING_HOUR, FIRST_HOUR + slot % HOURS_A_DAY)
    return day + hour.astype("timedelta64[h]").astype("timedelta64[us]")


def bookings_kept(
    rng: np.random.Generator,
    episode: np.ndarray,
    is_future: np.ndarray,
    episodes: int,
    no_booking_share: float,
) -> np.ndarray:
    """Which bookings stand in the diary at the end: all past ones, and the next few.

    Args:
        rng: the stream of draws.
        episode: index per booking, sorted, in order of time within an episode.
        is_future: after the last day.
        episodes: number of episodes.
        no_booking_share: share of episodes without any booking ahead.

    Returns:
        A mask over the bookings; an episode that lies wholly ahead keeps its first booking.
    """
    some = rng.choice([1, 2, 3, 4], episodes, p=[0.45, 0.3, 0.15, 0.1])
    ahead = np.where(rng.random(episodes) < no_booking_share, 0, some)
    has_past = np.bincount(episode[~is_future], minlength=episodes) > 0
    ahead = np.where(has_past, ahead, np.maximum(ahead, 1))
    running = np.cumsum(is_future)
    is_first = np.r_[True, episode[1:] != episode[:-1]]
    before = np.where(is_first, running - is_future, 0)
    place = running - np.maximum.accumulate(before)
    return ~is_future | (place <= ahead[episode])
