"""The Outcomes page: how many are known of, bounds, published figures, no borrowed course.

Belongs here: what the page says of given rows, and its charts. Whether a figure is right is tested
beside its model.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import altair as alt
import polars as pl
import pytest

from dashboards.charts import outcomes as drawings
from dashboards.charts import practice as charts
from dashboards.charts import theme
from dashboards.figures.outcomes import bounds, classes
from dashboards.scope import Scope
from dashboards.texts import outcomes as outcome_texts
from tests.unit.dashboards.small_release import ANNA, BORIS, case
from tests.unit.dashboards.test_pages import open_page, words


def share(metric: str, hits: int, n: int, missing: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "metric_id": metric,
        "instrument": "phq9",
        "period": "all",
        "period_kind": "all",
        "population_n": n + missing,
        "excluded_n": missing,
        "denominator_n": n,
        "numerator": hits,
        "estimate": hits / n,
        "lo": 0.1,
        "hi": 0.9,
        "status": "ok",
        **more,
    }


def course(session: int | None, **more: Any) -> dict[str, Any]:
    return {
        "expected_course_key": f"k{session}{more.get('intake_band', 1)}",
        "instrument": "phq9",
        "intake_band": 1,
        "intake_up_to": 12.0,
        "session_index": session,
        "reference_episodes": 240,
        "band_episodes": 80,
        "status": "ok",
        **more,
    }


def outcome_rows(courses: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Give a practice with one outcome measure, two ended cases and one open case off course."""
    ended = {"episode_key": "e1", "clinician_key": ANNA, "is_population": True}
    outcome = {"clinician_key": ANNA, "instrument": "phq9", "n_scores": 3}
    return {
        "metrics.practice_metric": [
            share("outcome_paired", 60, 80),
            share("outcome_reliably_improved", 30, 60, missing=20, bound_lo=0.375, bound_hi=0.625),
            share("outcome_deteriorated", 3, 60),
            share("effect_size", 0, 40, numerator=None, estimate=0.92, lo=0.6, hi=1.24),
            share("nhs_recovery", 20, 50, instrument=None),
        ],
        "metrics.metric_catalogue": [
            {"metric_id": "outcome_reliably_improved", "name": "Reliably better", "unit": "share"},
            {"metric_id": "nhs_recovery", "short_name": "Recovery (NHS)", "unit": "share"},
        ],
        "metrics.benchmark": [
            {
                "benchmark_id": "b",
                "metric_id": "nhs_recovery",
                "kind": "published",
                "label": "National standard",
                "value": 0.5,
                "definition": "Finished courses",
                "caveat": "Another mix",
                "source": "NHS",
            },
            {
                "benchmark_id": "c",
                "metric_id": "effect_size",
                "kind": "published",
                "label": "Trials, completers",
                "value": 0.93,
                "definition": "Trials",
                "caveat": "Other clients",
                "source": "Minami",
            },
        ],
        "metrics.episode_ending": [
            {**ended, "last_attended_on": date(2026, 3, 1)},
            {**ended, "episode_key": "e2", "last_attended_on": date(2026, 4, 1)},
        ],
        "metrics.episode_outcome": [
            {**outcome, "episode_key": "e1", "jt_category": "recovered"},
            {**outcome, "episode_key": "e2", "jt_category": None, "n_scores": 1},
        ],
        "metrics.expected_course": courses,
        # what those see who have a part of the practice in view
        "analyst.practice_metric": [
            {"metric_id": "outcome_paired", "instrument": "phq9", "period": "all", "numerator": 60}
        ],
        "analyst.expected_course": courses,
        "metrics.case_summary": [case("e3", ANNA), case("e4", BORIS)],
        "metrics.alert_status": [
            {"episode_key": key, "clinician_key": whose, "instrument": "phq9", "status": "ok"}
            | {"session_index": 4, "score": 19.0}
            for key, whose in (("e3", ANNA), ("e4", BORIS))
        ],
        "metrics.signal": [
            {"rule_id": "OU1", "episode_key": "e3", "clinician_key": ANNA, "instrument": "phq9"}
            | {"session_index": 4, "colour": "red", "threshold": 17.5},
        ],
    }


NOT_YET = [course(None, status="not_applicable", reference_episodes=121)]
DRAWN = [course(s, expected_score=12.0 - s, amber_line=15.0 - s, red_line=18.0 - s) for s in (2, 3)]


def test_shares_stand_with_their_bounds_and_published_figures(
    released: Callable[..., Path],
) -> None:
    released(outcome_rows(NOT_YET))
    app = open_page("outcomes", "Clinical director")
    said = words(app).replace("\u00a0", " ")
    assert not app.exception
    assert "60 of 80 ended cases" in said
    assert "Whatever the 20 not measured would have said: between 38 % and 62 %" in said
    assert "improved by 0.92 standard deviations" in said
    assert "Trials, completers" in said
    assert "National standard: 50 % (finished courses)" in said
    assert "Of the cases in view, 2 with PHQ-9 forms ended; 1 of them were measured twice" in said


def test_a_course_is_never_borrowed(released: Callable[..., Path]) -> None:
    released(outcome_rows(NOT_YET))
    said = words(open_page("outcomes", "Clinical director")).replace("\u00a0", " ")
    assert "121 ended cases are measured twice; an expected course needs 200" in said
    assert "Open cases beyond the expected course" not in said


@pytest.mark.parametrize("reliable_change", [None, 6])
def test_without_a_size_of_reliable_change_nothing_is_said_to_be_uncounted(
    released: Callable[..., Path], reliable_change: int | None
) -> None:
    told = outcome_rows(NOT_YET)
    told["metrics.practice_metric"] = [share("outcome_paired", 60, 80)]
    known = {"instrument": "phq9", "name": "PHQ-9", "family": "outcome", "cutoff": 10}
    told["core.dim_instrument"] = [known | {"reliable_change": reliable_change}]
    released(told)
    said = words(open_page("outcomes", "Clinical director"))
    is_defined = reliable_change is not None
    assert (outcome_texts.NOT_DEFINED in said) is not is_defined
    none_counted = "No ended cases measured twice that this figure could count."
    assert (none_counted in said) is is_defined


def test_a_case_off_course_is_listed_for_those_who_see_it(released: Callable[..., Path]) -> None:
    released(outcome_rows(DRAWN))
    mine = words(open_page("outcomes", "Supervisor F6AA"))
    assert "C-E3" in mine
    assert "■ Red, 17.5" in mine
    assert "C-E4" not in mine, "its latest score is beyond no line"
    assert "C-E3" not in words(open_page("outcomes", "Supervisor F7AA"))
    assert "C-E3" not in words(open_page("outcomes", "Analyst"))


def test_without_any_form_the_page_says_so(released: Callable[..., Path]) -> None:
    released()
    said = words(open_page("outcomes", "Clinical director"))
    assert "No ended case has an outcome form yet" in said


@pytest.mark.parametrize(
    "row",
    [None, {}, share("x", 1, 2), share("x", 1, 2, bound_lo=0.5, bound_hi=0.5)],
    ids=["no row", "rounded", "no bounds", "nothing missing"],
)
def test_bounds_are_said_only_where_something_is_missing(row: dict[str, Any] | None) -> None:
    assert bounds(row) == ""


def layers_of(chart: alt.TopLevelMixin) -> list[dict[str, Any]]:
    """Give the layers of a chart, compared with the Vega-Lite schema."""
    return theme.spec(chart, validate=True)["layer"]


def test_a_published_share_is_another_shape_on_the_same_line() -> None:
    row = {"label": "Recovery", "estimate": 0.3, "lo": 0.2, "hi": 0.4, "words": "30 %"}
    plain = layers_of(charts.rates([row], "Share"))
    beside = layers_of(charts.rates([{**row, "published": 0.5}], "Share"))
    assert len(beside) == len(plain) + 1
    assert beside[-1]["mark"]["shape"] == "diamond"


def test_effects_have_one_scale_that_holds_every_interval() -> None:
    own = {"label": "Here", "estimate": 1.1, "lo": -0.2, "hi": 1.6, "said": "1.10", "words": ""}
    known = {"label": "Trials", "estimate": 0.8, "lo": None, "hi": None, "said": "0.80"}
    layers = layers_of(drawings.effects([own, {**known, "words": ""}], "SD"))
    domains = [layer["encoding"]["x"]["scale"]["domain"] for layer in layers]
    assert all(domain == domains[0] for domain in domains)
    assert domains[0][0] <= -0.2
    assert domains[0][1] >= 1.6


def test_a_course_is_drawn_from_session_2_with_or_without_a_cut_off() -> None:
    frame = pl.DataFrame(DRAWN)
    with_cutoff = layers_of(drawings.course(frame, 10.0, (0.0, 20.0)))
    without = layers_of(drawings.course(frame, None, (0.0, 20.0)))
    assert len(with_cutoff) == len(without) + 1
    assert without[0]["encoding"]["x"]["scale"]["domain"] == [2, 3]


def test_measured_twice_without_a_reliable_change_is_not_said_to_be_measured_once(
    released: Callable[..., Path], scoped: Callable[..., Scope]
) -> None:
    told = outcome_rows(NOT_YET)
    told["metrics.episode_outcome"][0]["jt_category"] = None
    released(told)
    drawn = classes(scoped(ANNA), "phq9", date(2026, 1, 1), date(2027, 1, 1))
    assert drawn.table is not None
    assert drawn.table.rows() == [("Cannot be classed", 1), ("Measured once only", 1)]
    assert "1 of them were measured twice" in drawn.sentence
