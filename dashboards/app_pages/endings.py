"""Endings: when treatments end without a plan, by which definition, and how they end otherwise."""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboards import frame, parts, wording
from dashboards.figures import casemix
from dashboards.figures import endings as figures
from dashboards.queries import reference
from dashboards.texts import casemix as mix
from dashboards.texts import common
from dashboards.texts import endings as texts

view = frame.current()
filters = view.filters
start, end = filters.bounds()
is_director = view.base.sees_practice_figures


def says(text: str) -> None:
    """Write a paragraph; a line of its own where the text begins one."""
    st.html(f'<p class="says">{escape(text).replace(chr(10), "<br>")}</p>')


def compared() -> tuple[str, str, str]:
    """Choose whose curve stands beside the practice's: the clinician's, else the site's."""
    if filters.clinician:
        return "clinician", filters.clinician, view.roster.label(filters.clinician)
    if filters.site and is_director:
        return "site", filters.site, texts.SITE.format(site=filters.site)
    return "practice", "practice", common.WHOLE_PRACTICE


def ripeness() -> None:
    """Say from when an ending counts, and which figures wait for it."""
    parts.section(texts.RIPE)
    lapse = int(reference.parameter(view.base, "lapse_days_min", 42))
    says(texts.RIPE_RULE.format(lapse=lapse, as_of=wording.day(view.release.as_of)))
    says(figures.waiting(view.base))


def mix_of_cases() -> None:
    """Show endings against those expected of the same cases, where a model stands."""
    parts.section(texts.MIX, texts.MIX_NOTE)
    says(casemix.state(view.base))
    if not casemix.is_standing(view.base):
        return
    says(casemix.quality(view.base))
    if view.base.sees_cases:
        rows = casemix.adjusted(view.scope, filters.period, full_from)
        if rows.is_empty():
            parts.empty(texts.MIX_NONE)
        else:
            says(mix.READING.format(period=wording.period(filters.period)))
            parts.table(rows, texts.MIX_TABLE, is_fixed_order=True)
    if is_director:
        parts.show(casemix.calibration(view.base), key="calibration")
        with st.expander(texts.MIX_TERMS):
            parts.table(casemix.terms(view.base), texts.MIX_TERMS_TABLE)


full_from = int(reference.parameter(view.base, "flag_min_n", 20))
min_at_risk = int(reference.parameter(view.base, "survival_min_at_risk", 10))

parts.section(texts.WHO, texts.WHO_NOTE)
kind, value, name = compared()
parts.show(figures.survival(view.scope, kind, value, name, min_at_risk), key="survival")
parts.link("definitions", common.DEFINITION, metric="survival")
numbers = figures.summary(view.base, filters.clinician, full_from)
entries = reference.catalogue(view.base)
for column, (metric, label, figure, beside) in zip(
    st.columns(len(numbers), gap="large"), numbers, strict=True
):
    with column:
        parts.tile(label, figure, parts.meaning(entries.get(metric)), beside)
        parts.link("definitions", common.DEFINITION, metric=metric)

if is_director:
    parts.section(texts.TOGETHER, texts.TOGETHER_NOTE)
    parts.show(figures.competing(view.base, min_at_risk), key="competing")

parts.section(texts.DEFINITIONS, texts.DEFINITIONS_NOTE)
parts.show(figures.definitions(view.base, filters.period, full_from), key="definitions")
parts.link("definitions", common.DEFINITION, metric="dropout_d1")

ripeness()

if view.base.sees_cases:
    parts.section(texts.KINDS.format(period=wording.period(filters.period).lower()))
    parts.show(figures.kinds(view.scope, start, end), key="kinds")

if is_director:
    parts.section(texts.LAST, texts.LAST_NOTE)
    last = figures.last_ratings(view.base)
    if last.is_empty():
        parts.empty(texts.LAST_NONE)
    else:
        parts.table(last, texts.LAST_TABLE)

mix_of_cases()

if is_director:
    parts.section(texts.STRATA, texts.STRATA_NOTE)
    says(casemix.strata_words(view.base))
    strata = casemix.strata(view.base)
    if strata.height:
        parts.table(strata, texts.STRATA_TABLE)
