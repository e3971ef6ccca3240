"""Practice month: eight figures with what they rest on, their course, the flow, each clinician."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import streamlit as st

from dashboards import frame, parts, wording
from dashboards.charts.spark import sparkline
from dashboards.figures import month as figures
from dashboards.figures import practice as charts
from dashboards.figures.practice import Shown
from dashboards.queries import practice, reference
from dashboards.texts import common
from dashboards.texts import month as texts

view = frame.current()
period = view.filters.period
catalogue = reference.catalogue(view.base)
full_from = int(reference.parameter(view.base, "flag_min_n", 20))
periods = figures.neighbours(period)
at = practice.figures_at(view.base, (period, *periods.values()))
months = charts.months_to(view.base, period)


def shown_of(metric: str) -> Shown:
    """Say how a figure is called, counted and written."""
    entry = catalogue.get(metric, {})
    return Shown(
        metric,
        view.filters.measure,
        str(entry.get("name") or wording.sentence_case(metric)),
        texts.NOUNS[metric],
        str(entry.get("unit") or "share"),
        view.names.digits(view.filters.measure) if entry.get("per_instrument") else 1,
    )


def row_at(shown: Shown, code: str) -> Mapping[str, Any] | None:
    """Give the practice's row of a figure in a period, or None."""
    rows = practice.rows_of(at, shown.metric, shown.instrument)
    return next((r for r in rows.iter_rows(named=True) if r["period"] == code), None)


def metric_tile(metric: str, *more: str) -> None:
    """Show a figure of the catalogue with the periods to compare it with.

    Args:
        metric: a metric of the catalogue.
        *more: further lines beside it.
    """
    shown = shown_of(metric)
    row = row_at(shown, period)
    beside = [*figures.standing_out(row), *more]
    beside += [
        texts.BEFORE[kind].format(value=shown.said(row_at(shown, code), full_from).value)
        for kind, code in periods.items()
    ]
    course = practice.rows_of(months, metric, shown.instrument).tail(figures.MONTHS)
    spark = sparkline(course["estimate"].to_list())
    words = texts.COURSE.format(name=shown.name, months=course.height)
    code = (row or {}).get("instrument")
    measured = texts.WITH_MEASURE.format(name=shown.name, measure=view.names.of(code))
    parts.tile(
        measured if code else shown.name,
        shown.said(row, full_from),
        parts.meaning(catalogue.get(metric)),
        beside,
        (spark, words),
    )
    parts.link("definitions", common.DEFINITION, metric=metric)


def begun() -> None:
    """Show how many cases began, the same for the periods to compare with."""
    figure, beside = figures.begun(view.base, period, periods, view.release.as_of)
    parts.tile(texts.BEGUN, figure, texts.BEGUN_MEANING, beside)
    parts.link("definitions", common.DEFINITION, metric="practice_flow")


def found() -> None:
    """Show ruptures opened, what chance would give, and how many are open now."""
    more = figures.by_chance(row_at(shown_of("rupture_onset_rate"), period), texts.BY_CHANCE)
    still = figures.open_now(view.base, view.filters.measure, view.release.as_of)
    metric_tile("rupture_onset_rate", *more, *still)


def repaired() -> None:
    """Show the ruptures repaired, and how many would count as repaired by chance."""
    row = row_at(shown_of("repair_rate"), period)
    metric_tile("repair_rate", *figures.by_chance(row, texts.REPAIRED_BY_CHANCE))


def reviewed() -> None:
    """Show the days from signal to review, or that no review is recorded yet."""
    if "time_to_review" in catalogue and row_at(shown_of("time_to_review"), "all"):
        metric_tile("time_to_review")
        return
    absent = wording.Figure(common.NOT_COLLECTED, texts.REVIEW_NONE, "", is_shown=False)
    parts.tile(texts.REVIEW, absent, texts.REVIEW_MEANING)


def checked() -> None:
    """Show how many checks of the data passed."""
    parts.tile(texts.CHECKS, figures.checks(view.base), texts.CHECKS_MEANING)
    parts.link("quality", texts.QUALITY_LINK)


def tiles() -> None:
    """Show the eight figures, four to a row."""
    eight = (
        begun,
        lambda: metric_tile("dropout_d1"),
        lambda: metric_tile("early_alliance"),
        lambda: metric_tile("feedback_completion"),
        found,
        repaired,
        reviewed,
        checked,
    )
    for start in (0, 4):
        for column, draw in zip(st.columns(4, gap="large"), eight[start : start + 4], strict=True):
            with column:
                draw()


def choose() -> Shown:
    """Let the reader choose the figure that is followed by month and by clinician."""
    known = {m: shown_of(m) for m in texts.NOUNS if m in catalogue} or {
        "dropout_d1": shown_of("dropout_d1")
    }
    said = {metric: shown.name for metric, shown in known.items()}
    return known[parts.choose("figure", texts.FIGURE, said, width=340)]


def clinician_table(shown: Shown) -> None:
    """Show one figure of every clinician in view, in the order of labels."""
    table, without = figures.clinicians(view.scope, shown, period, full_from)
    if table is None:
        parts.empty(
            texts.CLINICIANS_NONE
            if without is None
            else texts.CLINICIANS_NO_FIGURE.format(period=wording.period(period))
        )
        return
    parts.table(table, texts.CLINICIANS_TABLE.format(name=shown.name), is_fixed_order=True)
    if without:
        said = texts.WITHOUT.format(
            clinicians=wording.counted(without, "clinician"), noun=shown.noun
        )
        st.html(f'<p class="note">{escape(said)}</p>')


note = texts.WHOLE if view.base.sees_practice_figures else common.ROUNDED
full, short = (
    reference.full_name(view.base, view.filters.measure),
    view.names.of(view.filters.measure),
)
if full not in ("", short):
    note = f"{note} {common.MEASURE.format(short=short, name=full)}"
parts.section(wording.period(period), note)
tiles()

parts.section(texts.FLOW, texts.FLOW_NOTE)
parts.show(charts.flow(view.base, period, view.release.as_of), key="flow")
parts.link("definitions", common.DEFINITION, metric="practice_flow")

parts.section(texts.MONTHS, texts.MONTHS_NOTE)
chosen = choose()
parts.show(charts.run(view.base, chosen, period, full_from), key="run")
parts.link("definitions", common.DEFINITION, metric=chosen.metric)
with st.expander(texts.ALL_MONTHS):
    every = tuple(shown_of(metric) for metric in texts.NOUNS if metric in catalogue)
    table = figures.month_table(view.base, every, period, full_from)
    if table.is_empty():
        parts.empty(texts.NO_MONTHS)
    else:
        parts.table(table, texts.MONTH_TABLE)

if view.base.sees_cases:
    parts.section(texts.CLINICIANS, texts.CLINICIANS_NOTE)
    clinician_table(chosen)

parts.section(texts.CHANGED)
for said in figures.changed(view.base, tuple(texts.NOUNS)):
    st.html(f'<p class="says">{escape(said)}</p>')
parts.link("definitions", texts.CHANGED_LINK)
