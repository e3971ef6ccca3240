"""A clinician's own figures by quarter: each beside own past, never beside anybody else's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import streamlit as st

from dashboards import wording
from dashboards.charts.small_multiples import own_past
from dashboards.charts.theme import spec
from dashboards.figures import metric
from dashboards.parts import Drawn
from dashboards.queries import caseload, reference
from dashboards.scope import Scope
from dashboards.texts import caseload as shared
from dashboards.texts import mine as texts

# How the alliance stands, and whether clients were asked: no figure of risk, none of endings.
METRICS = ("alliance_level", "feedback_completion")
_FEWEST_QUARTERS = 3


@st.cache_data(show_spinner=False, max_entries=64)
def figures(scope: Scope, instrument: str) -> list[tuple[Drawn, str]]:
    """Draw each figure of `METRICS` that the release defines, with its name.

    Args:
        scope: the clinician's own.
        instrument: the alliance questionnaire.
    """
    catalogue = reference.catalogue(scope)
    rows = caseload.own_figures(scope, METRICS, instrument)
    names = reference.names(scope)
    full_from = int(reference.parameter(scope, "flag_min_n", 20))
    drawn = []
    for metric_id in METRICS:
        entry = catalogue.get(metric_id)
        if entry is None:
            continue
        own = rows.filter(pl.col("metric_id") == metric_id).to_dicts()
        told = [
            (
                row,
                metric.said(
                    row, entry, texts.NOUNS[metric_id], full_from, names.digits(row["instrument"])
                ),
            )
            for row in own
        ]
        drawn.append((_drawn(told, entry), str(entry["name"])))
    return drawn


def _drawn(
    told: Sequence[tuple[Mapping[str, Any], wording.Figure]], entry: Mapping[str, Any]
) -> Drawn:
    """Draw one figure by quarter."""
    quarters = [(row, said) for row, said in told if row["period_kind"] == "quarter"]
    whole = next((pair for pair in told if pair[0]["period_kind"] == "all"), None)
    known = [(row, said) for row, said in quarters if row["estimate"] is not None]
    if not known or whole is None:
        return Drawn(None, "", empty=texts.NO_FIGURE)
    sentence = _sentence(known, whole)
    data = [
        {
            "quarter": wording.period(row["period"]),
            "estimate": row["estimate"],
            "lo": row["lo"],
            "hi": row["hi"],
            "said": f"{said.value} {said.detail}",
        }
        for row, said in quarters
    ]
    table = pl.DataFrame(
        {
            shared.QUARTER: [wording.period(row["period"]) for row, _ in quarters],
            shared.FIGURE: [said.value for _, said in quarters],
            texts.RESTS_ON: [said.detail for _, said in quarters],
        }
    )
    chart = own_past(data, str(entry["name"]), is_share=entry["unit"] == "share")
    alt = texts.ALT.format(name=entry["name"], sentence=sentence)
    return Drawn(spec(chart), sentence, table, alt)


def _sentence(
    known: Sequence[tuple[Mapping[str, Any], wording.Figure]],
    whole: tuple[Mapping[str, Any], wording.Figure],
) -> str:
    """Say the latest quarter beside all of the own past, and whether they can be told apart."""
    if len(known) < _FEWEST_QUARTERS:
        return texts.FEW_QUARTERS
    (row, said), (all_row, all_said) = known[-1], whole
    sentence = texts.LATEST.format(
        quarter=wording.period(row["period"]),
        value=said.value,
        detail=said.detail,
        all=all_said.value,
    )
    if row["lo"] is None or row["hi"] is None or all_row["estimate"] is None:
        return sentence
    is_same = row["lo"] <= all_row["estimate"] <= row["hi"]
    return f"{sentence} {texts.SAME if is_same else texts.OTHER}"
