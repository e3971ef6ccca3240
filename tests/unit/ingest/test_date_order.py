"""When day and month look swapped, and when a short window merely has small days.

Belongs here: the suspicion. Does not belong here: how dates are read.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.extract.date_order import looks_swapped

WORKING = [
    day
    for day in (date(2026, 1, 1) + timedelta(days=n) for n in range(365))
    if day.weekday() < 5 and day.day <= 12
]


def swapped(days: list[date]) -> pl.Series:
    return pl.Series([date(day.year, day.day, day.month) for day in days])


@pytest.mark.parametrize("months", [(3,), (2, 3), (1, 2, 3), tuple(range(1, 13))])
def test_a_swapped_diary_is_suspected_and_a_right_one_is_not(months: tuple[int, ...]) -> None:
    days = [day for day in WORKING if day.month in months]
    if len(days) >= 10:
        assert looks_swapped(swapped(days), None)
    assert not looks_swapped(pl.Series(days), None)


def test_days_that_had_not_come_tell_too() -> None:
    everyday = [date(2026, month, day) for month in (1, 2, 3) for day in range(1, 13)]
    made = datetime(2026, 3, 31, 23)
    assert looks_swapped(swapped(everyday), made)
    assert not looks_swapped(pl.Series(everyday), made)
    assert not looks_swapped(pl.Series(everyday), None)


def test_a_day_above_twelve_settles_it() -> None:
    days = [*swapped(WORKING), date(2026, 3, 13)]
    assert not looks_swapped(pl.Series(days), None)


@given(st.lists(st.dates(date(1990, 1, 1), date(2030, 1, 1)), max_size=40), st.booleans())
def test_any_dates_are_survived(days: list[date], is_known: bool) -> None:
    series = pl.Series(days, dtype=pl.Date())
    assert looks_swapped(series, datetime(2026, 1, 1) if is_known else None) in (True, False)
