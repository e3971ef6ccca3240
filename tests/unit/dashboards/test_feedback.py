"""The feedback page: bounds, times, cases to look at together, and what it says where little is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboards import wording
from dashboards.figures import feedback as figures
from tests.unit.dashboards.small_release import ANNA, case
from tests.unit.dashboards.test_pages import open_page, words

N = wording.NBSP


def metric(metric_id: str, **more: Any) -> dict[str, Any]:
    """Give a row of a metric table over all time."""
    return {
        "metric_id": metric_id,
        "instrument": "srs",
        "period": "all",
        "period_kind": "all",
        "population_n": 40,
        "denominator_n": 30,
        "status": "ok",
        **more,
    }


def entry(metric_id: str, unit: str) -> dict[str, Any]:
    """Give a row of the catalogue."""
    return {"metric_id": metric_id, "name": metric_id, "unit": unit, "sort_order": 1}


ALERTS = metric(
    "alert_share",
    excluded_n=10,
    numerator=6,
    estimate=0.2,
    lo=0.095,
    hi=0.373,
    bound_lo=0.15,
    bound_hi=0.4,
)
ROWS: dict[str, list[dict[str, Any]]] = {
    "metrics.practice_metric": [
        metric("early_alliance", estimate=35.0, lo=34.0, hi=36.0),
        ALERTS,
        metric("feedback_lag_hours", instrument=None, estimate=0.05, lo=0.04, hi=30.0),
    ],
    "metrics.clinician_metric": [
        metric(
            "alert_share",
            clinician_key=ANNA,
            clinician_metric_key="m1",
            excluded_n=10,
            numerator=6,
            status="insufficient_coverage",
            bound_lo=0.15,
            bound_hi=0.4,
        ),
    ],
    "metrics.metric_catalogue": [
        entry("alert_share", "share"),
        entry("feedback_lag_hours", "hours"),
        entry("attunement_ccc", "correlation"),
    ],
    "core.dim_instrument": [{"instrument": "srs", "cutoff": 36.0, "is_enabled": True}],
    "metrics.case_summary": [case("e1", ANNA), case("e2", ANNA, status="closed")],
    "metrics.episode_alliance": [
        {
            "episode_alliance_key": key,
            "episode_key": key,
            "clinician_key": ANNA,
            "instrument": "srs",
            "n_scores": 8,
            "last_score": 40.0,
            "is_uninformative_ceiling": True,
            "has_goal_gap": True,
            "goal_gap": 1.4,
            "task_gap": -0.7,
            "n_component_forms": 8,
        }
        for key in ("e1", "e2")
    ],
    "metrics.missing_form_bias": [
        {
            "missing_form_bias_key": "b1",
            "trait": "dropout_d1",
            "measure_kind": "share",
            "scored_n": 90,
            "unscored_n": 9,
            "status": "insufficient_n",
        }
    ],
}


def test_the_page_says_bounds_times_and_cases(released: Callable[..., Path]) -> None:
    released(ROWS)
    app = open_page("feedback", "Clinical director")
    assert not app.exception
    said = words(app)
    assert f"missing forms would have said: between 15{N}% and 40{N}%" in said
    assert f"3{N}min" in said
    assert "C-E1" in said
    assert "C-E2" not in said, "an ended case is nothing to look at together"
    assert "Goals 1.4 below the rest" in said
    assert "form of the same family" in said, "no pair of forms is no agreement of zero"
    assert "Too few to compare" in said


def test_without_a_cutoff_nobody_is_below_it(released: Callable[..., Path]) -> None:
    released(ROWS | {"core.dim_instrument": [{"instrument": "srs", "is_enabled": True}]})
    said = words(open_page("feedback", "Clinical director"))
    assert said.count("Not defined") == 2
    assert "SRS has no published cut-off" in said


def test_a_clinician_on_too_few_forms_has_no_figure(released: Callable[..., Path]) -> None:
    released(ROWS)
    app = open_page("feedback", "Clinical director", clinician="Clinician A1AA")
    assert not app.exception
    said = words(app)
    assert "Too few forms to compare" in said
    assert "Whole practice: " in said


def test_what_is_of_the_whole_practice_is_for_the_director(released: Callable[..., Path]) -> None:
    released(ROWS)
    app = open_page("feedback", "Supervisor F6AA")
    headings = [heading.value for heading in app.header]
    assert "Are clients heard?" in headings
    assert "Who is not heard" not in headings
    assert "would have said" not in words(app), "exact counts of the practice stay with it"


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (None, "–"),
        (0.05, f"3{N}min"),
        (1.99, f"119{N}min"),
        (2.0, f"2{N}h"),
        (47.9, f"48{N}h"),
        (72.0, f"3{N}days"),
        (-50 / 60, f"\u221250{N}min"),
    ],
)
def test_duration(hours: float | None, said: str) -> None:
    assert wording.duration(hours) == said


def test_signed() -> None:
    assert wording.signed(0.26) == "+0.3"
    assert wording.signed(-1.93) == "\u22121.9"
    assert wording.signed(-0.04) == "0.0", "nothing has no sign"
    assert wording.signed(None) == "–"


def test_no_bounds_where_no_form_is_missing() -> None:
    assert figures.bounds(None) == ""
    assert figures.bounds({**ALERTS, "excluded_n": 0}) == ""
    assert figures.bounds({**ALERTS, "bound_lo": None}) == ""


def test_units_decide_the_decimals() -> None:
    row = metric("attunement_ccc", estimate=0.4941, lo=0.448, hi=0.537)
    said = figures.figure(row, {"unit": "correlation"}, "sessions", 20, 1)
    assert said.value == "0.49"
    assert "0.45" in said.detail
    said = figures.figure(row | {"estimate": 10.6}, {"unit": "percent of maximum"}, "s", 20, 1)
    assert said.value == "+11 of 100"


def test_gap_words() -> None:
    r = {"has_goal_gap": True, "has_task_gap": True, "goal_gap": 1.4, "task_gap": -0.6}
    assert figures.gap_words(r) == "Goals 1.4 below the rest; tasks no longer below the rest"


def test_agreement_is_said_with_its_limits_or_not_at_all() -> None:
    row = {
        "outcome_instrument": "ors",
        "n_episodes": 206,
        "correlation": 0.139,
        "correlation_lo": 0.002,
        "correlation_hi": 0.271,
        "lagged_correlation": None,
        "lagged_lo": None,
        "lagged_hi": None,
        "levels_status": "not_applicable",
        "level_clinicians_n": 8,
    }
    table = figures.outcome_table(pl.DataFrame([row]), wording.Names({}, frozenset()))
    assert table["Early alliance and improvement"][0] == f"0.14 (0.00{N}to{N}0.27)"
    assert table["Within clients, next session"][0] == "Too few to say"
    assert table["Between clinicians, within them"][0].startswith("Not estimated: 8")


def test_a_published_figure_is_said_with_what_it_rests_on() -> None:
    row = {"value": 0.278, "lo": 0.256, "hi": 0.299, "studies": 295, "source": "Somebody 2018"}
    said = figures.published_words(pl.DataFrame([row]))
    assert said == f"Published: 0.28 (0.26{N}to{N}0.30) over 295{N}studies (Somebody 2018). "


@pytest.mark.parametrize(
    ("found", "part"),
    [
        ({"icc": 0.05, "is_estimated": False, "episodes_for_50": 19, "episodes_for_70": 45}, "45"),
        ({"icc": 0.0, "is_estimated": True, "episodes_for_70": None}, "no caseload"),
    ],
)
def test_how_many_cases_a_statement_takes(found: dict[str, Any], part: str) -> None:
    assert part in figures.between_words(found, "SRS")
