"""Practice month: eight figures with what they rest on, the flow, and each clinician in view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
import streamlit as st

from dashboards import frame, parts, wording
from dashboards.charts.spark import sparkline
from dashboards.figures import practice as figures
from dashboards.queries import practice, reference

view = frame.current()


@dataclass(frozen=True)
class Shown:
    """One of the eight figures: metric, what is counted, its definition."""

    metric: str
    noun: str
    entry: Mapping[str, Any]

    @property
    def unit(self) -> str:
        """Give the unit of the figure."""
        return str(self.entry.get("unit") or "share")

    @property
    def name(self) -> str:
        """Give the name on the tile."""
        return str(self.entry.get("name") or wording.sentence_case(self.metric))


NOUNS = {
    "early_alliance": "cases",
    "rupture_incidence": "cases",
    "repair_rate": "closed ruptures",
    "dropout_d1": "ended cases",
    "feedback_completion": "sessions",
    "dna_rate": "appointments",
    "late_cancel_rate": "appointments",
    "clinician_cancel_rate": "appointments",
}
_MONTHS = 18


def pick(frame_: pl.DataFrame, shown: Shown) -> pl.DataFrame:
    """Keep the rows of one figure, for the chosen measure where it has one."""
    return practice.rows_of(frame_, shown.metric, view.filters.measure)


def one(frame_: pl.DataFrame, shown: Shown) -> dict[str, Any] | None:
    """Give the single row of a figure, or None."""
    rows = pick(frame_, shown)
    return rows.row(0, named=True) if rows.height else None


def neighbours(period: str) -> list[tuple[str, str]]:
    """Name the periods to compare with: the one before, the same a year ago, all time."""
    if period == "all":
        return []
    year, part = period.split("-", 1)
    is_quarter = part.startswith("Q")
    place = int(part.lstrip("Q"))
    last = 4 if is_quarter else 12
    before_year, before = (int(year), place - 1) if place > 1 else (int(year) - 1, last)
    form = "{}-Q{}" if is_quarter else "{}-{:02d}"
    word = "quarter" if is_quarter else "month"
    return [
        (f"The {word} before", form.format(before_year, before)),
        ("A year ago", form.format(int(year) - 1, place)),
        ("All time", "all"),
    ]


def tiles(figures_: list[Shown]) -> None:
    """Show the eight figures."""
    chosen = practice.practice_figures(view.base, view.filters.period)
    months = practice.monthly(view.base)
    others = [
        (label, practice.practice_figures(view.base, code))
        for label, code in neighbours(view.filters.period)
    ]
    for start in range(0, len(figures_), 4):
        for column, shown in zip(
            st.columns(4, gap="large"), figures_[start : start + 4], strict=True
        ):
            row = one(chosen, shown)
            compared = [f"{name}: {said(one(rows, shown), shown)}" for name, rows in others]
            if row is not None and row.get("xmr_reading"):
                compared.insert(0, variation(str(row["xmr_reading"])))
            course = pick(months, shown).tail(_MONTHS)
            spark = sparkline(course["estimate"].to_list())
            words = f"{shown.name}: its course over {course.height} months, in the table below"
            with column:
                parts.tile(
                    with_measure(shown.name, row),
                    figure_of(row, shown),
                    parts.meaning(shown.entry or None),
                    compared,
                    (spark, words),
                )
                parts.link("definitions", "Definition", metric=shown.metric)


def with_measure(name: str, row: Mapping[str, Any] | None) -> str:
    """Name the alliance measure of a figure that belongs to one."""
    code = row.get("instrument") if row else None
    return f"{name} ({view.names.of(code)})" if code else name


def said(row: Mapping[str, Any] | None, shown: Shown) -> str:
    """Say a comparison in short: the value alone, "3 of 7" where it rests on little."""
    return figure_of(row, shown).value


def figure_of(row: Mapping[str, Any] | None, shown: Shown) -> wording.Figure:
    """Say a figure by the rules of small numbers, with the decimals its questionnaire needs."""
    digits = view.names.digits((row or {}).get("instrument"))
    return wording.figure(row, shown.unit, shown.noun, full_from, digits)


def variation(reading: str) -> str:
    """Say whether a month stands out from the practice's own months before (XmR chart)."""
    if reading == "signal":
        return "◆ Signal: outside the range of the months before."
    return "● Common cause: within the range of the months before."


def month_table(figures_: list[Shown]) -> None:
    """Show the eight figures of the last months as a table."""
    months = practice.monthly(view.base)
    codes = sorted(months["period"].unique().to_list())[-_MONTHS:]
    table: dict[str, list[str]] = {"Month": [wording.period(code) for code in codes]}
    for shown in figures_:
        by_month = {r["period"]: r for r in pick(months, shown).iter_rows(named=True)}
        table[shown.name] = [said(by_month.get(code), shown) for code in codes]
    parts.table(pl.DataFrame(table), "Figures by month")


def clinician_table(figures_: list[Shown]) -> None:
    """Show one figure of every clinician in view, raw beside shrunken, in the order of labels."""
    by_name = {shown.metric: shown for shown in figures_}
    metric = st.selectbox(
        "Figure",
        list(by_name),
        format_func=lambda m: by_name[m].name,
        index=list(by_name).index("dropout_d1"),
        key="figure",
        bind="query-params",
        width=340,
    )
    shown = by_name[metric]
    rows = practice.clinician_figures(view.scope, metric, view.filters.measure, view.filters.period)
    if rows.is_empty():
        parts.empty("No clinician in view has rows of this figure in this period.")
        return
    some = rows.filter(pl.col("denominator_n") > 0)
    if some["estimate"].is_null().all():
        parts.empty(
            f"{wording.period(view.filters.period)} gives no figure of any clinician in view: "
            "fewer than the minimum each, or too few forms to compare. Choose a quarter, or all "
            "time."
        )
        return
    table = pl.DataFrame([clinician_row(r, shown) for r in some.iter_rows(named=True)])
    parts.table(table, f"{shown.name} by clinician", is_fixed_order=True)
    if none := rows.height - some.height:
        st.html(
            f'<p class="note">{wording.counted(none, "clinician")} in view had no '
            f"{shown.noun} in this period.</p>"
        )


def clinician_row(r: Mapping[str, Any], shown: Shown) -> dict[str, str]:
    """Say one clinician's figure: raw, drawn towards the practice, and how to read it."""
    figure = figure_of(r, shown)
    shrunken = r["shrunken_estimate"]
    digits = view.names.digits(r["instrument"])
    spoken = (
        wording.percent(shrunken) if shown.unit == "share" else wording.number(shrunken, digits)
    )
    reading = "○ Too few to say"
    if r["flag"]:
        reading = wording.FLAG_WORDS[r["flag"]]
    elif figure.is_shown and r["is_comparable"]:
        reading = "● Consistent with the practice"
    elif r["status"] == "insufficient_coverage":
        reading = "○ Too few forms to compare"
    return {
        "Clinician": r["clinician_label"],
        "Figure": figure.value,
        "Rests on": wording.counted(r["denominator_n"], shown.noun.rstrip("s"), shown.noun),
        "95 % interval": wording.limits(r["lo"], r["hi"], shown.unit == "share", digits),
        "Drawn towards the practice": spoken,
        "Reliability": wording.percent(r["reliability"]) if figure.is_shown else wording.NOTHING,
        "Reading": reading,
    }


full_from = int(reference.parameter(view.base, "flag_min_n", 20))
catalogue = reference.catalogue(view.base)
eight = [Shown(metric, noun, catalogue.get(metric, {})) for metric, noun in NOUNS.items()]

parts.section(
    wording.period(view.filters.period),
    "Whole practice."
    if view.base.sees_practice_figures
    else "Whole practice, rounded: counts of 1 to 7 are hidden and others rounded to 5, because "
    "this reaches beyond the clinicians you see.",
)
tiles(eight)
with st.expander("Table of these figures by month"):
    month_table(eight)

parts.section("From referral to ending")
parts.show(figures.flow(view.base, view.filters.period), key="flow")

if view.base.sees_cases:
    parts.section(
        "By clinician",
        "In the order of their labels: not a ranking, and it cannot be sorted by the rate. With "
        "small caseloads most differences are chance, so each figure also stands drawn towards "
        "the practice by as much as its own reliability allows.",
    )
    clinician_table(eight)
