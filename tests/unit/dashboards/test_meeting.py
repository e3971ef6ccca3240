"""Meeting mode: the walk, its address, what is recorded on it, and its end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import review
from dashboards.scope import Role, Scope
from review_log.entry import Kind
from tests.unit.dashboards.small_release import ANNA, AS_OF, BORIS, CLARA
from tests.unit.dashboards.test_agenda import on_agenda, press, rows
from tests.unit.dashboards.test_pages import open_page, words

MakeScope = Callable[..., Scope]
WHO = "Supervisor F6AA"


@pytest.fixture
def three(released: Callable[..., Path]) -> None:
    """Release an agenda of three cases and one that is not this supervisor's."""
    listed = [on_agenda("e1", ANNA), on_agenda("e2", BORIS), on_agenda("e4", ANNA, 4)]
    released(rows(*listed, on_agenda("e3", CLARA)))


def walk(at: str, cases: str = "e1,e2,e4", who: str = WHO) -> AppTest:
    """Open the walk at a place, by its address."""
    app = open_page("meeting", who, cases=cases, at=at, on="2026-11-20", each="10")
    assert not app.exception
    return app


def place(app: AppTest) -> str:
    """Give where the address says one is."""
    told = app.query_params["at"]
    return told[0] if isinstance(told, list) else told


@pytest.mark.usefixtures("three")
def test_a_walk_starts_with_what_fits_and_goes_by_one_key() -> None:
    app = press(open_page("meeting", WHO), "start")
    assert "Case 1 of 3" in words(app)
    assert app.button(key="back").disabled
    press(app, "next")
    assert "Case 2 of 3" in words(app)
    press(app, "back")
    assert place(app) == "1"
    assert (app.button(key="next").proto.shortcut, app.button(key="back").proto.shortcut) == (
        "right",
        "left",
    )


@pytest.mark.usefixtures("three")
def test_the_address_keeps_the_place_and_the_plan() -> None:
    said = words(walk("2"))
    assert "<b>Case 2 of 3</b> · 20 minutes left by plan" in said
    assert "Reason of e2." in said
    for odd in ("99", "-1", "x", "²", "9" * 5000):
        assert "Case" in words(walk(odd))


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2036-11-20", "x"])
def test_a_link_cannot_put_what_is_recorded_into_another_age(day: str, scoped: MakeScope) -> None:
    app = open_page("meeting", WHO, cases="e1", at="1", on=day)
    assert not app.exception
    press(app, "save-review-e1")
    assert [e.happened_on for e in review.of_case(scoped(ANNA), "e1")] == [AS_OF]


@pytest.mark.usefixtures("three")
def test_a_discussion_and_its_step_are_recorded_once(scoped: MakeScope) -> None:
    app = walk("1")
    app.selectbox(key="plan-0-e1").select("contact_client")
    app.date_input(key="plan-when-0-e1").set_value(date(2026, 11, 27))
    app.date_input(key="review-again-e1").set_value(date(2026, 12, 18))
    press(app, "save-review-e1")
    press(app, "save-review-e1")
    told = review.of_case(scoped(ANNA), "e1")
    assert [e.kind for e in told] == [Kind.REVIEWED, Kind.PLANNED]
    assert told[0].until_on == date(2026, 12, 18)
    assert (told[1].code, told[1].done_by, told[1].due_on) == (
        *("contact_client", "clinician"),
        date(2026, 11, 27),
    )
    # The case stays in its place, so that nobody is skipped.
    assert "Case 1 of 3" in words(app)


@pytest.mark.usefixtures("three")
def test_an_open_step_of_last_time_can_be_closed(scoped: MakeScope) -> None:
    before = {"happened_on": date(2026, 11, 6)}
    step = review.record(
        scoped(ANNA), Kind.PLANNED, "e1", code="contact_client", done_by="both", **before
    )
    review.record(scoped(ANNA), Kind.REVIEWED, "e1", **before)
    app = walk("1")
    assert "Last discussed 6" in words(app)
    app.selectbox(key=f"outcome-{step.entry_id}").select("not_needed")
    press(app, f"close-{step.entry_id}")
    assert "No step is open." in words(app)
    assert review.of_case(scoped(ANNA), "e1")[-1].refers_to == step.entry_id


@pytest.mark.usefixtures("three")
def test_the_end_says_what_was_decided_left_open_and_not_reached() -> None:
    app = press(open_page("meeting", WHO), "start")
    press(app, "save-review-e1")
    press(press(app, "next"), "end-here")
    said = words(app)
    assert "1 of 3\u00a0cases were dealt with" in said
    listed = ["What was decided", "Reached, but neither discussed nor put off", "Not reached"]
    assert [h.value for h in app.header] == listed
    # one case under each, and the way back leads to the last that was reached
    order = [said.index(f"C-{key} with") for key in ("E1", "E2", "E4")]
    assert order == sorted(order)
    assert said.count(" with Clinician") == 3
    assert "Case 2 of 3" in words(press(app, "back"))


@pytest.mark.usefixtures("three")
def test_a_step_alone_leaves_a_case_open_and_who_walked_to_the_end_reached_all(
    scoped: MakeScope,
) -> None:
    plan = {"code": "contact_client", "done_by": "both", "happened_on": AS_OF}
    review.record(scoped(ANNA), Kind.PLANNED, "e1", **plan)
    app = walk("end")
    assert [h.value for h in app.header][1:] == ["Reached, but neither discussed nor put off"]
    assert words(app).count("C-E1 with") == 2


@pytest.mark.usefixtures("three")
def test_what_another_recorded_is_told_with_its_author_and_not_taken_back(
    scoped: MakeScope,
) -> None:
    director = scoped(ANNA, role=Role.DIRECTOR)
    theirs = review.record(director, Kind.REVIEWED, "e1", happened_on=AS_OF)
    app = walk("1")
    assert "Discussed, recorded by Clinical director" in words(app)
    assert f"undo-{theirs.entry_id}" not in [b.key for b in app.button]
    press(app, "save-review-e1")
    own = review.of_case(scoped(ANNA), "e1")[-1]
    press(app, f"undo-{own.entry_id}")
    assert review.of_case(scoped(ANNA), "e1") == [theirs]


@pytest.mark.usefixtures("three")
def test_a_link_to_the_end_is_noted_for_each_case_that_says_something(scoped: MakeScope) -> None:
    director = scoped(ANNA, BORIS, role=Role.DIRECTOR)
    review.record(director, Kind.REVIEWED, "e1", happened_on=AS_OF)
    walk("end")
    assert [(v.page, v.episode_key) for v in review.views(director)] == [("meeting", "e1")]


@pytest.mark.usefixtures("three")
def test_a_foreign_case_and_an_unknown_one_read_alike_and_are_not_walked_to() -> None:
    foreign, unknown = words(walk("1", "e3")), words(walk("1", "nothing"))
    assert foreign == unknown
    assert "No such case in your view." in foreign
    assert "Case 1 of 1" in words(walk("1", "e3,e1,nothing"))


@pytest.mark.usefixtures("three")
def test_a_case_is_not_shown_when_looking_cannot_be_noted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RAPPORT_REVIEW_LOG", "sqlite:////nowhere/at-all/log.sqlite3")
    said = words(walk("1"))
    assert "Reason of e1." not in said
    assert "at-all" not in said


def test_without_an_agenda_there_is_nothing_to_walk_through(released: Callable[..., Path]) -> None:
    released(rows())
    assert "Nothing calls for discussion." in words(open_page("meeting", WHO))


@pytest.mark.usefixtures("three")
def test_a_case_dealt_with_before_the_meeting_is_not_in_it(scoped: MakeScope) -> None:
    director = scoped(ANNA, role=Role.DIRECTOR)
    review.record(director, Kind.REVIEWED, "e1", happened_on=AS_OF)
    assert "C-E1" not in words(open_page("meeting", WHO))
