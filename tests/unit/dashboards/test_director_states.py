"""The director's pages where data lack: each says why, none draws a blank chart or a zero.

Belongs here: what Alliance, Endings and Variation say for want of data, by kind of want. Does not
belong here: what they say of data they have, and the practice month (its own module).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.dashboards.small_release import ANNA
from tests.unit.dashboards.test_pages import open_page, words

Release = Callable[..., Path]
ALL = {"period": "all", "period_kind": "all", "instrument": "srs"}
EARLY = {
    **ALL,
    "metric_id": "early_alliance",
    "denominator_n": 60,
    "estimate": 36.4,
    "status": "ok",
}
KNOWN = {"metric_id": "early_alliance", "unit": "points", "sort_order": 1}


def said(release: Release, rows: dict[str, list[dict[str, Any]]], page: str, **link: str) -> str:
    """Give the words of a page of the director over a release."""
    release(rows)
    app = open_page(page, "Clinical director", **link)
    assert not app.exception
    text = words(app).replace("\u00a0", " ").replace("\u202f", " ")
    assert 'class="value">0 %' not in text
    return text


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("alliance", "No client has rated the alliance of an individual session yet"),
        ("endings", "Too few at risk: the curve is drawn while at least 10 cases are at risk."),
        ("endings", "No case in view ended in this period."),
        ("variation", "No figure is known of two clinicians yet"),
        ("month", "fewer than two months with a figure"),
        ("month", "No check has run on this release."),
    ],
)
def test_an_empty_release_says_why(page: str, reason: str, released: Release) -> None:
    assert reason in said(released, {}, page)


def test_a_clinician_without_data_is_said_beside_the_practice(released: Release) -> None:
    rows = {"metrics.practice_metric": [EARLY], "metrics.metric_catalogue": [KNOWN]}
    text = said(released, rows, "alliance", clinician="Clinician A1AA")
    assert "Figures of the chosen clinician, the practice beside them." in text
    assert "None yet" in text
    assert "Whole practice: 36.4" in text


def test_too_few_forms_are_no_figure(released: Release) -> None:
    own = {**EARLY, "clinician_key": ANNA, "estimate": None, "status": "insufficient_coverage"}
    course = {**own, "metric_id": "repair_cif_3"}
    rows = {
        "metrics.practice_metric": [EARLY],
        "metrics.clinician_metric": [own, course],
    }
    text = said(released, rows, "alliance", clinician="Clinician A1AA")
    assert "Too few forms to compare." in text
    assert "Too few forms to draw this clinician" in text


def test_a_filter_that_leaves_nothing_says_so(released: Release) -> None:
    text = said(released, {"metrics.practice_metric": [EARLY]}, "alliance")
    assert "No rupture by this method" in text or "names no method" in text
    assert "No probable rupture is open among the cases in view." in text
    assert "No forms in this period. Choose a longer period." in text
    assert "No method of telling a rupture has rated sessions to look at yet." in text


def test_endings_of_a_period_that_waits_are_named(released: Release) -> None:
    pending = {
        "metric_id": "dropout_d1",
        "period": "2026-10",
        "period_kind": "month",
        "denominator_n": 12,
        "status": "pending",
    }
    text = said(released, {"metrics.practice_metric": [pending]}, "endings")
    assert "These rates wait until every ending is known: October 2026." in text
