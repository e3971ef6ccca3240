"""Tiles and tables of the practice month in words.

Not here: the charts of the page (`figures/practice.py`) and its arrangement.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl
import streamlit as st

from dashboards import wording
from dashboards.figures import definitions
from dashboards.figures.practice import Shown, months_to
from dashboards.figures.variation import reading
from dashboards.filters import bounds
from dashboards.queries import practice, reference, ruptures
from dashboards.scope import Scope
from dashboards.texts import common
from dashboards.texts import month as texts

MONTHS = 18


def neighbours(period: str) -> dict[str, str]:
    """Name the periods to compare with: the one before, the same a year before, all time.

    Args:
        period: a period code.

    Returns:
        Period codes by the kind of neighbour (`texts.month.BEFORE`).
    """
    if period == "all":
        return {}
    year, part = period.split("-", 1)
    is_quarter = part.startswith("Q")
    place = int(part.lstrip("Q"))
    last = 4 if is_quarter else 12
    before_year, before = (int(year), place - 1) if place > 1 else (int(year) - 1, last)
    form = "{}-Q{}" if is_quarter else "{}-{:02d}"
    return {
        "quarter" if is_quarter else "month": form.format(before_year, before),
        "year": form.format(int(year) - 1, place),
        "all": "all",
    }


def standing_out(row: Mapping[str, Any] | None) -> list[str]:
    """Say whether a month stands out from the practice's own months before."""
    told = texts.READINGS.get(str((row or {}).get("xmr_reading")))
    return [told] if told else []


def by_chance(row: Mapping[str, Any] | None, words: str) -> list[str]:
    """Say the count that chance alone would give, where it is known and stands beside a figure."""
    expected = (row or {}).get("expected")
    is_shown = (row or {}).get("estimate") is not None
    return [] if expected is None or not is_shown else [words.format(n=wording.number(expected, 0))]


def open_now(scope: Scope, instrument: str, as_of: date) -> list[str]:
    """Say how many ruptures are open now: of all time, whatever the period of the tile."""
    if not (scope.sees_cases and instrument):
        return []
    still = wording.whole(ruptures.still_open_n(scope, instrument))
    return [texts.OPEN_NOW.format(day=wording.day(as_of), n=still)]


def begun(
    scope: Scope, period: str, periods: Mapping[str, str], as_of: date
) -> tuple[wording.Figure, list[str]]:
    """Say how many cases began in a period, and in those to compare it with.

    Args:
        scope: who is looking.
        period: a period code.
        periods: what `neighbours` gave.
        as_of: the last day of the data; a period that runs on is a part of one.
    """
    if not scope.sees_practice_figures:
        return wording.Figure(texts.NOT_SHOWN, common.DIRECTOR_ONLY, "", is_shown=False), []
    flow = practice.flow_at(scope, (period, *periods.values()))
    n = {(r["period"], r["step"]): wording.whole(r["n"]) for r in flow.iter_rows(named=True)}
    nothing = wording.figure(None, "count", texts.NOUNS["early_alliance"], 0)
    if (period, "first_session") not in n:
        return nothing, []
    # A referral can be older than all that was recorded: none began then that anybody could count.
    recorded = {"all", *practice.periods(scope)}
    detail = texts.BEGUN_DETAIL.format(opened=n[period, "opened"], third=n[period, "third_session"])
    is_over = bounds(period)[1] <= as_of + timedelta(days=1) or period == "all"
    beside = [] if is_over else [texts.UNDER_WAY.format(day=wording.day(as_of))]
    beside += [
        texts.BEFORE[kind].format(
            value=n[code, "first_session"] if code in recorded else nothing.value
        )
        for kind, code in periods.items()
        if (code, "first_session") in n
    ]
    return wording.Figure(n[period, "first_session"], detail, "", is_shown=True), beside


def checks(scope: Scope) -> wording.Figure:
    """Say how many checks of the data passed."""
    found = reference.checks(scope)
    if found.is_empty():
        return wording.Figure(common.NOT_COLLECTED, texts.CHECKS_NONE, "", is_shown=False)
    passed = found.filter(pl.col("is_passed")).height
    failed = found.height - passed
    value = texts.CHECKS_VALUE.format(passed=passed, all=found.height)
    detail = texts.CHECKS_SOME.format(failed=failed) if failed else texts.CHECKS_ALL
    return wording.Figure(value, detail, "", is_shown=True)


@st.cache_data(show_spinner=False, max_entries=32)
def month_table(
    scope: Scope, every: tuple[Shown, ...], period: str, full_from: int
) -> pl.DataFrame:
    """Give figures of the last months of a period as readable rows, the oldest first."""
    months = months_to(scope, period)
    codes = sorted(months["period"].unique().to_list())[-MONTHS:]
    table = {texts.MONTH: [wording.period(code) for code in codes]}
    for shown in every:
        rows = practice.rows_of(months, shown.metric, shown.instrument)
        by_month = {r["period"]: r for r in rows.iter_rows(named=True)}
        table[shown.name] = [shown.said(by_month.get(code), full_from).value for code in codes]
    return pl.DataFrame(table) if codes else pl.DataFrame()


@st.cache_data(show_spinner=False, max_entries=64)
def clinicians(
    scope: Scope, shown: Shown, period: str, full_from: int
) -> tuple[pl.DataFrame | None, int | None]:
    """Give one figure of every clinician in view as readable rows, in the order of labels.

    Returns:
        The rows, or None where no clinician has a figure; and how many have nothing counted, or
        None where there is no row at all.
    """
    rows = practice.clinician_figures(scope, shown.metric, shown.instrument, period)
    if rows.is_empty():
        return None, None
    some = rows.filter(pl.col("denominator_n") > 0)
    without = rows.height - some.height
    if some["estimate"].is_null().all():
        return None, without
    entry = reference.catalogue(scope).get(shown.metric, {})
    told = [
        {**_clinician(r, shown, full_from), common.READING: reading(r, entry, full_from)}
        for r in some.iter_rows(named=True)
    ]
    return pl.DataFrame(told), without


def _clinician(row: Mapping[str, Any], shown: Shown, full_from: int) -> dict[str, str]:
    """Say one clinician's figure: raw, and drawn towards the practice."""
    figure = shown.said(row, full_from)
    shrunken = row["shrunken_estimate"]
    drawn = wording.percent(shrunken) if shown.is_share else wording.number(shrunken, shown.digits)
    own = wording.percent(row["reliability"]) if figure.is_shown else wording.NOTHING
    return {
        common.CLINICIAN: row["clinician_label"],
        common.FIGURE: figure.value,
        common.RESTS_ON: wording.of_noun(row["denominator_n"], shown.noun),
        common.INTERVAL: wording.limits(row["lo"], row["hi"], shown.is_share, shown.digits),
        common.DRAWN_TOWARDS: drawn,
        common.RELIABILITY: own,
    }


def changed(scope: Scope, metrics: tuple[str, ...]) -> list[str]:
    """Say which of some figures were redefined since their first version."""
    catalogue = reference.catalogue(scope)
    later = [
        texts.VERSION.format(name=entry["name"], version=definitions.version(entry))
        for entry in (catalogue.get(metric) for metric in metrics)
        if entry and (entry["version"] or 1) > 1
    ]
    said = [texts.CHANGED_SOME, *later] if later else [texts.CHANGED_NONE]
    version = reference.release(scope).get("params_version")
    return [*said, texts.PARAMETERS.format(version=version)]
