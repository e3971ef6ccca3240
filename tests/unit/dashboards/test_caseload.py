"""One supervisee's caseload and a clinician's own page: courses, gaps, few forms, nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards import review
from dashboards.charts.small_multiples import own_past, panel, shared
from dashboards.charts.theme import spec
from dashboards.figures import caseload
from dashboards.figures import own_past as own
from dashboards.scope import Role, Scope
from dashboards.wording import Figure, Names
from review_log.entry import Kind
from tests.unit.dashboards.small_release import ANNA, AS_OF, BORIS, CLARA, CLINICIANS, SUPERVISOR
from tests.unit.dashboards.small_release import case as base_case
from tests.unit.dashboards.test_agenda import CODES, on_agenda, press
from tests.unit.dashboards.test_pages import open_page, switch_on_the_clinicians_page, words

MakeScope = Callable[..., Scope]
NAMES = Names({}, frozenset())


def case(key: str, owner: str, **more: Any) -> dict[str, Any]:
    """Give a case whose alliance is told by the SRS."""
    return base_case(key, owner, **{"alliance_instrument": "srs", "alliance_cutoff": 36.0, **more})


def form(
    key: str, owner: str, session: int, value: float, instrument: str = "srs"
) -> dict[str, Any]:
    """Give one client total of a session."""
    return {
        "timeline_key": f"{key}-{session}-{instrument}",
        "episode_key": key,
        "clinician_key": owner,
        "sort_order": session,
        "event_kind": "score",
        "session_index": session,
        "instrument": instrument,
        "scale": "total",
        "respondent": "client",
        "value": value,
        "occurred_on": date(2026, 11, session),
        "note": "SRS",
    }


def figure(owner: str, quarter: int, estimate: float | None, **more: Any) -> dict[str, Any]:
    """Give the share of sessions with feedback of one quarter."""
    return {
        "clinician_key": owner,
        "metric_id": "feedback_completion",
        "period": f"2026-Q{quarter}",
        "period_kind": "quarter",
        "period_starts_on": date(2026, 3 * quarter - 2, 1),
        "denominator_n": 30,
        "numerator": 20,
        "estimate": estimate,
        "lo": None if estimate is None else estimate - 0.1,
        "hi": None if estimate is None else estimate + 0.1,
        "status": "ok" if estimate is not None else "insufficient_n",
        **more,
    }


def practice(*more_forms: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Give the rows of a practice with cases of two supervisees and one of somebody else's."""
    named = ("list", "code", "words")
    return {
        "metrics.case_summary": [
            case("e1", ANNA, attended_sessions=6, next_booked_on=date(2026, 11, 27)),
            case("e2", ANNA, attended_sessions=2),
            case("e5", ANNA, status="closed", ending="mutual"),
            case("e3", BORIS),
            case("e4", CLARA),
        ],
        "metrics.case_timeline": [
            *(form("e1", ANNA, at, value) for at, value in ((1, 38.0), (2, 35.0), (5, 30.0))),
            form("e2", ANNA, 1, 39.0),
            form("e1", ANNA, 1, 20.0, "ors"),
            form("e3", BORIS, 1, 11.1),
            *more_forms,
        ],
        "metrics.supervision_agenda": [on_agenda("e1", ANNA)],
        "metrics.review_code": [
            {**dict(zip(named, code, strict=True)), "sort_order": n}
            for n, code in enumerate(CODES, start=1)
        ],
        "metrics.metric_catalogue": [
            {
                "metric_id": "feedback_completion",
                "name": "Sessions with client feedback",
                "unit": "share",
                "measure_kind": "share",
                "sort_order": 1,
            },
            {
                "metric_id": "time_to_review",
                "name": "From signal to review",
                "unit": "days",
                "sort_order": 2,
            },
        ],
        "metrics.clinician_metric": [
            *(figure(ANNA, quarter, 0.6) for quarter in (1, 2, 3)),
            figure(ANNA, 4, 0.65, period="all", period_kind="all", period_starts_on=None),
            figure(
                ANNA,
                4,
                4.0,
                metric_id="time_to_review",
                period="all",
                period_kind="all",
                denominator_n=9,
                numerator=None,
            ),
            *(figure(BORIS, quarter, 0.11) for quarter in (1, 2, 3)),
            figure(BORIS, 4, 0.99, period="all", period_kind="all"),
        ],
        "core.dim_instrument": [
            {"instrument": "srs", "name": "SRS", "family": "alliance", "minimum": 0, "maximum": 40}
        ],
        "metrics.rupture": [
            {
                "rupture_key": f"r{n}",
                "episode_key": "e1",
                "clinician_key": ANNA,
                "instrument": "srs",
                "method_id": "casesens_shrunk_sd",
                "tier": "probable",
                "status": status,
                "onset_session_index": n,
                "onset_on": date(2026, 11, n),
            }
            for n, status in ((2, "repaired"), (5, "pending"))
        ],
    }


# -- the pictures ---------------------------------------------------------------------------------

courses = st.dictionaries(st.integers(1, 30), st.floats(0, 40), min_size=1, max_size=12)


@given(st.lists(courses, min_size=1, max_size=5), st.integers(1, 30))
def test_axes_hold_every_score_and_are_the_same_for_all(
    cases: list[dict[int, float]], sessions: int
) -> None:
    axes = shared(cases, sessions, 36.0)
    for scores in cases:
        assert all(axes.low <= value <= axes.high for value in scores.values())
        assert max(scores) <= axes.sessions
    assert axes.low <= 36.0 <= axes.high


def test_a_session_without_a_form_is_a_gap() -> None:
    axes = shared([{1: 38.0, 4: 30.0}], 6, 36.0)
    told = spec(panel({1: 38.0, 4: 30.0}, 5, axes), validate=True)
    drawn = next(layer for layer in told["layer"] if layer["mark"]["type"] == "line")
    data = drawn.get("data", told.get("data"))["values"]
    assert [row["score"] for row in data] == [38.0, None, None, 30.0, None]


def test_quarters_stand_in_order_and_an_empty_one_is_a_gap() -> None:
    data = [
        {"quarter": f"Q{n} 2026", "estimate": value, "lo": value, "hi": value, "said": ""}
        for n, value in ((1, None), (2, 0.5), (3, 0.6))
    ]
    told = spec(own_past(data, "Sessions", is_share=True), validate=True)
    orders = {tuple(layer["encoding"]["x"]["sort"]) for layer in told["layer"]}
    assert orders == {("Q1 2026", "Q2 2026", "Q3 2026")}


def test_nothing_is_said_of_a_course_before_three_forms() -> None:
    assert caseload.course_words([38.0, 20.0], "srs", NAMES).replace("\u00a0", " ") == (
        "2 forms so far"
    )
    assert "38.0 at first, 30.0 at the latest of 3" in caseload.course_words(
        [38.0, 20.0, 30.0], "srs", NAMES
    )


# -- the supervisee's view ------------------------------------------------------------------------


def open_caseload(persona: str = "Supervisor F6AA", **more: str) -> Any:
    app = open_page("caseload", persona, clinician=CLINICIANS[ANNA], **more)
    assert not app.exception
    return app


@pytest.mark.parametrize(
    ("status", "counted"),
    [
        ("any", "2 open cases and 1 ended case."),
        ("open", "2 open cases."),
        ("ended", "1 ended case."),
    ],
)
def test_of_cases_the_filter_leaves_out_nothing_is_said(
    status: str, counted: str, released: Callable[..., Path]
) -> None:
    released(practice())
    said = words(open_caseload(status=status)).replace("\u00a0", " ")
    assert f"{CLINICIANS[ANNA]}: {counted}" in said


def test_one_supervisee_at_a_time(released: Callable[..., Path]) -> None:
    released(practice())
    app = open_page("caseload", "Supervisor F6AA")
    assert [b.label for b in app.button] == ["Clinician A1AA", "Clinician B2AA"]
    assert "open case" not in words(app)
    press(app, f"pick-{ANNA}")
    assert "Clinician A1AA: 2\u00a0open cases and 1\u00a0ended case." in words(app)


def test_the_view_tells_courses_ruptures_steps_and_time(
    released: Callable[..., Path], scoped: MakeScope
) -> None:
    released(practice())
    scope = scoped(ANNA, person=SUPERVISOR)
    review.record(scope, Kind.REVIEWED, "e1", happened_on=AS_OF)
    review.record(scope, Kind.PLANNED, "e1", code="contact_client", done_by="both")
    app = open_caseload()
    said = words(app).replace("\u00a0", " ")
    assert "38.0 at first, 30.0 at the latest of 3 forms" in said
    assert "1 form so far" in said
    assert "2 probable ruptures: 1 repaired, 1 still open." in said
    assert "<b>C-E1</b>: Contact the client. Both, no day set." in said
    assert "9 signals to review" in said
    (grid,) = [frame.value for frame in app.dataframe]
    assert list(grid["Last discussed"].str.replace("\u00a0", " ")) == [
        "20 Nov 2026",
        "Not recorded",
        "Not recorded",
    ]
    assert list(grid["Open steps"]) == [1, 0, 0]
    assert "11.1" not in said


def test_small_pictures_are_capped_and_more_is_one_click(released: Callable[..., Path]) -> None:
    rows = practice()
    many = [f"m{n}" for n in range(15)]
    rows["metrics.case_summary"] += [case(key, ANNA) for key in many]
    rows["metrics.case_timeline"] += [form(key, ANNA, 1, 37.0) for key in many]
    released(rows)
    app = open_caseload()
    drawn = words(app).count('<p class="mini">')
    press(app, "more-srs")
    assert (drawn, words(app).count('<p class="mini">')) == (12, 17)


def test_a_clinician_out_of_scope_is_not_there(released: Callable[..., Path]) -> None:
    released(practice())
    app = open_page("caseload", "Supervisor F6AA", clinician=CLINICIANS[CLARA])
    assert not app.exception
    assert "C-E4" not in words(app)
    # An assignment that ended yesterday opens nothing, and a supervisor of nobody sees nobody.
    assert CLINICIANS[CLARA] not in [b.label for b in app.button]


def test_a_caseload_without_cases_and_without_forms(released: Callable[..., Path]) -> None:
    released({"metrics.case_summary": [base_case("e1", ANNA)]})
    said = words(open_caseload())
    assert "No case in view has an alliance form" in said
    assert "No probable rupture in these cases." in said
    assert "No review is recorded yet" in said
    assert "No case of this clinician fits" in words(open_caseload(status="Ended"))


# -- the clinician's own page ---------------------------------------------------------------------

ANNAS = "Clinician A1AA"


@pytest.fixture
def switched_on(home: Path, released: Callable[..., Path]) -> None:
    """Release the practice with the clinicians' page switched on."""
    released(practice())
    switch_on_the_clinicians_page(home)


@pytest.mark.usefixtures("switched_on")
def test_a_clinician_sees_own_cases_and_own_past_alone() -> None:
    app = open_page("mine", ANNAS)
    assert not app.exception
    said = words(app)
    assert "C-E1" in said
    for foreign in ("C-E3", "C-E4", "11.1", "11\u00a0%", "99\u00a0%"):
        assert foreign not in said
    # Kinds, reasons and ruptures are for supervision.
    for kept in ("Reason of e1.", "Deterioration", "rupture", "T2"):
        assert kept not in said


@pytest.mark.usefixtures("switched_on")
def test_a_clinician_brings_a_case_and_takes_it_back(scoped: MakeScope) -> None:
    app = open_page("mine", ANNAS)
    assert "You bring no case at the moment." in words(app)
    app.selectbox(key="bring-case").select("e2").run()
    press(app, "bring")
    (told,) = review.since(scoped(ANNA), None)
    assert (told.kind, told.episode_key, told.author_role) == (Kind.BROUGHT, "e2", "clinician")
    assert "C-E2: you bring it since" in words(app)
    assert "the supervisee wants to bring it" in words(open_page("agenda", "Supervisor F6AA"))
    press(app, f"undo-{told.entry_id}")
    assert review.since(scoped(ANNA), None) == []


@pytest.mark.usefixtures("switched_on")
def test_a_clinician_closes_own_steps_and_sees_no_others(scoped: MakeScope) -> None:
    mine = {"code": "contact_client", "done_by": "clinician"}
    step = review.record(scoped(ANNA, person=SUPERVISOR), Kind.PLANNED, "e1", **mine)
    review.record(scoped(BORIS, person=SUPERVISOR), Kind.PLANNED, "e3", **mine)
    app = open_page("mine", ANNAS)
    assert words(app).count("Contact the client") == 1
    press(app, f"close-{step.entry_id}")
    assert "No step is open in your cases." in words(app)
    assert [e.kind for e in review.of_case(scoped(BORIS), "e3")] == [Kind.PLANNED]


@pytest.mark.usefixtures("switched_on")
def test_own_past_needs_three_quarters(scoped: MakeScope) -> None:
    ((drawn, name),) = own.figures(scoped(ANNA, role=Role.CLINICIAN, person=ANNA), "srs")
    assert name == "Sessions with client feedback"
    assert "within what chance alone does" in drawn.sentence
    row = {"period": "2026-Q1", "period_kind": "quarter", "estimate": 0.5, "lo": 0.4, "hi": 0.6}
    few = [(row, Figure("50 %", "", "", is_shown=True))]
    assert "Fewer than three quarters" in own._sentence(few, few[0])


@pytest.mark.usefixtures("switched_on")
def test_a_clinician_without_cases_is_told_so() -> None:
    assert "You have no case with a session yet." in words(open_page("mine", "Clinician E5AA"))


@pytest.mark.usefixtures("switched_on")
def test_own_cases_stand_when_the_log_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_REVIEW_LOG", "sqlite:////nowhere/at-all/log.sqlite3")
    app = open_page("mine", ANNAS)
    assert not app.exception
    assert "The review log does not answer" in words(app)
    assert "C-E1" in words(app)


def test_lines_of_different_forms_lie_on_one_scale() -> None:
    assert caseload._of_range({1: 20.0, 2: 40.0}, {"minimum": 0, "maximum": 40}) == [50.0, 100.0]
    assert caseload._of_range({1: 36.0}, {"minimum": 12, "maximum": 60}) == [50.0]
    assert caseload._of_range({1: 7.0}, {}) == [7.0]
