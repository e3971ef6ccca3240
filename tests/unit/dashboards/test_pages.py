"""Every page for every persona runs without an exception, with rows and without."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.frame import STALE_AFTER_HOURS, stale_after
from dashboards.queries import reference
from dashboards.registry import PAGES
from dashboards.texts import frame as texts
from dashboards.warehouse import WarehouseError
from tests.support import REPO
from tests.unit.dashboards.small_release import ANNA, BORIS, case, point

APP = str(REPO / "dashboards" / "app.py")
PERSONAS = ("Clinical director", "Supervisor F6AA", "Supervisor F7AA", "Analyst")


def open_page(name: str, persona: str, **parameters: str) -> AppTest:
    """Open a page as a persona, by its URL."""
    app = AppTest.from_file(APP, default_timeout=60)
    app.query_params["as"] = persona
    for key, value in parameters.items():
        app.query_params[key] = value
    app.run()
    page = next(page for page in PAGES if page.name == name)
    if page is not PAGES[0]:
        app.switch_page(page.file)
        app.query_params["as"] = persona
        for key, value in parameters.items():
            app.query_params[key] = value
        app.run()
    return app


def words(app: AppTest) -> str:
    """Give everything written on a page as HTML, commands in backticks as texts have them."""
    text = "\n".join(block.proto.body for block in app.get("html"))
    return text.replace("<code>", "`").replace("</code>", "`")


def some_rows() -> dict[str, list[dict[str, Any]]]:
    """Give a case with a form, and one figure of the practice."""
    figure = {
        "metric_id": "dropout_d1",
        "period": "all",
        "period_kind": "all",
        "denominator_n": 30,
        "numerator": 6,
        "estimate": 0.2,
        "lo": 0.1,
        "hi": 0.37,
        "status": "ok",
    }
    return {
        "metrics.case_summary": [
            case(
                "e1",
                ANNA,
                outcome_change="improved",
                alliance_instrument="srs",
                alliance_minimum=0.0,
                alliance_maximum=40.0,
                alliance_cutoff=36.0,
                alliance_first=35.0,
                alliance_latest=37.0,
                alliance_lowest=35.0,
            ),
            case("e2", BORIS),
        ],
        "metrics.case_timeline": [
            {
                "timeline_key": "t1",
                "episode_key": "e1",
                "clinician_key": ANNA,
                "sort_order": 1,
                "event_kind": "session",
                "status": "attended",
                "session_index": 1,
                "occurred_on": date(2026, 1, 5),
                "note": "Session 1",
            },
            {
                "timeline_key": "t2",
                "episode_key": "e1",
                "clinician_key": ANNA,
                "sort_order": 2,
                "event_kind": "score",
                "status": "ok",
                "session_index": 1,
                "instrument": "srs",
                "scale": "total",
                "respondent": "client",
                "value": 35.0,
                "occurred_on": date(2026, 1, 5),
                "note": "SRS 35.0",
            },
        ],
        "metrics.supervision_agenda": [
            {
                "episode_key": "e1",
                "clinician_key": ANNA,
                "clinician_label": "Clinician A1AA",
                "client_label": "C-E1",
                "tier": "T2",
                "tier_rank": 2,
                "session_index": 3,
                "reasons": "<script>alert(1)</script>\nAlliance fell.",
                "waiting_since": date(2026, 11, 1),
                "last_seen_on": date(2026, 11, 10),
            },
        ],
        "metrics.practice_metric": [figure],
        "metrics.metric_catalogue": [
            {
                "metric_id": "dropout_d1",
                "name": "Unplanned endings",
                "unit": "share",
                "meaning": "How many left.",
                "formula": "D1 / ended",
                "population": "Ended",
                "exclusions": "Moved",
                "limits": "Coding",
                "sort_order": 1,
                "version": 1,
            },
        ],
    }


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_runs_without_rows(page: Any, persona: str, released: Callable[..., Path]) -> None:
    released()
    app = open_page(page.name, persona)
    assert not app.exception
    assert [title.value for title in app.title] == [page.title]
    assert "not a crisis system" in words(app)
    assert "Demo data" in words(app)


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_runs_with_rows(page: Any, persona: str, released: Callable[..., Path]) -> None:
    released(some_rows())
    app = open_page(page.name, persona)
    assert not app.exception
    if persona == "Analyst":
        assert "C-E1" not in words(app)
        assert "you see no cases" in words(app)


def test_stamp_says_how_much_is_in_view(released: Callable[..., Path]) -> None:
    released(some_rows())
    said = words(open_page("agenda", "Supervisor F6AA")).replace("\u00a0", " ")
    assert "Supervisor F6AA: you see 2 clinicians, 2 cases." in said
    assert "Data through <b>20 Nov 2026</b>" in said
    assert "release r1" in said


def test_a_release_that_holds_nothing_says_so_above_every_page(
    home: Path, released: Callable[..., Path]
) -> None:
    path = released()
    with duckdb.connect(str(path)) as con:
        con.execute("update meta.release set data_through = null")
    point(home, path)
    said = words(open_page("month", "Clinical director"))
    assert "No attended session and no form yet" in said
    assert "Data quality says what was delivered, and what became of it." in said
    assert "Data through" not in said


def test_where_nobody_has_a_case_it_is_said_why(released: Callable[..., Path]) -> None:
    released()
    said = words(open_page("agenda", "Clinical director"))
    assert "A case is made of individual sessions" in said
    assert "No case in view is open" in said
    assert "A case is made" not in words(open_page("definitions", "Clinical director"))


def test_failed_build_stands_in_the_stamp(home: Path, released: Callable[..., Path]) -> None:
    released()
    told = {"status": "failed", "reason": "row_conservation <b>"}
    (home / "releases" / "last_build.json").write_text(json.dumps(told), encoding="utf-8")
    said = words(open_page("definitions", "Analyst"))
    assert "The last build failed" in said
    assert "row_conservation &lt;b&gt;" in said


def test_text_of_a_table_cannot_become_markup(released: Callable[..., Path]) -> None:
    released(some_rows())
    said = words(open_page("agenda", "Clinical director"))
    assert "<script>" not in said
    assert "&lt;script&gt;" in said


def test_case_opens_by_link_and_foreign_and_unknown_read_alike(
    released: Callable[..., Path],
) -> None:
    released(some_rows())
    mine = open_page("case", "Supervisor F6AA", case="e1")
    assert "Summary of e1." in words(mine)
    foreign = open_page("case", "Supervisor F7AA", case="e1")
    unknown = open_page("case", "Supervisor F7AA", case="nothing")
    assert "No such case in your view" in words(foreign)
    assert words(foreign) == words(unknown)
    assert not foreign.exception


def test_analyst_is_told_that_cases_are_not_part_of_the_role(
    released: Callable[..., Path],
) -> None:
    released(some_rows())
    said = words(open_page("case", "Analyst", case="e1"))
    assert "Not part of this role" in said
    assert "e1" not in said.replace("release r1", "")


@pytest.mark.parametrize(
    ("persona", "is_told"),
    [("Clinical director", True), ("Supervisor F6AA", False), ("Analyst", False)],
)
def test_counts_of_checks_are_for_the_director_alone(
    persona: str, is_told: bool, released: Callable[..., Path]
) -> None:
    check = {
        "check_id": "closed_without_reason",
        "description": "Closed cases say why",
        "kahn_class": "completeness",
        "severity": "warning",
        "affects": "Endings",
        "advice": "Ask for the reason.",
        "violated_rows": 4711,
        "denominator": 9999,
        "threshold": 0.1,
    }
    released({"quality.check_result": [check]})
    said = words(open_page("quality", persona)).replace("\u202f", "")
    assert "Closed cases say why" in said
    assert ("4711" in said) == is_told


def switch_on_the_clinicians_page(home: Path) -> None:
    (home / "rapport.toml").write_text("[dashboard]\nclinician_page = true\n")


@pytest.mark.parametrize("persona", PERSONAS)
def test_the_clinicians_page_says_that_it_is_off_in_the_same_words_to_all(
    persona: str, released: Callable[..., Path]
) -> None:
    released(some_rows())
    app = open_page("mine", persona)
    assert "Clinician A1AA" not in app.sidebar.selectbox(key="as").options
    assert "My caseload is switched off in this practice." in words(app)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_clinician_is_refused_by_every_page_but_their_own_and_the_definitions(
    page: Any, home: Path, released: Callable[..., Path]
) -> None:
    released(some_rows())
    switch_on_the_clinicians_page(home)
    app = open_page(page.name, "Clinician A1AA", case="e1")
    assert not app.exception
    said = words(app)
    assert "you see your own cases alone" in said
    assert ("Not part of this role" not in said) == (page.name in ("mine", "definitions"))
    assert "Alliance fell" not in said


def test_unknown_persona_in_the_link_is_not_obeyed(released: Callable[..., Path]) -> None:
    released(some_rows())
    app = open_page("agenda", "Supervisor ZZZZ")
    assert not app.exception
    assert app.sidebar.selectbox(key="as").value == "director"
    assert "asks for a view that this release does not know" in words(app)


@pytest.mark.parametrize("value", ["March 1812", "<script>", "", "all; drop table"])
def test_what_a_link_asks_for_and_is_not_there_is_said_and_not_obeyed(
    value: str, released: Callable[..., Path]
) -> None:
    released(some_rows())
    app = open_page("month", "Clinical director", period=value)
    assert not app.exception
    assert "asks for something that is not to be chosen here: Period." in words(app)
    assert value not in words(app) or not value


def test_the_choice_of_filters_is_a_line_for_print(released: Callable[..., Path]) -> None:
    released(some_rows())
    said = words(open_page("endings", "Clinical director")).replace("\u00a0", " ")
    assert "Shown: Period: All time; Supervisor: All supervisors; Clinician: All clinicians" in said


def test_a_release_published_while_looking_is_said_once(released: Callable[..., Path]) -> None:
    released(some_rows())
    app = open_page("definitions", "Analyst")
    assert "while you were looking" not in words(app)
    released({}, release_id="r2")
    app.run()
    assert not app.exception
    assert "while you were looking" in words(app)
    assert "release r2" in words(app)
    assert "while you were looking" not in words(app.run())


def test_a_question_that_takes_too_long_leaves_the_frame_standing(
    released: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    released(some_rows())

    def slow(*_: Any) -> None:
        raise WarehouseError(texts.TOO_SLOW.format(seconds=15))

    monkeypatch.setattr(reference, "catalogue", slow)
    app = open_page("definitions", "Analyst")
    assert not app.exception
    said = words(app)
    assert "The page could not be finished. A question to the release took longer" in said
    assert "not a crisis system" in said and "Data through" in said
    assert app.button(key="again").label == "Load the page again"


def test_without_a_release_the_page_says_what_to_do(home: Path) -> None:
    app = AppTest.from_file(APP, default_timeout=60).run()
    assert not app.exception
    assert [title.value for title in app.title] == ["Nothing to show yet"]
    assert "rapport build" in words(app) and "not a crisis system" in words(app)


def test_damaged_release_is_a_plain_page(home: Path, released: Callable[..., Path]) -> None:
    path = released()
    path.write_bytes(path.read_bytes() + b"x")
    app = AppTest.from_file(APP, default_timeout=60).run()
    assert not app.exception
    assert [title.value for title in app.title] == ["This release cannot be shown"]
    assert "does not match its fingerprint" in words(app)
    assert "not a crisis system" in words(app)


def test_stale_after_comes_from_the_settings(tmp_path: Path) -> None:
    hour = 3600
    assert stale_after(tmp_path).total_seconds() == STALE_AFTER_HOURS * hour
    (tmp_path / "rapport.toml").write_text("[dashboard]\nstale_after_hours = 12\n")
    assert stale_after(tmp_path).total_seconds() == 12 * hour
    (tmp_path / "rapport.toml").write_text("not toml [")
    assert stale_after(tmp_path).total_seconds() == STALE_AFTER_HOURS * hour


def test_streamlit_is_configured_to_be_careful() -> None:
    text = (REPO / "dashboards" / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    config = tomllib.loads(text)
    assert config["server"]["address"] == "127.0.0.1"
    assert config["server"]["allowedHosts"] == ["localhost", "127.0.0.1"]
    assert config["server"]["enableXsrfProtection"] is True
    assert config["server"]["enableStaticServing"] is False
    assert config["server"]["enableAgentApi"] is False
    assert config["server"]["fileWatcherType"] == "none"
    assert config["browser"]["gatherUsageStats"] is False
    assert config["client"]["showErrorDetails"] == "none"
    assert config["client"]["toolbarMode"] == "viewer"
    assert config["client"]["disableDataExport"] is True
