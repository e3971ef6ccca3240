"""The data-quality summary: what was loaded, what was held back, which checks did not pass."""

from __future__ import annotations

import polars as pl

from dashboards import wording
from dashboards.queries import reference
from dashboards.reports.ask import Ask
from dashboards.reports.paper import Paper, made, shortened, table
from dashboards.texts import papers as words

_MOST = 24
_LINE = 120


def quality(ask: Ask) -> Paper:
    """Make the summary; no value of a row is in it."""
    return made(
        ask,
        "quality",
        words.QUALITY_TITLE,
        {
            "checks_said": _checks_said(ask),
            "checks": _limited(_checks(ask)),
            "deliveries": _limited(_deliveries(ask)),
            "held_back": _limited(_held_back(ask)),
            "coverage_title": words.COVERAGE_TITLE.format(
                measure=ask.names.of(ask.filters.measure)
            ),
            "coverage": _limited(_coverage(ask)) if ask.base.sees_cases else None,
            "confidential": words.CONFIDENTIAL_PRACTICE,
        },
    )


def _limited(frame: pl.DataFrame) -> dict[str, object] | None:
    """Give the first rows as a table; the template says how many more there are."""
    return {**table(frame.head(_MOST)), "total": frame.height} if frame.height else None


def _checks_said(ask: Ask) -> str:
    found = reference.checks(ask.base)
    passed = found.filter("is_passed").height
    blocking = found.filter(~pl.col("is_passed") & (pl.col("severity") == "blocking")).height
    said = words.CHECKS.format(
        passed=wording.whole(passed), all=wording.counted(found.height, words.ONE_CHECK)
    )
    if passed == found.height:
        return said
    return said + (words.CHECKS_BLOCKING if blocking else words.CHECKS_NONE_BLOCKING)


def _checks(ask: Ask) -> pl.DataFrame:
    failed = reference.checks(ask.base).filter(~pl.col("is_passed"))
    shown = pl.DataFrame(
        {
            words.SEVERITY: [
                words.BLOCKING if s == "blocking" else words.WARNING for s in failed["severity"]
            ],
            words.CHECK_CLASS: [wording.sentence_case(code) for code in failed["kahn_class"]],
            words.MUST_HOLD: [shortened(said, _LINE) for said in failed["description"]],
            words.AGAINST: [
                words.N_OF_N.format(n=wording.whole(n), of=wording.whole(of))
                for n, of in failed.select("violated_rows", "denominator").iter_rows()
            ],
            words.AFFECTS: [shortened(said, _LINE) for said in failed["affects"]],
        }
    )
    # Counts of the whole practice, some of single clients, are the director's (as on the page).
    return shown if ask.base.sees_practice_figures else shown.drop(words.AGAINST)


def _deliveries(ask: Ask) -> pl.DataFrame:
    found = reference.deliveries(ask.base)
    return pl.DataFrame(
        {
            words.DELIVERY: [
                shortened(f"{source}/{delivery}", 70)
                for source, delivery in found.select("source", "delivery").iter_rows()
            ],
            words.MADE: [wording.moment(m) for m in found["generated_at"]],
            words.STATUS: [words.DELIVERY_STATUS.get(s, s) for s in found["status"]],
            words.ROWS_READ: found["rows_read"],
            words.ACCEPTED: found["rows_accepted"],
            words.HELD_BACK: found["rows_quarantined"],
            words.LEFT_OUT: found["rows_collapsed"] + found["rows_filtered"],
        }
    )


def _held_back(ask: Ask) -> pl.DataFrame:
    found = reference.quarantine(ask.base)
    return pl.DataFrame(
        {
            words.SOURCE: [shortened(s, 40) for s in found["source"]],
            words.FILE: found["feed"],
            words.WRONG: [
                shortened(meaning or wording.sentence_case(rule), _LINE)
                for rule, meaning in found.select("rule", "meaning").iter_rows()
            ],
            words.ROWS: found["n"],
        }
    )


def _coverage(ask: Ask) -> pl.DataFrame:
    """Give the forms of the chosen questionnaire by clinician in view, in the order of labels."""
    found = reference.coverage(ask.scope, ask.filters.measure)
    return pl.DataFrame(
        {
            words.CLINICIAN: found["clinician_label"],
            words.DUE: found["eligible_sessions"],
            words.WITH_FORM: found["scored_sessions"],
            words.IN_TIME: found["on_time"],
            words.CASES: found["episodes"],
            words.PAIRED: found["paired"],
        }
    )
