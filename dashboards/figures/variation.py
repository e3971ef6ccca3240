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

NOUNS = {
    "episode": "cases",
    "session": "sessions",
    "appointment": "appointments",
    "rupture": "ruptures",
}
_TOO_FEW = "○ Too few to say"
_SILENT = "○ Too few forms to compare"
_NOT_JUDGED = "○ Shown, not judged"
_NO_SIGNAL_YET = "○ Too few for a signal"
_CONSISTENT = "● Consistent with the practice"


def noun_of(entry: Mapping[str, Any]) -> str:
    """Say what one figure of the catalogue counts, in the plural."""
    return NOUNS.get(str(entry.get("grain")), "units")


def title_of(choice: Choice, entry: Mapping[str, Any], names: wording.Names) -> str:
    """Name a figure, with its questionnaire where it belongs to one."""
    name = str(entry.get("name") or wording.sentence_case(choice.metric_id))
    return f"{name} ({names.of(choice.instrument)})" if choice.instrument else name


def reading(row: Mapping[str, Any], is_flag_metric: bool, flag_min_n: int) -> str:
    """Say how a clinician's figure may be read (metrics.md 5.5).

    Args:
        row: a row of `clinician_metric`.
        is_flag_metric: whether the catalogue lets this figure raise a signal at all.
        flag_min_n: seed parameter; below it nothing is raised.
    """
    if row["flag"]:
        return wording.FLAG_WORDS[row["flag"]]
    if row["status"] == "insufficient_coverage":
        return _SILENT
    if not row["is_comparable"]:
        return _TOO_FEW
    if not is_flag_metric:
        return _NOT_JUDGED
    return _NO_SIGNAL_YET if row["denominator_n"] < flag_min_n else _CONSISTENT


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
    is_flag_metric = entry.get("flag_side") not in (None, "none")
    points = [
        {
            "label": r["clinician_label"],
            "short": r["clinician_label"].removeprefix("Clinician "),
            "n": r["denominator_n"],
            "estimate": r["estimate"],
            "flag": r["flag"] or "none",
            "words": f"{wording.whole(r['numerator'])} of {wording.whole(r['denominator_n'])} "
            f"{noun}. {reading(r, is_flag_metric, flag_from)}",
        }
        for r in found.iter_rows(named=True)
    ]
    target = limits["target"][0]
    sentence = (
        f"{wording.period(period)}: {wording.counted(found.height, 'clinician')} with at least "
        f"{compare_from} {noun} each, about the practice's {wording.percent(target)}. Inside the "
        "inner band, where chance alone puts 95 % of figures, a figure is consistent with the "
        "practice. The fewer cases, the wider the band. An exact test decides about a signal, so a "
        "point just beyond a line may carry none."
    )
    if left := everyone.height - found.height:
        sentence += (
            f" {wording.counted(left, 'clinician')} with fewer {noun}, or too few forms, "
            f"{'is' if left == 1 else 'are'} not drawn."
        )
    if any(point["flag"] != "none" for point in points):
        sentence += " Clinicians with a signal are named: ◆ worth a conversation, ■ check first."
    average = variation.published(scope, choice)
    line = (average["value"], "research average, other definitions") if average else None
    sentence += _reference(average) if average else ""
    table = pl.DataFrame(
        {
            "Clinician": found["clinician_label"],
            f"{noun.capitalize()}": found["denominator_n"],
            "Figure": [wording.percent(v) for v in found["estimate"]],
            "95 % of chance": _between(found, "lo_95", "hi_95"),
            "99.8 % of chance": _between(found, "lo_998", "hi_998"),
        }
    )
    title = str(entry.get("short_name") or "Share")
    chart = charts.funnel(limits, points, (noun, title), line)
    return Drawn(spec(chart), sentence, table, is_fixed_order=True)


def _reference(average: Mapping[str, Any]) -> str:
    """Say the published share of the reference line as it was printed, with its caveat."""
    value, lo, hi = (100 * average[part] for part in ("value", "lo", "hi"))
    return (
        f" Reference line: {wording.number(value)}{wording.NBSP}% "
        f"({wording.limits(lo, hi, is_share=False)}) over "
        f"{wording.counted(average['studies'], 'study', 'studies')} ({average['source']}). "
        f"{average['caveat']}."
    )


def _why_empty(period: str, compare_from: int, noun: str) -> str:
    if period != "all" and "Q" not in period:
        return "One clinician's month is too short for a comparison. Choose a quarter, or all time."
    longer = "" if period == "all" else " Choose all time."
    return (
        f"{wording.period(period)}: fewer than two clinicians can be compared, because that takes "
        f"{compare_from} {noun} with a known outcome each, and for alliance and rupture figures "
        f"enough forms.{longer}"
    )


def _between(frame: pl.DataFrame, low: str, high: str) -> list[str]:
    return [wording.limits(lo, hi, is_share=True) for lo, hi in frame.select(low, high).iter_rows()]


def spread(scope: Scope, choice: Choice, period: str) -> str:
    """Say whether clinicians vary by more than chance, and what that does to the lines."""
    found = variation.dispersion(scope, choice, period)
    if found is None:
        return ""
    if found["phi"] is None:
        needed = int(reference.parameter(scope, "funnel_min_clinicians", 10))
        return (
            f"Whether clinicians vary by more than chance is judged from {needed} clinicians on; "
            f"here {found['clinicians_n']} can be compared."
        )
    p = "below .001" if found["p_value"] < 0.001 else f"{found['p_value']:.3f}"[1:]
    figures = (
        f"(phi {found['phi']:.2f}, where chance gives about 1; p {p}; "
        f"{found['clinicians_n']} clinicians)"
    )
    if found["is_applied"]:
        return (
            f"Clinicians vary by more than chance alone {figures}. That is usual where they see "
            "different clients. The lines marked widened allow for this variety: a figure between "
            "the band and such a line is ordinary here. Labels still rest on the exact test "
            "without widening."
        )
    return (
        f"Clinicians do not clearly vary by more than chance {figures}, so the lines stand as "
        "chance draws them."
    )


def signals(scope: Scope, choice: Choice, period: str) -> str:
    """Say how many signals there are, and how many chance alone would raise."""
    entry = reference.catalogue(scope).get(choice.metric_id, {})
    if entry.get("flag_side") in (None, "none"):
        reason = str(entry.get("flag_reason") or "").removeprefix("Not flagged: ")
        return f"This figure raises no signal: {reason}." if reason else "It raises no signal."
    rows = variation.clinicians(scope, choice, period)
    large = rows.filter(pl.col("is_discovery").is_not_null()).height
    if not large:
        least = int(reference.parameter(scope, "flag_min_n", 20))
        return f"No signal can be raised: no clinician has {least} known outcomes in this period."
    flagged = rows["flag"].count()
    raised = wording.counted(flagged, "signal") if flagged else "No signal"
    found = variation.dispersion(scope, choice, period)
    by_chance = f"; chance alone would raise about {found['flags_by_chance']:.1f}" if found else ""
    return (
        f"{raised} among {wording.counted(large, 'clinician')} large enough for one{by_chance}. "
        "A signal is a reason to talk, in this order: are the data right, are the clients alike, "
        "and only then the work."
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
        return Drawn(
            None,
            "",
            empty=f"{wording.period(period)}: fewer than two clinicians have enough cases to stand "
            f"beside others (reliability {least:g}). The table below shows what there is.",
        )
    level = 1.0 if is_ratio else whole["estimate"]
    names = ("estimate", "lo", "hi") if is_ratio else _SHRUNKEN
    noun = noun_of(entry)
    data = []
    for r, is_shown in zip(found.iter_rows(named=True), shown, strict=True):
        value, lo, hi = (r[name] if is_shown else None for name in names)
        words = f"{wording.whole(r['denominator_n'])} {noun}" + (
            f": {wording.number(value, digits)}, {wording.limits(lo, hi, False, digits)}"
            if is_shown
            else ", too few to set beside others"
        )
        data.append(
            {"label": r["clinician_label"], "value": value, "lo": lo, "hi": hi, "words": words}
        )
    sentence = (
        f"{wording.period(period)}: each clinician's figure "
        + (
            "against 1, what clients like theirs would give in the practice as a whole"
            if is_ratio
            else "drawn towards the practice by as much as its caseload is small"
        )
        + ", with its 95 % interval, in the order of the labels. Compare a bar with the line, not "
        "with another bar."
    )
    table = pl.DataFrame(
        {"Clinician": [d["label"] for d in data], "Figure": [d["words"] for d in data]}
    )
    title = str(entry.get("unit") or "").capitalize()
    words = "as expected" if is_ratio else f"practice {wording.number(level, digits)}"
    chart = charts.in_a_row(data, title, (level, words))
    return Drawn(spec(chart), sentence, table, is_fixed_order=True)


_SHRUNKEN = ("shrunken_estimate", "shrunken_lo", "shrunken_hi")


@st.cache_data(show_spinner=False, max_entries=64)
def clinicians(scope: Scope, choice: Choice, period: str) -> pl.DataFrame:
    """Give the alphabetical table: raw figure, drawn towards the practice, and how to read it."""
    entry = reference.catalogue(scope).get(choice.metric_id, {})
    digits = digits_of(scope, choice, entry)
    flag_from = int(reference.parameter(scope, "flag_min_n", 20))
    is_flag_metric = entry.get("flag_side") not in (None, "none")
    is_share = entry.get("measure_kind") == "share"
    again = variation.persistence(scope, choice, period)
    told = []
    for r in variation.clinicians(scope, choice, period).iter_rows(named=True):
        figure = wording.figure(r, "share" if is_share else "", noun_of(entry), flag_from, digits)
        row = {
            "Clinician": r["clinician_label"],
            "Role": wording.sentence_case(r["role"]),
            "Reading": reading(r, is_flag_metric, flag_from),
            "Figure": figure.value,
            "Rests on": _rests_on(r, noun_of(entry)),
            "95 % interval": wording.limits(r["lo"], r["hi"], is_share, digits),
        }
        if entry.get("measure_kind") != "statistic":
            row |= _drawn(r, figure.is_shown, is_share, digits)
        if is_flag_metric:
            row["After so many comparisons"] = _DISCOVERY[r["is_discovery"]]
        if again is not None:
            persists = again[1].get(r["clinician_key"])
            row[f"Over quarters to {wording.period(again[0])}"] = _PERSISTS[persists]
        told.append(row)
    return pl.DataFrame(told)


def _rests_on(row: Mapping[str, Any], noun: str) -> str:
    """Say the denominator, and for a ratio what was observed and expected."""
    told = f"{wording.whole(row['denominator_n'])} {noun}"
    if row["numerator"] is None or row["measure_kind"] != "statistic":
        return told
    return (
        f"{wording.whole(row['numerator'])}, expected {wording.number(row['expected'])}, in {told}"
    )


def _drawn(row: Mapping[str, Any], is_shown: bool, is_share: bool, digits: int) -> dict[str, str]:
    """Say the figure drawn towards the practice, and how much of it is the clinician's own."""
    if not is_shown or row["shrunken_estimate"] is None:
        return {"Drawn towards the practice": wording.NOTHING, "Reliability": wording.NOTHING}
    spoken = said(row["shrunken_estimate"], is_share, digits)
    between = wording.limits(row["shrunken_lo"], row["shrunken_hi"], is_share, digits)
    enough = ", enough to state" if row["can_state"] else ""
    return {
        "Drawn towards the practice": f"{spoken} ({between})",
        "Reliability": f"{wording.percent(row['reliability'])}{enough}",
    }


_DISCOVERY = {None: wording.NOTHING, True: "◆ Stands out", False: "Does not stand out"}
_PERSISTS = {None: wording.NOTHING, True: "■ Signal again", False: "No repeated signal"}
