"""Alliance and rupture: the level over time, falls and repairs, and how much they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import polars as pl
import streamlit as st

from dashboards import frame, parts, wording
from dashboards.figures import practice as figures
from dashboards.queries import practice, reference

view = frame.current()
measure = view.filters.measure
name = view.names.of(measure)
digits = view.names.digits(measure)
start, end = view.filters.bounds()

TILES = (
    ("early_alliance", "cases"),
    ("alert_share", "rated sessions"),
    ("rupture_incidence", "cases"),
    ("repair_rate", "closed ruptures"),
)


def row_of(metric: str) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
    """Give the practice's row of a metric and, when one clinician is chosen, theirs."""
    rows = practice.rows_of(
        practice.practice_figures(view.base, view.filters.period), metric, measure
    )
    whole = rows.row(0, named=True) if rows.height else None
    if not view.filters.clinician:
        return whole, None
    own = practice.clinician_figures(view.scope, metric, measure, view.filters.period)
    return whole, own.row(0, named=True) if own.height else {}


def tiles() -> None:
    """Show the four figures; one clinician's beside the practice's when one is chosen."""
    catalogue = reference.catalogue(view.base)
    full_from = int(reference.parameter(view.base, "flag_min_n", 20))
    for column, (metric, noun) in zip(st.columns(4, gap="large"), TILES, strict=True):
        entry = catalogue.get(metric, {})
        unit = str(entry.get("unit") or "share")
        whole, own = row_of(metric)
        headline = whole if own is None else own or None
        figure = wording.figure(headline, unit, noun, full_from, digits)
        if metric == "alert_share" and not has_cutoff():
            figure = wording.Figure("Not defined", f"{name} has no published cut-off.", "", False)
        beside = []
        if own is not None:
            practice_wide = wording.figure(whole, unit, noun, full_from, digits)
            beside = [f"Whole practice: {practice_wide.value}"]
        if metric == "early_alliance" and headline and headline.get("population_n") is not None:
            beside.append(
                f"Coverage: {wording.whole(headline['denominator_n'])} of "
                f"{wording.whole(headline['population_n'])} cases have two forms in time"
            )
        with column:
            parts.tile(
                str(entry.get("name") or wording.sentence_case(metric)),
                figure,
                parts.meaning(entry or None),
                beside,
            )
            parts.link("definitions", "Definition", metric=metric)


def has_cutoff() -> bool:
    """Say whether the chosen questionnaire has a cut-off."""
    known = reference.instruments(view.base).get(measure)
    return known is not None and known["cutoff"] is not None


def by_chance() -> str:
    """Say how many falls measurement noise alone would give, beside those found."""
    whole, _ = row_of("rupture_onset_rate")
    said = "Part of all falls is measurement noise: no rule can tell every one from a rupture."
    if whole is None or whole.get("expected") is None:
        return f"{said} How many chance alone would give is not known for this selection."
    return (
        f"{said} In the whole practice {wording.counted(whole['numerator'], 'probable fall')} in "
        f"{wording.counted(whole['denominator_n'], 'rated session')}; noise alone would give about "
        f"{wording.number(whole['expected'], 0)}."
    )


def open_list() -> None:
    """List the ruptures still open; selecting a row opens the case."""
    found = practice.open_ruptures(view.scope, measure)
    if found.is_empty():
        parts.empty("No probable rupture is open among the cases in view.")
        return
    shown = pl.DataFrame(
        {
            "Client": found["client_label"],
            "Clinician": found["clinician_label"],
            "Fell at session": found["onset_session_index"],
            "On": found["onset_on"],
            "From": found["baseline"],
            "To": found["onset_score"],
            "Sessions so far": found["attended_sessions"],
            "Next appointment": [
                wording.day(d) if d else "None booked" for d in found["next_booked_on"]
            ],
        }
    )
    number = st.column_config.NumberColumn(format=f"%.{digits}f")
    picked = st.dataframe(
        shown,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="open_ruptures",
        alt="Ruptures still open",
        column_config={
            "From": number,
            "To": number,
            "On": st.column_config.DateColumn(format="D MMM YYYY"),
        },
    )
    if picked.selection.rows:
        parts.go("case", case=found["episode_key"][picked.selection.rows[0]])


def sensitivity() -> None:
    """Say how many onsets the strict and the looser criterion find."""
    tiers = {
        r["tier"]: r
        for r in practice.rupture_tiers(view.scope, measure, start, end).iter_rows(named=True)
    }
    if not tiers:
        parts.empty("No fall in the scores by either criterion in this period.")
        return
    strict = reference.parameter(view.base, "k_sigma", 2.5)
    loose = reference.parameter(view.base, "k_sigma_possible", 2.0)
    rows = [
        (f"Probable: more than {strict:g} usual variations", tiers.get("probable")),
        (f"Only possible: {loose:g} to {strict:g} usual variations", tiers.get("possible")),
    ]
    parts.table(
        pl.DataFrame(
            {
                "Criterion": [label for label, _ in rows],
                "Falls": [r["onsets"] if r else 0 for _, r in rows],
                "Cases": [r["cases"] if r else 0 for _, r in rows],
            }
        ),
        "Falls by criterion",
    )


if not measure:
    parts.empty(
        "No alliance questionnaire is in use yet, so there is nothing to show. Data quality lists "
        "what has been loaded."
    )
else:
    parts.section(
        f"{wording.period(view.filters.period)}, {name}",
        "Figures of the chosen clinician, the practice beside them."
        if view.filters.clinician
        else "Whole practice." + ("" if view.base.sees_practice_figures else " Rounded."),
    )
    tiles()
    parts.section("How the scores lie", "All client totals of a month, whole practice.")
    parts.show(figures.alliance_months(view.base, measure, start, end), key="months")
    if view.base.sees_cases:
        parts.section(
            "Ruptures found and what became of them",
            "By the quarter in which the score fell. A rupture repairs when the score returns "
            "within three sessions.",
        )
        parts.show(figures.rupture_quarters(view.scope, measure, start, end), key="quarters")
        left, right = st.columns(2, gap="large")
        with left:
            parts.section("Time to repair")
            parts.show(figures.repair_times(view.scope, measure, start, end), key="repair")
        with right:
            parts.section("If the criterion were looser")
            sensitivity()
            st.html(f'<p class="note">{escape(by_chance())}</p>')
        parts.section("Still open", "The longest open first.")
        open_list()
