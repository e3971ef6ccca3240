"""Charts about endings, with their words and tables."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from dashboards import wording
from dashboards.charts import endings as curves
from dashboards.charts import practice as charts
from dashboards.charts.theme import spec
from dashboards.parts import Drawn
from dashboards.queries import endings, practice, reference
from dashboards.scope import Scope

_FEW = "Too few at risk: the curve is drawn while at least {n} cases are at risk."


@st.cache_data(show_spinner=False, max_entries=64)
def survival(scope: Scope, kind: str, value: str, name: str, min_at_risk: int) -> Drawn:
    """Draw the practice's curve, and beside it that of one clinician or site when one is chosen.

    Args:
        scope: who is looking.
        kind: `practice`, `clinician` or `site`.
        value: key or code within the kind.
        name: its label.
        min_at_risk: seed `survival_min_at_risk`.
    """
    found = [("Whole practice", practice.survival(scope))]
    if kind != "practice":
        found.insert(0, (name, practice.survival_of(scope, kind, value)))
    drawn = [(label, curves.shown(frame, min_at_risk)) for label, frame in found]
    drawn = [(label, frame) for label, frame in drawn if not frame.is_empty()]
    if not drawn:
        return Drawn(None, "", empty=_FEW.format(n=min_at_risk))
    label, frame = drawn[0]
    sentence = _say(label, frame)
    if len(drawn) < len(found):
        sentence += f" {name}: too few at risk for a curve of its own."
    sentence += (
        f" Cut where fewer than {min_at_risk} are at risk. Planned endings, transfers and open "
        "cases leave the curve at their last session (ticks) without pulling it down."
    )
    table = pl.concat([_table(label, frame) for label, frame in drawn])
    return Drawn(spec(curves.survival(drawn)), sentence, table)


def _say(name: str, frame: pl.DataFrame) -> str:
    last = frame.row(-1, named=True)
    spoken = wording.interval(last.get("lo"), last.get("hi"), is_share=True).removeprefix(" · ")
    return (
        f"{name}: {wording.percent(last['survival'])} had no unplanned ending by session "
        f"{last['session_index']}{f' ({spoken})' if spoken else ''}, counted among those still "
        "coming at each session."
    )


def _table(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "Curve": [name] * frame.height,
            "Session": frame["session_index"],
            "At risk": frame["at_risk"],
            "Unplanned endings": frame["events"],
            "Left otherwise": frame["censored"],
            "Without an unplanned ending": [wording.percent(v) for v in frame["survival"]],
            "95 % interval": [
                wording.interval(row.get("lo"), row.get("hi"), is_share=True).removeprefix(" · ")
                for row in frame.iter_rows(named=True)
            ],
        }
    )


SUMMARY = {
    "survival_3": "No unplanned ending by session 3",
    "survival_8": "No unplanned ending by session 8",
    "restricted_mean_12": "Sessions attended, of the first 12",
    "never_started": "Never came to a first session",
}
_NOUNS = {"never_started": "ended cases"}


def summary(
    scope: Scope, clinician: str | None, full_from: int
) -> list[tuple[str, str, wording.Figure, list[str]]]:
    """Give the numbers of the curve over all time: of a clinician beside the practice, or alone.

    Args:
        scope: who is looking.
        clinician: key of the one chosen, or None.
        full_from: seed `flag_min_n`.

    Returns:
        Metric, label, figure and comparison of each.
    """
    whole = {
        r["metric_id"]: r for r in practice.practice_figures(scope, "all").iter_rows(named=True)
    }
    units = reference.catalogue(scope)
    found = []
    for metric, label in SUMMARY.items():
        unit = str(units.get(metric, {}).get("unit") or "share")
        noun = _NOUNS.get(metric, "cases")
        figure = wording.figure(whole.get(metric), unit, noun, full_from)
        beside: list[str] = []
        if clinician:
            beside = [f"Whole practice: {figure.value}"]
            own = endings.clinician_figure(scope, clinician, metric)
            figure = wording.figure(own, unit, noun, full_from)
        found.append((metric, label, figure, beside))
    return found


@st.cache_data(show_spinner=False, max_entries=64)
def competing(scope: Scope, min_at_risk: int) -> Drawn:
    """Draw all ways of ending together, each taking its share of the whole."""
    frame = curves.shown_competing(endings.competing(scope), min_at_risk)
    if frame.is_empty():
        return Drawn(None, "", empty=_FEW.format(n=min_at_risk))
    last = {
        row["cause"]: row
        for row in frame.filter(pl.col("session_index") == pl.col("session_index").max()).iter_rows(
            named=True
        )
    }
    unplanned = last["dropout"]
    spoken = wording.interval(unplanned["lo"], unplanned["hi"], is_share=True)
    sentence = (
        f"By session {unplanned['session_index']}, {wording.percent(unplanned['cif'])} of all "
        f"cases had ended unplanned{spoken.replace(' · ', ' (')}{')' if spoken else ''}, "
        f"{wording.percent(last['planned']['cif'])} as planned, "
        f"{wording.percent(last['moved_on']['cif'])} had moved on, and "
        f"{wording.percent(unplanned['still_in_treatment'])} were still coming. Less is unplanned "
        "here than the curve above suggests, because who ends as planned can no longer stop."
    )
    return Drawn(spec(curves.competing(frame)), sentence, _competing_table(frame))


def _competing_table(frame: pl.DataFrame) -> pl.DataFrame:
    by_cause = {
        cause: frame.filter(pl.col("cause") == cause)
        for cause in ("dropout", "planned", "moved_on")
    }
    dropout = by_cause["dropout"]
    table: dict[str, Any] = {
        "Session": dropout["session_index"],
        "At risk": dropout["at_risk"],
        "Unplanned endings": dropout["events"],
        "Other endings": dropout["other_events"],
        "Left the count": dropout["censored"],
    }
    for cause, rows in by_cause.items():
        table[f"{curves.BANDS[cause][0]}, by then"] = [
            f"{wording.percent(row['cif'])} ({wording.limits(row['lo'], row['hi'], True)})"
            if row["lo"] is not None
            else wording.percent(row["cif"])
            for row in rows.iter_rows(named=True)
        ]
    table["Still coming"] = [wording.percent(value) for value in dropout["still_in_treatment"]]
    return pl.DataFrame(table)


@st.cache_data(show_spinner=False, max_entries=64)
def definitions(scope: Scope, period: str, full_from: int) -> Drawn:
    """Draw the dropout definitions side by side for one period."""
    figures = {
        r["metric_id"]: r for r in practice.practice_figures(scope, period).iter_rows(named=True)
    }
    catalogue = reference.catalogue(scope)
    data: list[dict[str, Any]] = []
    for metric in practice.dropout_ids():
        row = figures.get(metric)
        said = wording.figure(row, "share", "ended cases", full_from)
        name = str(catalogue.get(metric, {}).get("name") or wording.sentence_case(metric))
        data.append(
            {
                "label": name,
                "estimate": row["estimate"] if row else None,
                "lo": row["lo"] if row else None,
                "hi": row["hi"] if row else None,
                "words": f"{said.value}: {said.detail}",
            }
        )
    if all(d["estimate"] is None for d in data):
        return Drawn(
            None,
            "",
            empty=f"{wording.period(period)}: too few ended cases for a rate by any definition."
            + ("" if period == "all" else " Choose a longer period."),
        )
    shares = [d["estimate"] for d in data if d["estimate"] is not None]
    sentence = (
        f"{wording.period(period)}, whole practice: the same endings give between "
        f"{wording.percent(min(shares))} and {wording.percent(max(shares))} depending on what "
        "counts as dropout. D1 is the one used elsewhere in these pages."
    )
    table = pl.DataFrame(
        {"Definition": [d["label"] for d in data], "Figure": [d["words"] for d in data]}
    )
    return Drawn(spec(charts.rates(data, "Share of ended cases")), sentence, table)


@st.cache_data(show_spinner=False, max_entries=64)
def kinds(scope: Scope, start: date, end: date) -> Drawn:
    """Draw how the cases in view ended."""
    frame = practice.endings(scope, start, end)
    if frame.is_empty():
        return Drawn(None, "", empty="No case in view ended in this period.")
    data = [
        {"label": wording.ENDING_WORDS.get(r["ending"], r["ending"]), "n": r["n"]}
        for r in frame.iter_rows(named=True)
    ]
    early = int(frame["early_completers"].sum())
    sentence = f"{wording.counted(int(frame['n'].sum()), 'case')} in view ended."
    if early:
        sentence += (
            f" {wording.counted(early, 'unplanned ending')} came after reliable improvement to the "
            "healthy side: clients who may simply have had enough."
        )
    table = pl.DataFrame({"Ending": [d["label"] for d in data], "Cases": [d["n"] for d in data]})
    return Drawn(spec(charts.bars(data, "Cases")), sentence, table)
