"""Case review as a page: its states, whose case it is, what an address may hold, the list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import review
from dashboards.scope import Role, Scope
from dashboards.texts import case as texts
from tests.unit.dashboards.case_release import ME, ORS, OTHER, SRS, events, rows, rupture, said
from tests.unit.dashboards.small_release import ANNA, CLARA, case
from tests.unit.dashboards.test_pages import open_page, words

# -- states ---------------------------------------------------------------------------------------


def test_a_case_without_a_form_says_so_and_claims_nothing(opened: Callable[..., AppTest]) -> None:
    text = said(opened(rows(events(3, forms=0), attended_sessions=3)))
    assert texts.NO_FORM["alliance"] in text
    assert texts.NO_FORM["outcome"] in text
    assert texts.NO_RUPTURE_WITHOUT_FORMS in text
    assert texts.HOW_ATTENDANCE in text
    assert "Cannot be classed" not in text


def test_one_form_is_one_score_without_first_lowest_or_change(
    opened: Callable[..., AppTest],
) -> None:
    once = {**SRS, "alliance_scored_sessions": 1, **ORS, "outcome_scored_sessions": 1}
    text = said(opened(rows(events(3, forms=1), **once)))
    assert text.count(texts.ONLY) == 2
    assert f"<dt>{texts.LOWEST}</dt>" not in text
    assert f"<dt>{texts.FIRST_FORM}</dt>" not in text
    assert texts.ONE_FORM_NO_CHANGE in text
    assert "Recovered" not in text


def test_a_measure_at_its_top_cannot_show_a_rupture(opened: Callable[..., AppTest]) -> None:
    text = said(opened(rows(**SRS, is_uninformative_ceiling=True)))
    assert texts.CEILING_RUPTURE in text


def test_facts_stand_with_session_cut_off_and_number_of_forms(
    opened: Callable[..., AppTest],
) -> None:
    text = said(opened(rows(**SRS, **ORS, missed_8_weeks=1, appointments_8_weeks=4)))
    for fact in (
        "37.0 at session 1",
        "30.0 at session 2",
        "<dd>36</dd>",
        "3 of 3 sessions",
        "5 points",
        "Recovered",
        "1 of 4",
        "10 Nov 2026",
        texts.NONE_BOOKED,
    ):
        assert fact in text, fact


@pytest.mark.parametrize("direction", ["lower_is_better", "higher_is_better"])
def test_a_switched_measure_is_drawn_apart(opened: Callable[..., AppTest], direction: str) -> None:
    both = [*events(2), *events(4, code="wai_sr")[4:]]
    instruments = [
        {"instrument": code, "name": code, "family": "alliance", "minimum": 0, "maximum": 60}
        for code in ("srs", "wai_sr")
    ]
    instruments[1]["direction"] = direction
    told = {**rows(both, **SRS, attended_sessions=4), "core.dim_instrument": instruments}
    app = opened(told)
    assert "Alliance (WAI-SR)" in app.get("vega_lite_chart")[0].proto.spec
    assert "from session 3" in app.get("vega_lite_chart")[0].proto.spec
    assert ("Lower is better on WAI-SR." in said(app)) is (direction == "lower_is_better")
    assert "only in the table" not in said(app), "it has a panel"


def test_sessions_of_a_group_are_named_and_not_counted(opened: Callable[..., AppTest]) -> None:
    group = {
        "event_kind": "session",
        "status": "attended",
        "scope": "group",
        "session_index": 1,
        "occurred_on": date(2026, 1, 20),
    }
    text = said(opened(rows([*events(3), group], **SRS)))
    assert "1 appointment with a group" in text
    assert "Group session: attended" in text


def test_an_ended_case_is_not_put_off_and_an_unplanned_ending_is_named(
    opened: Callable[..., AppTest],
) -> None:
    ended = {"status": "lapsed", "ending": "dropout", "ended_on": date(2026, 6, 1)}
    app = opened(rows(**SRS, **ended))
    text = said(app)
    assert "Lapsed: unplanned ending" in text
    assert texts.UNPLANNED in text
    assert texts.ENDED_OFF_AGENDA in text
    assert texts.NEXT_FACT not in text
    assert [tab.label for tab in app.tabs] == [texts.REVIEW_TAB, texts.STEP_TAB]


@pytest.mark.parametrize("sessions", [1, 84])
def test_a_very_short_and_a_very_long_case_open(
    sessions: int, opened: Callable[..., AppTest]
) -> None:
    app = opened(rows(events(sessions), **SRS, attended_sessions=sessions))
    assert app.get("vega_lite_chart")
    assert f"3 of {sessions} session" in said(app)


def test_a_case_without_any_event_says_that_nothing_landed(opened: Callable[..., AppTest]) -> None:
    told = rows(**SRS)
    del told["metrics.case_timeline"]
    assert texts.NOTHING_LANDED in said(opened(told))


def test_ruptures_repairs_and_kinds_are_told_in_numbers(opened: Callable[..., AppTest]) -> None:
    told = rows(**SRS, rupture_n=2, repaired_n=1)
    told["metrics.rupture"] = [
        rupture(2, 4, "repaired", rupture_type="withdrawal"),
        rupture(6, None, "pending", confidence="low"),
    ]
    text = said(opened(told))
    assert "SRS from a usual 37.0 to 30.0, below the threshold of 33.0; lowest 29.0." in text
    assert "Reported as ▼ withdrawal." in text
    assert "○ Repaired after 2 sessions" in text
    assert texts.REPAIRED_BEFORE.format(n=2, sessions="2 sessions") in text
    assert texts.LOW_CONFIDENCE in text


def test_the_same_client_before_and_after_is_linked_only_in_scope(
    opened: Callable[..., AppTest],
) -> None:
    told = rows(**SRS, previous_episode_key="e2", next_episode_key="e3")
    told["metrics.case_summary"].append(case("e3", CLARA))
    links = [link.proto.label for link in opened(told).get("page_link")]
    assert "The same client before this: with Clinician B2AA" in links
    assert not [label for label in links if "after this" in label]


# -- whose case, and what an address may hold -----------------------------------------------------

ODD = (
    "' or '1'='1",
    "e1' --",
    "e1'; drop table metrics.case_summary; --",
    "' union select * from core.dim_client --",
    '" or ""="',
    "e1) or (1=1",
    "%27%20or%201=1",
    "e1\x00",
    "\x00",
    "e1\n",
    " e1",
    "e1 ",
    "E1",
    "e%",
    "e_",
    "%",
    "*",
    "$episode_key",
    "$scope_clinicians",
    "{{ e1 }}",
    "${e1}",
    "../../secrets/pseudonym_key",
    "<script>alert(1)</script>",
    "é1",
    "е1",
    "e" * 5000,
    "0",
    "null",
    "",
    "[object Object]",
    "e1,e2",
    "read_csv('/etc/passwd')",
)


def test_a_foreign_case_and_every_odd_address_get_the_same_answer(
    released: Callable[..., Path], scoped: Callable[..., Scope]
) -> None:
    released(rows(**SRS))
    app = open_page("case", OTHER, case="e1")
    foreign = words(app)
    assert texts.NO_SUCH_CASE in foreign
    assert "C-E1" not in foreign
    for odd in ODD:
        app.query_params["case"] = odd
        app.run()
        assert not app.exception, odd
        assert words(app) == foreign, odd
    mine = open_page("case", ME, case="nothing")
    for odd in ODD:
        mine.query_params["case"] = odd
        mine.run()
        assert texts.NO_SUCH_CASE in words(mine), odd
    seen = review.views(scoped(ANNA, role=Role.DIRECTOR))
    assert seen == []


def test_a_case_never_attended_or_merged_away_is_no_case(opened: Callable[..., AppTest]) -> None:
    assert texts.NO_SUCH_CASE in said(opened(rows(**SRS), key="merged-away"))


# -- the list -------------------------------------------------------------------------------------


def frames(app: AppTest) -> Iterator[pl.DataFrame]:
    return (pl.DataFrame(frame.value) for frame in app.dataframe)


def test_a_case_is_found_by_a_part_of_its_code(released: Callable[..., Path]) -> None:
    released(rows(**SRS))
    app = open_page("case", ME)
    assert next(frames(app))[texts.CLIENT].to_list() == ["C-E1", "C-E2"]
    assert "SRS 36.0" in next(frames(app))[texts.ALLIANCE].to_list()
    app.text_input(key="find").set_value(" e2 ").run()
    assert next(frames(app))[texts.CLIENT].to_list() == ["C-E2"]
    app.text_input(key="find").set_value(".*").run()
    assert texts.NO_CODE_FITS in words(app)
    assert not app.exception


def test_a_list_without_cases_says_what_to_do(released: Callable[..., Path]) -> None:
    released()
    assert texts.NONE_AT_ALL in words(open_page("case", ME))


def test_a_list_that_filters_leave_empty_says_so(released: Callable[..., Path]) -> None:
    released({"metrics.case_summary": [case("e1", ANNA)]})
    assert texts.NO_CASE_FITS in words(open_page("case", ME, status="Ended"))
