"""The agenda as it stands: recorded since the release, what fits, and what the page records."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from dashboards import agenda, case_card, log_words, review
from dashboards.scope import Role, Scope
from review_log.entry import Entry, Kind
from tests.unit.dashboards.small_release import ANNA, AS_OF, BORIS, CLARA, SUPERVISOR, case
from tests.unit.dashboards.test_pages import open_page, words

MakeScope = Callable[..., Scope]
CODES = [
    ("defer_reason", "not_a_priority", "Less pressing than others"),
    ("defer_reason", "clinician_absent", "Clinician absent"),
    ("step", "contact_client", "Contact the client"),
    ("step", "keep_going", "Keep going as now"),
    ("done_by", "clinician", "Clinician"),
    ("done_by", "both", "Both"),
    ("step_outcome", "done", "Done"),
    ("step_outcome", "not_needed", "No longer needed"),
]


def on_agenda(key: str, clinician: str, tier: int = 2, **more: Any) -> dict[str, Any]:
    """Give one row of metrics.supervision_agenda."""
    return {
        "episode_key": key,
        "client_label": f"C-{key.upper()}",
        "clinician_key": clinician,
        "clinician_label": "Clinician A1AA",
        "tier": f"T{tier}",
        "tier_rank": tier,
        "is_pressing": tier <= 3,
        "is_positive_case": False,
        "session_index": 5,
        "reasons": f"Reason of {key}.",
        "waiting_since": date(2026, 11, 1),
        "last_seen_on": date(2026, 11, 10),
        **more,
    }


def rows(*listed: Mapping[str, Any], others: tuple[str, ...] = ()) -> dict[str, list[Any]]:
    """Give the rows of a release with an agenda, and open cases that are not on it."""
    named = ("list", "code", "words")
    told = {
        "metrics.case_summary": [
            *(case(row["episode_key"], row["clinician_key"]) for row in listed),
            *(case(key, ANNA) for key in others),
        ],
        "metrics.supervision_agenda": list(listed),
        "metrics.review_code": [
            {**dict(zip(named, code, strict=True)), "sort_order": n}
            for n, code in enumerate(CODES, start=1)
        ],
    }
    return {table: found for table, found in told.items() if found}


def entry(kind: Kind, key: str = "e1", n: int = 1, **said: Any) -> Entry:
    """Give an entry as the log holds it; `n` orders entries."""
    needed: dict[str, Any] = {
        "happened_on": date(2026, 11, 21),
        "code": "not_a_priority",
        "done_by": "both",
        "refers_to": "s9",
    }
    if kind is Kind.DEFERRED:
        needed["until_on"] = date(2026, 12, 1)
    return Entry(
        kind=kind,
        episode_key=key,
        client_key=f"client-{key}",
        clinician_key=ANNA,
        author_role="supervisor",
        author_key=SUPERVISOR,
        release_id="r1",
        entry_id=f"{kind.value}-{key}-{n}",
        recorded_at=datetime(2026, 11, 21, 9, n),
        **{**needed, **said},
    )


def frame(listed: list[dict[str, Any]]) -> pl.DataFrame:
    """Give rows of an agenda as a query gives them."""
    return pl.DataFrame(listed)


def facts(key: str) -> dict[str, Any]:
    """Give the facts of a case that no rule has found."""
    return {**case(key, ANNA), "next_booked_on": None, "strength": None}


# -- what fits ------------------------------------------------------------------------------------

agendas = st.lists(st.tuples(st.integers(1, 5), st.booleans()), max_size=12).map(
    lambda kinds: [
        {"place": n, "tier_rank": tier, "is_positive_case": is_positive}
        for n, (tier, is_positive) in enumerate(sorted(kinds, key=lambda kind: kind[0]))
    ]
)


@given(agendas, st.integers(1, 8))
def test_what_fits_is_the_first_with_one_positive_case(
    listed: list[dict[str, Any]], places: int
) -> None:
    first, rest = agenda.capped(listed, places)
    assert sorted(row["place"] for row in first + rest) == [row["place"] for row in listed]
    assert len(first) == min(places, len(listed))
    if places > 1 and any(row["is_positive_case"] for row in listed):
        assert any(row["is_positive_case"] for row in first)
    kept = [row["place"] for row in first[:-1]]
    assert kept == list(range(len(kept)))
    assert [row["place"] for row in rest] == sorted(row["place"] for row in rest)


# -- what was recorded since ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "is_there"),
    [
        ([], True),
        ([Kind.REVIEWED], False),
        ([Kind.DEFERRED], False),
        ([Kind.PLANNED], True),
        ([Kind.REVIEWED, Kind.BROUGHT], True),
        ([Kind.BROUGHT, Kind.REVIEWED], False),
        ([Kind.DEFERRED, Kind.ADDED], True),
    ],
)
def test_the_last_word_decides(told: list[Kind], is_there: bool) -> None:
    entries = [entry(kind, n=n) for n, kind in enumerate(told, start=1)]
    found = agenda.laid_over(frame([on_agenda("e1", ANNA)]), entries, facts)
    assert [row["episode_key"] for row in found.rows] == (["e1"] if is_there else [])
    assert [row["episode_key"] for row, _ in found.dealt] == ([] if is_there else ["e1"])


def test_a_safety_answer_stays_until_somebody_has_looked_at_it() -> None:
    listed = [on_agenda("e1", ANNA, tier=1)]
    assert agenda.laid_over(frame(listed), [entry(Kind.DEFERRED)], facts).rows == listed
    assert not agenda.laid_over(frame(listed), [entry(Kind.REVIEWED)], facts).rows


def test_of_thousands_the_first_are_shown_and_all_are_counted() -> None:
    many = [on_agenda(f"e{n}", ANNA, tier=2) for n in range(400)]
    last = on_agenda("good", ANNA, tier=5, is_positive_case=True)
    found = agenda.laid_over(frame([*many, last]), [entry(Kind.REVIEWED)], facts)
    assert (found.total, found.pressing, found.tiers) == (400, 399, {"T2": 399, "T5": 1})
    assert len(found.rows) < 300
    assert agenda.capped(found.rows, 6)[0][-1]["episode_key"] == "good"


def test_a_case_that_is_asked_for_joins_in_its_place_and_an_unknown_one_does_not() -> None:
    listed = [on_agenda("e1", ANNA, tier=2), on_agenda("e3", ANNA, tier=4)]
    found = agenda.laid_over(
        frame(listed),
        [entry(Kind.BROUGHT, "e2"), entry(Kind.ADDED, "gone")],
        {"e2": facts("e2")}.get,
    )
    assert [row["episode_key"] for row in found.rows] == ["e1", "e2", "e3"]
    assert found.rows[1]["is_brought"]
    assert "asked on 21" in found.rows[1]["reasons"]
    assert (found.asked_for, found.pressing, found.total) == (1, 1, 3)
    assert case_card.kind(found.rows[1]) == "Asked for, or agreed last time"
    assert case_card.kind(found.rows[0]) == "Deterioration or open rupture"


def test_on_the_agenda_already_a_wish_leaves_the_reasons() -> None:
    found = agenda.laid_over(frame([on_agenda("e1", ANNA)]), [entry(Kind.BROUGHT)], facts)
    assert found.rows[0]["reasons"] == "Reason of e1."
    assert found.rows[0]["is_brought"]


def test_steps_planned_since_are_open_and_closed_ones_are_not() -> None:
    codes = {"step": {"contact_client": "Contact the client"}, "done_by": {"both": "Both"}}
    released = [
        {
            "entry_key": key,
            "episode_key": "e1",
            "code": "contact_client",
            "code_words": "Contact the client",
            "done_by_words": "Both",
            "due_on": date(2026, 11, 15),
            "planned_on": date(2026, 11, 1),
            "status": status,
        }
        for key, status in (("s1", "overdue"), ("s2", "closed"), ("s3", "open"))
    ]
    new = entry(Kind.PLANNED, code="contact_client", done_by="both")
    closed = entry(Kind.STEP_CLOSED, n=2, refers_to="s3", code="done")
    steps = log_words.open_steps(released, [new, closed], codes, AS_OF)
    assert [step.entry_key for step in steps] == ["s1", new.entry_id]
    assert "due since 15" in steps[0].line()
    assert steps[1].line() == "Contact the client. Both, no day set."


def test_every_kind_of_entry_has_words() -> None:
    codes = {"step": {"keep_going": "Keep going as now"}, "done_by": {"both": "Both"}}
    for kind in Kind:
        if kind is not Kind.UNDONE:
            assert log_words.what(entry(kind), codes)
    planned = entry(Kind.PLANNED, code="keep_going", done_by="both", due_on=date(2026, 12, 1))
    said = log_words.what(planned, codes).replace("\u00a0", " ")
    assert said == "Step planned: Keep going as now, Both, by 1 Dec 2026"


# -- the page -------------------------------------------------------------------------------------


def press(app: AppTest, key: str) -> AppTest:
    """Press a button of the page."""
    app.button(key=key).click().run()
    assert not app.exception
    return app


def test_a_case_leaves_when_discussed_and_comes_back_by_undo(
    released: Callable[..., Path], scoped: MakeScope
) -> None:
    released(rows(on_agenda("e1", ANNA), on_agenda("e2", BORIS)))
    app = press(open_page("agenda", "Supervisor F6AA"), "discussed-e1")
    assert "Reason of e1." not in words(app)
    assert "Reason of e2." in words(app)
    assert "Dealt with since the last build" in [h.value for h in app.header]
    assert "Recorded for C-E1: Discussed." in words(app)
    (told,) = review.since(scoped(ANNA), None)
    assert (told.kind, told.happened_on, told.author_key) == (Kind.REVIEWED, AS_OF, SUPERVISOR)
    press(app, f"undo-{told.entry_id}")
    assert "Reason of e1." in words(app)
    assert review.since(scoped(ANNA), None) == []


def test_all_deferred_is_said_calmly_and_each_has_its_reason(
    released: Callable[..., Path], scoped: MakeScope
) -> None:
    released(rows(on_agenda("e1", ANNA)))
    app = open_page("agenda", "Supervisor F6AA")
    app.selectbox(key="why-e1").select("clinician_absent")
    app.date_input(key="until-e1").set_value(date(2026, 12, 1))
    press(app, "defer-now-e1")
    said = words(app).replace("\u00a0", " ")
    assert "Every case that called for discussion has been dealt with." in said
    assert "Deferred until 1 Dec 2026: Clinician absent" in said
    (told,) = review.since(scoped(ANNA), None)
    assert (told.code, told.until_on) == ("clinician_absent", date(2026, 12, 1))


def test_any_open_case_can_be_added_or_brought(released: Callable[..., Path]) -> None:
    released(rows(on_agenda("e1", ANNA), others=("e5", "e6")))
    app = open_page("agenda", "Supervisor F6AA")
    app.selectbox(key="add-case").select("e6").run()
    press(app, "add-brought")
    assert "The supervisee asked on" in words(app)
    assert "the supervisee wants to bring it" in words(app)
    assert "C-E6" in words(app) and "C-E5" not in words(app)
    press(app, "add-added")
    assert "Put on the agenda by hand on" in words(app)
    assert "Every open case in view is on the agenda already." in words(app)


def test_two_supervisors_at_once_both_stand(
    released: Callable[..., Path], scoped: MakeScope
) -> None:
    released(rows(on_agenda("e1", ANNA)))
    one = open_page("agenda", "Supervisor F6AA")
    other = open_page("agenda", "Clinical director")
    press(one, "discussed-e1")
    press(other, "discussed-e1")
    told = review.since(scoped(ANNA), None)
    assert [e.author_role for e in told] == ["supervisor", "director"]
    # The last word is the director's, so only a director takes it back.
    one.run()
    assert "recorded by Clinical director" in words(one)
    assert not [b for b in one.button if (b.key or "").startswith("undo-")]


@pytest.mark.parametrize("has_course", [True, False])
def test_without_an_expected_course_the_agenda_says_what_it_cannot_call(
    released: Callable[..., Path], has_course: bool
) -> None:
    status = "ok" if has_course else "not_applicable"
    course = {"instrument": "ors", "session_index": 4, "status": status}
    released({**rows(on_agenda("e1", ANNA)), "analyst.expected_course": [course]})
    said = "this practice has none yet. It is computed from 200 ended cases"
    assert (said in words(open_page("agenda", "Supervisor F6AA"))) is not has_course


@pytest.mark.parametrize("of_the_case", ["ors", "phq9"])
def test_a_measure_without_a_course_beside_one_with_it_is_named(
    released: Callable[..., Path], of_the_case: str
) -> None:
    told = rows(on_agenda("e1", ANNA))
    for row in told["metrics.case_summary"]:
        row |= {"status": "open", "outcome_instrument": of_the_case}
    course = {"instrument": "ors", "session_index": 4, "status": "ok"}
    released({**told, "analyst.expected_course": [course]})
    shown = words(open_page("agenda", "Supervisor F6AA"))
    is_named = "No case is called off course by PHQ-9" in shown
    assert is_named is (of_the_case == "phq9")
    assert "this practice has none yet" not in shown


def test_a_log_that_does_not_answer_leaves_the_agenda_readable(
    home: Path, released: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    released(rows(on_agenda("e1", ANNA)))
    monkeypatch.setenv("RAPPORT_REVIEW_LOG", "sqlite:////nowhere/at-all/log.sqlite3")
    app = open_page("agenda", "Supervisor F6AA")
    assert not app.exception
    assert "The review log does not answer" in words(app)
    assert "Reason of e1." in words(app)
    assert "at-all" not in words(app)
    assert not [b for b in app.button if b.key and b.key.startswith(("discussed", "defer", "add"))]


def test_without_a_reason_nothing_is_to_discuss(released: Callable[..., Path]) -> None:
    released(rows(others=("e5",)))
    said = words(open_page("agenda", "Supervisor F6AA")).replace("\u00a0", " ")
    assert "No open case in view calls for discussion by rule. 1 open case in view" in said


def test_one_case_only_is_an_agenda(released: Callable[..., Path]) -> None:
    released(rows(on_agenda("e1", ANNA)))
    app = open_page("agenda", "Supervisor F6AA")
    assert "1. C-E1" in words(app)
    assert "Every open case in view is on the agenda already." in words(app)


def test_nobody_finds_a_foreign_case_on_the_page(
    released: Callable[..., Path], scoped: MakeScope
) -> None:
    released(rows(on_agenda("e1", ANNA), on_agenda("e3", CLARA)))
    review.record(scoped(CLARA, role=Role.DIRECTOR), Kind.REVIEWED, "e3", happened_on=AS_OF)
    app = open_page("agenda", "Supervisor F6AA")
    # Clara's assignment to this supervisor ended the day before the release.
    assert "C-E3" not in words(app)
    keys = itertools.chain((b.key for b in app.button), (s.key for s in app.selectbox))
    assert not [key for key in keys if key and "e3" in key.split("-")]
