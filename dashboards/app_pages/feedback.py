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

HEARD = {
    "feedback_completion": "sessions due",
    "coverage_three": "cases with three sessions",
    "early_coverage": "cases",
    "feedback_lag_hours": "forms",
}
MORE_HEARD = {
    "coverage_any": "cases",
    "coverage_paired": "cases with two sessions",
    "feedback_within_2h": "forms",
    "feedback_opt_out": "sessions due",
}
OPEN = {
    "alert_share": "rated sessions",
    "ever_below_cutoff": "cases with three forms",
    "uninformative_ceiling": "cases with three forms",
    "candour_spread": "cases with three forms",
}
SHARED = {
    "goal_gap": "cases with two forms",
    "task_gap": "cases with two forms",
    "low_goal_early": "cases",
}
BOTH = {
    "attunement_bias": "sessions rated by both",
    "attunement_overestimated": "sessions rated by both",
    "attunement_tracking": "cases with six pairs",
    "attunement_ccc": "sessions rated by both",
}

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
    own = practice.clinician_figures(view.scope, metric, measure, of)
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
            beside.append("Over all time: a shorter period would say too little")
        if own is not None:
            beside.append(f"Whole practice: {said(whole, metric, noun).value}")
        figure = said(headline, metric, noun)
        if metric in OF_A_CUTOFF and not has_cutoff():
            figure = wording.Figure("Not defined", f"{name} has no published cut-off.", "", False)
        with column:
            parts.tile(
                str(entry.get("name") or wording.sentence_case(metric)),
                figure,
                parts.meaning(entry or None),
                [text for text in beside if text],
            )
            parts.link("definitions", "Definition", metric=metric)


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
            label = f"{label} (whole practice)"
        rows.append({"Figure": label, "Value": figure.value, "Rests on": figure.detail})
    parts.table(pl.DataFrame(rows), "More about forms")


def note(text: str) -> None:
    """Write a short paragraph."""
    if text:
        st.html(f'<p class="note">{escape(text)}</p>')


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
                {"Case": r["client_label"], "Clinician": r["clinician_label"]}
                | {heading: say(r) for heading, say in columns.items()}
                for r in found.iter_rows(named=True)
            ]
        ),
        label,
    )


def who_is_not_heard() -> None:
    """Show how episodes without any form differ from the others; for the director."""
    parts.section(
        "Who is not heard",
        "Every figure over forms speaks only of clients who gave one. Where few gave none, "
        "differences of a few tenths are chance.",
    )
    found = feedback.not_heard(view.base)
    if found.is_empty():
        parts.empty("No session has been due for a form yet.")
        return
    parts.table(figures.not_heard_table(found), "Episodes with and without a form")
    note(
        "Short episodes have few chances to give a form, so they are more often without one, and "
        "unplanned endings are short: part of the difference in endings is that."
    )


def alliance_and_outcome() -> None:
    """Show how the early alliance goes with outcome; for the director."""
    parts.section(
        f"Early {name} and outcome",
        figures.published_words(outcomes.benchmarks(view.base, "alliance_outcome"))
        + "Never grade a practice or a person by its own: the interval says why.",
    )
    found = feedback.alliance_and_outcome(view.base, measure)
    if found.is_empty():
        parts.empty(f"No ended case has both an early {name} and a later outcome form.")
    else:
        parts.table(figures.outcome_table(found, view.names), "Alliance and outcome")
        parts.link("definitions", "Definition", metric="alliance_outcome")
    note(figures.between_words(feedback.between_clinicians(view.base, measure), name))


parts.section(
    "Are clients heard?",
    f"{wording.period(period)}, "
    + (
        "the chosen clinician with the practice beside"
        if view.filters.clinician
        else "whole practice" + ("" if view.base.sees_practice_figures else ", rounded")
    )
    + ". Every other figure rests on these.",
)
tiles(HEARD)
more(MORE_HEARD)

if not measure:
    parts.empty("No alliance questionnaire is in use yet, so there is nothing more to show.")
else:
    parts.section(
        f"How openly do they answer? {name}",
        "Neither a low nor a high figure is good in itself. A client who can say what is missing "
        "gives more to work with than one whose every form is at the top.",
    )
    tiles(OPEN)
    if view.base.sees_cases:
        st.html('<p class="says">Open cases whose every form is at the top: invite criticism.</p>')
        cases(
            feedback.always_at_the_top(view.scope, measure),
            {
                "Forms": lambda r: wording.whole(r["n_scores"]),
                "Latest": lambda r: view.names.score(measure, r["last_score"]),
            },
            "No open case in view has three forms or more that are all at the top.",
            "Open cases always at the top",
        )
    parts.section(
        f"Are goals and tasks shared? {name}",
        "A gap means that goals, or the way of working, were rated at least one point of an item "
        "below the rest of the same form, twice in a row.",
    )
    tiles(SHARED)
    if view.base.sees_cases:
        st.html('<p class="says">Open cases with such a gap: review the wording together.</p>')
        cases(
            feedback.gaps_now(view.scope, measure),
            {
                "On the latest form": figures.gap_words,
                "Forms": lambda r: wording.whole(r["n_component_forms"]),
            },
            "No open case in view has had a gap twice in a row.",
            "Open cases with a gap",
        )
    parts.section(
        f"Do both see the same session? {name}",
        "Client and clinician about the same session, in percent of the maximum possible. Clients "
        "usually rate higher; a difference is a prompt for a conversation, never a grade.",
    )
    if rows_of("attunement_ccc")[0] is None:
        parts.empty(
            f"No session has both the client's {name} and a clinician's form of the same family. "
            "Choose another alliance measure, or read in Definitions which forms go together."
        )
    else:
        tiles(BOTH)
    if view.base.sees_cases and rows_of("attunement_ccc")[0] is not None:
        st.html(
            '<p class="says">Open cases with sessions that the clinician rated clearly higher: lay '
            "both forms side by side in supervision.</p>"
        )
        cases(
            feedback.rated_higher(view.scope, measure),
            {
                "Clearly higher": lambda r: (
                    f"{wording.whole(r['overestimated_n'])} of {wording.whole(r['n_pairs'])} "
                    "sessions"
                ),
                "Client minus clinician": lambda r: wording.signed(r["bias"], 0),
                "Follows the client": lambda r: (
                    wording.number(r["tracking_r"], 2)
                    if r["tracking_r"] is not None
                    else "Too few to say"
                ),
            },
            "No open case in view has a session that the clinician rated clearly higher.",
            "Open cases rated higher by the clinician",
        )
    if view.base.sees_practice_figures:
        who_is_not_heard()
        alliance_and_outcome()
