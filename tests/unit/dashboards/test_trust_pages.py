"""Data quality and Definitions: what they say of sources, checks, verdicts and tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboards.figures import definitions, quality
from dashboards.relations import RELATIONS, Reach
from dashboards.scope import Role
from dashboards.texts import quality as texts
from tests.unit.dashboards.conftest import MakeScope
from tests.unit.dashboards.test_pages import open_page, some_rows, words

DAY = date(2026, 11, 20)


def delivery(source: str, status: str, on: int, **more: Any) -> dict[str, Any]:
    return {
        "sighting_id": f"{source}{on}",
        "source": source,
        "delivery": f"export-{on}",
        "status": status,
        "extract_kind": "full",
        "generated_at": datetime(2026, 11, on),
        "rows_read": 10,
        "rows_accepted": 9,
        "rows_quarantined": 1,
        "rows_collapsed": 0,
        "rows_filtered": 0,
        **more,
    }


def test_a_source_is_late_by_its_newest_accepted_export() -> None:
    found = pl.DataFrame(
        [
            delivery("a", "accepted", 13, rows_read=15, rows_collapsed=2, rows_filtered=3),
            delivery("b", "accepted_with_warnings", 12),
            delivery("b", "rejected", 19),
            delivery("c", "rejected", 19),
        ]
    )
    table = quality.sources(found, DAY, 7)
    assert table[texts.STATE].to_list() == [texts.IN_TIME, texts.LATE, texts.NEVER]
    assert [v.replace("\u00a0", " ") for v in table[texts.AGE]] == ["7 days", "8 days", "–"]
    assert table[texts.NOT_TAKEN].to_list() == [0, 1, 1]
    counts = table.select(texts.READ, texts.ACCEPTED, texts.HELD_BACK, texts.LEFT_OUT)
    assert counts.rows() == [(15, 9, 1, 5), (10, 9, 1, 0), (0, 0, 0, 0)]


@pytest.mark.parametrize(
    ("severities", "said"),
    [
        ([], "1 of 1 check passed."),
        (["warning"], "1 of 2 checks passed; 1 warning, none of them blocking."),
        (["warning", "blocking"], "1 of 3 checks passed; 2 warnings, 1 of them blocking."),
    ],
)
def test_checks_are_said_with_how_they_stand(severities: list[str], said: str) -> None:
    passed = {"is_passed": True, "severity": "warning", "kahn_class": "completeness"}
    failed = [{**passed, "is_passed": False, "severity": each} for each in severities]
    found = pl.DataFrame([passed, *failed])
    assert quality.checks_said(found).replace("\u00a0", " ") == said
    by_class = quality.class_table(found)
    assert by_class.row(0) == (
        "Completeness",
        1,
        severities.count("warning"),
        severities.count("blocking"),
    )


def test_a_verdict_is_said_with_its_interval_and_none_without_a_word() -> None:
    row = {"name": "Drop", "fired_n": 40, "confirmed_n": 2, "dismissed_n": 8, "judged_n": 10}
    found = pl.DataFrame(
        [
            {**row, "lo": 0.49, "hi": 0.94, "status": "proposed_for_change"},
            {**row, "judged_n": 0, "lo": None, "hi": None, "status": "too_few"},
        ],
        infer_schema_length=None,
    )
    table = quality.verdict_table(found)
    assert table[texts.READING].to_list() == ["◆ Proposed for change", "○ Too few judged to say"]
    said = table[texts.DISMISSED_OF].to_list()
    assert said[0].startswith("8 of 10") and "49\u00a0to\u00a094" in said[0] and said[1] == "–"


def test_an_empty_release_says_of_each_part_why_it_is_empty(released: Callable[..., Path]) -> None:
    released()
    said = words(open_page("quality", "Clinical director"))
    for reason in (
        texts.NO_DELIVERY,
        texts.NO_CHECKS,
        texts.NO_CORRECTIONS,
        texts.NONE_HELD,
        texts.NO_QUESTIONNAIRE,
        texts.NO_ISSUES,
        texts.NO_VERDICT,
        texts.TOO_FEW_OPEN,
    ):
        assert reason in said
    assert texts.NO_SIGNAL in words(open_page("quality", "Supervisor F6AA"))


def test_the_dictionary_shows_a_role_only_what_it_can_read(
    released: Callable[..., Path], scoped: MakeScope
) -> None:
    released()
    shown = {role: set(definitions.tables(scoped(role=role))["table"]) for role in Role}
    of_people = {r.table for r in RELATIONS.values() if r.reach is Reach.PERSON}
    assert of_people <= shown[Role.DIRECTOR]
    assert not {t for t in of_people if t != "metrics.survival"} & shown[Role.ANALYST]
    assert "analyst.practice_metric" in shown[Role.ANALYST]
    assert "metrics.practice_metric" not in shown[Role.ANALYST]


def test_definitions_become_a_file_that_runs_nothing() -> None:
    entries = [{"metric_id": "a", "formula": "=1+1", "sort_order": 1}]
    rows = list(csv.DictReader(io.StringIO(definitions.as_csv(entries))))
    assert rows == [{"metric_id": "a", "formula": "'=1+1", "sort_order": "1"}]
    assert definitions.as_csv([]).strip() == ""


def test_a_link_to_a_metric_opens_it_and_an_unknown_one_is_said(
    released: Callable[..., Path],
) -> None:
    released(some_rows())
    assert "<details open>" in words(open_page("definitions", "Analyst", metric="dropout_d1"))
    app = open_page("definitions", "Analyst", metric="<b>nothing")
    assert not app.exception
    assert "No figure of that name" in words(app) and "<b>nothing" not in words(app)


def test_where_a_figure_comes_from_is_drawn_from_the_release(
    released: Callable[..., Path], scoped: MakeScope
) -> None:
    released()
    assert definitions.lineage(scoped(role=Role.DIRECTOR)).spec is None
    feed = {"delivery_feed_key": "k", "feed": "sessions", "is_current": True, "rows_accepted": 12}
    released({"quality.delivery_feed": [feed]}, release_id="r2")
    drawn = definitions.lineage(scoped(role=Role.DIRECTOR))
    assert drawn.spec is not None
    assert drawn.sentence.replace("\u00a0", " ").startswith("12 accepted rows of 1 feed become")
    assert "core.fct_session" in str(drawn.spec)


def test_short_names_are_spelt_out_at_the_foot_of_a_page(released: Callable[..., Path]) -> None:
    rows = some_rows()
    rows["metrics.practice_metric"] = [
        {**rows["metrics.practice_metric"][0], "metric_id": "early_alliance", "instrument": "srs"}
    ]
    rows["core.dim_instrument"] = [
        {"instrument": "srs", "name": "Session Rating Scale", "family": "alliance"}
    ]
    released(rows)
    said = words(open_page("definitions", "Clinical director"))
    assert "<summary>Short names of questionnaires</summary>" in said
    assert "<b>SRS</b> Session Rating Scale" in said
