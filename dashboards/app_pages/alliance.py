"""Alliance and rupture: the level over time, falls and repairs, and how much they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import polars as pl
import streamlit as st

from dashboards import frame, parts, wording
from dashboards.figures import metric as all_figures
from dashboards.figures import practice as figures
from dashboards.figures import ruptures as drawn
from dashboards.queries import practice, reference, ruptures
from dashboards.texts import alliance as texts
from dashboards.texts import common

view = frame.current()
measure = view.filters.measure
period = view.filters.period
name = view.names.of(measure)
digits = view.names.digits(measure)
is_director = view.base.sees_practice_figures


def says(text: str) -> None:
    """Write a paragraph."""
    st.html(f'<p class="says">{escape(text)}</p>')


def row_of(metric: str) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
    """Give the practice's row of a metric and, when one clinician is chosen, theirs."""
    rows = practice.rows_of(practice.practice_figures(view.base, period), metric, measure)
    whole = rows.row(0, named=True) if rows.height else None
    if not view.filters.clinician:
        return whole, None
    everything = practice.figures_of(view.scope, view.filters.clinician, period)
    own = practice.rows_of(everything, metric, measure)
    return whole, own.row(0, named=True) if own.height else {}


def tiles(metrics: tuple[tuple[str, str], ...]) -> None:
    """Show four figures; one clinician's beside the practice's when one is chosen."""
    for column, (metric, noun) in zip(st.columns(4, gap="large"), metrics, strict=True):
        entry = catalogue.get(metric, {})
        unit = str(entry.get("unit") or "share")
        whole, own = row_of(metric)
        headline = whole if own is None else own or None
        figure = all_figures.unrecorded(metric, whole, row_of("rupture_depth")[0])
        figure = figure or wording.figure(headline, unit, noun, full_from, digits)
        if metric == "alert_share" and not has_cutoff():
            note = texts.NO_CUTOFF_NOTE.format(name=name)
            figure = wording.Figure(texts.NO_CUTOFF, note, "", is_shown=False)
        beside = []
        if own is not None and whole is not None:
            practice_wide = wording.figure(whole, unit, noun, full_from, digits)
            beside = [common.BESIDE_PRACTICE.format(value=practice_wide.value)]
        if metric == "early_alliance" and headline and headline.get("population_n") is not None:
            n, everybody = (wording.whole(headline[k]) for k in ("denominator_n", "population_n"))
            beside.append(texts.COVERAGE.format(n=n, all=everybody))
        with column:
            parts.tile(
                str(entry.get("name") or wording.sentence_case(metric)),
                figure,
                parts.meaning(entry or None),
                beside,
            )
            parts.link("definitions", common.DEFINITION, metric=metric)


def more_about_the_level() -> None:
    """Show the other figures of the level as a table; the trend is of all time."""
    said = []
    for metric, noun in texts.LEVELS:
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
            label = texts.TREND.format(name=label)
        said.append(
            {common.FIGURE: label, texts.VALUE: figure.value, common.RESTS_ON: figure.detail}
        )
    parts.table(pl.DataFrame(said), texts.MORE_LEVEL)


def has_cutoff() -> bool:
    """Say whether the chosen questionnaire has a cut-off."""
    known = reference.instruments(view.base).get(measure)
    return known is not None and known["cutoff"] is not None


def beside_chance(metric: str, words: str) -> None:
    """Say a count of the whole practice beside the one chance alone would give, where known.

    The rounded figures that a supervisor reads carry no expectation: it would undo the rounding.

    Args:
        metric: a rupture metric with `expected`.
        words: the sentence for its numerator, denominator and expectation.
    """
    whole, _ = row_of(metric)
    # below the minimum there is no figure, so no count of repaired among so few either
    if whole is None or whole.get("expected") is None or whole["estimate"] is None:
        return
    says(
        words.format(
            period=wording.period(period),
            hits=wording.whole(whole["numerator"]),
            falls=wording.of_noun(whole["numerator"], texts.FALLS_NOUN),
            n=wording.whole(whole["denominator_n"]),
            expected=wording.number(whole["expected"], 0),
        )
    )


def open_list() -> None:
    """List the ruptures still open; selecting a row opens the case."""
    found = ruptures.still_open(view.scope, measure)
    if found.is_empty():
        parts.empty(texts.OPEN_NONE)
        return
    shown = pl.DataFrame(
        {
            texts.CLIENT: found["client_label"],
            common.CLINICIAN: found["clinician_label"],
            texts.FELL_AT: found["onset_session_index"],
            texts.ON: found["onset_on"],
            texts.FROM: found["baseline"],
            texts.TO: found["onset_score"],
            texts.SO_FAR: found["attended_sessions"],
            texts.NEXT: [
                wording.day(d) if d else texts.NONE_BOOKED for d in found["next_booked_on"]
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
        alt=texts.OPEN_ALT,
        column_config={
            texts.FROM: number,
            texts.TO: number,
            texts.ON: st.column_config.DateColumn(format=wording.GRID_DATE),
        },
    )
    if picked.selection.rows:
        parts.go("case", case=found["episode_key"][picked.selection.rows[0]])


def by_criterion() -> None:
    """Count the falls in view by the two criteria, for those who do not see all methods."""
    span = view.filters.bounds()
    tiers = {r["tier"]: r for r in ruptures.tiers(view.scope, measure, *span).iter_rows(named=True)}
    if not tiers:
        parts.empty(texts.NO_FALL)
        return
    strict = wording.plain(reference.parameter(view.base, "k_sigma", 2.5))
    loose = wording.plain(reference.parameter(view.base, "k_sigma_possible", 2.0))
    found = [
        (texts.PROBABLE.format(strict=strict), tiers.get("probable")),
        (texts.POSSIBLE.format(strict=strict, loose=loose), tiers.get("possible")),
    ]
    parts.table(
        pl.DataFrame(
            {
                texts.CRITERION_COLUMN: [label for label, _ in found],
                texts.FALLS: [r["onsets"] if r else 0 for _, r in found],
                texts.CASES: [r["cases"] if r else 0 for _, r in found],
            }
        ),
        texts.CRITERION_TABLE,
    )


def by_method() -> None:
    """Let the viewer choose one method, say its rule, and draw what it finds."""
    methods = ruptures.methods(view.base)
    if not methods:
        parts.empty(texts.NO_METHOD)
        return
    said = {code: str(method["name"]) for code, method in methods.items()}
    chosen = parts.choose("method", texts.METHOD, said)
    method = methods[chosen]
    use = texts.CANONICAL if method["is_canonical"] else ""
    rule, limits = (str(method[part] or "").rstrip(".") for part in ("rule", "limits"))
    said = texts.RULE.format(rule=rule, limits=limits, use=use)
    st.html(f'<p class="note">{escape(said)}</p>')
    instrument = "psq" if method["is_report"] else measure
    is_whole = is_director and view.scope == view.base and bool(method["is_canonical"])
    parts.show(
        drawn.quarters(
            view.scope,
            instrument,
            chosen,
            view.filters.bounds(),
            view.release.as_of,
            is_whole=is_whole,
        ),
        key="quarters",
    )


def chance() -> None:
    """Show what the methods find against chance: all for the director, else two criteria."""
    if not is_director:
        parts.section(texts.CRITERION, texts.CRITERION_NOTE)
        by_criterion()
        return
    parts.section(texts.CHANCE, texts.CHANCE_NOTE)
    parts.show(drawn.against_chance(view.base, measure), key="chance")
    parts.link("definitions", common.DEFINITION, metric="rupture_sensitivity")
    beside_chance("rupture_onset_rate", texts.FALLS_SAID)
    beside_chance("repair_rate", texts.REPAIRS_SAID)


def course() -> None:
    """Draw the course of repair of the practice, or of the clinician chosen."""
    parts.section(texts.COURSE, texts.COURSE_NOTE)
    smallest = int(reference.parameter(view.base, "display_repair_n", 8))
    clinician = view.filters.clinician
    if clinician:
        everything = practice.figures_of(view.scope, clinician, "all")
        figure = practice.rows_of(everything, "repair_cif_3", measure)
        if figure.filter(pl.col("status") == "insufficient_coverage").height:
            parts.empty(texts.COURSE_COVERAGE)
            return
    label = view.roster.label(clinician) if clinician else common.WHOLE_PRACTICE
    parts.show(
        drawn.course(view.scope if clinician else view.base, measure, clinician, label, smallest),
        key="course",
    )
    parts.link("definitions", common.DEFINITION, metric="repair_course")


def endings_after() -> None:
    """Show the person-period table with the ratios, and why it is built as it is."""
    parts.section(texts.AFTER, texts.AFTER_NOTE)
    found = ruptures.hazards(view.base, measure)
    if found.is_empty():
        parts.empty(texts.AFTER_NONE)
        return
    parts.table(drawn.hazard_table(found), texts.AFTER_TABLE)
    parts.link("definitions", common.DEFINITION, metric="rupture_hazard")
    for row in ruptures.dropout_risks(view.base, measure).iter_rows(named=True):
        says(drawn.risk_sentence(row))
    st.html(f'<p class="note">{escape(texts.IMMORTAL_TIME)}</p>')


def level() -> None:
    """Show the level of the alliance and how its scores lie over time."""
    note = texts.WHOLE if is_director else common.ROUNDED
    if view.filters.clinician:
        note = texts.OF_CLINICIAN
    full = reference.full_name(view.base, measure)
    if full not in ("", name):
        note = f"{note} {common.MEASURE.format(short=name, name=full)}"
    parts.section(texts.SECTION.format(period=wording.period(period), name=name), note)
    tiles(texts.LEVEL_TILES)
    parts.section(texts.SCORES, texts.SCORES_NOTE)
    parts.show(figures.alliance_months(view.base, measure, *view.filters.bounds()), key="months")
    parts.link("definitions", common.DEFINITION, metric="alliance_month")
    with st.expander(texts.MORE_LEVEL):
        more_about_the_level()


def falls() -> None:
    """Show the ruptures, what chance would give, their course, their answers and their end."""
    parts.section(texts.FOUND, texts.FOUND_NOTE)
    by_method()
    chance()
    course()
    parts.section(texts.REPAIR, texts.REPAIR_NOTE)
    tiles(texts.REPAIR_TILES)
    parts.section(texts.ANSWERED, texts.ANSWERED_NOTE)
    tiles(texts.RESPONSE_TILES)
    if is_director:
        endings_after()
    parts.section(texts.OPEN, texts.OPEN_NOTE)
    open_list()


if measure:
    catalogue = reference.catalogue(view.base)
    full_from = int(reference.parameter(view.base, "flag_min_n", 20))
    level()
    if view.base.sees_cases:
        falls()
else:
    parts.empty(f"{texts.NO_MEASURE} {figures.turned_alliance(view.base)}".rstrip())
