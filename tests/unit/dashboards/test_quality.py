"""What Data quality says of sources. Its page: test_pages.py; whether figures add up: dbt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from dashboards.figures.quality import sources
from dashboards.texts import quality as texts
from tests.unit.dashboards.test_pages import open_page, words


@pytest.mark.parametrize(
    ("source", "status", "said"),
    [
        ("practice", "accepted", texts.LATE),
        ("review_log", "accepted", texts.READ_BY_BUILD),
        ("review_log", "accepted_with_warnings", texts.SILENT),
        ("review_log", "held", texts.SILENT),
    ],
)
def test_the_review_log_is_never_late_but_may_be_silent(
    source: str, status: str, said: str
) -> None:
    became = ("read", "accepted", "quarantined", "collapsed", "filtered")
    counts = {f"rows_{name}": 3 for name in became}
    made = datetime(2026, 9, 1, 10, 0)
    row = {"source": source, "status": status, "generated_at": made, **counts}
    (shown,) = sources(pl.DataFrame([row]), date(2026, 11, 20), 8).rows(named=True)
    assert shown[texts.STATE] == said


@pytest.mark.parametrize("direction", ["lower_is_better", "higher_is_better"])
def test_an_alliance_form_on_which_lower_is_better_is_said_to_enter_no_figure(
    released: Callable[..., Path], direction: str
) -> None:
    own = {"instrument": "custom:strain", "name": "Strain", "family": "alliance"}
    released({"core.dim_instrument": [own | {"direction": direction}]})
    for page in ("quality", "alliance"):
        said = words(open_page(page, "Clinical director"))
        assert ("Lower is better on Strain." in said) is (direction == "lower_is_better")
