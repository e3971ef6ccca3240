"""The address of a page: codes, read leniently, carried along, ended by what they depend on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from dashboards import address
from dashboards.filters import ORDER, parameter
from tests.unit.dashboards.small_release import ANNA, BORIS
from tests.unit.dashboards.test_pages import open_page, some_rows, words

SAID = {"all": "All time", "2026-Q1": "Q1 2026", "srs": "SRS"}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("2026-Q1", "2026-Q1"),
        ("2026-q1", "2026-Q1"),
        ("Q1 2026", "2026-Q1"),
        ("SRS", "srs"),
        ("", None),
        ("Q9 2026", None),
        (None, None),
    ],
)
def test_a_choice_is_known_by_its_code_or_its_words(asked: str | None, code: str | None) -> None:
    assert address.understood(asked, SAID) == code


@pytest.mark.parametrize(
    ("asked", "day"),
    [
        ("2026-11-20", date(2026, 11, 20)),
        ("2026-10-31", None),
        ("20/11/2026", None),
        ("", None),
        (None, None),
    ],
)
def test_a_day_is_known_by_its_date_within_reach(asked: str | None, day: date | None) -> None:
    assert address.day(asked, date(2026, 11, 1), date(2026, 11, 30)) == day


def test_every_filter_goes_along() -> None:
    assert set(address.CARRIED) == {address.VIEW_AS, *map(parameter, ORDER)}


def test_filters_are_read_from_codes_and_written_as_codes(
    released: Callable[..., Path],
) -> None:
    released(some_rows())
    app = open_page("agenda", "director", minutes="30", clinician=ANNA)
    assert app.selectbox(key="minutes").value == "30"
    assert app.selectbox(key="clinician").value == ANNA
    assert "is not to be chosen here" not in words(app)
    app.selectbox(key="minutes").set_value("90").run()
    assert app.query_params["minutes"] == "90"
    assert app.query_params["clinician"] == ANNA
    app.selectbox(key="clinician").set_value(BORIS).run()
    assert app.query_params["clinician"] == BORIS
    app.selectbox(key="minutes").set_value("60").run()
    assert "minutes" not in app.query_params, "the usual choice needs no words"


def test_another_view_ends_what_was_chosen_of_people(released: Callable[..., Path]) -> None:
    released(some_rows())
    app = open_page("agenda", "director", clinician=ANNA, minutes="30")
    app.sidebar.selectbox(key="as").set_value("analyst").run()
    assert app.query_params == {"as": "analyst", "minutes": "30"}


def test_a_filter_chosen_while_another_travels_keeps_it(released: Callable[..., Path]) -> None:
    released(some_rows())
    app = open_page("agenda", "director")
    app.selectbox(key="clinician").set_value(ANNA).run()
    # The browser has not had the answer yet: it sends the address as it was before.
    del app.query_params["clinician"]
    app.selectbox(key="minutes").set_value("90").run()
    assert (app.query_params["clinician"], app.query_params["minutes"]) == (ANNA, "90")
    assert app.selectbox(key="clinician").value == ANNA


def test_a_filter_left_by_the_back_button_stays_left(released: Callable[..., Path]) -> None:
    released(some_rows())
    app = open_page("agenda", "director")
    app.selectbox(key="clinician").set_value(ANNA).run()
    del app.query_params["clinician"]
    app.run()
    app.selectbox(key="minutes").set_value("90").run()
    assert "clinician" not in app.query_params
    assert app.selectbox(key="clinician").value == ""
