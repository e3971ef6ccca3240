"""Charts, by their specs: gaps stay gaps, one y axis per panel, curves cut, colours and text."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import date
from typing import Any

import altair as alt
import polars as pl

from dashboards.charts import endings, practice, theme
from dashboards.charts import ruptures as ruptures_charts
from dashboards.charts.spark import sparkline
from dashboards.charts.theme import ORANGE, SKY
from dashboards.wording import NBSP


def spec(chart: alt.TopLevelMixin) -> dict[str, Any]:
    """Give the spec of a chart, compared with the Vega-Lite schema."""
    return theme.spec(chart, validate=True)


def walk(node: Any) -> Iterator[dict[str, Any]]:
    """Give every object of a spec."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


def encodings(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (node["encoding"] for node in walk(told) if isinstance(node.get("encoding"), dict))


def curve(at_risk: list[int]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "session_index": list(range(1, len(at_risk) + 1)),
            "at_risk": at_risk,
            "events": [1] * len(at_risk),
            "censored": [0] * len(at_risk),
            "survival": [1 - 0.05 * i for i in range(1, len(at_risk) + 1)],
            "lo": [0.5] * len(at_risk),
            "hi": [1.0] * len(at_risk),
        }
    )


def test_the_curve_is_cut_where_fewer_than_ten_are_at_risk() -> None:
    assert endings.shown(curve([40, 20, 10, 9, 3]), 10)["session_index"].to_list() == [1, 2, 3]
    assert endings.shown(curve([9, 3]), 10).is_empty()


def test_the_curve_starts_with_everybody_and_has_an_at_risk_row() -> None:
    frame = endings.shown(curve([40, 20, 10]), 10)
    assert endings.curve_rows(frame, "x")[0]["survival"] == 1.0
    told = spec(endings.survival([("Whole practice", frame)]))
    assert len(told["vconcat"]) == 2
    assert "At risk: Whole practice" in str(told["vconcat"][1])
    assert [d["at_risk"] for d in data_of(told["vconcat"][1]) if "at_risk" in d] == [40, 20, 10]
    two = spec(endings.survival([("Clinician A", frame), ("Whole practice", frame)]))
    assert len(two["vconcat"]) == 3


def test_a_rounded_curve_has_no_interval() -> None:
    frame = endings.shown(curve([40, 20, 10]).drop("lo", "hi"), 10)
    told = spec(endings.survival([("Whole practice", frame)]))
    assert {d["lo"] for d in data_of(told["vconcat"][0]) if d["session"] > 0} == {None}


def data_of(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        row
        for node in walk(told)
        if isinstance(node.get("data"), dict)
        for row in node["data"].get("values", [])
    ]


def test_a_rate_that_may_not_be_shown_is_words_not_a_point() -> None:
    rows = [
        {"label": "A", "estimate": 0.2, "lo": 0.1, "hi": 0.4, "words": "20 %"},
        {"label": "B", "estimate": None, "lo": None, "hi": None, "words": "Too few: 3 cases"},
    ]
    told = spec(practice.rates(rows, "Share"))
    filters = [str(node["transform"]) for node in walk(told) if "transform" in node]
    assert any("!isValid" in f for f in filters)
    assert any("'isValid" in f for f in filters)
    domains = [e["x"]["scale"]["domain"] for e in encodings(told) if "scale" in (e.get("x") or {})]
    assert domains
    assert all(low == 0 and 0.4 < high < 0.5 for low, high in domains)
    assert next(row["said"] for row in data_of(told)) == f"20{NBSP}%"


def test_quarters_are_stacked_in_a_fixed_order_with_word_and_shape() -> None:
    frame = pl.DataFrame(
        {
            "quarter": ["2026-Q2", "2026-Q1", "2026-Q1"],
            "said": ["Q2 2026", "Q1 2026", "Q1 2026"],
            "status": ["pending", "unrepaired", "repaired"],
            "n": [1, 2, 3],
        }
    )
    told = spec(ruptures_charts.quarters(frame, {"Q1 2026": 2.4}))
    bars, *rest = told["layer"]
    assert bars["encoding"]["x"]["scale"]["domain"] == ["Q1 2026", "Q2 2026"]
    assert bars["encoding"]["color"]["scale"]["domain"][0] == "○ Repaired"
    assert bars["encoding"]["y"]["scale"]["domain"] == [0, 5 * 1.06]
    stacked = [(r["quarter"], r["from"], r["to"]) for r in bars["data"]["values"]]
    assert stacked == [("Q1 2026", 0, 3), ("Q1 2026", 3, 5), ("Q2 2026", 0, 1)]
    assert {r["short"] for r in data_of(told) if "short" in r} == {"○ 3", "✕ 2", "■ 1"}
    assert rest[-1]["mark"]["type"] == "tick"


def test_the_month_chart_leaves_out_a_cut_off_that_does_not_exist() -> None:
    frame = pl.DataFrame(
        {
            "month_starts_on": [date(2026, 1, 1), date(2026, 2, 1)],
            "period": ["2026-01", "2026-02"],
            "n_scores": [30, 31],
            "q1": [34.0, 35.0],
            "median": [36.0, 36.5],
            "q3": [38.0, 38.0],
        }
    )
    assert "cut-off 36" in str(spec(practice.month_distribution(frame, "SRS", 36.0)))
    assert "cut-off" not in str(spec(practice.month_distribution(frame, "WAI-SR", None)))


def test_every_spec_is_svg_with_dark_labels_and_no_weak_line_colours() -> None:
    for told in (
        spec(endings.survival([("x", curve([40, 20, 10]))])),
        spec(practice.bars([{"label": "a", "n": 3}], "Cases")),
    ):
        assert told["usermeta"]["embedOptions"]["renderer"] == "svg"
        assert told["config"]["axis"]["labelColor"] == "#333333"
        for node in walk(told):
            mark = node.get("mark")
            if isinstance(mark, dict) and mark.get("type") in ("line", "point", "rule", "text"):
                assert mark.get("color") not in (ORANGE, SKY)


def test_sparkline_breaks_at_gaps_and_needs_enough_months() -> None:
    assert sparkline([0.1, None, 0.2]) == ""
    assert sparkline([None] * 12 + [0.1] * 6) == ""
    drawn = sparkline([0.1, 0.2, 0.3, None, 0.2, 0.2])
    head, coded = drawn.split(",", 1)
    assert head == "data:image/svg+xml;base64"
    assert base64.b64decode(coded).decode().count("<polyline") == 2


def test_flat_series_is_drawn() -> None:
    assert sparkline([0.5, 0.5, 0.5, 0.5]).startswith("data:image")
