"""Filters: periods as days, the month a page opens on, minutes as cases."""

from __future__ import annotations

from datetime import date

import pytest

from dashboards.filters import ORDER, Filters, bounds, last_whole_month
from dashboards.registry import BY_NAME, PAGES
from dashboards.scope import Role


@pytest.mark.parametrize(
    ("period", "first", "after"),
    [
        ("2026-03", date(2026, 3, 1), date(2026, 4, 1)),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1)),
        ("2026-Q1", date(2026, 1, 1), date(2026, 4, 1)),
        ("2026-Q4", date(2026, 10, 1), date(2027, 1, 1)),
    ],
)
def test_a_period_is_a_half_open_range(period: str, first: date, after: date) -> None:
    assert bounds(period) == (first, after)


def test_all_time_holds_every_day() -> None:
    first, after = bounds("all")
    assert first < date(1990, 1, 1) < date(2100, 1, 1) < after


@pytest.mark.parametrize(
    ("as_of", "month"),
    [
        (date(2026, 11, 20), "2026-10"),
        (date(2026, 11, 30), "2026-11"),
        (date(2026, 10, 1), "2026-09"),
        (date(2026, 9, 1), "all"),
    ],
)
def test_a_page_opens_on_the_last_whole_month(as_of: date, month: str) -> None:
    periods = ["2026-11", "2026-10", "2026-Q3", "2026-09"]
    assert last_whole_month(periods, as_of) == month


def test_an_hour_holds_six_cases() -> None:
    assert Filters().cases_in_time == 6
    assert Filters(minutes=30).cases_in_time == 3


def test_pages_use_known_filters_and_every_role_has_a_page() -> None:
    for page in PAGES:
        assert set(page.filters + page.case_filters) <= set(ORDER)
        assert not {"period", "month"} <= set(page.filters), "one period per page"
    for role in Role:
        assert any(role in page.roles for page in PAGES)
    assert Role.ANALYST not in BY_NAME["agenda"].roles
    assert Role.ANALYST not in BY_NAME["case"].roles
