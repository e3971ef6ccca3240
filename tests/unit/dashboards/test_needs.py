"""What the relationship needs, and figures on the Definitions page: words, gaps, who sees what."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboards import wording
from dashboards.figures import metric, needs
from dashboards.wording import Names
from tests.unit.dashboards.small_release import ANNA, CLARA
from tests.unit.dashboards.test_pages import open_page, words

N = wording.NBSP


def row(metric_id: str, **more: Any) -> dict[str, Any]:
    """Give a row of a metric table over all time."""
    return {
        "metric_id": metric_id,
        "instrument": None,
        "period": "all",
        "period_kind": "all",
        "population_n": 120,
        "denominator_n": 120,
        "status": "ok",
        **more,
    }


def entry(metric_id: str, unit: str = "share", **more: Any) -> dict[str, Any]:
    """Give a row of the catalogue."""
    return {
        "metric_id": metric_id,
        "name": f"Name of {metric_id}",
        "short_name": f"Short {metric_id}",
        "unit": unit,
        "is_clinician_metric": True,
        "sort_order": 1,
        **more,
    }


def claim(claim_id: str, sort_order: int, status: str) -> dict[str, Any]:
    """Give one claim."""
    return {
        "claim_id": claim_id,
        "sort_order": sort_order,
        "title": f"Title of {claim_id}",
        "meaning": f"Meaning of {claim_id}.",
        "supervisor_action": "Review the workload.",
        "evidence": "It goes with outcome at r = .23 [M] & more.",
        "limits": "It cannot say all.",
        "status": status,
    }


CANCELLED = row("clinician_cancel_rate", numerator=6, estimate=0.05, lo=0.0231, hi=0.1048)
TRAUMA = row(
    "trauma_bond_difference",
    instrument="srs",
    denominator_n=40,
    numerator=12,
    estimate=-0.3,
    lo=-0.7,
    hi=0.1,
)
ROWS: dict[str, list[dict[str, Any]]] = {
    "metrics.claim": [claim("frame", 1, "proxy"), claim("genuine", 2, "not_measured")],
    "metrics.claim_metric": [
        {
            "claim_id": "frame",
            "sort_order": 1,
            "metric_id": "clinician_cancel_rate",
            "part": "Appointments kept",
            "counted": "appointments",
            "is_proxy": True,
        },
        {
            "claim_id": "frame",
            "sort_order": 2,
            "metric_id": "trauma_bond_difference",
            "part": "Bond after trauma",
            "counted": "cases",
            "is_proxy": True,
        },
        {
            "claim_id": "frame",
            "sort_order": 3,
            "part": "Punctuality",
            "not_measured_reason": "No field carries <it>.",
        },
        {
            "claim_id": "genuine",
            "sort_order": 1,
            "part": "The real relationship",
            "not_measured_reason": "No scale of it is here.",
        },
    ],
    "metrics.practice_metric": [
        CANCELLED,
        TRAUMA,
        row("early_alliance", instrument="wai_sr", estimate=50.0),
        row("early_alliance", instrument="srs", estimate=35.0, denominator_n=300),
    ],
    "analyst.practice_metric": [
        row(
            "clinician_cancel_rate",
            denominator_n=120,
            numerator=None,
            estimate=None,
            is_suppressed=True,
            status="suppressed",
        )
        | {"population_n": None}
    ],
    "metrics.clinician_metric": [
        CANCELLED
        | {"clinician_key": key, "clinician_metric_key": key, "is_comparable": True}
        | more
        for key, more in (
            (ANNA, {"denominator_n": 30, "numerator": 3, "estimate": 0.1, "lo": 0.03, "hi": 0.26}),
            (CLARA, {"denominator_n": 40, "numerator": 4, "estimate": 0.1}),
        )
    ],
    "metrics.metric_catalogue": [
        entry("clinician_cancel_rate"),
        entry("trauma_bond_difference", "item points", per_instrument=True),
        entry("early_alliance", "points", per_instrument=True),
        entry("transfer_success"),
        entry("survival", is_clinician_metric=False, table_name="survival"),
    ],
}
ROWS["analyst.practice_metric"] = [
    {k: v for k, v in r.items() if k != "population_n"} for r in ROWS["analyst.practice_metric"]
]


def test_every_claim_has_figures_action_evidence_and_what_is_missing(
    released: Callable[..., Path],
) -> None:
    released(ROWS)
    app = open_page("needs", "Clinical director")
    assert not app.exception
    headings = [heading.value for heading in app.header]
    assert headings == ["At a glance", "1. Title of frame", "2. Title of genuine"]
    said = words(app)
    assert f"5{N}%" in said
    assert f"6 of 120 appointments · 95{N}% interval 2{N}to{N}10" in said
    assert "stands for it" in said
    assert "40 cases, 12 of them with trauma" in said
    assert "No difference can be told." in said
    assert "Review the workload." in said
    assert f'r{N}={N}.23{N}<span class="tag">[M]</span> &amp; more' in said
    assert "No field carries &lt;it&gt;." in said
    assert "○ Not measured" in said
    assert "Of 2 claims: 1 only by figures that stand for it; 1 not at all." in said
    assert len(app.expander) == 0, "a director reads the practice here, clinicians in Variation"


def test_a_supervisor_sees_the_own_clinicians_and_the_rounded_practice(
    released: Callable[..., Path],
) -> None:
    released(ROWS)
    app = open_page("needs", "Supervisor F6AA")
    assert not app.exception
    said = words(app)
    assert f"10{N}% (3 of 30), 3{N}to{N}26" in said
    assert "4 of 40" not in said, "Clara is supervised by somebody else"
    assert "small counts are hidden" in said
    assert "6 of 120" not in said


def test_an_analyst_sees_no_clinician(released: Callable[..., Path]) -> None:
    released(ROWS)
    app = open_page("needs", "Analyst")
    assert not app.exception
    assert "Clinician A1AA" not in words(app)
    assert len(app.expander) == 0


def test_a_figure_of_another_questionnaire_says_which_to_choose(
    released: Callable[..., Path],
) -> None:
    released(ROWS)
    app = open_page("needs", "Clinical director", measure="WAI-SR")
    assert not app.exception
    assert "WAI-SR gives no such figure here; choose SRS above to see it." in words(app)


def test_a_figure_that_no_questionnaire_gave_blames_none(released: Callable[..., Path]) -> None:
    unknown = {k: v for k, v in ROWS.items() if not k.endswith("practice_metric")}
    released(unknown)
    said = words(open_page("needs", "Clinical director"))
    assert "No questionnaire in use has given this figure so far." in said
    assert "gives no such figure" not in said


@pytest.mark.parametrize("page", ["needs", "alliance"])
@pytest.mark.parametrize("has_ruptures", [True, False])
def test_answers_that_nobody_records_are_not_collected_where_there_are_ruptures(
    released: Callable[..., Path], page: str, has_ruptures: bool
) -> None:
    measured = {
        "claim_id": "frame",
        "metric_id": "rupture_addressed",
        "sort_order": 1,
        "part": "Taken up",
        "counted": "ruptures",
        "is_proxy": True,
    }
    depth = row("rupture_depth", instrument="srs", estimate=4.0)
    level = row("early_alliance", instrument="srs", estimate=34.0)
    released(
        {
            "metrics.claim": [claim("frame", 1, "proxy")],
            "metrics.claim_metric": [measured],
            "metrics.metric_catalogue": [entry("rupture_addressed", per_instrument=True)],
            "metrics.practice_metric": [level, *([depth] if has_ruptures else [])],
        }
    )
    app = open_page(page, "Clinical director", measure="SRS")
    assert not app.exception
    said = "No answer to any rupture or report was ever recorded"
    assert (said in words(app)) is has_ruptures


def test_no_early_rupture_is_not_taken_for_answers_that_nobody_records(
    released: Callable[..., Path],
) -> None:
    measured = {"claim_id": "frame", "metric_id": "early_rupture_addressed", "sort_order": 1}
    measured |= {"part": "Taken up", "counted": "ruptures", "is_proxy": True}
    figures = ("rupture_depth", "rupture_addressed")
    released(
        {
            "metrics.claim": [claim("frame", 1, "proxy")],
            "metrics.claim_metric": [measured],
            "metrics.metric_catalogue": [entry("early_rupture_addressed", per_instrument=True)],
            "metrics.practice_metric": [
                row("early_alliance", instrument="srs", estimate=34.0),
                *(row(name, instrument="srs", estimate=0.5) for name in figures),
            ],
        }
    )
    app = open_page("needs", "Clinical director", measure="SRS")
    assert not app.exception
    assert "No answer to any rupture or report was ever recorded" not in words(app)


def test_definitions_show_what_every_figure_is_now(released: Callable[..., Path]) -> None:
    released(ROWS)
    app = open_page("definitions", "Clinical director")
    assert not app.exception
    said = words(app)
    assert f"5{N}%: 6 of 120 counted · 95{N}% interval 2{N}to{N}10. Status: shown" in said
    assert "<b>SRS</b> 35.0" in said
    assert "<b>WAI-SR</b> 50.0" in said
    assert "No figure yet: nothing has been counted for it." in said
    assert "No single figure: rows of metrics.survival." in said
    assert said.count('<div class="now">') == len(ROWS["metrics.metric_catalogue"])


NAMES = Names({}, frozenset())


@pytest.mark.parametrize(
    ("found", "of", "value", "detail"),
    [
        (
            row("x", estimate=0.5578, lo=0.5, hi=0.6),
            entry("x", "ratio"),
            "0.56",
            f"120 cases · 95{N}% interval 0.50{N}to{N}0.60",
        ),
        (
            TRAUMA | {"metric_id": "trauma_alert_difference", "estimate": 0.126, "lo": 0.021},
            entry("trauma_alert_difference", "difference of shares"),
            "+13 of 100",
            f"40 cases, 12 of them with trauma · 95{N}% interval +2 to +10",
        ),
        (
            TRAUMA | {"estimate": None, "status": "not_applicable"},
            entry("trauma_bond_difference", "item points"),
            "Too few",
            "40 cases, 12 of them with trauma. One of the two groups is too small to compare.",
        ),
        (
            row("x", numerator=5, denominator_n=7, estimate=5 / 7, lo=0.3589, hi=0.9178),
            entry("x"),
            "5 of 7",
            f"cases · 95{N}% interval 36{N}to{N}92",
        ),
    ],
)
def test_any_figure_in_words(
    found: dict[str, Any], of: dict[str, Any], value: str, detail: str
) -> None:
    figure = metric.said(found, of, "cases", 20)
    assert (figure.value, figure.detail) == (value, detail)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"numerator": 5, "denominator_n": 7, "estimate": 5 / 7}, "Too few to compare (7)"),
        (
            {"numerator": 5, "denominator_n": 12, "estimate": 5 / 12, "is_comparable": True},
            "5 of 12",
        ),
        (
            {"numerator": 6, "estimate": 0.05, "lo": 0.02, "hi": 0.1, "is_comparable": True},
            f"5{N}% (6 of 120), 2{N}to{N}10",
        ),
        ({"status": "insufficient_coverage", "denominator_n": 30}, "Too few forms (30)"),
        ({"status": "insufficient_n", "denominator_n": 2}, "Too few (2)"),
        ({"status": "insufficient_n", "denominator_n": 0}, "–"),
    ],
)
def test_a_cell_where_clinicians_stand_side_by_side(more: dict[str, Any], said: str) -> None:
    """metrics.md 7: 5 of 7 transfers is hidden in a comparative view."""
    assert metric.short(row("x", **more), entry("x"), 20) == said


def test_left_out_bounds_and_expected_stand_beside() -> None:
    assert metric.beside(None) == []
    assert metric.beside(row("x", excluded_n=4)) == ["4 more left out: not known, or not yet"]
    assert metric.beside(row("x", excluded_n=10, bound_lo=0.15, bound_hi=0.4)) == [
        f"Whatever the 10{N}missing forms would have said: between 15{N}% and 40{N}%"
    ]
    assert metric.beside(row("x", expected=12.34)) == ["Expected, to compare: 12.3"]


def test_a_table_of_clinicians_needs_a_row_of_somebody() -> None:
    columns = [needs.Column("x", "", entry("x"))]
    assert needs.own_table(pl.DataFrame(), [], 20).is_empty()
    nobody = pl.DataFrame({"clinician_label": ["A"], "metric_id": ["y"], "instrument": ["srs"]})
    assert needs.own_table(nobody, columns, 20).is_empty()
