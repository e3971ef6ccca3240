"""The Variation page: what is said of a clinician, in which order, to whom; the funnel by its spec.

The figures themselves are the warehouse's, with their golden numbers beside the models.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboards import wording
from dashboards.charts import theme
from dashboards.charts import variation as charts
from dashboards.figures import own_and_mix, variation
from dashboards.queries.variation import Choice
from dashboards.scope import Role, Scope
from tests.support import REPO
from tests.unit.dashboards.small_release import ANNA, BORIS, CLARA, CLINICIANS, DORA, ELSA
from tests.unit.dashboards.test_pages import open_page, words

ENDINGS = Choice("dropout_d1", None)
SPREAD = {
    "metric_id": "dropout_d1",
    "period": "all",
    "clinicians_n": 12,
    "phi": 6.04,
    "p_value": 1e-9,
    "is_applied": True,
    "flags_by_chance": 0.16,
}
FORBIDDEN = ("worst", "best", "rank ", "bad", "failing", "alarm", "performer")


def figure(key: str, n: int, x: int, **more: Any) -> dict[str, Any]:
    """Give one row of clinician_metric."""
    return {
        "clinician_key": key,
        "metric_id": "dropout_d1",
        "period": "all",
        "period_kind": "all",
        "denominator_n": n,
        "numerator": x,
        "estimate": x / n,
        "lo": 0.05,
        "hi": 0.6,
        "shrunken_estimate": 0.25,
        "shrunken_lo": 0.15,
        "shrunken_hi": 0.35,
        "reliability": n / (n + 16.5),
        "status": "ok",
        "is_comparable": True,
        "mid_p": 0.3,
        "is_discovery": False if n >= 20 else None,
        **more,
    }


def limit(n: int, **more: Any) -> dict[str, Any]:
    """Give one row of funnel_limit."""
    return {
        "metric_id": "dropout_d1",
        "period": "all",
        "n": n,
        "target": 0.2,
        "lo_998": 0.0,
        "lo_95": 0.05,
        "hi_95": 0.4,
        "hi_998": 0.5,
        **more,
    }


def some_rows(**spread: Any) -> dict[str, list[dict[str, Any]]]:
    """Give five clinicians about a practice of 20 %, two of them with a signal."""
    return {
        "metrics.metric_catalogue": [
            {
                "metric_id": "dropout_d1",
                "name": "Unplanned endings",
                "short_name": "Unplanned endings",
                "unit": "share",
                "grain": "episode",
                "measure_kind": "share",
                "flag_side": "both",
                "is_clinician_metric": True,
                "sort_order": 1,
            }
        ],
        "metrics.clinician_metric": [
            figure(ELSA, 60, 24, flag="review", is_discovery=True, can_state=True),
            figure(ANNA, 40, 16, flag="conversation"),
            figure(DORA, 30, 6),
            figure(BORIS, 12, 3),
            figure(CLARA, 6, 3, is_comparable=False),
            figure(ANNA, 20, 8, period="2026-Q2", period_kind="quarter", is_persistent=True),
            figure(DORA, 20, 4, period="2026-Q2", period_kind="quarter", is_persistent=False),
            figure(DORA, 5, 4, period="2026-Q3", period_kind="quarter", status="pending"),
        ],
        "metrics.funnel_limit": [limit(n) for n in (5, 12, 30, 40, 60)],
        "metrics.funnel_dispersion": [{**SPREAD, **spread}],
    }


@pytest.fixture
def director(released: Callable[..., Path], scoped: Callable[..., Scope]) -> Callable[..., Scope]:
    """Give a function that writes a release and gives the director's scope over it."""

    def make(rows: dict[str, list[dict[str, Any]]] | None = None) -> Scope:
        released(rows if rows is not None else some_rows())
        return scoped(*CLINICIANS, role=Role.DIRECTOR)

    return make


def marks(node: Any) -> Iterator[dict[str, Any]]:
    """Give every layer of a spec."""
    if isinstance(node, dict):
        if "mark" in node:
            yield node
        for value in node.values():
            yield from marks(value)
    elif isinstance(node, list):
        for value in node:
            yield from marks(value)


@pytest.mark.parametrize(
    ("more", "side", "said"),
    [
        ({"flag": "review"}, "both", wording.FLAG_WORDS["review"]),
        ({"flag": "conversation"}, "low", wording.FLAG_WORDS["conversation"]),
        ({}, "both", "● Consistent with the practice"),
        ({"denominator_n": 19}, "both", "○ Too few for a signal"),
        ({"is_comparable": False}, "both", "○ Too few to say"),
        ({"is_comparable": False, "status": "insufficient_coverage"}, "both", "○ Too few forms to"),
        ({"is_comparable": False, "status": "pending"}, "both", "○ Not yet"),
        ({}, "none", "○ Shown, not judged"),
        ({"mid_p": None}, "both", "○ Shown, not judged"),
    ],
)
def test_reading(more: dict[str, Any], side: str, said: str) -> None:
    row = {"flag": None, **figure(ANNA, 20, 4), **more}
    assert variation.reading(row, {"flag_side": side}, 20).startswith(said)


def test_where_the_model_has_no_skill_no_signal_is_looked_for(
    released: Callable[..., Path], scoped: Callable[..., Scope]
) -> None:
    row = figure(ANNA, 44, 14, metric_id="dropout_sdr", is_discovery=None, mid_p=None)
    entry = {"metric_id": "dropout_sdr", "flag_side": "both", "measure_kind": "statistic"}
    released({"metrics.clinician_metric": [row], "metrics.metric_catalogue": [entry]})
    scope = scoped(ANNA, role=Role.DIRECTOR)
    said = variation.signals(scope, Choice("dropout_sdr", None), "all")
    assert "no better than chance" in said


def test_clinicians_stand_in_the_order_of_their_labels(director: Callable[..., Scope]) -> None:
    table = variation.clinicians(director(), ENDINGS, "all")
    labels = table["Clinician"].to_list()
    assert labels == sorted(labels)
    assert len(labels) == 5
    assert not [name for name in table.columns if "rank" in name.lower()]
    by_label = {row["Clinician"]: row for row in table.iter_rows(named=True)}
    anna, boris, elsa = (by_label[CLINICIANS[key]] for key in (ANNA, BORIS, ELSA))
    assert anna["Reading"] == "◆ Worth a conversation"
    assert anna["Signal again, quarters to Q2 2026"] == "■ Yes"
    assert anna["Stands out after so many comparisons"] == "○ No"
    assert boris["Figure"].replace("\u00a0", " ") == "3 of 12"
    assert (
        boris["Stands out after so many comparisons"]
        == boris["Signal again, quarters to Q2 2026"]
        == "–"
    )
    assert elsa["Stands out after so many comparisons"] == "◆ Yes"
    assert elsa["Own share of the figure"].replace("\u00a0", " ") == "78 %, enough to state"


def test_the_funnel_draws_only_who_may_be_compared(director: Callable[..., Scope]) -> None:
    drawn = variation.funnel(director(), ENDINGS, "all")
    assert drawn.table["Clinician"].to_list() == [
        CLINICIANS[key] for key in (ANNA, BORIS, DORA, ELSA)
    ]
    assert "1 clinician with fewer cases" in drawn.sentence.replace("\u00a0", " ")
    named = [
        value["short"]
        for layer in marks(drawn.spec)
        if layer["mark"].get("type") == "text" and "short" in str(layer.get("encoding"))
        for value in {**drawn.spec, **layer}["data"]["values"]
    ]
    assert sorted(named) == ["A1AA", "E5AA"]


def test_the_research_average_stands_as_printed_t14(director: Callable[..., Scope]) -> None:
    with (REPO / "seeds" / "benchmarks.csv").open() as handle:
        (row,) = (r for r in csv.DictReader(handle) if r["benchmark_id"].startswith("dropout_res"))
    numbers = ("value", "lo", "hi")
    published = {**row, "instrument": None, **{part: float(row[part]) for part in numbers}}
    published |= {part: int(row[part]) for part in ("studies", "people")}
    drawn = variation.funnel(
        director({**some_rows(), "metrics.benchmark": [published]}), ENDINGS, "all"
    )
    said = drawn.sentence.replace("\u00a0", " ")
    assert "19.7 % (18.7 to 20.7) over 669 studies (Swift and Greenberg 2012)" in said
    assert "Research average, other definitions: a reference line, never a target." in said


def test_lines_begin_where_a_comparison_does(director: Callable[..., Scope]) -> None:
    drawn = variation.funnel(director(), ENDINGS, "all")
    sizes = {
        value["n"]
        for layer in marks(drawn.spec)
        for value in {**drawn.spec, **layer}["data"]["values"]
        if "hi_95" in value
    }
    assert sizes == {12, 30, 40, 60}


@pytest.mark.parametrize("is_widened", [True, False])
def test_widened_lines_stand_only_where_they_are_given(is_widened: bool) -> None:
    more = {f"adjusted_{e}": v for e, v in (("lo_998", 0.0), ("lo_95", 0.01), ("hi_95", 0.6))}
    more |= {"adjusted_hi_998": 0.8}
    empty = dict.fromkeys(more)
    limits = pl.DataFrame([limit(n, **(more if is_widened else empty)) for n in (10, 50)])
    points = [{"label": "A", "short": "A", "n": 20, "estimate": 0.9, "flag": "none", "words": ""}]
    chart = charts.funnel(limits, points, ("cases", "Unplanned endings"), (0.197, "average"))
    told = theme.spec(chart, validate=True)
    assert ("widened 95 %" in str(told)) == is_widened
    ups = [layer["encoding"]["y"] for layer in marks(told) if "scale" in layer["encoding"]["y"]]
    assert {tuple(up["scale"]["domain"]) for up in ups} == {(0, 0.9 * 1.08)}


@pytest.mark.parametrize(
    ("spread", "said"),
    [
        ({}, "the spread is 6.0 times what chance gives"),
        ({"is_applied": False, "phi": 1.43, "p_value": 0.1022}, "with a probability of 0.102."),
        ({"is_applied": False, "phi": None, "p_value": None}, "judged from 10 clinicians on"),
    ],
)
def test_spread_in_words(spread: dict[str, Any], said: str, director: Callable[..., Scope]) -> None:
    assert said in variation.spread(director(some_rows(**spread)), ENDINGS, "all")


def test_signals_stand_beside_what_chance_would_raise(director: Callable[..., Scope]) -> None:
    said = variation.signals(director(), ENDINGS, "all").replace("\u00a0", " ")
    assert said.startswith("2 signals among 3 clinicians large enough for one; chance alone would ")
    assert "raise about 0.2." in said


def test_a_month_is_too_short(director: Callable[..., Scope]) -> None:
    drawn = variation.funnel(director(), ENDINGS, "2026-03")
    assert drawn.spec is None
    assert "too short for a comparison" in drawn.empty


@pytest.mark.parametrize(
    ("value", "is_share", "said"),
    [(0.054, True, "+5"), (-0.3, True, "−30"), (0.001, True, "0"), (-0.04, False, "0.0")],
)
def test_a_change_is_said_with_its_sign(value: float, is_share: bool, said: str) -> None:
    assert own_and_mix.change(value, is_share, 1) == said


def test_own_and_mix_are_drawn_for_settled_quarters(director: Callable[..., Scope]) -> None:
    row = {
        "metric_id": "dropout_d1",
        "period": "2026-Q2",
        "compared_period": "2026-Q1",
        "estimate": 0.36,
        "compared_estimate": 0.14,
        "change": 0.22,
        "within_change": -0.1,
        "within_lo": -0.29,
        "within_hi": 0.09,
        "mix_change": 0.32,
        "status": "ok",
    }
    waiting = {**row, "period": "2026-Q3", "status": "pending", "change": None}
    scope = director({**some_rows(), "metrics.change_decomposition": [row, waiting]})
    drawn = own_and_mix.own_and_mix(scope, ENDINGS)
    assert drawn.table.height == 1
    said = drawn.sentence.replace("\u00a0", " ")
    assert "changed by +22 percentage points since Q1 2026" in said
    assert "−10 from clinicians' own figures (−29 to +9) and +32 from the mix" in said


def test_the_page_ranks_nobody_and_offers_no_sorting(released: Callable[..., Path]) -> None:
    """A grid sorts by its headings; with 200 clinicians the table is plain, fifty at a time."""
    many = {f"{i:03d}{'a' * 29}": f"Clinician {i:03d}A" for i in range(200)}
    rows = some_rows()
    rows["core.dim_clinician"] = [
        {"clinician_key": key, "clinician_label": label, "role": "staff", "site_id": "north"}
        for key, label in many.items()
    ]
    rows["metrics.clinician_metric"] += [figure(key, 30, i % 20) for i, key in enumerate(many)]
    released(rows)
    app = open_page("variation", "Clinical director")
    assert not app.exception
    assert not app.dataframe
    said = words(app).replace("\u00a0", " ")
    assert "it cannot be sorted by the figure" in said
    assert not [word for word in FORBIDDEN if word in said.lower()]
    labels = labels_of(said)
    for start in range(50, 205, 50):
        for box in [box for box in app.selectbox if box.label == "Rows"]:
            box.select(start)
        labels |= labels_of(words(app.run()))
    assert len(labels) == 205


def labels_of(said: str) -> set[str]:
    """Give the clinicians who have a row in a table."""
    return set(re.findall(r"<td[^>]*>(Clinician \w+)</td>", said))


@pytest.mark.parametrize("persona", ["Supervisor F6AA", "Analyst"])
def test_only_the_director_sees_clinicians_beside_one_another(
    persona: str, released: Callable[..., Path], scoped: Callable[..., Scope]
) -> None:
    released(some_rows())
    said = words(open_page("variation", persona))
    assert "kept for the clinical director" in said
    assert "Clinician A1AA" not in said.replace("Supervisor F6AA", "")
    assert variation.funnel(scoped(ANNA, BORIS), ENDINGS, "all").spec is None
