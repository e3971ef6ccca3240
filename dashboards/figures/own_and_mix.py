"""The practice's change since the quarter before, divided: clinicians' own figures, or the mix.

The division is made in the warehouse (metrics.change_decomposition); here it is put into words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards import wording
from dashboards.charts import variation as charts
from dashboards.charts.theme import spec
from dashboards.figures.variation import said
from dashboards.parts import Drawn
from dashboards.queries import reference, variation
from dashboards.queries.variation import Choice
from dashboards.scope import Scope


def change(value: float | None, is_share: bool, digits: int) -> str:
    """Say a change with its sign: in percentage points for a share."""
    if value is None:
        return wording.NOTHING
    told = f"{abs(value) * 100:.0f}" if is_share else f"{abs(value):.{digits}f}"
    if not told.strip("0."):
        return told
    return f"{'+' if value > 0 else '−'}{told}"


@st.cache_data(show_spinner=False, max_entries=64)
def own_and_mix(scope: Scope, choice: Choice) -> Drawn:
    """Draw what changed since the quarter before: clinicians' own figures, or the mix."""
    entry = reference.catalogue(scope).get(choice.metric_id, {})
    digits = reference.names(scope).digits(choice.instrument)
    is_share = entry.get("measure_kind") == "share"
    found = variation.changes(scope, choice)
    if found.is_empty():
        return Drawn(
            None,
            "",
            empty="No two neighbouring quarters have a settled figure of the practice yet.",
        )
    data = []
    for r in found.iter_rows(named=True):
        quarter = wording.period(r["period"])
        own = {"change": r["within_change"], "lo": r["within_lo"], "hi": r["within_hi"]}
        mix = {"change": r["mix_change"], "lo": None, "hi": None}
        data += [
            {"quarter": quarter, "part": part, "words": change(d["change"], is_share, digits), **d}
            for part, d in ((_OWN, own), (_MIX, mix))
        ]
    last = found.row(-1, named=True)
    unit = "percentage points" if is_share else "points"
    sentence = (
        f"{wording.period(last['period'])}: the practice's figure changed by "
        f"{change(last['change'], is_share, digits)} {unit} since {_quarter_before(last)}: "
        f"{change(last['within_change'], is_share, digits)} from clinicians' own figures "
        f"({_range(last, is_share, digits)}) and {change(last['mix_change'], is_share, digits)} "
        "from the mix. The practice's figure can rise while every clinician's own falls, when "
        "cases move to those whose figure is higher."
    )
    table = pl.DataFrame(
        {
            "Quarter": [wording.period(p) for p in found["period"]],
            "Figure": [said(v, is_share, digits) for v in found["estimate"]],
            "Quarter before": [said(v, is_share, digits) for v in found["compared_estimate"]],
            "Rests on": [
                f"{wording.whole(n)}, before {wording.whole(before)}"
                for n, before in found.select("denominator_n", "compared_n").iter_rows()
            ],
            f"Change, {unit}": [change(v, is_share, digits) for v in found["change"]],
            "Own figures": [change(v, is_share, digits) for v in found["within_change"]],
            "95 % interval": [_range(r, is_share, digits) for r in found.iter_rows(named=True)],
            "Mix": [change(v, is_share, digits) for v in found["mix_change"]],
            "Clinicians in both, joined, left": [
                f"{both}, {joined}, {left}"
                for both, joined, left in found.select(
                    "clinicians_both_n", "clinicians_joined_n", "clinicians_left_n"
                ).iter_rows()
            ],
        }
    )
    title = "Change, percentage points" if is_share else "Change, points"
    written = "datum.value * 100, '+.0f'" if is_share else f"datum.value, '+.{digits}f'"
    return Drawn(spec(charts.own_and_mix(data, title, written)), sentence, table)


_OWN = "Clinicians' own figures, with 95 % interval"
_MIX = "Caseload moved between clinicians"


def _quarter_before(row: Mapping[str, Any]) -> str:
    return wording.period(row["compared_period"])


def _range(row: Mapping[str, Any], is_share: bool, digits: int) -> str:
    """Say the limits of the own change with their signs."""
    if row["within_lo"] is None:
        return wording.NOTHING
    low, high = (change(row[k], is_share, digits) for k in ("within_lo", "within_hi"))
    return f"{low} to {high}"
