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
from dashboards.texts import common
from dashboards.texts import variation as texts

view = frame.current()
period = view.filters.period
catalogue = reference.catalogue(view.base)


def chosen(choices: list[Choice]) -> Choice:
    """Let the reader choose a figure; unplanned endings by the main definition come first."""
    first = Choice("dropout_d1", None)
    known = {choice.code: choice for choice in choices}
    said = {
        code: figures.title_of(c, catalogue.get(c.metric_id, {}), view.names)
        for code, c in known.items()
    }
    usual = first.code if first in choices else choices[0].code
    return known[parts.choose("shown", texts.FIGURE, said, usual, width=460)]


def notes(*said: str) -> None:
    """Write short paragraphs under a picture."""
    for text in said:
        if text:
            st.html(f'<p class="note">{escape(text).replace(chr(10), "<br>")}</p>')


def compare(choice: Choice) -> None:
    """Show one figure of all clinicians: picture, spread, signals, table."""
    entry = catalogue.get(choice.metric_id, {})
    is_share = entry.get("measure_kind") == "share"
    parts.section(
        figures.title_of(choice, entry, view.names),
        texts.OTHER_CLIENTS,
    )
    if is_share:
        parts.show(figures.funnel(view.scope, choice, period), key="funnel")
        notes(figures.spread(view.scope, choice, period))
    else:
        parts.show(figures.in_a_row(view.scope, choice, period), key="row")
    notes(figures.signals(view.scope, choice, period))
    parts.link("definitions", common.DEFINITION, metric=choice.metric_id)

    is_drawn = entry.get("measure_kind") != "statistic"
    parts.section(
        texts.EACH, f"{texts.EACH_NOTE} {texts.EACH_DRAWN}" if is_drawn else texts.EACH_NOTE
    )
    table = figures.clinicians(view.scope, choice, period)
    if table.is_empty():
        parts.empty(texts.EACH_NONE)
        return
    label = texts.EACH_TABLE.format(title=figures.title_of(choice, entry, view.names))
    parts.table(table, label, is_fixed_order=True)
    notes(texts.USE)


found = variation.choices(view.scope)
if not found:
    parts.empty(texts.NOTHING_YET)
else:
    choice = chosen(found)
    compare(choice)
    if choice.metric_id in ("dropout_d1", "dropout_sdr"):
        parts.section(texts.WHOM, texts.WHOM_NOTE)
        parts.table(casemix.strata(view.base), texts.STRATA_TABLE)
        notes(casemix.state(view.base), casemix.quality(view.base))
        parts.link("endings", texts.MODEL_LINK)
    if choice.metric_id in ("dropout_d1", "early_alliance"):
        parts.section(texts.OWN_OR_MIX, texts.OWN_OR_MIX_NOTE)
        parts.show(own_and_mix(view.scope, choice), key="own_and_mix")
        parts.link("definitions", common.DEFINITION, metric="change_decomposition")
