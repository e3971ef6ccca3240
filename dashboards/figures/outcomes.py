"""Charts about outcome, with their words and tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from dashboards import wording
from dashboards.charts import outcomes as drawings
from dashboards.charts import practice as charts
from dashboards.charts.theme import spec
from dashboards.parts import Drawn
from dashboards.queries import outcomes, practice, reference
from dashboards.scope import Scope

_ORDER = ("recovered", "improved", "unchanged", "not_applicable", "deteriorated", None)
_ONE_SCORE = "Measured once only"
_NHS = ("nhs_recovery", "nhs_reliable_recovery", "nhs_reliable_improvement", "nhs_deterioration")
_BANDS = {1: "lowest", 2: "middle", 3: "highest"}


def one(figures: pl.DataFrame, metric: str, instrument: str = "") -> dict[str, Any] | None:
    """Give the row of a figure, of the instrument where it has one; None when there is none."""
    rows = practice.rows_of(figures, metric, instrument)
    return rows.row(0, named=True) if rows.height else None


def bounds(row: Mapping[str, Any] | None) -> str:
    """Say what a share would be if every missing form said no, and if every one said yes."""
    lo, hi = (row or {}).get("bound_lo"), (row or {}).get("bound_hi")
    if lo is None or hi is None or not (row or {}).get("excluded_n"):
        return ""
    return (
        f"Whatever the {wording.whole(row['excluded_n'])} not measured would have said: between "
        f"{wording.percent(lo)} and {wording.percent(hi)}"
    )


def published(scope: Scope, metric: str) -> list[str]:
    """Say the published figures of a metric, each with what it counts."""
    return [
        f"{r['label']}: {wording.percent(r['value'])} ({r['definition'][0].lower()}"
        f"{r['definition'][1:]})"
        for r in outcomes.benchmarks(scope, metric).iter_rows(named=True)
    ]


@st.cache_data(show_spinner=False, max_entries=64)
def classes(scope: Scope, instrument: str, start: date, end: date) -> Drawn:
    """Draw what became of the ended cases in view."""
    frame = outcomes.classes(scope, instrument, start, end)
    name = reference.names(scope).of(instrument)
    if frame.is_empty():
        return Drawn(None, "", empty=f"No case in view with a {name} form ended in this period.")
    counted = dict(frame.iter_rows())
    data = [
        {"label": wording.CHANGE_WORDS[code] if code else _ONE_SCORE, "n": counted[code]}
        for code in _ORDER
        if code in counted
    ]
    pairs = sum(n for code, n in counted.items() if code)
    sentence = (
        f"Of the cases in view, {wording.whole(sum(counted.values()))} with {name} forms ended; "
        f"{wording.whole(pairs)} of them were measured twice."
    )
    table = pl.DataFrame({"Outcome": [d["label"] for d in data], "Cases": [d["n"] for d in data]})
    return Drawn(spec(charts.bars(data, "Ended cases")), sentence, table)


@st.cache_data(show_spinner=False, max_entries=64)
def effect(scope: Scope, period: str, instrument: str) -> Drawn:
    """Draw the practice's effect size beside published ones of the same definition."""
    row = one(practice.practice_figures(scope, period), "effect_size", instrument)
    said = wording.figure(row, "standard deviations", "ended cases", 0, 2)
    if row is None or row["estimate"] is None:
        return Drawn(None, "", empty=f"{wording.period(period)}: {said.value}. {said.detail}")
    name = reference.names(scope).of(instrument)
    own = {
        "label": f"This practice, {name}",
        "estimate": row["estimate"],
        "lo": row["lo"],
        "hi": row["hi"],
        "said": wording.number(row["estimate"], 2),
        "words": f"{said.value}: {said.detail}",
        "definition": "Ended cases measured twice that began in the clinical range",
        "caveat": "No comparison group: time and regression to the mean are in it",
    }
    known = [
        {
            "label": r["label"],
            "estimate": r["value"],
            "lo": None,
            "hi": None,
            "said": wording.number(r["value"], 2),
            "words": f"{wording.number(r['value'], 2)}: {r['definition']}",
            "definition": r["definition"],
            "caveat": f"{r['caveat']} ({r['source']})",
        }
        for r in outcomes.benchmarks(scope, "effect_size").iter_rows(named=True)
    ]
    data = [own, *reversed(known)]
    sentence = (
        f"{wording.period(period)}, whole practice: clients who began in the clinical range "
        f"improved by {said.value} standard deviations of their first {name} score "
        f"({said.detail}). Published figures come from trials of depression with other measures."
    )
    table = pl.DataFrame(
        {
            "Effect size": [d["label"] for d in data],
            "Figure": [d["said"] for d in data],
            "Counted": [d["definition"] for d in data],
            "Keep in mind": [d["caveat"] for d in data],
        }
    )
    chart = drawings.effects(data, "Standard deviations of the first score")
    return Drawn(spec(chart), sentence, table)


@st.cache_data(show_spinner=False, max_entries=64)
def nhs(scope: Scope, period: str, full_from: int) -> Drawn:
    """Draw the rates as NHS Talking Therapies counts them."""
    figures = practice.practice_figures(scope, period)
    catalogue = reference.catalogue(scope)
    data: list[dict[str, Any]] = []
    for metric in _NHS:
        row = one(figures, metric)
        said = wording.figure(row, "share", "finished courses", full_from)
        data.append(
            {
                "label": str(catalogue.get(metric, {}).get("short_name") or metric),
                "estimate": row["estimate"] if row else None,
                "lo": row["lo"] if row else None,
                "hi": row["hi"] if row else None,
                "words": f"{said.value}: {said.detail}",
                "said": said.value if said.is_shown else said.value.lower(),
                "bounds": bounds(row) or wording.NOTHING,
                "published": max(outcomes.benchmarks(scope, metric)["value"], default=None),
                "elsewhere": "; ".join(published(scope, metric)) or wording.NOTHING,
            }
        )
    if all(d["estimate"] is None for d in data):
        return Drawn(
            None,
            "",
            empty=f"{wording.period(period)}: too few finished courses measured twice with both "
            "PHQ-9 and GAD-7, or nobody uses both.",
        )
    sentence = (
        f"{wording.period(period)}, whole practice: "
        + "; ".join(f"{d['label'].removesuffix(' (NHS)').lower()} {d['said']}" for d in data)
        + ". Finished courses ended after at least two sessions; the recovery rates are about "
        "those that began as a case of depression or anxiety. Diamonds: the national standard or "
        "target."
    )
    table = pl.DataFrame(
        {
            "Rate": [d["label"] for d in data],
            "Figure": [d["words"] for d in data],
            "If the missing are counted": [d["bounds"] for d in data],
            "Published": [d["elsewhere"] for d in data],
        }
    )
    return Drawn(spec(charts.rates(data, "Share of finished courses")), sentence, table)


def _range(row: Mapping[str, Any]) -> str:
    """Say which first scores are in a band."""
    low, high = row["intake_above"], row["intake_up_to"]
    if low is None:
        return f"First score up to {wording.plain(round(high, 1))}"
    if high is None:
        return f"First score above {wording.plain(round(low, 1))}"
    return f"First score above {wording.plain(round(low, 1))} up to {wording.plain(round(high, 1))}"


@st.cache_data(show_spinner=False, max_entries=64)
def courses(scope: Scope, instrument: str, needed: int) -> list[tuple[str, Drawn]]:
    """Draw the expected course of each intake band, named by its first scores.

    Args:
        scope: who is looking.
        instrument: an outcome instrument.
        needed: seed `course_min_episodes`.
    """
    frame = outcomes.course(scope, instrument)
    name = reference.names(scope).of(instrument)
    known = frame.filter(pl.col("status") == "ok")
    if known.is_empty():
        have = frame["reference_episodes"].max() if frame.height else 0
        return [
            (
                "",
                Drawn(
                    None,
                    "",
                    empty=f"{name}: {wording.whole(have)} ended cases are measured twice; an "
                    f"expected course needs {wording.whole(needed)}. None is shown rather than a "
                    "borrowed one, and no case is called off track by it.",
                ),
            )
        ]
    cutoff = reference.instruments(scope).get(instrument, {}).get("cutoff")
    cutoff = None if cutoff is None else float(cutoff)
    edges = [v for c in ("expected_score", "red_line") for v in known[c]]
    edges += [] if cutoff is None else [cutoff]
    margin = (max(edges) - min(edges) or 1.0) / 12
    domain = (min(edges) - margin, max(edges) + margin)
    drawn = []
    for band in _BANDS:
        mine = known.filter(pl.col("intake_band") == band)
        if mine.is_empty():
            continue
        last = mine.row(-1, named=True)
        sentence = (
            f"{wording.counted(last['band_episodes'], 'ended case')}: at session "
            f"{last['session_index']} half stood at {wording.number(last['expected_score'])} or "
            f"worse, a quarter at {wording.number(last['amber_line'])}, a tenth at "
            f"{wording.number(last['red_line'])}."
        )
        table = pl.DataFrame(
            {
                "Session": mine["session_index"],
                "Half": mine["expected_score"],
                "A quarter": mine["amber_line"],
                "A tenth": mine["red_line"],
            }
        )
        chart = drawings.course(mine, cutoff, domain)
        drawn.append((_range(last), Drawn(spec(chart), sentence, table)))
    return drawn
