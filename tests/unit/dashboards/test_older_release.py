"""After an upgrade, before the first build: an older release is told calmly, on page and paper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from dashboards import older, warehouse
from dashboards.registry import PAGES
from dashboards.reports.shelf import KINDS, paper_of
from dashboards.texts import frame as texts
from dashboards.warehouse import WarehouseError
from tests.unit.dashboards import small_release as small
from tests.unit.dashboards.conftest import MakeScope
from tests.unit.dashboards.test_pages import PERSONAS, open_page, some_rows, words

# What came after the warehouse was finished and before the screens were.
NEW_TABLES = ("case_review", "plan_step", "review_code", "review_entry", "signal_verdict")
NEW_COLUMNS = {
    "meta.release": ("review_through",),
    "metrics.practice_flow": ("cohort_n", "cohort_share"),
    "metrics.rupture_sensitivity": ("chance_lo_per_100", "chance_hi_per_100"),
    "metrics.signal_audit": ("confirmed", "dismissed_share"),
    "metrics.supervision_agenda": (
        "is_pressing",
        "last_reviewed_on",
        "last_action",
        "last_action_on",
        "is_brought",
        "is_added",
        "open_steps_n",
    ),
}
SAID = texts.OLDER_RELEASE


def change(home: Path, path: Path, *statements: str) -> None:
    """Change a small release, and point at it anew."""
    with duckdb.connect(str(path)) as con:
        for statement in statements:
            con.execute(statement)
        con.execute("checkpoint")
    small.point(home, path)


@pytest.fixture
def earlier(home: Path, released: Callable[..., Path]) -> Path:
    """Give a release as the version before the screens built it."""
    flow = {"period": "all", "step": "first_session", "n": 3}
    path = released(some_rows() | {"metrics.practice_flow": [flow]})
    change(
        home,
        path,
        *(f"drop table metrics.{table}" for table in NEW_TABLES),
        *(
            f"alter table {table} drop column {column}"
            for table, columns in NEW_COLUMNS.items()
            for column in columns
        ),
    )
    return path


@pytest.mark.parametrize("persona", PERSONAS[:2])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
@pytest.mark.usefixtures("earlier")
def test_every_page_stands_over_an_earlier_release(page: Any, persona: str) -> None:
    app = open_page(page.name, persona, case="e1", at="1", cases="e1")
    assert not app.exception
    said = words(app)
    assert "not a crisis system" in said and "Data through" in said
    if page.name in ("agenda", "meeting"):
        assert SAID in said


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("earlier")
def test_every_paper_is_made_or_says_why_not(kind: str) -> None:
    name = {"case": "e1", "definition": "dropout_d1"}.get(kind)
    try:
        assert paper_of(kind, name, {}).pdf.startswith(b"%PDF")
    except WarehouseError as error:
        assert str(error) == SAID


@pytest.mark.parametrize("table", ["core.dim_clinician", "core.supervision", "core.dim_instrument"])
def test_a_release_without_a_table_of_the_frame_is_told(
    table: str, home: Path, released: Callable[..., Path]
) -> None:
    change(home, released(), f"drop table {table}")
    app = open_page("agenda", "Clinical director")
    assert not app.exception
    assert SAID in words(app) and "not a crisis system" in words(app)


def test_a_column_of_all_that_a_page_reads_is_told(
    home: Path, released: Callable[..., Path], scoped: MakeScope
) -> None:
    change(
        home,
        released(some_rows()),
        "alter table metrics.metric_catalogue drop column meaning",
    )
    app = open_page("definitions", "Clinical director", metric="dropout_d1")
    assert not app.exception
    assert SAID in words(app)


@pytest.mark.parametrize("error", [KeyError("x"), pl.exceptions.ColumnNotFoundError("x")])
def test_a_mistake_of_ours_is_not_taken_for_an_old_release(
    error: Exception, released: Callable[..., Path], scoped: MakeScope
) -> None:
    released()
    with pytest.raises(type(error)), older.told(scoped()):
        raise error


def test_more_than_a_page_can_hold_is_told_and_what_to_do(
    released: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    released(some_rows())
    tiny = [s if "memory_limit" not in s else "SET memory_limit='300KB'" for s in _hardening()]
    monkeypatch.setattr(warehouse, "_HARDENING", tiny)
    for page in ("agenda", "month", "definitions"):
        app = open_page(page, "Clinical director")
        assert not app.exception
        assert texts.TOO_LARGE in words(app) and "not a crisis system" in words(app)


def _hardening() -> tuple[str, ...]:
    return warehouse._HARDENING
