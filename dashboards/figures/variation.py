"""Clinicians beside their practice: the pictures with their words and tables.

What may be said of a figure is decided in the warehouse (flags, comparability, reliability); here
it is put into words. Rows stand in the order of the labels and cannot be sorted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards import wording
from dashboards.charts import variation as charts
from dashboards.charts.theme import spec
from dashboards.parts import Drawn
from dashboards.queries import reference, variation
from dashboards.queries.variation import Choice
from dashboards.scope import Scope
from dashboards.texts import common
from dashboards.texts import variation as texts


def noun_of(entry: Mapping[str, Any]) -> str:
    """Say what one figure of the catalogue counts, in the plural."""
    return texts.NOUNS.get(str(entry.get("grain")), texts.NOUN)


def title_of(choice: Choice, entry: Mapping[str, Any], names: wording.Names) -> str:
    """Name a figure, with its questionnaire where it belongs to one."""
    name = str(entry.get("name") or wording.sentence_case(choice.metric_id))
    if not choice.instrument:
        return name
    return texts.TITLE_OF.format(name=name, questionnaire=names.of(choice.instrument))


def may_flag(entry: Mapping[str, Any]) -> bool:
    """Say whether the catalogue lets a figure raise a signal at all."""
    return entry.get("flag_side") not in (None, "none")


def reading(row: Mapping[str, Any], entry: Mapping[str, Any], flag_min_n: int) -> str:
    """Say how a clinician's figure may be read (metrics.md 5.5); every page says it by this.

    Args:
        row: a row of `clinician_metric`.
        entry: what the catalogue says of the figure.
        flag_min_n: seed parameter; below it nothing is raised.
    """
    if row["flag"]:
        return wording.FLAG_WORDS[row["flag"]]
    if row["status"] in texts.UNSAID:
        return texts.UNSAID[row["status"]]
    if not row["is_comparable"]:
        return texts.TOO_FEW
    if not may_flag(entry):
        return texts.NOT_JUDGED
    if row["denominator_n"] < flag_min_n:
        return texts.NO_SIGNAL_YET
    # a model without skill gives no probability to judge by
    return texts.NOT_JUDGED if row["mid_p"] is None else texts.CONSISTENT


def digits_of(scope: Scope, choice: Choice, entry: Mapping[str, Any]) -> int:
    """Give the decimals of a figure: two of a ratio, else those of its questionnaire."""
    if entry.get("unit") == "ratio":
        return 2
    return reference.names(scope).digits(choice.instrument)


def said(value: float | None, is_share: bool, digits: int) -> str:
    """Say a share in percent, anything else as a number."""
    return wording.percent(value) if is_share else wording.number(value, digits)


@st.cache_data(show_spinner=False, max_entries=64)
def funnel(scope: Scope, choice: Choice, period: str) -> Drawn:
    """Draw the funnel of a share for one period."""
    entry = reference.catalogue(scope).get(choice.metric_id, {})
    noun = noun_of(entry)
    compare_from = int(reference.parameter(scope, "display_comparative_n", 10))
    flag_from = int(reference.parameter(scope, "flag_min_n", 20))
    limits = variation.limits(scope, choice, period).filter(pl.col("n") >= compare_from)
    everyone = variation.clinicians(scope, choice, period)
    found = everyone.filter(pl.col("is_comparable"))
    if limits.is_empty() or found.height < 2:
        return Drawn(None, "", empty=_why_empty(period, compare_from, noun))
    points = [
        {
            "label": r["clinician_label"],
            "short": r["clinician_label"].removeprefix(f"{common.CLINICIAN} "),
            "n": r["denominator_n"],
            "estimate": r["estimate"],
            "flag": r["flag"] or "none",
            "words": texts.POINT.format(
                hits=wording.whole(r["numerator"]),
                n=wording.whole(r["denominator_n"]),
                noun=noun,
                reading=reading(r, entry, flag_from),
            ),
        }
        for r in found.iter_rows(named=True)
    ]
    said = [
        texts.FUNNEL.format(
            period=wording.period(period),
            clinicians=wording.counted(found.height, "clinician"),
            least=compare_from,
            noun=noun,
            target=wording.percent(limits["target"][0]),
        )
    ]
    if left := everyone.height - found.height:
        not_drawn = texts.NOT_DRAWN_ONE if left == 1 else texts.NOT_DRAWN
        said.append(not_drawn.format(clinicians=wording.counted(left, "clinician"), noun=noun))
    if any(point["flag"] != "none" for point in points):
        said.append(texts.NAMED)
    average = variation.published(scope, choice)
    line = (average["value"], texts.RESEARCH_LINE) if average else None
    if average:
        said.append(_reference(average))
    table = pl.DataFrame(
        {
            common.CLINICIAN: found["clinician_label"],
            noun.capitalize(): found["denominator_n"],
            common.FIGURE: [
                wording.figure(r, "share", noun, flag_from).value
                for r in found.iter_rows(named=True)
            ],
            texts.OF_CHANCE_95: _between(found, "lo_95", "hi_95"),
            texts.OF_CHANCE_998: _between(found, "lo_998", "hi_998"),
        }
    )
    title = str(entry.get("short_name") or texts.SHARE)
    chart = charts.funnel(limits, points, (noun, title), line)
    return Drawn(spec(chart), " ".join(said), table, is_fixed_order=True)


def _reference(average: Mapping[str, Any]) -> str:
    """Say the published share of the reference line as it was printed, with its caveat."""
    value, lo, hi = (100 * average[part] for part in ("value", "lo", "hi"))
    return texts.REFERENCE.format(
        value=wording.number(value),
        limits=wording.limits(lo, hi, is_share=False),
        studies=wording.counted(average["studies"], texts.STUDY, texts.STUDIES),
        source=average["source"],
        caveat=average["caveat"],
    )


def _why_empty(period: str, compare_from: int, noun: str) -> str:
    if period != "all" and "Q" not in period:
        return texts.MONTH_TOO_SHORT
    told = texts.FUNNEL_NONE.format(period=wording.period(period), least=compare_from, noun=noun)
    return told if period == "all" else f"{told} {texts.CHOOSE_ALL}"


def _between(frame: pl.DataFrame, low: str, high: str) -> list[str]:
    return [wording.limits(lo, hi, is_share=True) for lo, hi in frame.select(low, high).iter_rows()]


def spread(scope: Scope, choice: Choice, period: str) -> str:
    """Say whether clinicians vary by more than chance, and what that does to the lines."""
    found = variation.dispersion(scope, choice, period)
    if found is None:
        return ""
    if found["phi"] is None:
        needed = int(reference.parameter(scope, "funnel_min_clinicians", 10))
        return texts.SPREAD_TOO_FEW.format(needed=needed, n=found["clinicians_n"])
    figures = texts.SPREAD_FIGURES.format(
        n=found["clinicians_n"],
        phi=wording.number(found["phi"]),
        p=texts.P_BELOW if found["p_value"] < 0.001 else wording.number(found["p_value"], 3),
    )
    return f"{texts.SPREAD_WIDENED if found['is_applied'] else texts.SPREAD_AS_CHANCE} {figures}"


def signals(scope: Scope, choice: Choice, period: str) -> str:
    """Say how many signals there are, and how many chance alone would raise."""
    entry = reference.catalogue(scope).get(choice.metric_id, {})
    if not may_flag(entry):
        reason = str(entry.get("flag_reason") or "").removeprefix(texts.NOT_FLAGGED)
        return texts.NO_SIGNAL_BECAUSE.format(reason=reason) if reason else texts.RAISES_NONE
    rows = variation.clinicians(scope, choice, period)
    large = rows.filter(pl.col("is_discovery").is_not_null()).height
    least = int(reference.parameter(scope, "flag_min_n", 20))
    if (
        choice.metric_id == "dropout_sdr"
        and not large
        and rows.filter(pl.col("is_comparable") & (pl.col("denominator_n") >= least)).height
    ):
        return texts.NO_SKILL
    if not large:
        return texts.NONE_LARGE.format(least=least)
    flagged = rows["flag"].count()
    raised = wording.counted(flagged, texts.SIGNAL) if flagged else texts.NO_SIGNAL
    found = variation.dispersion(scope, choice, period)
    expected = wording.number(found["flags_by_chance"]) if found else ""
    return texts.SIGNALS.format(
        raised=raised,
        clinicians=wording.counted(large, "clinician"),
        by_chance=texts.BY_CHANCE.format(n=expected) if found else "",
    )


@st.cache_data(show_spinner=False, max_entries=64)
def in_a_row(scope: Scope, choice: Choice, period: str) -> Drawn:
    """Draw a figure that is no share: each clinician's, in the order of their labels."""
    entry = reference.catalogue(scope).get(choice.metric_id, {})
    digits = digits_of(scope, choice, entry)
    found = variation.clinicians(scope, choice, period)
    whole = variation.practice_figure(scope, choice, period)
    is_ratio = entry.get("measure_kind") == "statistic"
    least = float(reference.parameter(scope, "caterpillar_reliability", 0.5))
    shown = [
        r["status"] == "ok" and (is_ratio or (r["reliability"] or 0.0) >= least)
        for r in found.iter_rows(named=True)
    ]
    if sum(shown) < 2 or (not is_ratio and (whole is None or whole["estimate"] is None)):
        empty = texts.ROW_NONE.format(period=wording.period(period), least=wording.percent(least))
        return Drawn(None, "", empty=empty)
    level = 1.0 if is_ratio else whole["estimate"]
    names = ("estimate", "lo", "hi") if is_ratio else _SHRUNKEN
    noun = noun_of(entry)
    data = []
    for r, is_shown in zip(found.iter_rows(named=True), shown, strict=True):
        value, lo, hi = (r[name] if is_shown else None for name in names)
        words = (texts.ROW_KNOWN if is_shown else texts.ROW_FEW).format(
            n=wording.whole(r["denominator_n"]),
            noun=noun,
            value=wording.number(value, digits),
            limits=wording.limits(lo, hi, False, digits),
        )
        data.append(
            {"label": r["clinician_label"], "value": value, "lo": lo, "hi": hi, "words": words}
        )
    said = texts.ROW_RATIO if is_ratio else texts.ROW_DRAWN
    sentence = said.format(period=wording.period(period))
    table = pl.DataFrame(
        {common.CLINICIAN: [d["label"] for d in data], common.FIGURE: [d["words"] for d in data]}
    )
    title = str(entry.get("unit") or "").capitalize()
    words = texts.AS_EXPECTED
    if not is_ratio:
        words = texts.PRACTICE_LEVEL.format(value=wording.number(level, digits))
    chart = charts.in_a_row(data, title, (level, words))
    return Drawn(spec(chart), sentence, table, is_fixed_order=True)


_SHRUNKEN = ("shrunken_estimate", "shrunken_lo", "shrunken_hi")


@st.cache_data(show_spinner=False, max_entries=64)
def clinicians(scope: Scope, choice: Choice, period: str) -> pl.DataFrame:
    """Give the alphabetical table: raw figure, drawn towards the practice, and how to read it."""
    entry = reference.catalogue(scope).get(choice.metric_id, {})
    digits = digits_of(scope, choice, entry)
    flag_from = int(reference.parameter(scope, "flag_min_n", 20))
    is_share = entry.get("measure_kind") == "share"
    found = variation.clinicians(scope, choice, period)
    # without a probability nothing was compared, so neither column would say anything
    is_judged = may_flag(entry) and found["mid_p"].is_not_null().any()
    again = variation.persistence(scope, choice, period) if is_judged else None
    told = []
    for r in found.iter_rows(named=True):
        figure = wording.figure(r, "share" if is_share else "", noun_of(entry), flag_from, digits)
        row = {
            common.CLINICIAN: r["clinician_label"],
            common.ROLE: wording.sentence_case(r["role"]),
            common.READING: reading(r, entry, flag_from),
            common.FIGURE: figure.value,
            common.RESTS_ON: _rests_on(r, noun_of(entry)),
            common.INTERVAL: wording.limits(r["lo"], r["hi"], is_share, digits),
        }
        if entry.get("measure_kind") != "statistic":
            row |= _drawn(r, figure.is_shown, is_share, digits)
        if is_judged:
            row[texts.AFTER_MANY] = _DISCOVERY[r["is_discovery"]]
        if again is not None:
            persists = again[1].get(r["clinician_key"])
            row[texts.OVER_QUARTERS.format(quarter=wording.period(again[0]))] = _PERSISTS[persists]
        told.append(row)
    return pl.DataFrame(told)


def _rests_on(row: Mapping[str, Any], noun: str) -> str:
    """Say the denominator, and for a ratio what was observed and expected."""
    told = wording.of_noun(row["denominator_n"], noun)
    if row["numerator"] is None or row["measure_kind"] != "statistic":
        return told
    return texts.EXPECTED_IN.format(
        hits=wording.whole(row["numerator"]), expected=wording.number(row["expected"]), told=told
    )


def _drawn(row: Mapping[str, Any], is_shown: bool, is_share: bool, digits: int) -> dict[str, str]:
    """Say the figure drawn towards the practice, and how much of it is the clinician's own."""
    if not is_shown or row["shrunken_estimate"] is None:
        return {common.DRAWN_TOWARDS: wording.NOTHING, common.RELIABILITY: wording.NOTHING}
    spoken = said(row["shrunken_estimate"], is_share, digits)
    between = wording.limits(row["shrunken_lo"], row["shrunken_hi"], is_share, digits)
    own = wording.percent(row["reliability"])
    return {
        common.DRAWN_TOWARDS: texts.DRAWN_WITH.format(value=spoken, limits=between),
        common.RELIABILITY: texts.ENOUGH.format(share=own) if row["can_state"] else own,
    }


_DISCOVERY = {None: wording.NOTHING, True: texts.STANDS_OUT, False: texts.NOT_OUT}
_PERSISTS = {None: wording.NOTHING, True: texts.AGAIN, False: texts.NOT_AGAIN}
