"""Outcomes: how clients fared at the end, on the way and after, and of how many that is known."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import streamlit as st

from dashboards import frame, parts, wording
from dashboards.figures import outcomes as figures
from dashboards.queries import outcomes, practice, reference
from dashboards.texts import common
from dashboards.texts import outcomes as texts

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
    figure = wording.figure(row, str(entry.get("unit") or "share"), noun, full_from)
    known = reference.instruments(view.base).get(instrument, {})
    lacks = any(known.get(name, 0) is None for name in texts.RESTS_ON.get(metric, ()))
    if lacks and not (row or {}).get("denominator_n"):
        note = texts.NOT_DEFINED_NOTE.format(measure=measure)
        figure = wording.Figure(texts.NOT_DEFINED, note, "", is_shown=False)
    parts.tile(
        str(entry.get("name") or wording.sentence_case(metric)),
        figure,
        parts.meaning(entry or None),
        [text for text in beside if text],
    )
    parts.link("definitions", common.DEFINITION, metric=metric)


def tiles(shown: Mapping[str, str]) -> None:
    """Show figures beside one another."""
    for column, (metric, noun) in zip(st.columns(4, gap="large"), shown.items(), strict=True):
        with column:
            tile(metric, noun)


def adjusted_table() -> None:
    """Show the severity-adjusted change of every clinician in view, in the order of labels."""
    rows = figures.adjusted(view.scope, instrument, period, full_from)
    if rows.is_empty():
        needed = int(reference.parameter(view.base, "saes_min_reference", 100))
        parts.empty(texts.NONE_ADJUSTED.format(needed=needed, measure=measure))
        return
    parts.table(rows, texts.ADJUSTED_LABEL, is_fixed_order=True)


def off_course_table() -> None:
    """List the open cases in view that lie beyond a line now."""
    rows = outcomes.off_course(view.scope, instrument)
    if rows.is_empty():
        parts.empty(texts.NONE_BEYOND.format(measure=measure))
        return
    parts.table(
        pl.DataFrame(
            {
                texts.CASE: rows["client_label"],
                common.CLINICIAN: rows["clinician_label"],
                texts.LATEST: [
                    texts.AT_SESSION.format(
                        score=view.names.score(instrument, score), session=session
                    )
                    for score, session in rows.select("score", "session_index").iter_rows()
                ],
                texts.LINE: [
                    texts.LINE_AT.format(
                        line=texts.LINES["red" if colour == "red" else "amber"],
                        score=view.names.score(instrument, line),
                    )
                    for colour, line in rows.select("colour", "threshold").iter_rows()
                ],
            }
        ),
        texts.BEYOND_LABEL,
    )


def judged_by_table() -> None:
    """Show what the scores of each instrument are judged by."""
    rows = outcomes.judged_by(view.base)
    if rows.is_empty():
        return
    parts.section(texts.JUDGED, texts.JUDGED_NOTE)
    parts.table(
        pl.DataFrame(
            {
                texts.MEASURE: [view.names.of(code) for code in rows["instrument"]],
                texts.CUTOFF: [wording.plain(v) for v in rows["adult_cutoff"]],
                texts.CUTOFF_C: [wording.number(v) for v in rows["cutoff_c"]],
                texts.RELIABLE: [wording.plain(v) for v in rows["reliable_change"]],
                texts.BY_NORMS: [wording.number(v, 2) for v in rows["jt_reliable_change"]],
                texts.PAIRS: rows["ended_pairs_n"],
                texts.SEVERITY: [wording.ready(v) for v in rows["severity_status"]],
                texts.EXPECTED: [wording.ready(v) for v in rows["course_status"]],
            }
        ),
        texts.JUDGED_LABEL,
    )


if not instrument:
    parts.empty(texts.NONE)
else:
    start, end = view.filters.bounds()
    whose = texts.WHOLE if view.base.sees_practice_figures else texts.WHOLE_ROUNDED
    parts.section(
        texts.END.format(measure=measure),
        texts.END_NOTE.format(period=wording.period(period), whose=whose),
    )
    tiles(texts.AT_THE_END)
    if view.base.sees_cases:
        parts.show(figures.classes(view.scope, instrument, start, end), key="classes")
        parts.link("definitions", common.DEFINITION, metric="outcome_change")

    parts.section(texts.LARGE.format(measure=measure), texts.LARGE_NOTE)
    parts.show(figures.effect(view.base, period, instrument), key="effect")
    if view.base.sees_cases:
        parts.section(texts.ADJUSTED, texts.ADJUSTED_NOTE)
        adjusted_table()

    parts.section(texts.NHS, texts.NHS_NOTE)
    parts.show(figures.nhs(view.base, period, full_from), key="nhs")

    parts.section(texts.COURSE.format(measure=measure), texts.COURSE_NOTE)
    needed = int(reference.parameter(view.base, "course_min_episodes", 200))
    bands = figures.courses(view.base, instrument, needed)
    for place, (column, (name, drawn)) in enumerate(
        zip(st.columns(len(bands), gap="large"), bands, strict=True)
    ):
        with column:
            if name:
                st.subheader(name, anchor=False)
            parts.show(drawn, key=f"course_{place}")
    parts.link("definitions", common.DEFINITION, metric="expected_course")
    if view.base.sees_cases and bands[0][0]:
        st.subheader(texts.BEYOND, anchor=False)
        off_course_table()

    parts.section(texts.AFTER.format(measure=measure), texts.AFTER_NOTE)
    tiles(texts.ON_THE_WAY_AND_AFTER)
    judged_by_table()
