"""Questions about ruptures: found by which method, repaired when, answered how, and what followed.

Rows of two methods are never counted together: a query names the method it is of, or reads
`rupture`, which holds the canonical one alone (`relations.py`).
"""

from __future__ import annotations

from datetime import date

import polars as pl
import streamlit as st

from dashboards.scope import Scope
from dashboards.warehouse import fetch


@st.cache_data(show_spinner=False, max_entries=16)
def methods(scope: Scope) -> dict[str, dict[str, object]]:
    """Give the methods this version computes by id, the canonical one first."""
    rows = fetch(scope, "select * from rupture_method where is_computed order by method_order")
    return {row["method_id"]: row for row in rows.iter_rows(named=True)}


@st.cache_data(show_spinner=False, max_entries=64)
def quarters(scope: Scope, instrument: str, method_id: str, start: date, end: date) -> pl.DataFrame:
    """Count the ruptures in view of one method by quarter of onset and by what became of them.

    Args:
        scope: who is looking.
        instrument: an instrument code; reports are of `psq`.
        method_id: a method of the registry.
        start: first day of the period.
        end: first day after it.

    Returns:
        quarter (2026-Q1), status, n; quarters without a rupture are absent.
    """
    return fetch(
        scope,
        """
        select year(onset_on) || '-Q' || quarter(onset_on) as quarter, status, count(*) as n
        from rupture_by_method
        where method_id = $method_id and tier = 'probable' and instrument = $instrument
            and onset_on >= $start and onset_on < $end
        group by all
        order by quarter, status
        """,
        {"instrument": instrument, "method_id": method_id, "start": start, "end": end},
    )


@st.cache_data(show_spinner=False, max_entries=64)
def course(scope: Scope, instrument: str) -> pl.DataFrame:
    """Give the course of repair in the whole practice, by session since the onset."""
    return fetch(
        scope,
        """
        select * from practice_repair_course
        where instrument = $instrument
        order by sessions_since_onset
        """,
        {"instrument": instrument},
    )


@st.cache_data(show_spinner=False, max_entries=64)
def course_of(scope: Scope, instrument: str, value: str) -> pl.DataFrame:
    """Give the course of repair of one clinician; out of scope gives no rows."""
    return fetch(
        scope,
        """
        select * from clinician_repair_course
        where instrument = $instrument and scope_value = $value
        order by sessions_since_onset
        """,
        {"instrument": instrument, "value": value},
    )


@st.cache_data(show_spinner=False, max_entries=64)
def sensitivity(scope: Scope, instrument: str) -> pl.DataFrame:
    """Give what every method finds on one questionnaire, and what people report, side by side."""
    return fetch(
        scope,
        """
        select m.name, s.*
        from rupture_sensitivity as s
        join rupture_method as m using (method_id)
        where s.instrument = $instrument or s.instrument = 'psq'
        order by m.method_order, s.tier desc
        """,
        {"instrument": instrument},
    )


@st.cache_data(show_spinner=False, max_entries=64)
def expected(scope: Scope, instrument: str) -> dict[str, float]:
    """Give the number of ruptures that chance alone would give in each quarter, by quarter.

    The rounded figures carry no expectation, so beyond the director's view there is none.
    """
    rows = fetch(
        scope,
        """
        select * from practice_metric
        where metric_id = 'rupture_onset_rate' and instrument = $instrument
            and period_kind = 'quarter'
        """,
        {"instrument": instrument},
    )
    return {
        row["period"]: row["expected"]
        for row in rows.iter_rows(named=True)
        if row.get("expected") is not None
    }


@st.cache_data(show_spinner=False, max_entries=64)
def tiers(scope: Scope, instrument: str, start: date, end: date) -> pl.DataFrame:
    """Count the onsets in view by strictness of the criterion, and the cases they are in."""
    return fetch(
        scope,
        """
        select tier, count(*) as onsets, count(distinct episode_key) as cases
        from rupture
        where instrument = $instrument and onset_on >= $start and onset_on < $end
        group by all
        order by tier desc
        """,
        {"instrument": instrument, "start": start, "end": end},
    )


@st.cache_data(show_spinner=False, max_entries=64)
def still_open_n(scope: Scope, instrument: str) -> int:
    """Count the probable ruptures in view that are still open."""
    rows = fetch(
        scope,
        """
        select count(*) as n from rupture
        where tier = 'probable' and status = 'pending' and instrument = $instrument
        """,
        {"instrument": instrument},
    )
    return int(rows["n"][0])


@st.cache_data(show_spinner=False, max_entries=64)
def still_open(scope: Scope, instrument: str) -> pl.DataFrame:
    """List the probable ruptures in view that are still open, the longest open first."""
    return fetch(
        scope,
        """
        select r.*, s.client_label, s.clinician_label, s.attended_sessions, s.next_booked_on
        from rupture as r
        join case_summary as s using (episode_key)
        where r.tier = 'probable' and r.status = 'pending' and r.instrument = $instrument
        order by r.onset_on, s.client_label, r.rupture_key
        """,
        {"instrument": instrument},
    )


@st.cache_data(show_spinner=False, max_entries=64)
def hazards(scope: Scope, instrument: str) -> pl.DataFrame:
    """Give the endings after a session by band and state of the rupture, in order of bands."""
    return fetch(
        scope,
        """
        select * from rupture_hazard
        where instrument = $instrument
        order by band_order = 0, band_order, state
        """,
        {"instrument": instrument},
    )


@st.cache_data(show_spinner=False, max_entries=64)
def dropout_risks(scope: Scope, instrument: str) -> pl.DataFrame:
    """Give the risk of an unplanned ending after a rupture against none, one row per state."""
    return fetch(
        scope,
        "select * from rupture_dropout where instrument = $instrument order by comparison",
        {"instrument": instrument},
    )


@st.cache_data(show_spinner=False, max_entries=16)
def audit(scope: Scope) -> pl.DataFrame:
    """Give what each signal rule is worth, in the order of the rules."""
    return fetch(scope, "select * from signal_audit order by rule_id, instrument")
