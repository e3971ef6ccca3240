"""Recording in a case review: verdicts, reviews, steps, taking back, and a log that is silent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import case_record, review
from dashboards.scope import Role, Scope
from dashboards.texts import case as texts
from dashboards.texts import review as review_texts
from review_log.entry import Entry, Kind
from review_log.location import URL_VARIABLE
from tests.unit.dashboards.case_release import ME, SRS, Rows, agenda_row, rows, said, signal
from tests.unit.dashboards.small_release import ANNA, AS_OF, SUPERVISOR
from tests.unit.dashboards.test_pages import open_page, words


def click(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app


def log_of(scoped: Callable[..., Scope]) -> list[Entry]:
    return review.of_case(scoped(ANNA, person=SUPERVISOR), "e1")


# -- who looked -----------------------------------------------------------------------------------


def test_looking_is_noted_once_and_before_anything_is_shown(
    opened: Callable[..., AppTest], scoped: Callable[..., Scope]
) -> None:
    app = opened(rows(**SRS))
    app.run()
    director = scoped(ANNA, role=Role.DIRECTOR)
    assert [(v.page, v.episode_key) for v in review.views(director)] == [("case", "e1")]


def test_a_case_is_not_shown_when_looking_cannot_be_noted(
    opened: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL_VARIABLE, "postgresql+psycopg://nobody@127.0.0.1:9/none")
    text = said(opened(rows(**SRS)))
    assert review_texts.NOT_SHOWN in text
    assert "C-E1" not in text
    assert "Summary of e1" not in text


def test_a_log_that_falls_silent_later_leaves_the_page_and_says_so_at_the_forms(
    opened: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = rows(**SRS)
    told["metrics.review_entry"] = [
        {
            "entry_key": "x1",
            "kind": "reviewed",
            "episode_key": "e1",
            "client_key": "client-e1",
            "clinician_key": ANNA,
            "author_role": "supervisor",
            "author_key": SUPERVISOR,
            "recorded_at": AS_OF - timedelta(days=9),
            "happened_on": AS_OF - timedelta(days=9),
            "release_id": "r0",
        }
    ]

    def silent(*_: Any) -> list[Entry]:
        raise review.ReviewLogError(review_texts.UNREACHABLE)

    monkeypatch.setattr(review, "of_case", silent)
    app = opened(told)
    text = said(app)
    assert "Summary of e1." in text
    assert review_texts.UNREACHABLE in text
    assert texts.FROM_RELEASE in text
    assert "11 Nov 2026: Discussed" in text
    assert not app.tabs
    assert not [b for b in app.button if b.key and b.key.startswith(("undo", "signal"))]


# -- recording ------------------------------------------------------------------------------------


@pytest.fixture
def on_agenda() -> Rows:
    told = rows(**SRS)
    told["metrics.supervision_agenda"] = [agenda_row()]
    told["metrics.signal"] = [signal(n) for n in range(1, 10)]
    return told


def test_a_reason_is_confirmed_and_the_verdict_taken_back(
    on_agenda: Rows, opened: Callable[..., AppTest], scoped: Callable[..., Scope]
) -> None:
    app = click(opened(on_agenda), "signal_confirmed-open_rupture-3")
    assert "✓ Confirmed by Supervisor F6AA" in said(app)
    entry = log_of(scoped)[-1]
    assert (entry.kind, entry.code, entry.session_index) == (Kind.CONFIRMED, "open_rupture", 3)
    click(app, "unjudge-open_rupture-3")
    assert log_of(scoped) == []
    assert "✓ Confirmed" not in said(app)


def test_what_no_rule_raised_offers_no_verdict(opened: Callable[..., AppTest]) -> None:
    told = rows(**SRS)
    lines = "Alliance fell.\nThe supervisor put this case on the agenda.\nRecovered."
    codes = "open_rupture,added,positive_case"
    told["metrics.supervision_agenda"] = [agenda_row(reasons=lines, reason_ids=codes)]
    app = opened(told)
    assert "The supervisor put this case on the agenda." in said(app)
    offered = [b.key for b in app.button if b.key and b.key.startswith("signal_")]
    assert offered == ["signal_confirmed-open_rupture-3", "signal_dismissed-open_rupture-3"]


def test_another_adds_a_verdict_of_their_own_and_takes_none_back(
    on_agenda: Rows, opened: Callable[..., AppTest], scoped: Callable[..., Scope]
) -> None:
    click(opened(on_agenda), "signal_confirmed-AL1-9")
    director = open_page("case", "Clinical director", case="e1")
    assert "✓ Confirmed by Supervisor F6AA" in said(director)
    assert "unjudge-AL1-9" not in [b.key for b in director.button]
    click(director, "signal_dismissed-AL1-9")
    assert "✕ Dismissed by Clinical director" in said(director)
    assert [e.kind for e in log_of(scoped)] == [Kind.CONFIRMED, Kind.DISMISSED]


def test_a_signal_is_dismissed_and_older_ones_stand_in_a_table(
    on_agenda: Rows, opened: Callable[..., AppTest], scoped: Callable[..., Scope]
) -> None:
    app = opened(on_agenda)
    assert "Below the cut-off (AL1), session 9" in said(app)
    assert "&lt;9&gt;" in words(app)
    assert "<9>" not in words(app)
    assert "3 signals before these" in [e.label.replace("\u00a0", " ") for e in app.expander]
    click(app, "signal_dismissed-AL1-9")
    assert "✕ Dismissed by Supervisor F6AA" in said(app)
    assert log_of(scoped)[-1].kind is Kind.DISMISSED


def test_a_review_with_steps_is_recorded_closed_and_told(
    on_agenda: Rows, opened: Callable[..., AppTest], scoped: Callable[..., Scope]
) -> None:
    app = opened(on_agenda)
    assert texts.SINCE_NEVER in said(app)
    app.date_input(key="discussed-on-e1").set_value(AS_OF)
    app.date_input(key="review-again-e1").set_value(app.date_input(key="review-again-e1").min)
    app.selectbox(key="plan-0-e1").select("contact_client")
    app.selectbox(key="plan-1-e1").select("keep_going")
    click(app, "save-review-e1")
    kinds = [entry.kind for entry in log_of(scoped)]
    assert kinds == [Kind.REVIEWED, Kind.PLANNED, Kind.PLANNED]
    text = said(app)
    assert "Last reviewed 20 Nov 2026 by Supervisor F6AA." in text
    assert "To be reviewed again on" in text
    assert "Contact the client. Clinician, by" in text
    assert "Recorded for C-E1: Discussed" in text
    planned = next(e for e in log_of(scoped) if e.code == "contact_client")
    click(app, f"close-{planned.entry_id}")
    assert log_of(scoped)[-1].refers_to == planned.entry_id
    text = said(app)
    assert texts.STEPS_CLOSED in text
    assert "Contact the client: done" in text
    assert "Step closed: Done (Contact the client)" in text


def test_a_saved_form_is_empty_and_sent_again_says_nothing_more(
    on_agenda: Rows, opened: Callable[..., AppTest], scoped: Callable[..., Scope]
) -> None:
    app = opened(on_agenda)
    again = app.date_input(key="review-again-e1").min + timedelta(days=7)
    app.date_input(key="review-again-e1").set_value(again)
    day = app.date_input(key="discussed-on-e1")
    three_days_ago = day.value - timedelta(days=3)
    day.set_value(three_days_ago)
    app.selectbox(key="plan-0-e1").select("contact_client")
    click(app, "save-review-e1")
    assert app.selectbox(key="plan-0-e1-1").value == ""
    assert app.date_input(key="review-again-e1-1").value is None
    # the second half of a double click reaches the form that was emptied
    click(app, "save-review-e1")
    reviewed, planned = log_of(scoped)
    assert (reviewed.kind, reviewed.until_on) == (Kind.REVIEWED, again)
    assert reviewed.happened_on == three_days_ago
    assert (planned.kind, planned.code) == (Kind.PLANNED, "contact_client")
    app.selectbox(key="plan-alone-e1").select("keep_going")
    click(app, "save-step-e1")
    click(app, "save-step-e1")
    assert [e.code for e in log_of(scoped)[2:]] == ["keep_going"]


def test_a_form_that_could_not_be_saved_keeps_what_it_holds(
    on_agenda: Rows, opened: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(on_agenda)
    app.selectbox(key="plan-0-e1").select("contact_client")

    def silent(*_: Any) -> list[Entry]:
        raise review.ReviewLogError(review_texts.UNREACHABLE)

    monkeypatch.setattr(review, "record_all", silent)
    click(app, "save-review-e1")
    assert review_texts.UNREACHABLE in said(app)
    assert app.selectbox(key="plan-0-e1").value == "contact_client"


def test_a_step_alone_a_deferral_and_a_wish_to_discuss_are_recorded(
    on_agenda: Rows, opened: Callable[..., AppTest], scoped: Callable[..., Scope]
) -> None:
    app = opened(on_agenda)
    app.selectbox(key="plan-alone-e1").select("keep_going")
    click(app, "save-step-e1")
    click(app, "defer-now-e1")
    assert "Put off until" in said(app)
    click(app, "add-e1")
    assert "Put off until" not in said(app)
    assert [e.kind for e in log_of(scoped)] == [Kind.PLANNED, Kind.DEFERRED, Kind.ADDED]


def test_a_step_that_was_not_chosen_is_not_recorded(
    on_agenda: Rows, opened: Callable[..., AppTest], scoped: Callable[..., Scope]
) -> None:
    app = click(opened(on_agenda), "save-step-e1")
    assert log_of(scoped) == []
    click(app, "save-review-e1")
    assert [e.kind for e in log_of(scoped)] == [Kind.REVIEWED]


def test_an_entry_is_taken_back_by_who_recorded_it_alone(
    on_agenda: Rows, opened: Callable[..., AppTest], scoped: Callable[..., Scope]
) -> None:
    click(opened(on_agenda), "add-e1")
    entry = log_of(scoped)[0]
    director = open_page("case", "Clinical director", case="e1")
    assert "Added to the agenda" in said(director)
    assert f"undo-{entry.entry_id}" not in [b.key for b in director.button]
    director = open_page("meeting", "Clinical director", cases="e1", at="1", on=str(AS_OF))
    assert f"undo-{entry.entry_id}" not in [b.key for b in director.button]
    mine = click(open_page("case", ME, case="e1"), f"undo-{entry.entry_id}")
    assert log_of(scoped) == []
    assert texts.LOG_EMPTY in said(mine)


def test_a_review_stands_in_the_picture_and_its_table(
    on_agenda: Rows, opened: Callable[..., AppTest]
) -> None:
    app = click(opened(on_agenda), "save-review-e1")
    assert texts.REVIEWED in app.get("vega_lite_chart")[0].proto.spec
    assert f"<td>{texts.REVIEWED}" in words(app) or texts.REVIEWED in words(app)


def test_the_day_to_record_under_is_never_before_the_data_end() -> None:
    class Release:
        as_of = date(2999, 1, 1)

    class View:
        release = Release()

    assert case_record.today(View()) == date(2999, 1, 1)  # type: ignore[arg-type]
