"""Feedback: whether clients are heard, how openly they answer, and whether both sides agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import polars as pl
import streamlit as st

from dashboards import frame, parts, wording
from dashboards.figures import feedback as figures
from dashboards.queries import feedback, outcomes, practice, reference
from dashboards.texts import common
from dashboards.texts import feedback as texts

# Given for all time only: a month or a quarter is too short for it.
ALL_TIME = frozenset({"attunement_ccc"})
OF_A_CUTOFF = frozenset({"alert_share", "ever_below_cutoff"})

view = frame.current()
measure = view.filters.measure
name = view.names.of(measure)
digits = view.names.digits(measure)
period = view.filters.period
full_from = int(reference.parameter(view.base, "flag_min_n", 20))
catalogue = reference.catalogue(view.base)


def rows_of(metric: str) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Give the practice's row of a metric, and the chosen clinician's where one is chosen."""
    of = "all" if metric in ALL_TIME else period
    found = practice.rows_of(practice.practice_figures(view.base, of), metric, measure)
    whole = found.row(0, named=True) if found.height else None
    if not view.filters.clinician or metric == "feedback_opt_out":
        return whole, None
    everything = practice.figures_of(view.scope, view.filters.clinician, of)
    own = practice.rows_of(everything, metric, measure)
    return whole, own.row(0, named=True) if own.height else {}


def said(row: Mapping[str, Any] | None, metric: str, noun: str) -> wording.Figure:
    """Say a row of a metric."""
    return figures.figure(row or None, catalogue.get(metric, {}), noun, full_from, digits)


def tiles(shown: Mapping[str, str]) -> None:
    """Show figures beside one another; one clinician's with the practice's when one is chosen."""
    for column, (metric, noun) in zip(st.columns(4, gap="large"), shown.items(), strict=False):
        entry = catalogue.get(metric, {})
        whole, own = rows_of(metric)
        headline = whole if own is None else own
        beside = [figures.bounds(headline)]
        if metric in ALL_TIME and period != "all":
            beside.append(texts.ALL_TIME)
        if own is not None:
            beside.append(common.BESIDE_PRACTICE.format(value=said(whole, metric, noun).value))
        figure = said(headline, metric, noun)
        if metric in OF_A_CUTOFF and not has_cutoff():
            figure = wording.Figure(texts.NOT_DEFINED, texts.NO_CUTOFF.format(name=name), "", False)
        with column:
            parts.tile(
                str(entry.get("name") or wording.sentence_case(metric)),
                figure,
                parts.meaning(entry or None),
                [text for text in beside if text],
            )
            parts.link("definitions", common.DEFINITION, metric=metric)


def has_cutoff() -> bool:
    """Say whether the chosen questionnaire has a cut-off."""
    known = reference.instruments(view.base).get(measure)
    return known is not None and known["cutoff"] is not None


def more(shown: Mapping[str, str]) -> None:
    """Show figures of less weight as a table."""
    rows = []
    for metric, noun in shown.items():
        whole, own = rows_of(metric)
        figure = said(whole if own is None else own, metric, noun)
        label = str(catalogue.get(metric, {}).get("name") or wording.sentence_case(metric))
        if own is None and view.filters.clinician:
            label = texts.OF_WHOLE.format(name=label)
        rows.append(
            {common.FIGURE: label, texts.VALUE: figure.value, common.RESTS_ON: figure.detail}
        )
    parts.table(pl.DataFrame(rows), texts.MORE)


def note(text: str) -> None:
    """Write a short paragraph."""
    if text:
        st.html(f'<p class="note">{escape(text)}</p>')


def says(text: str) -> None:
    """Write a sentence above a list."""
    st.html(f'<p class="says">{escape(text)}</p>')


def cases(found: pl.DataFrame, columns: Mapping[str, Callable], none: str, label: str) -> None:
    """List cases by their labels with a few columns, or say that there are none.

    Args:
        found: rows with client_label and clinician_label.
        columns: heading -> what to say of a row.
        none: said when there are none.
        label: what the table holds.
    """
    if found.is_empty():
        parts.empty(none)
        return
    parts.table(
        pl.DataFrame(
            [
                {texts.CASE: r["client_label"], common.CLINICIAN: r["clinician_label"]}
                | {heading: say(r) for heading, say in columns.items()}
                for r in found.iter_rows(named=True)
            ]
        ),
        label,
    )


def who_is_not_heard() -> None:
    """Show how episodes without any form differ from the others; for the director."""
    parts.section(texts.NOT_HEARD, texts.NOT_HEARD_NOTE)
    found = feedback.not_heard(view.base)
    if found.is_empty():
        parts.empty(texts.NOTHING_DUE)
        return
    parts.table(figures.not_heard_table(found), texts.NOT_HEARD_LABEL)
    parts.link("definitions", common.DEFINITION, metric="missing_form_bias")
    note(texts.SHORT_ONES)


def alliance_and_outcome() -> None:
    """Show how the early alliance goes with outcome; for the director."""
    parts.section(
        texts.OUTCOME_TITLE.format(name=name),
        figures.published_words(outcomes.benchmarks(view.base, "alliance_outcome"))
        + texts.OUTCOME_NOTE,
    )
    found = feedback.alliance_and_outcome(view.base, measure)
    if found.is_empty():
        parts.empty(texts.NO_OUTCOME.format(name=name))
    else:
        parts.table(figures.outcome_table(found, view.names), texts.OUTCOME_LABEL)
        parts.link("definitions", common.DEFINITION, metric="alliance_outcome")
    note(figures.between_words(feedback.between_clinicians(view.base, measure), name))


whose = texts.OF_PRACTICE if view.base.sees_practice_figures else texts.OF_PRACTICE_ROUNDED
if view.filters.clinician:
    whose = texts.OF_CLINICIAN
parts.section(
    texts.HEARD_TITLE, texts.HEARD_NOTE.format(period=wording.period(period), whose=whose)
)
tiles(texts.HEARD)
more(texts.MORE_HEARD)

if not measure:
    parts.empty(texts.NO_MEASURE)
else:
    parts.section(texts.OPEN_TITLE.format(name=name), texts.OPEN_NOTE)
    tiles(texts.OPEN)
    if view.base.sees_cases:
        says(texts.AT_TOP)
        cases(
            feedback.always_at_the_top(view.scope, measure),
            {
                texts.FORMS: lambda r: wording.whole(r["n_scores"]),
                texts.LATEST: lambda r: view.names.score(measure, r["last_score"]),
            },
            texts.NONE_AT_TOP,
            texts.AT_TOP_LABEL,
        )
    parts.section(texts.SHARED_TITLE.format(name=name), texts.SHARED_NOTE)
    tiles(texts.SHARED)
    if view.base.sees_cases:
        says(texts.WITH_GAP)
        cases(
            feedback.gaps_now(view.scope, measure),
            {
                texts.ON_LATEST: figures.gap_words,
                texts.FORMS: lambda r: wording.whole(r["n_component_forms"]),
            },
            texts.NO_GAP,
            texts.GAP_LABEL,
        )
    parts.section(texts.BOTH_TITLE.format(name=name), texts.BOTH_NOTE)
    if rows_of("attunement_ccc")[0] is None:
        parts.empty(texts.NO_PAIRS.format(name=name))
    else:
        tiles(texts.BOTH)
    if view.base.sees_cases and rows_of("attunement_ccc")[0] is not None:
        says(texts.HIGHER)
        cases(
            feedback.rated_higher(view.scope, measure),
            {
                texts.CLEARLY_HIGHER: lambda r: texts.HIGHER_OF.format(
                    n=wording.whole(r["overestimated_n"]), pairs=wording.whole(r["n_pairs"])
                ),
                texts.DIFFERENCE: lambda r: wording.signed(r["bias"], 0),
                texts.FOLLOWS: lambda r: (
                    wording.number(r["tracking_r"], 2)
                    if r["tracking_r"] is not None
                    else texts.TOO_FEW
                ),
            },
            texts.NONE_HIGHER,
            texts.HIGHER_LABEL,
        )
    if view.base.sees_practice_figures:
        who_is_not_heard()
        alliance_and_outcome()
