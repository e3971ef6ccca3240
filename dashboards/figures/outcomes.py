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
from dashboards.texts import common
from dashboards.texts import outcomes as texts

_ORDER = ("recovered", "improved", "unchanged", "not_applicable", "deteriorated", "unclassed", None)
_NHS = ("nhs_recovery", "nhs_reliable_recovery", "nhs_reliable_improvement", "nhs_deterioration")
# Recovery is only told of courses that began as a case.
_OF_CASES = ("nhs_recovery", "nhs_reliable_recovery")
_BANDS = (1, 2, 3)


def one(figures: pl.DataFrame, metric: str, instrument: str = "") -> dict[str, Any] | None:
    """Give the row of a figure, of the instrument where it has one; None when there is none."""
    rows = practice.rows_of(figures, metric, instrument)
    return rows.row(0, named=True) if rows.height else None


def bounds(row: Mapping[str, Any] | None) -> str:
    """Say what a share would be if every missing form said no, and if every one said yes."""
    lo, hi = (row or {}).get("bound_lo"), (row or {}).get("bound_hi")
    if lo is None or hi is None or not (row or {}).get("excluded_n"):
        return ""
    return texts.BOUNDS.format(
        missing=wording.whole(row["excluded_n"]), lo=wording.percent(lo), hi=wording.percent(hi)
    )


def published(scope: Scope, metric: str) -> list[str]:
    """Say the published figures of a metric, each with what it counts."""
    return [
        texts.PUBLISHED.format(
            label=r["label"],
            value=wording.percent(r["value"]),
            definition=r["definition"][0].lower() + r["definition"][1:],
        )
        for r in outcomes.benchmarks(scope, metric).iter_rows(named=True)
    ]


@st.cache_data(show_spinner=False, max_entries=64)
def classes(scope: Scope, instrument: str, start: date, end: date) -> Drawn:
    """Draw what became of the ended cases in view."""
    frame = outcomes.classes(scope, instrument, start, end)
    name = reference.names(scope).of(instrument)
    if frame.is_empty():
        return Drawn(None, "", empty=texts.NONE_ENDED.format(name=name))
    counted = dict(frame.iter_rows())
    data = [
        {"label": wording.change(code) if code else texts.ONCE, "n": counted[code]}
        for code in _ORDER
        if code in counted
    ]
    pairs = sum(n for code, n in counted.items() if code)
    sentence = texts.CLASSES.format(
        all=wording.whole(sum(counted.values())), name=name, pairs=wording.whole(pairs)
    )
    table = pl.DataFrame(
        {texts.OUTCOME: [d["label"] for d in data], texts.CASES: [d["n"] for d in data]}
    )
    return Drawn(spec(charts.bars(data, texts.ENDED_CASES)), sentence, table)


@st.cache_data(show_spinner=False, max_entries=64)
def effect(scope: Scope, period: str, instrument: str) -> Drawn:
    """Draw the practice's effect size beside published ones of the same definition."""
    row = one(practice.practice_figures(scope, period), "effect_size", instrument)
    said = wording.figure(row, texts.IN_SD, texts.OF_ENDED, 0, 2)
    if row is None or row["estimate"] is None:
        return Drawn(
            None,
            "",
            empty=texts.NO_EFFECT.format(
                period=wording.period(period), value=said.value, detail=said.detail
            ),
        )
    name = reference.names(scope).of(instrument)
    own = {
        "label": texts.OWN.format(name=name),
        "estimate": row["estimate"],
        "lo": row["lo"],
        "hi": row["hi"],
        "said": wording.number(row["estimate"], 2),
        "words": texts.VALUE_SAID.format(value=said.value, detail=said.detail),
        "definition": texts.OWN_COUNTED,
        "caveat": texts.OWN_CAVEAT,
    }
    known = [
        {
            "label": r["label"],
            "estimate": r["value"],
            "lo": None,
            "hi": None,
            "said": wording.number(r["value"], 2),
            "words": texts.VALUE_SAID.format(
                value=wording.number(r["value"], 2), detail=r["definition"]
            ),
            "definition": r["definition"],
            "caveat": texts.WITH_SOURCE.format(caveat=r["caveat"], source=r["source"]),
        }
        for r in outcomes.benchmarks(scope, "effect_size").iter_rows(named=True)
    ]
    data = [own, *reversed(known)]
    sentence = texts.EFFECT.format(
        period=wording.period(period), value=said.value, name=name, detail=said.detail
    )
    table = pl.DataFrame(
        {
            texts.EFFECT_SIZE: [d["label"] for d in data],
            common.FIGURE: [d["said"] for d in data],
            texts.COUNTED: [d["definition"] for d in data],
            texts.KEEP_IN_MIND: [d["caveat"] for d in data],
        }
    )
    chart = drawings.effects(data, texts.EFFECT_AXIS)
    return Drawn(spec(chart), sentence, table)


@st.cache_data(show_spinner=False, max_entries=64)
def nhs(scope: Scope, period: str, full_from: int) -> Drawn:
    """Draw the rates as NHS Talking Therapies counts them."""
    figures = practice.practice_figures(scope, period)
    catalogue = reference.catalogue(scope)
    data: list[dict[str, Any]] = []
    for metric in _NHS:
        row = one(figures, metric)
        noun = texts.FINISHED_CASES if metric in _OF_CASES else texts.FINISHED
        said = wording.figure(row, "share", noun, full_from)
        data.append(
            {
                "label": str(catalogue.get(metric, {}).get("short_name") or metric),
                "estimate": row["estimate"] if row else None,
                "lo": row["lo"] if row else None,
                "hi": row["hi"] if row else None,
                "words": texts.VALUE_SAID.format(value=said.value, detail=said.detail),
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
            empty=texts.NO_NHS.format(period=wording.period(period)),
        )
    rates = "; ".join(
        f"{d['label'].removesuffix(texts.NHS_SUFFIX).lower()} {d['said']}" for d in data
    )
    sentence = texts.NHS_SAID.format(period=wording.period(period), rates=rates)
    table = pl.DataFrame(
        {
            texts.RATE: [d["label"] for d in data],
            common.FIGURE: [d["words"] for d in data],
            texts.IF_MISSING: [d["bounds"] for d in data],
            texts.ELSEWHERE: [d["elsewhere"] for d in data],
        }
    )
    return Drawn(spec(charts.rates(data, texts.NHS_AXIS)), sentence, table)


def _range(row: Mapping[str, Any]) -> str:
    """Say which first scores are in a band."""
    low, high = row["intake_above"], row["intake_up_to"]
    if low is None:
        return texts.UP_TO.format(high=wording.plain(round(high, 1)))
    if high is None:
        return texts.ABOVE.format(low=wording.plain(round(low, 1)))
    return texts.BETWEEN.format(
        low=wording.plain(round(low, 1)), high=wording.plain(round(high, 1))
    )


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
                    empty=texts.NO_COURSE.format(
                        name=name, have=wording.whole(have), needed=wording.whole(needed)
                    ),
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
        sentence = texts.COURSE_SAID.format(
            cases=wording.counted(last["band_episodes"], texts.ENDED_CASE),
            session=last["session_index"],
            half=wording.number(last["expected_score"]),
            quarter=wording.number(last["amber_line"]),
            tenth=wording.number(last["red_line"]),
        )
        table = pl.DataFrame(
            {
                texts.SESSION: mine["session_index"],
                texts.HALF: mine["expected_score"],
                texts.QUARTER: mine["amber_line"],
                texts.TENTH: mine["red_line"],
            }
        )
        chart = drawings.course(mine, cutoff, domain)
        drawn.append((_range(last), Drawn(spec(chart), sentence, table)))
    return drawn


@st.cache_data(show_spinner=False, max_entries=64)
def adjusted(scope: Scope, instrument: str, period: str, full_from: int) -> pl.DataFrame:
    """Give the severity-adjusted change of every clinician in view as readable rows, by label.

    Args:
        scope: who is looking.
        instrument: the outcome questionnaire.
        period: a period code.
        full_from: denominator from which a figure stands without "too few".

    Returns:
        The rows; none where no clinician has a figure.
    """
    found = practice.clinician_figures(scope, "severity_adjusted", instrument, period)
    some = found.filter(pl.col("denominator_n") > 0)
    if some["estimate"].is_null().all():
        return pl.DataFrame()
    return pl.DataFrame([_adjusted(r, full_from) for r in some.iter_rows(named=True)])


def _adjusted(r: Mapping[str, Any], full_from: int) -> dict[str, str]:
    """Say one clinician's figure: raw, drawn towards the practice, and how far it can be told."""
    said = wording.figure(r, texts.IN_SD, texts.OF_ENDED, full_from, 2)
    return {
        common.CLINICIAN: r["clinician_label"],
        common.FIGURE: said.value,
        common.RESTS_ON: wording.counted(r["denominator_n"], texts.ENDED_CASE),
        common.INTERVAL: wording.limits(r["lo"], r["hi"], is_share=False, digits=2),
        common.DRAWN_TOWARDS: wording.number(r["shrunken_estimate"], 2),
        common.RELIABILITY: wording.percent(r["reliability"]) if said.is_shown else wording.NOTHING,
    }
