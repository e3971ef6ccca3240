"""Alliance and rupture: the level over time, falls and repairs, and how much they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import polars as pl
import streamlit as st

from dashboards import frame, parts, wording
from dashboards.figures import practice as figures
from dashboards.figures import ruptures as drawn
from dashboards.queries import practice, reference, ruptures

view = frame.current()
measure = view.filters.measure
name = view.names.of(measure)
digits = view.names.digits(measure)
start, end = view.filters.bounds()

LEVEL_TILES = (
    ("early_alliance", "cases"),
    ("alert_share", "rated sessions"),
    ("rupture_incidence", "cases"),
    ("repair_rate", "closed ruptures"),
)
RESPONSE_TILES = (
    ("rupture_unrecognised", "sessions with a rupture by the client"),
    ("rupture_addressed", "ruptures"),
    ("response_in_time", "alerts"),
    ("response_median_days", "alerts"),
)
# Said where the figures are shown: the comparison everybody would make first is the wrong one.
IMMORTAL_TIME = (
    "Why not simply compare cases whose rupture was repaired with the others? A rupture can only "
    "be repaired in a case that goes on long enough. A repaired case has, by that alone, not ended "
    "before the repair, and would look safer even if repairing did nothing. Here every session "
    "counts in the state of its own day: open from the fall on, repaired only from the session "
    "that brought the score back. A case can count in all three columns. Cases enter at their "
    "second rating, from when a fall could be seen. What remains is an association: what strains "
    "an alliance may also end a therapy."
)
LEVELS = (
    ("early_alliance_3_5", "cases"),
    ("alliance_level", "cases"),
    ("alliance_minimum", "cases"),
    ("alliance_slope", "cases with four forms"),
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


def tiles(metrics: tuple[tuple[str, str], ...]) -> None:
    """Show four figures; one clinician's beside the practice's when one is chosen."""
    catalogue = reference.catalogue(view.base)
    full_from = int(reference.parameter(view.base, "flag_min_n", 20))
    for column, (metric, noun) in zip(st.columns(4, gap="large"), metrics, strict=True):
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


def more_about_the_level() -> None:
    """Show the other figures of the level as a table; the trend is of all time."""
    catalogue = reference.catalogue(view.base)
    full_from = int(reference.parameter(view.base, "flag_min_n", 20))
    said = []
    for metric, noun in LEVELS:
        entry = catalogue.get(metric, {})
        whole, own = row_of(metric)
        figure = wording.figure(
            whole if own is None else own or None,
            str(entry.get("unit") or "points"),
            noun,
            full_from,
            2 if metric == "alliance_slope" else digits,
        )
        label = str(entry.get("name") or wording.sentence_case(metric))
        if metric == "alliance_slope":
            label = f"{label}, points per session (given for all time only)"
        said.append({"Figure": label, "Value": figure.value, "Rests on": figure.detail})
    parts.table(pl.DataFrame(said), "More about the level")


def has_cutoff() -> bool:
    """Say whether the chosen questionnaire has a cut-off."""
    known = reference.instruments(view.base).get(measure)
    return known is not None and known["cutoff"] is not None


def beside_chance(metric: str, noun: str, chance: str) -> str:
    """Say a count of the whole practice beside the one chance alone would give.

    Args:
        metric: a rupture metric with `expected`.
        noun: what its numerator and denominator are, as "falls in rated sessions".
        chance: what chance alone would do.
    """
    rows = practice.rows_of(
        practice.practice_figures(view.base, view.filters.period), metric, measure
    )
    # The rounded figures that a supervisor reads carry no expectation: it would undo the rounding.
    row = {} if rows.is_empty() else rows.row(0, named=True)
    if row.get("expected") is None or row["numerator"] is None:
        return f"How many {chance} is not known for this selection."
    return (
        f"{wording.whole(row['numerator'])} {noun.format(wording.whole(row['denominator_n']))}; "
        f"about {wording.number(row['expected'], 0)} {chance}."
    )


def chance() -> None:
    """Say what part of falls and repairs measurement noise alone would give."""
    falls = beside_chance(
        "rupture_onset_rate",
        "probable falls in {} rated sessions of the whole practice",
        "would be found if nothing but measurement noise moved the scores",
    )
    repairs = beside_chance(
        "repair_rate",
        "of {} closed ruptures repaired",
        "of them would count as repaired by noise alone: a chance dip comes back by itself",
    )
    for sentence in (falls, repairs):
        st.html(f'<p class="says">{escape(sentence)}</p>')


def open_list() -> None:
    """List the ruptures still open; selecting a row opens the case."""
    found = ruptures.still_open(view.scope, measure)
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
    """Show what other methods find: all of them for the practice, else the looser criterion."""
    found = ruptures.sensitivity(view.base, measure)
    if not found.is_empty():
        parts.table(drawn.sensitivity_table(found), "Ruptures by method")
        return
    tiers = {
        r["tier"]: r for r in ruptures.tiers(view.scope, measure, start, end).iter_rows(named=True)
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


def by_method() -> None:
    """Let the viewer choose one method, say its rule, and draw what it finds."""
    methods = ruptures.methods(view.base)
    if not methods:
        parts.empty("This release names no method of telling a rupture.")
        return
    chosen = st.selectbox(
        "Method",
        list(methods),
        format_func=lambda code: str(methods[code]["name"]),
        key="method",
        bind="query-params",
    )
    method = methods[chosen]
    use = "Every figure of these pages is of this method." if method["is_canonical"] else ""
    rule, limits = (str(method[part] or "").rstrip(".") for part in ("rule", "limits"))
    st.html(f'<p class="note">{escape(f"{rule}. {limits}. {use}")}</p>')
    instrument = "psq" if method["is_report"] else measure
    parts.show(drawn.quarters(view.scope, instrument, chosen, start, end), key="quarters")


def course() -> None:
    """Draw the course of repair of the practice, or of the clinician chosen."""
    smallest = int(reference.parameter(view.base, "display_repair_n", 8))
    clinician = view.filters.clinician
    if clinician:
        figure = practice.clinician_figures(view.scope, "repair_cif_3", measure, "all")
        if figure.filter(pl.col("status") == "insufficient_coverage").height:
            parts.empty("Too few forms to draw this clinician's course: see coverage.")
            return
    label = view.roster.label(clinician) if clinician else "Whole practice"
    parts.show(
        drawn.course(view.scope if clinician else view.base, measure, clinician, label, smallest),
        key="course",
    )


def endings_after() -> None:
    """Show the person-period table with the ratios, and why it is built as it is."""
    found = ruptures.hazards(view.base, measure)
    if found.is_empty():
        parts.empty("No case with two ratings yet, so no rupture could have been seen.")
        return
    parts.table(drawn.hazard_table(found), "Unplanned endings after a session, by rupture")
    for row in ruptures.dropout_risks(view.base, measure).iter_rows(named=True):
        st.html(f'<p class="says">{escape(drawn.risk_sentence(row))}</p>')
    st.html(f'<p class="note">{escape(IMMORTAL_TIME)}</p>')


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
    tiles(LEVEL_TILES)
    parts.section("How the scores lie", "All client totals of a month, whole practice.")
    parts.show(figures.alliance_months(view.base, measure, start, end), key="months")
    with st.expander("More about the level"):
        more_about_the_level()
    if view.base.sees_cases:
        parts.section(
            "Ruptures found and what became of them",
            "By the quarter in which it began. Ways of telling a rupture disagree, so one is shown "
            "at a time.",
        )
        by_method()
        parts.section(
            "How much hangs on the method",
            "Whole practice, all time, every method side by side with what chance alone would give."
            if view.base.sees_practice_figures
            else "Falls in the scores of the cases in view, by how strict the criterion is.",
        )
        sensitivity()
        chance()
        parts.section(
            "The course of repair",
            "All time. An ending while the rupture is open is neither a repair nor left out.",
        )
        course()
        parts.section(
            "Noticed and answered",
            "What was recorded: a talk that nobody wrote down counts as none.",
        )
        tiles(RESPONSE_TILES)
        if view.base.sees_practice_figures:
            parts.section(
                "Endings after a session with a rupture",
                "Whole practice, all time: attended sessions, and after how many of them the "
                "client did not come back without a planned ending.",
            )
            endings_after()
        parts.section("Still open", "The longest open first.")
        open_list()
