"""Data quality: what was loaded and held back, how complete the forms are, which checks passed."""

from __future__ import annotations

from html import escape

import polars as pl
import streamlit as st

from dashboards import frame, log_words, parts, wording
from dashboards.figures import practice as drawn_practice
from dashboards.figures import quality as figures
from dashboards.figures import ruptures as drawn
from dashboards.queries import practice, reference, ruptures
from dashboards.texts import common
from dashboards.texts import quality as texts

view = frame.current()
late_days = reference.parameter(view.base, "source_late_days", 7)


def said(text: str) -> None:
    """Write a sentence."""
    st.html(f'<p class="says">{escape(text)}</p>')


def sources(found: pl.DataFrame) -> None:
    """Show per source when it last delivered and what became of its rows."""
    parts.section(texts.SOURCES, texts.SOURCES_NOTE.format(days=wording.plain(late_days)))
    if found.is_empty():
        parts.empty(texts.NO_DELIVERY)
        return
    parts.table(figures.sources(found, view.release.as_of, late_days), texts.SOURCES)


def checks() -> None:
    """Show every check by class with what it rests on and what it affects."""
    parts.section(texts.CHECKS, texts.CHECKS_NOTE)
    found = reference.checks(view.base)
    if found.is_empty():
        parts.empty(texts.NO_CHECKS)
        return
    has_counts = view.base.sees_practice_figures
    said(figures.checks_said(found))
    parts.table(figures.class_table(found), texts.CLASSES)
    failed = found.filter(~pl.col("is_passed"))
    if failed.height:
        parts.table(figures.check_table(failed, has_counts=has_counts), texts.FAILED_LABEL)
    with st.expander(texts.ALL_CHECKS):
        parts.table(figures.check_table(found, has_counts=has_counts), texts.ALL_CHECKS)


def held(found: pl.DataFrame) -> None:
    """Say what the guards hold, why, and what to do."""
    for row in found.filter(pl.col("is_guarded") & ~pl.col("is_settled")).iter_rows(named=True):
        name = f"{row['source']}/{row['delivery']}"
        # The rule's code is for commands and messages; the words after it say it all.
        reasons = ". ".join(part.partition(": ")[2] for part in row["reason"].split(" · "))
        told = texts.WHAT_TO_DO.format(
            reasons=escape(reasons), command=texts.COMMAND.format(name=escape(name))
        )
        st.html(
            f'<p class="says"><strong>{escape(texts.IS_HELD.format(name=name))}</strong> '
            f'{texts.IS_HELD_BECAUSE}</p><p class="note">{told}</p>'
        )


def deliveries(found: pl.DataFrame) -> None:
    """Show every delivery with its rows."""
    parts.section(texts.DELIVERIES, texts.DELIVERIES_NOTE)
    if found.is_empty():
        parts.empty(texts.NO_DELIVERY)
        return
    marked = figures.guarded(found)
    held(marked)
    parts.table(figures.delivery_table(marked), texts.DELIVERIES)


def corrections() -> None:
    """Show what each delivery changed in what was known before it."""
    parts.section(texts.CORRECTIONS, texts.CORRECTIONS_NOTE)
    found = reference.corrections(view.base)
    if found.is_empty():
        parts.empty(texts.NO_CORRECTIONS)
        return
    parts.table(figures.correction_table(found), texts.CORRECTIONS)


def held_back() -> None:
    """Show the rows held back by rule; never a value."""
    parts.section(texts.HELD_ROWS, texts.HELD_ROWS_NOTE)
    found = reference.quarantine(view.base)
    if found.is_empty():
        parts.empty(texts.NONE_HELD)
        return
    parts.table(figures.held_table(found), texts.HELD_ROWS)


def coverage() -> None:
    """Show how complete the forms of each clinician in view are."""
    parts.section(texts.COMPLETION, texts.COMPLETION_NOTE)
    minimum = reference.parameter(view.base, "feedback_min_completion", 0.6)
    parts.show(drawn_practice.completion(view.scope, minimum), key="completion")
    parts.link("definitions", common.DEFINITION, metric="feedback_completion")
    if view.filters.measure:
        coverage_of_measure()
    else:
        parts.empty(texts.NO_QUESTIONNAIRE)
    if turned := drawn_practice.turned_alliance(view.base):
        st.html(f'<p class="note">{escape(turned)}</p>')
    issues()


def coverage_of_measure() -> None:
    """Show to how many of each clinician's sessions the chosen questionnaire came."""
    measure = view.names.of(view.filters.measure)
    parts.section(texts.COVERAGE.format(measure=measure), texts.COVERAGE_NOTE)
    found = reference.coverage(view.scope, view.filters.measure)
    if found.is_empty():
        parts.empty(texts.NO_COVERAGE)
    else:
        parts.table(figures.coverage_table(found), texts.COVERAGE_LABEL, is_fixed_order=True)
        parts.link("definitions", common.DEFINITION, metric="feedback_coverage")


def issues() -> None:
    """Show the forms that were not scored as they came."""
    parts.section(texts.ISSUES, texts.ISSUES_NOTE)
    found = reference.score_issues(view.scope)
    if found.is_empty():
        parts.empty(texts.NO_ISSUES)
        return
    parts.table(
        pl.DataFrame(
            {
                texts.QUESTIONNAIRE: [
                    view.names.of(i) if i else texts.UNKNOWN_QUESTIONNAIRE
                    for i in found["instrument"]
                ],
                texts.RULE: [wording.sentence_case(r) for r in found["rule"]],
                texts.FORMS: found["n"],
            }
        ),
        texts.ISSUES,
    )


def fired() -> None:
    """Show what fired in the cases in view."""
    parts.section(texts.FIRED_TITLE, texts.FIRED_NOTE)
    found = reference.signals_by_rule(view.scope)
    if found.is_empty():
        parts.empty(texts.NO_SIGNAL)
        return
    parts.table(
        pl.DataFrame(
            {
                texts.RULE: [f"{log_words.rule(code)} ({code})" for code in found["rule_id"]],
                texts.FIRED: found["fired"],
                texts.CASES: found["cases"],
            }
        ),
        texts.FIRED_TITLE,
    )


def signals() -> None:
    """Show what each signal is worth, what was made of it, and whether the budget is kept."""
    parts.section(texts.WORTH, texts.WORTH_NOTE)
    parts.table(drawn.audit_table(ruptures.audit(view.base), view.names), texts.WORTH_LABEL)
    parts.link("definitions", common.DEFINITION, metric="signal_audit")
    rows = practice.rows_of(practice.practice_figures(view.base, "all"), "agenda_load", "")
    low, high = (
        reference.parameter(view.base, name, fallback)
        for name, fallback in (("agenda_budget_low", 0.15), ("agenda_budget_high", 0.2))
    )
    said(figures.budget(rows.row(0, named=True) if rows.height else None, low, high))
    parts.link("definitions", common.DEFINITION, metric="agenda_load")
    parts.section(texts.VERDICTS, texts.VERDICTS_NOTE)
    verdicts = reference.verdicts(view.base)
    if verdicts["judged_n"].sum() == 0:
        parts.empty(texts.NO_VERDICT)
    else:
        parts.table(figures.verdict_table(verdicts), texts.VERDICTS)
        parts.link("definitions", common.DEFINITION, metric="signal_verdict")


delivered = reference.deliveries(view.base)
sources(delivered)
checks()
deliveries(delivered)
corrections()
held_back()
if view.base.sees_cases:
    coverage()
    if view.base.sees_practice_figures:
        signals()
    else:
        fired()
