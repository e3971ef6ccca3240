"""Ruptures by quarter: which days a bar is of, and what may stand beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dashboards import wording
from dashboards.figures import ruptures as figures
from dashboards.scope import Role, Scope
from dashboards.texts import month
from dashboards.texts import ruptures as texts
from tests.unit.dashboards.small_release import ANNA

N = wording.NBSP


@pytest.fixture
def three_quarters(released: Callable[..., Path], scoped: Callable[..., Scope]) -> Scope:
    """Give the director's scope over a rupture on the first day of each month, May to November."""
    onsets = [
        {
            "clinician_key": ANNA,
            "method_id": "casesens_shrunk_sd",
            "tier": "probable",
            "instrument": "srs",
            "status": "pending" if month == 11 else "repaired",
            "onset_on": date(2026, month, 1),
        }
        for month in range(5, 12)
    ]
    by_chance = [
        {
            "metric_id": "rupture_onset_rate",
            "instrument": "srs",
            "period": f"2026-Q{quarter}",
            "period_kind": "quarter",
            "expected": 0.5 + quarter,
        }
        for quarter in (2, 3, 4)
    ]
    released({"metrics.rupture": onsets, "metrics.practice_metric": by_chance})
    return scoped(ANNA, role=Role.DIRECTOR)


@pytest.mark.parametrize(
    ("span", "said", "by_chance"),
    [
        # only whole quarters are set against what chance gives in a whole one
        ((date(2026, 5, 1), date(2026, 9, 1)), ["Q2 2026, part", "Q3 2026, part"], None),
        ((date(2026, 4, 1), date(2026, 9, 1)), ["Q2 2026", "Q3 2026, part"], ["2.5", "–"]),
        ((date(2026, 8, 1), date(2026, 9, 1)), ["Q3 2026, part"], None),
        ((date(2026, 7, 1), date(2026, 10, 1)), ["Q3 2026"], ["3.5"]),
        # the quarter under way is whole as far as the data go, on both sides
        ((date(2026, 7, 1), date(2026, 12, 1)), ["Q3 2026", "Q4 2026"], ["3.5", "4.5", "4.5"]),
        ((date(1900, 1, 1), date(2200, 1, 1)), ["Q2 2026", "Q3 2026", "Q4 2026"], ...),
    ],
)
def test_a_part_of_a_quarter_is_not_held_against_a_whole_one(
    span: tuple[date, date], said: list[str], by_chance: Any, three_quarters: Scope
) -> None:
    as_of = date(2026, 11, 20)
    told = figures.quarters(three_quarters, "srs", "casesens_shrunk_sd", span, as_of, is_whole=True)
    assert told.table["Quarter of onset"].unique(maintain_order=True).to_list() == said
    assert ("a part the period holds only some days" in told.sentence) == ("part" in str(said))
    if by_chance is None:
        assert "By chance alone" not in told.table.columns
        assert "number that measurement noise" not in told.sentence
    elif by_chance is not ...:
        assert told.table["By chance alone"].to_list() == by_chance


def test_the_ruptures_of_a_picture_say_which_days_they_are_of(three_quarters: Scope) -> None:
    span = (date(2025, 10, 1), date(2026, 11, 1))
    told = figures.quarters(
        three_quarters, "srs", "casesens_shrunk_sd", span, date(2026, 11, 20), is_whole=True
    )
    said = told.sentence.replace(N, " ")
    assert "6 ruptures began from 1 Oct 2025 up to 31 Oct 2026" in said
    assert "As they stood on 20 Nov 2026: 6 repaired." in said


def test_without_an_alliance_form_no_calm_is_read_into_the_quarters(three_quarters: Scope) -> None:
    span, as_of = (date(2026, 4, 1), date(2026, 9, 1)), date(2026, 11, 20)
    for instrument, said in (("", month.NO_QUESTIONNAIRE), ("wai_sr", texts.NONE_FOUND)):
        drawn = figures.quarters(
            three_quarters, instrument, "casesens_shrunk_sd", span, as_of, is_whole=True
        )
        assert drawn.spec is None and drawn.empty == said
