"""Endings: when treatments end without a plan, by which definition, and how they end otherwise."""

from __future__ import annotations

from html import escape

import polars as pl
import streamlit as st

from dashboards import frame, parts, wording
from dashboards.figures import casemix
from dashboards.figures import endings as figures
from dashboards.queries import practice, reference

view = frame.current()
filters = view.filters
start, end = filters.bounds()


def compared() -> tuple[str, str, str]:
    """Choose whose curve stands beside the practice's: the clinician's, else the site's."""
    if filters.clinician:
        return "clinician", filters.clinician, view.roster.label(filters.clinician)
    if filters.site and view.base.sees_practice_figures:
        return "site", filters.site, f"Site {filters.site}"
    return "practice", "practice", "Whole practice"


parts.section(
    "Who is still coming",
    "Of all cases ever begun: the share without an unplanned ending after each session. The "
    "period does not apply here.",
)
kind, value, name = compared()
min_at_risk = int(reference.parameter(view.base, "survival_min_at_risk", 10))
parts.show(figures.survival(view.scope, kind, value, name, min_at_risk), key="survival")
full_from = int(reference.parameter(view.base, "flag_min_n", 20))
numbers = figures.summary(view.base, filters.clinician, full_from)
entries = reference.catalogue(view.base)
for column, (metric, label, figure, beside) in zip(
    st.columns(len(numbers), gap="large"), numbers, strict=True
):
    with column:
        parts.tile(label, figure, parts.meaning(entries.get(metric)), beside)
parts.link("definitions", "Definitions", metric="survival")

if view.base.sees_practice_figures:
    parts.section(
        "Every way of ending together",
        "All time, whole practice. Unplanned, planned, or moved on (transferred, referred, moved "
        "away, administrative, died).",
    )
    parts.show(figures.competing(view.base, min_at_risk), key="competing")

parts.section(
    "Six definitions, side by side",
    "Published rates differ by definition more than practices differ from each other.",
)
parts.show(figures.definitions(view.base, filters.period, full_from), key="definitions")

if view.base.sees_cases:
    parts.section(f"How cases ended: {wording.period(filters.period).lower()}")
    parts.show(figures.kinds(view.scope, start, end), key="kinds")

last = practice.last_alliance(view.base) if view.base.sees_practice_figures else None
if last is not None and not last.is_empty():
    parts.section(
        "The last rating before the ending",
        "All time, whole practice. A low last rating before unplanned endings is worth a question "
        "early; it does not say that the alliance ended the treatment.",
    )
    parts.table(
        pl.DataFrame(
            {
                "Ending": [wording.sentence_case(name) for name in last["ending_name"]],
                "Measure": [wording.instrument(code) for code in last["instrument"]],
                "Cases": last["episodes_n"],
                "Median": [wording.number(value) for value in last["median"]],
                "Middle half": [
                    f"{wording.number(low)} to {wording.number(high)}"
                    if low is not None
                    else "Too few"
                    for low, high in last.select("q1", "q3").iter_rows()
                ],
            }
        ),
        "Last alliance rating by kind of ending",
    )

parts.section(
    "Allowing for the mix of cases",
    "Some clinicians see clients who are more likely to stop, whoever sees them.",
)
st.html(f'<p class="says">{escape(casemix.state(view.base))}</p>')
if casemix.is_standing(view.base):
    st.html(f'<p class="says">{escape(casemix.quality(view.base))}</p>')
    if view.base.sees_cases:
        rows = casemix.adjusted(view.scope, filters.period, full_from)
        if rows.is_empty():
            parts.empty("No clinician in view has an ended case in this period.")
        else:
            period = wording.period(filters.period)
            st.html(f'<p class="says">{escape(casemix.READING.format(period=period))}</p>')
            label = "Unplanned endings against the mix of cases"
            parts.table(rows, label, is_fixed_order=True)
    if view.base.sees_practice_figures:
        parts.show(casemix.calibration(view.base), key="calibration")
        with st.expander("What the model allows for"):
            parts.table(casemix.terms(view.base), "Characteristics of the case-mix model")
if view.base.sees_practice_figures:
    parts.section("Trainees and staff", "All time. Supervisors' own cases are those of staff.")
    st.html(f'<p class="says">{escape(casemix.strata_words(view.base))}</p>')
    parts.table(casemix.strata(view.base), "Unplanned endings of trainees and staff")

lapse = int(reference.parameter(view.base, "lapse_days_min", 42))
parts.section("How ripe these figures are")
st.html(
    f'<p class="says">An ending without a plan is known only after {lapse} days without a session '
    "and without a booking, or longer where sessions lay further apart. Endings of the last weeks "
    f"before {wording.day(view.release.as_of)} are therefore still missing, so "
    "the rates of young months and quarters wait. Transfers, moves and administrative endings "
    "are left out of the rates, not counted as successes.</p>"
)
