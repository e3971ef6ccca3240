"""Outcomes: how clients fared at the end, on the way and after, and of how many that is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards import frame, parts, wording
from dashboards.figures import outcomes as figures
from dashboards.queries import outcomes, practice, reference

AT_THE_END = {
    "outcome_paired": "ended cases",
    "outcome_recovered": "cases that began in the clinical range",
    "outcome_reliably_improved": "ended cases measured twice",
    "outcome_deteriorated": "ended cases measured twice",
}
ON_THE_WAY_AND_AFTER = {
    "sudden_gain": "cases measured twice by then",
    "follow_up_coverage": "ended cases old enough",
    "sustained_change": "improved cases followed up",
    "re_referral": "agreed endings a year ago or more",
}

view = frame.current()
instrument = view.filters.outcome
period = view.filters.period
measure = view.names.of(instrument)
full_from = int(reference.parameter(view.base, "flag_min_n", 20))
catalogue = reference.catalogue(view.base)
figures_now = practice.practice_figures(view.base, period)


def tile(metric: str, noun: str) -> None:
    """Show one figure with what it rests on, its bounds and published figures."""
    entry = catalogue.get(metric, {})
    row = figures.one(figures_now, metric, instrument)
    beside = [figures.bounds(row), *figures.published(view.base, metric)]
    parts.tile(
        str(entry.get("name") or wording.sentence_case(metric)),
        wording.figure(row, str(entry.get("unit") or "share"), noun, full_from),
        parts.meaning(entry or None),
        [text for text in beside if text],
    )
    parts.link("definitions", "Definition", metric=metric)


def tiles(shown: Mapping[str, str]) -> None:
    """Show figures beside one another."""
    for column, (metric, noun) in zip(st.columns(4, gap="large"), shown.items(), strict=True):
        with column:
            tile(metric, noun)


def adjusted_table() -> None:
    """Show the severity-adjusted change of every clinician in view, in the order of labels."""
    rows = practice.clinician_figures(view.scope, "severity_adjusted", instrument, period)
    some = rows.filter(pl.col("denominator_n") > 0) if rows.height else rows
    if some.is_empty() or some["estimate"].is_null().all():
        needed = int(reference.parameter(view.base, "saes_min_reference", 100))
        parts.empty(
            "No figure for any clinician in view: too few of their cases were measured twice in "
            f"this period, or the practice has fewer than {needed} ended pairs of {measure}."
        )
        return
    parts.table(
        pl.DataFrame([adjusted_row(r) for r in some.iter_rows(named=True)]),
        "Severity-adjusted change by clinician",
        is_fixed_order=True,
    )


def adjusted_row(r: Mapping[str, Any]) -> dict[str, str]:
    """Say one clinician's figure: raw, drawn towards the practice, and how far it can be told."""
    said = wording.figure(r, "standard deviations", "ended cases", full_from, 2)
    return {
        "Clinician": r["clinician_label"],
        "Figure": said.value,
        "Rests on": wording.counted(r["denominator_n"], "ended case"),
        "95 % interval": wording.limits(r["lo"], r["hi"], is_share=False, digits=2),
        "Drawn towards the practice": wording.number(r["shrunken_estimate"], 2),
        "Reliability": wording.percent(r["reliability"]) if said.is_shown else wording.NOTHING,
    }


def off_course_table() -> None:
    """List the open cases in view that lie beyond a line now."""
    rows = outcomes.off_course(view.scope, instrument)
    if rows.is_empty():
        parts.empty(f"No open case in view has its latest {measure} score beyond a line.")
        return
    parts.table(
        pl.DataFrame(
            {
                "Case": rows["client_label"],
                "Clinician": rows["clinician_label"],
                "Latest score": [
                    f"{view.names.score(instrument, score)} at session {session}"
                    for score, session in rows.select("score", "session_index").iter_rows()
                ],
                "Line": [
                    f"{'■ Red' if colour == 'red' else '◆ Amber'}, "
                    f"{view.names.score(instrument, line)}"
                    for colour, line in rows.select("colour", "threshold").iter_rows()
                ],
            }
        ),
        "Open cases beyond the expected course",
    )


def judged_by_table() -> None:
    """Show what the scores of each instrument are judged by."""
    rows = outcomes.judged_by(view.base)
    if rows.is_empty():
        return
    parts.section(
        "What the scores are judged by",
        "Published figures are used where there are any; those that Jacobson and Truax's formulas "
        "give from published norms stand beside them.",
    )
    parts.table(
        pl.DataFrame(
            {
                "Measure": [view.names.of(code) for code in rows["instrument"]],
                "Cut-off, adults": [wording.plain(v) for v in rows["adult_cutoff"]],
                "Cut-off c by norms": [wording.number(v) for v in rows["cutoff_c"]],
                "Reliable change": [wording.plain(v) for v in rows["reliable_change"]],
                "By norms": [wording.number(v, 2) for v in rows["jt_reliable_change"]],
                "Ended pairs": rows["ended_pairs_n"],
                "Severity adjustment": [wording.ready(v) for v in rows["severity_status"]],
                "Expected course": [wording.ready(v) for v in rows["course_status"]],
            }
        ),
        "What the scores of each measure are judged by",
    )


if not instrument:
    parts.empty("No ended case has an outcome form yet, so there is no outcome to show.")
else:
    start, end = view.filters.bounds()
    parts.section(
        f"At the end of treatment: {measure}",
        f"{wording.period(period)}, whole practice"
        + (". " if view.base.sees_practice_figures else ", rounded. ")
        + "Read the first figure first: the others know only of clients who were asked twice.",
    )
    tiles(AT_THE_END)
    if view.base.sees_cases:
        parts.show(figures.classes(view.scope, instrument, start, end), key="classes")

    parts.section(
        f"How large the change is: {measure}",
        "In standard deviations, so that it can stand beside published figures of the same "
        "definition. They are reference lines, never targets.",
    )
    parts.show(figures.effect(view.base, period, instrument), key="effect")
    if view.base.sees_cases:
        parts.section(
            "Change adjusted for severity at intake",
            "In the order of labels: not a ranking. How a caseload fared beside clients of this "
            "practice with the same first scores; with small caseloads most differences are "
            "chance.",
        )
        adjusted_table()

    parts.section(
        "As NHS Talking Therapies counts",
        "Depression and anxiety together, PHQ-9 with GAD-7, by the public definition.",
    )
    parts.show(figures.nhs(view.base, period, full_from), key="nhs")

    parts.section(
        f"Expected course: {measure}",
        "What was usual in this practice for clients with a similar first score, from ended cases "
        "of all time, not what should be. Blue: half stood there or worse. In the shade or beyond: "
        "a quarter. Beyond the dashed line: a tenth. Dotted: the cut-off.",
    )
    needed = int(reference.parameter(view.base, "course_min_episodes", 200))
    bands = figures.courses(view.base, instrument, needed)
    for place, (column, (name, drawn)) in enumerate(
        zip(st.columns(len(bands), gap="large"), bands, strict=True)
    ):
        with column:
            if name:
                st.subheader(name, anchor=False)
            parts.show(drawn, key=f"course_{place}")
    if view.base.sees_cases and bands[0][0]:
        st.subheader("Open cases beyond a line now", anchor=False)
        off_course_table()

    parts.section(
        f"On the way and after: {measure}",
        "Early gains, and whether change lasted. Follow-up usually reaches few: read the bounds.",
    )
    tiles(ON_THE_WAY_AND_AFTER)
    judged_by_table()
