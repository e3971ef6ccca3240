"""The practice month: eight figures, their course, the flow, and what each says where data lack.

Belongs here: what the page says and draws for given rows. Does not belong here: where the rows
come from (the tests beside the models).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dashboards.charts import flow as charts
from dashboards.charts import theme
from dashboards.figures import month, practice
from dashboards.figures.practice import Shown
from dashboards.scope import Role, Scope
from tests.unit.dashboards.small_release import ANNA, AS_OF, BORIS
from tests.unit.dashboards.test_pages import open_page, words

MakeScope = Callable[..., Scope]
Release = Callable[..., Path]
ENDINGS = Shown("dropout_d1", "srs", "Unplanned endings", "ended cases", "share", 1)
STEPS = {
    "referred": ("Referred", "clients", 8, None, None),
    "opened": ("Case opened", "episodes", 32, 32, 1.0),
    "first_session": ("First session", "episodes", 31, 30, 0.9375),
    "third_session": ("Third session", "episodes", 24, 22, 0.6875),
    "in_treatment": ("Not ended yet", "episodes", 29, 29, 0.90625),
    "ended_planned": ("Planned ending", "episodes", 27, 3, 0.09375),
    "ended_unplanned": ("Unplanned ending", "episodes", 0, 0, 0.0),
}


def plain(text: str) -> str:
    """Take the narrow and unbreakable spaces out of a text."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def flow(period: str = "2026-10", **changed: Any) -> list[dict[str, Any]]:
    """Give the steps of one period."""
    return [
        {
            "period": period,
            "step": step,
            "step_order": place,
            "name": name,
            "counted": counted,
            "n": n,
            "cohort_n": cohort,
            "cohort_share": share,
            **changed.get(step, {}),
        }
        for place, (step, (name, counted, n, cohort, share)) in enumerate(STEPS.items())
    ]


def months(readings: list[str | None], **more: Any) -> list[dict[str, Any]]:
    """Give a row of practice_metric for successive months of 2026."""
    return [
        {
            "metric_id": "dropout_d1",
            "period": f"2026-{place:02d}",
            "period_kind": "month",
            "period_starts_on": date(2026, place, 1),
            "denominator_n": 30,
            "numerator": 6,
            "estimate": 0.2,
            "lo": 0.1,
            "hi": 0.37,
            "status": "ok",
            "xmr_mean": 0.2 if reading else None,
            "xmr_lower": 0.1 if reading else None,
            "xmr_upper": 0.3 if reading else None,
            "xmr_reading": reading,
            **more,
        }
        for place, reading in enumerate(readings, start=1)
    ]


@pytest.mark.parametrize(
    ("period", "neighbours"),
    [
        ("2026-01", {"month": "2025-12", "year": "2025-01", "all": "all"}),
        ("2026-Q1", {"quarter": "2025-Q4", "year": "2025-Q1", "all": "all"}),
        ("2026-11", {"month": "2026-10", "year": "2025-11", "all": "all"}),
        ("all", {}),
    ],
)
def test_a_period_is_held_against_the_one_before_and_a_year_before(
    period: str, neighbours: dict[str, str]
) -> None:
    assert month.neighbours(period) == neighbours


def test_the_flow_follows_the_cases_opened(released: Release, scoped: MakeScope) -> None:
    released({"metrics.practice_flow": flow()})
    drawn = practice.flow(scoped(role=Role.DIRECTOR), "2026-10", AS_OF)
    assert plain(drawn.sentence) == (
        "Of 32 cases opened in October 2026, 30 had a first session and 22 a third by "
        "20 Nov 2026. 3 ended as planned, 0 without a plan, 0 otherwise, 0 in a way not known. "
        "Not ended yet: 29. Referred in the same time: 8."
    )
    labels = [row["label"] for row in drawn.spec["data"]["values"]]
    assert labels == [
        "Case opened",
        "First session",
        "Third session",
        "Not ended yet",
        "Planned ending",
    ]
    shares = drawn.table["Share of them"].to_list()
    assert [plain(share) for share in shares[:3]] == ["–", "100 %", "94 %"]


def test_a_suppressed_step_is_an_asterisk_and_no_bar(released: Release, scoped: MakeScope) -> None:
    hidden = {"third_session": {"cohort_n": None, "cohort_share": None}}
    released({"metrics.practice_flow": flow(**hidden)})
    drawn = practice.flow(scoped(role=Role.DIRECTOR), "2026-10", AS_OF)
    third = drawn.spec["data"]["values"][2]
    assert third["n"] is None
    assert third["words"] == "* · –"
    assert "and * a third" in drawn.sentence


def test_a_period_without_an_opened_case_draws_nothing(
    released: Release, scoped: MakeScope
) -> None:
    none = {step: {"cohort_n": 0, "cohort_share": None} for step in STEPS}
    released({"metrics.practice_flow": flow(**none)})
    drawn = practice.flow(scoped(role=Role.DIRECTOR), "2026-10", AS_OF)
    assert drawn.spec is None
    assert "No case was opened in October 2026" in drawn.empty
    assert practice.flow(scoped(ANNA), "2026-10", AS_OF).spec is None
    assert "clinical director" in practice.flow(scoped(ANNA), "2026-10", AS_OF).empty


def test_the_run_chart_marks_months_by_shape_and_word(released: Release, scoped: MakeScope) -> None:
    released({"metrics.practice_metric": months([None, "common cause", "signal"])})
    drawn = practice.run(scoped(role=Role.DIRECTOR), ENDINGS, "2026-03", 20)
    said = plain(drawn.sentence)
    assert said.startswith("March 2026: 20 %, 6 of 30 ended cases · 95 % interval 10 to 37.")
    assert "◆ Signal: this month lies outside the range" in said
    assert "Months drawn that carry a signal: 1 of 3." in said
    assert "XmR" not in str(drawn.spec) + said
    shapes = {
        row["reading"]: layer["mark"]["shape"]
        for layer in drawn.spec["layer"]
        if layer["mark"].get("type") == "point"
        for row in {**drawn.spec, **layer}["data"]["values"]
    }
    assert shapes == {
        "○ Not judged yet": "circle",
        "● Common cause": "circle",
        "◆ Signal": "diamond",
    }
    assert drawn.table["Reading"].to_list() == ["○ Not judged yet", "● Common cause", "◆ Signal"]


def test_a_month_that_waits_is_said_and_leaves_a_gap(released: Release, scoped: MakeScope) -> None:
    rows = months(["common cause", "common cause", "common cause"])
    rows[1] |= {"estimate": None, "status": "pending"}
    released({"metrics.practice_metric": rows})
    drawn = practice.run(scoped(role=Role.DIRECTOR), ENDINGS, "2026-02", 20)
    assert drawn.spec is None
    drawn = practice.run(scoped(role=Role.DIRECTOR), ENDINGS, "2026-03", 20)
    assert [row["value"] for row in drawn.spec["data"]["values"]] == [0.2, None, 0.2]


def test_a_period_that_waits_speaks_of_the_month_before(
    released: Release, scoped: MakeScope
) -> None:
    rows = months(["common cause"] * 4)
    rows[2] |= {"estimate": None, "status": "pending"}
    released({"metrics.practice_metric": rows})
    drawn = practice.run(scoped(role=Role.DIRECTOR), ENDINGS, "2026-03", 20)
    assert drawn.sentence.startswith("March 2026 has no figure yet. February 2026:")


def test_what_came_after_the_period_is_not_drawn(released: Release, scoped: MakeScope) -> None:
    released({"metrics.practice_metric": months(["common cause"] * 4)})
    drawn = practice.run(scoped(role=Role.DIRECTOR), ENDINGS, "2026-02", 20)
    assert drawn.table["Month"].to_list() == ["January 2026", "February 2026"]
    assert drawn.sentence.startswith("February 2026: ")
    table = month.month_table(scoped(role=Role.DIRECTOR), (ENDINGS,), "2026-02", 20)
    assert table["Month"].to_list() == ["January 2026", "February 2026"]
    whole = practice.run(scoped(role=Role.DIRECTOR), ENDINGS, "all", 20)
    assert whole.table.height == 4


def test_rounded_months_have_no_range_and_one_month_no_chart(
    released: Release, scoped: MakeScope
) -> None:
    exact = {"metrics.practice_metric": months(["signal"])}
    own = ("xmr_mean", "xmr_lower", "xmr_upper", "xmr_reading")
    rounded = [{k: v for k, v in row.items() if k not in own} for row in months([None, None])]
    released({**exact, "analyst.practice_metric": rounded})
    drawn = practice.run(scoped(ANNA), ENDINGS, "2026-02", 20)
    assert "kept for the clinical director" in drawn.sentence
    assert {row["mean"] for row in drawn.spec["data"]["values"]} == {None}
    alone = practice.run(scoped(role=Role.DIRECTOR), ENDINGS, "2026-01", 20)
    assert alone.spec is None
    assert "no course to draw" in alone.empty


def test_the_flow_is_a_whole_spec() -> None:
    row = {"label": "Third session", "n": 2, "whole": 4, "words": "2", "is_state": False}
    theme.spec(charts.flow([row, {**row, "n": None, "is_state": True}]), validate=True)


def test_a_share_is_drawn_between_nothing_and_everything() -> None:
    row = {
        "month": "2026-01-01",
        "spoken": "January 2026",
        "value": 0.02,
        "words": "2 %",
        "mean": 0.05,
        "lo": -0.2,
        "hi": 0.3,
        "reading": "● Common cause",
    }
    told = theme.spec(charts.run([row, {**row, "month": "2026-02-01"}], "x", True), validate=True)
    domains = {tuple(layer["encoding"]["y"]["scale"]["domain"]) for layer in told["layer"]}
    assert all(low == 0.0 for low, _ in domains)


def test_the_page_says_eight_figures_and_what_changed(released: Release) -> None:
    released(
        {
            "metrics.practice_metric": months(["common cause"] * 10),
            "metrics.practice_flow": [*flow(), *flow("2026-09")],
            "metrics.metric_catalogue": [
                {
                    "metric_id": "dropout_d1",
                    "name": "Unplanned endings",
                    "unit": "share",
                    "sort_order": 1,
                    "version": 2,
                }
            ],
            "quality.check_result": [
                {"check_id": "a", "description": "A", "is_passed": True},
                {"check_id": "b", "description": "B", "is_passed": False},
            ],
        }
    )
    app = open_page("month", "Clinical director")
    assert not app.exception
    said = plain(words(app))
    assert said.count('<section class="tile">') == 8
    assert "1 of 2" in said
    assert "checks passed · 1 to look at" in said
    assert "The month before: 31" in said
    assert "● Common cause: within the range of the months before." in said
    assert "Unplanned endings: Version 2 now. This release does not say what changed." in said
    assert "Not collected yet" in said
    assert 'class="value">0 %' not in said


@pytest.mark.parametrize("persona", ["Supervisor F6AA", "Analyst"])
def test_beyond_the_director_figures_are_rounded_and_the_flow_is_not_shown(
    persona: str, released: Release
) -> None:
    hidden = {"numerator": None, "estimate": None, "is_suppressed": True, "status": "suppressed"}
    own = ("lo", "hi", "xmr_mean", "xmr_lower", "xmr_upper", "xmr_reading")
    rows = [{k: v for k, v in row.items() if k not in own} for row in months([None] * 10)]
    rows[-1] |= hidden
    released(
        {
            "metrics.practice_metric": months(["signal"] * 10),
            "analyst.practice_metric": rows,
            "metrics.practice_flow": flow(),
        }
    )
    app = open_page("month", persona)
    assert not app.exception
    said = plain(words(app))
    assert "Counts of 1 to 7 are hidden and others rounded to 5" in said
    assert "small counts are hidden" in said
    assert "Of 32 cases" not in said
    assert "Signal: outside" not in said
    assert ("By clinician" in [h.value for h in app.header]) == (persona != "Analyst")


def test_small_numbers_give_no_rate(released: Release) -> None:
    few = {"denominator_n": 7, "numerator": 3, "estimate": 3 / 7, "lo": 0.16, "hi": 0.75}
    clinician = {"period": "2026-10", "period_kind": "month", "metric_id": "dropout_d1"}
    none = {"denominator_n": 3, "numerator": 1, "estimate": None, "status": "insufficient_n"}
    released(
        {
            "metrics.practice_metric": months([None] * 10, **few),
            "metrics.clinician_metric": [
                {"clinician_key": ANNA, **clinician, **none},
                {"clinician_key": BORIS, **clinician, **few, "status": "ok"},
            ],
        }
    )
    said = plain(words(open_page("month", "Clinical director", period="2026-10")))
    assert "3 of 7" in said
    assert "Too few to say more." in said
    assert '<td class="tight">Too few</td>' in said


def test_a_flow_of_a_few_cases_has_no_share(released: Release, scoped: MakeScope) -> None:
    few = {
        "opened": {"cohort_n": 4},
        "first_session": {"cohort_n": 3, "cohort_share": 0.75},
        "third_session": {"cohort_n": 0, "cohort_share": 0.0},
    }
    released({"metrics.practice_flow": flow(**few)})
    drawn = practice.flow(scoped(role=Role.DIRECTOR), "2026-10", AS_OF)
    told = [row["words"] for row in drawn.spec["data"]["values"]]
    assert told[:3] == ["4", "3", "0"]
    assert set(drawn.table["Share of them"]) == {"–"}


def test_without_forms_tiles_say_that_none_are_collected(released: Release) -> None:
    released({"metrics.practice_flow": flow()})
    said = words(open_page("month", "Clinical director"))
    assert said.count("No client has rated the alliance of an individual session yet.") == 4


@pytest.mark.parametrize(
    ("period", "is_said"),
    [("2026-11", True), ("2026-Q4", True), ("2026-10", False), ("all", False)],
)
def test_a_month_under_way_is_said_to_be_a_part_of_one(
    period: str, is_said: bool, released: Release, scoped: MakeScope
) -> None:
    released({"metrics.practice_flow": [{**row, "period": period} for row in flow()]})
    scope = scoped(role=Role.DIRECTOR)
    figure, beside = month.begun(scope, period, month.neighbours(period), AS_OF)
    assert figure.is_shown
    said = [plain(text) for text in beside]
    assert ("Not over: counted up to 20 Nov 2026, beside whole periods" in said) == is_said


def test_a_month_that_ends_with_the_data_is_whole(released: Release, scoped: MakeScope) -> None:
    released({"metrics.practice_flow": flow()})
    scope = scoped(role=Role.DIRECTOR)
    _, beside = month.begun(scope, "2026-10", {}, date(2026, 10, 31))
    assert beside == []


def test_before_anything_was_recorded_there_is_no_figure_rather_than_none_begun(
    released: Release, scoped: MakeScope
) -> None:
    """Referrals can lie before the first case; a board must not read that nobody began then."""
    rows = months(["common cause"] * 2)
    old = [{**row, "period": "2025-02", "n": 0} for row in flow()]
    now, before = ([{**row, "period": f"2026-0{n}"} for row in flow()] for n in (2, 1))
    released({"metrics.practice_flow": [*old, *before, *now], "metrics.practice_metric": rows})
    _, beside = month.begun(
        scoped(role=Role.DIRECTOR), "2026-02", {"month": "2026-01", "year": "2025-02"}, AS_OF
    )
    assert beside == ["The month before: 31", "A year before: None yet"]


def test_ruptures_open_now_say_their_day_and_are_of_any_age(
    released: Release, scoped: MakeScope
) -> None:
    onset = {"clinician_key": ANNA, "method_id": "casesens_shrunk_sd", "tier": "probable"}
    onset |= {"instrument": "srs", "status": "pending"}
    days = [date(2024, 1, 1), date(2026, 11, 1)]
    released({"metrics.rupture": [{**onset, "onset_on": day} for day in days]})
    said = month.open_now(scoped(ANNA), "srs", AS_OF)
    assert [plain(text) for text in said] == [
        "Open on 20 Nov 2026 in the cases in view, whenever begun: 2"
    ]
    assert month.open_now(scoped(ANNA), "", AS_OF) == []
