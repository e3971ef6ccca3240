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
from dashboards.texts import common
from dashboards.texts import endings as texts


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
    found = [(common.WHOLE_PRACTICE, practice.survival(scope))]
    if kind != "practice":
        found.insert(0, (name, practice.survival_of(scope, kind, value)))
    drawn = [(label, curves.shown(frame, min_at_risk)) for label, frame in found]
    drawn = [(label, frame) for label, frame in drawn if not frame.is_empty()]
    if not drawn:
        return Drawn(None, "", empty=texts.TOO_FEW_AT_RISK.format(n=min_at_risk))
    label, frame = drawn[0]
    said = [_say(label, frame)]
    if len(drawn) < len(found):
        said.append(texts.NO_CURVE_OF_ITS_OWN.format(name=name))
    said.append(texts.SURVIVAL_CUT.format(n=min_at_risk))
    table = pl.concat([_table(label, frame) for label, frame in drawn])
    return Drawn(spec(curves.survival(drawn)), " ".join(said), table)


def _say(name: str, frame: pl.DataFrame) -> str:
    last = frame.row(-1, named=True)
    return texts.SURVIVAL.format(
        name=name,
        share=wording.percent(last["survival"]),
        session=last["session_index"],
        interval=wording.in_brackets(last.get("lo"), last.get("hi"), is_share=True),
    )


def _table(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame(
        {
            texts.CURVE: [name] * frame.height,
            texts.SESSION: frame["session_index"],
            texts.AT_RISK: frame["at_risk"],
            texts.EVENTS: frame["events"],
            texts.LEFT_OTHERWISE: frame["censored"],
            texts.WITHOUT: [wording.percent(v) for v in frame["survival"]],
            common.INTERVAL: [
                wording.limits(row.get("lo"), row.get("hi"), is_share=True)
                for row in frame.iter_rows(named=True)
            ],
        }
    )


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
    owns = {}
    if clinician:
        everything = practice.figures_of(scope, clinician, "all")
        owns = {r["metric_id"]: r for r in everything.iter_rows(named=True)}
    units = reference.catalogue(scope)
    found = []
    for metric, label in texts.SUMMARY.items():
        unit = str(units.get(metric, {}).get("unit") or "share")
        noun = texts.SUMMARY_NOUNS.get(metric, texts.SUMMARY_NOUN)
        figure = wording.figure(whole.get(metric), unit, noun, full_from)
        beside: list[str] = []
        if clinician:
            beside = [common.BESIDE_PRACTICE.format(value=figure.value)]
            own = owns.get(metric)
            figure = wording.figure(own, unit, noun, full_from)
        found.append((metric, label, figure, beside))
    return found


@st.cache_data(show_spinner=False, max_entries=64)
def competing(scope: Scope, min_at_risk: int) -> Drawn:
    """Draw all ways of ending together, each taking its share of the whole."""
    frame = curves.shown_competing(endings.competing(scope), min_at_risk)
    if frame.is_empty():
        return Drawn(None, "", empty=texts.TOO_FEW_AT_RISK.format(n=min_at_risk))
    last = {
        row["cause"]: row
        for row in frame.filter(pl.col("session_index") == pl.col("session_index").max()).iter_rows(
            named=True
        )
    }
    unplanned = last["dropout"]
    sentence = texts.COMPETING.format(
        session=unplanned["session_index"],
        unplanned=wording.percent(unplanned["cif"]),
        interval=wording.in_brackets(unplanned["lo"], unplanned["hi"], is_share=True),
        planned=wording.percent(last["planned"]["cif"]),
        moved=wording.percent(last["moved_on"]["cif"]),
        still=wording.percent(unplanned["still_in_treatment"]),
    )
    if last["planned"]["cif"] or last["moved_on"]["cif"]:
        sentence += texts.COMPETING_LESS
    return Drawn(spec(curves.competing(frame)), sentence, _competing_table(frame))


def _competing_table(frame: pl.DataFrame) -> pl.DataFrame:
    by_cause = {
        cause: frame.filter(pl.col("cause") == cause)
        for cause in ("dropout", "planned", "moved_on")
    }
    dropout = by_cause["dropout"]
    table: dict[str, Any] = {
        texts.SESSION: dropout["session_index"],
        texts.AT_RISK: dropout["at_risk"],
        texts.EVENTS: dropout["events"],
        texts.OTHER_ENDINGS: dropout["other_events"],
        texts.LEFT_THE_COUNT: dropout["censored"],
    }
    for cause, rows in by_cause.items():
        table[texts.BY_THEN.format(band=texts.BANDS[cause])] = [
            f"{wording.percent(row['cif'])} ({wording.limits(row['lo'], row['hi'], True)})"
            if row["lo"] is not None
            else wording.percent(row["cif"])
            for row in rows.iter_rows(named=True)
        ]
    table[texts.STILL_COMING] = [wording.percent(value) for value in dropout["still_in_treatment"]]
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
        said = wording.figure(row, "share", texts.ENDED_CASES, full_from)
        name = str(catalogue.get(metric, {}).get("name") or wording.sentence_case(metric))
        data.append(
            {
                "label": name,
                "estimate": row["estimate"] if row else None,
                "lo": row["lo"] if row else None,
                "hi": row["hi"] if row else None,
                "value": said.value,
                "words": f"{said.value}: {said.detail}",
                "said": said.value,
            }
        )
    if all(d["estimate"] is None for d in data):
        reason = texts.DEFINITIONS_NONE.format(period=wording.period(period))
        longer = "" if period == "all" else f" {texts.LONGER}"
        return Drawn(None, "", empty=reason + longer)
    known = sorted(
        (d for d in data if d["estimate"] is not None), key=lambda d: float(d["estimate"])
    )
    sentence = texts.DEFINITIONS_SAID.format(
        period=wording.period(period), lowest=known[0]["value"], highest=known[-1]["value"]
    )
    table = pl.DataFrame(
        {texts.DEFINITION: [d["label"] for d in data], common.FIGURE: [d["words"] for d in data]}
    )
    return Drawn(spec(charts.rates(data, texts.SHARE_OF_ENDED)), sentence, table)


@st.cache_data(show_spinner=False, max_entries=64)
def kinds(scope: Scope, start: date, end: date) -> Drawn:
    """Draw how the cases in view ended."""
    frame = practice.endings(scope, start, end)
    if frame.is_empty():
        return Drawn(None, "", empty=texts.KINDS_NONE)
    data = [
        {"label": wording.ENDING_WORDS.get(r["ending"], r["ending"]), "n": r["n"]}
        for r in frame.iter_rows(named=True)
    ]
    early = int(frame["early_completers"].sum())
    sentence = texts.KINDS_SAID.format(cases=wording.counted(int(frame["n"].sum()), "case"))
    if early:
        endings_said = wording.counted(early, texts.UNPLANNED_ENDING)
        sentence += f" {texts.EARLY_COMPLETERS.format(endings=endings_said)}"
    table = pl.DataFrame(
        {texts.ENDING: [d["label"] for d in data], texts.CASES: [d["n"] for d in data]}
    )
    return Drawn(spec(charts.bars(data, texts.CASES)), sentence, table)


def last_ratings(scope: Scope) -> pl.DataFrame:
    """Give the last alliance rating before each kind of ending as readable rows."""
    frame = practice.last_alliance(scope)
    names = reference.names(scope)
    return pl.DataFrame(
        {
            texts.ENDING: [wording.sentence_case(name) for name in frame["ending_name"]],
            texts.MEASURE: [names.of(code) for code in frame["instrument"]],
            texts.CASES: frame["episodes_n"],
            texts.MEDIAN: [
                names.score(code, value)
                for code, value in frame.select("instrument", "median").iter_rows()
            ],
            texts.MIDDLE: [
                texts.RANGE.format(low=names.score(code, low), high=names.score(code, high))
                if low is not None
                else common.TOO_FEW
                for code, low, high in frame.select("instrument", "q1", "q3").iter_rows()
            ],
        }
    )


def waiting(scope: Scope) -> str:
    """Say which periods have no dropout rate yet because endings in them are not known."""
    pending = practice.pending_periods(scope, "dropout_d1")
    if not pending:
        return texts.NONE_WAITING
    return texts.WAITING.format(periods=", ".join(wording.period(code) for code in pending))
