"""Variation: clinicians beside their practice, by funnel and in the order of their labels."""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboards import frame, parts
from dashboards.figures import casemix
from dashboards.figures import variation as figures
from dashboards.figures.own_and_mix import own_and_mix
from dashboards.queries import reference, variation
from dashboards.queries.variation import Choice

view = frame.current()
period = view.filters.period
catalogue = reference.catalogue(view.base)


def chosen(choices: list[Choice]) -> Choice:
    """Let the reader choose a figure; unplanned endings by the main definition come first."""
    first = Choice("dropout_d1", None)
    return st.selectbox(
        "Figure",
        choices,
        index=choices.index(first) if first in choices else 0,
        format_func=lambda c: figures.title_of(c, catalogue.get(c.metric_id, {}), view.names),
        key="shown",
        bind="query-params",
        width=460,
    )


def notes(*said: str) -> None:
    """Write short paragraphs under a picture."""
    for text in said:
        if text:
            st.html(f'<p class="note">{escape(text)}</p>')


def compare(choice: Choice) -> None:
    """Show one figure of all clinicians: picture, spread, signals, table."""
    entry = catalogue.get(choice.metric_id, {})
    is_share = entry.get("measure_kind") == "share"
    parts.section(
        figures.title_of(choice, entry, view.names),
        "Other clients give other figures. Before anything is said of a clinician, ask whom they "
        "see: severity, age, referral, training cases.",
    )
    if is_share:
        parts.show(figures.funnel(view.scope, choice, period), key="funnel")
        notes(figures.spread(view.scope, choice, period))
    else:
        parts.show(figures.in_a_row(view.scope, choice, period), key="row")
    notes(figures.signals(view.scope, choice, period))
    parts.link("definitions", "Definition", metric=choice.metric_id)

    parts.section(
        "Each clinician",
        "In the order of their labels: not a ranking, and it cannot be sorted by the figure. A "
        "repeated signal weighs more than a single one: what is chance in one quarter is mostly "
        "gone in the next."
        + (
            ""
            if entry.get("measure_kind") == "statistic"
            else " For the same reason read the figure drawn towards the practice, not the raw one."
        ),
    )
    table = figures.clinicians(view.scope, choice, period)
    if table.is_empty():
        parts.empty("No clinician has a known outcome of this figure in this period.")
        return
    label = f"{figures.title_of(choice, entry, view.names)} by clinician"
    parts.table(table, label, is_fixed_order=True)
    notes(
        "Figures are for reflection, supervision and planning. A signal is discussed with the "
        "clinician first; it never goes into an appraisal."
    )


found = variation.choices(view.scope)
if not found:
    parts.empty(
        "No figure is known of two clinicians yet: that takes five known outcomes each. Data "
        "quality says what has been loaded."
    )
else:
    choice = chosen(found)
    compare(choice)
    if choice.metric_id in ("dropout_d1", "dropout_sdr"):
        parts.section(
            "Whom they see",
            "Whole practice, all time. Published dropout is higher among trainees' clients, so "
            "read trainees beside trainees before reading them beside staff.",
        )
        parts.table(casemix.strata(view.base), "Unplanned endings of trainees and staff")
        notes(casemix.state(view.base), casemix.quality(view.base))
        parts.link("endings", "The case-mix model, on Endings")
    if choice.metric_id in ("dropout_d1", "early_alliance"):
        parts.section(
            "Own change or mix",
            "Whole practice, a quarter against the one before. The period chosen above does not "
            "apply here.",
        )
        parts.show(own_and_mix(view.scope, choice), key="own_and_mix")
