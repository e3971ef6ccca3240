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
from dashboards.texts import common
from dashboards.texts import variation as texts


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
        return Drawn(None, "", empty=texts.OWN_NONE)
    data = []
    for r in found.iter_rows(named=True):
        quarter = wording.period(r["period"])
        own = {"change": r["within_change"], "lo": r["within_lo"], "hi": r["within_hi"]}
        mix = {"change": r["mix_change"], "lo": None, "hi": None}
        data += [
            {"quarter": quarter, "part": part, "words": change(d["change"], is_share, digits), **d}
            for part, d in ((texts.OWN, own), (texts.MOVED, mix))
        ]
    last = found.row(-1, named=True)
    unit = texts.PERCENTAGE_POINTS if is_share else texts.POINTS
    sentence = texts.OWN_SAID.format(
        quarter=wording.period(last["period"]),
        change=change(last["change"], is_share, digits),
        unit=unit,
        before=wording.period(last["compared_period"]),
        own=change(last["within_change"], is_share, digits),
        range=_range(last, is_share, digits),
        mix=change(last["mix_change"], is_share, digits),
    )
    table = pl.DataFrame(
        {
            texts.QUARTER: [wording.period(p) for p in found["period"]],
            common.FIGURE: [said(v, is_share, digits) for v in found["estimate"]],
            texts.QUARTER_BEFORE: [said(v, is_share, digits) for v in found["compared_estimate"]],
            common.RESTS_ON: [
                texts.RESTS_ON_BOTH.format(n=wording.whole(n), before=wording.whole(before))
                for n, before in found.select("denominator_n", "compared_n").iter_rows()
            ],
            texts.CHANGE_IN.format(unit=unit): [
                change(v, is_share, digits) for v in found["change"]
            ],
            texts.OWN_FIGURES: [change(v, is_share, digits) for v in found["within_change"]],
            common.INTERVAL: [_range(r, is_share, digits) for r in found.iter_rows(named=True)],
            texts.MIX: [change(v, is_share, digits) for v in found["mix_change"]],
            texts.IN_BOTH: [
                f"{both}, {joined}, {left}"
                for both, joined, left in found.select(
                    "clinicians_both_n", "clinicians_joined_n", "clinicians_left_n"
                ).iter_rows()
            ],
        }
    )
    title = texts.CHANGE_IN.format(unit=unit)
    # No sign before the zero of the axis.
    form, factor = ("+.0f", 100) if is_share else (f"+.{digits}f", 1)
    written = f"datum.value * {factor}, datum.value ? '{form}' : 'd'"
    return Drawn(spec(charts.own_and_mix(data, title, written)), sentence, table)


def _range(row: Mapping[str, Any], is_share: bool, digits: int) -> str:
    """Say the limits of the own change with their signs."""
    if row["within_lo"] is None:
        return wording.NOTHING
    low, high = (change(row[k], is_share, digits) for k in ("within_lo", "within_hi"))
    return texts.RANGE.format(low=low, high=high)
