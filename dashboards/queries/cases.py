"""Questions about single cases: the agenda, the list of cases, one case whole.

A case is one episode with at least one attended session, a row of `metrics.case_summary`.
"""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards.scope import Scope
from dashboards.warehouse import fetch


@st.cache_data(show_spinner=False, max_entries=64)
def reach(scope: Scope) -> tuple[int, int]:
    """Count the clinicians and cases in view: "You see 7 clinicians, 306 cases"."""
    cases = fetch(scope, "select count(*) as n from case_summary")
    clinicians = fetch(scope, "select count(*) as n from dim_clinician")
    return int(clinicians["n"][0]), int(cases["n"][0])


@st.cache_data(show_spinner=False, max_entries=64)
def agenda(scope: Scope) -> pl.DataFrame:
    """Give the cases worth discussing, most urgent tier first, then the longest waiting."""
    return fetch(
        scope,
        """
        select * from supervision_agenda
        order by tier_rank, waiting_since, client_label, episode_key
        """,
    )


@st.cache_data(show_spinner=False, max_entries=64)
def open_cases(scope: Scope) -> int:
    """Count the open cases in view, the whole of which the agenda is a part."""
    return int(fetch(scope, "select count(*) as n from case_summary where status = 'open'")["n"][0])


@st.cache_data(show_spinner=False, max_entries=64)
def cases(scope: Scope, status: str) -> pl.DataFrame:
    """List the cases in view, the most recently seen first.

    Args:
        scope: who is looking.
        status: `open`, `ended` or `any`.
    """
    return fetch(
        scope,
        """
        select * from case_summary
        where $status = 'any' or (status = 'open') = ($status = 'open')
        order by last_seen_on desc nulls last, client_label, episode_key
        """,
        {"status": status},
    )


@st.cache_data(show_spinner=False, max_entries=256)
def case(scope: Scope, episode_key: str) -> dict[str, object] | None:
    """Give the facts of one case, or None: for an unknown case and for one out of scope alike."""
    rows = fetch(
        scope,
        "select * from case_summary where episode_key = $episode_key",
        {"episode_key": episode_key},
    )
    return rows.row(0, named=True) if rows.height else None


@st.cache_data(show_spinner=False, max_entries=128)
def timeline(scope: Scope, episode_key: str) -> pl.DataFrame:
    """Give every event of one case in order."""
    return fetch(
        scope,
        """
        select * from case_timeline
        where episode_key = $episode_key
        order by sort_order, timeline_key
        """,
        {"episode_key": episode_key},
    )


@st.cache_data(show_spinner=False, max_entries=128)
def ruptures_of(scope: Scope, episode_key: str) -> pl.DataFrame:
    """Give the probable and possible ruptures of one case, in order of onset."""
    return fetch(
        scope,
        """
        select * from rupture
        where episode_key = $episode_key
        order by onset_session_index, instrument, tier desc, rupture_key
        """,
        {"episode_key": episode_key},
    )


@st.cache_data(show_spinner=False, max_entries=128)
def signals_of(scope: Scope, episode_key: str) -> pl.DataFrame:
    """Give the signals of one case, the newest first."""
    return fetch(
        scope,
        """
        select * from signal
        where episode_key = $episode_key
        order by raised_on desc, session_index desc, rule_id, signal_key
        """,
        {"episode_key": episode_key},
    )


@st.cache_data(show_spinner=False, max_entries=128)
def alliance_of(scope: Scope, episode_key: str) -> pl.DataFrame:
    """Give the alliance figures of one case, one row per instrument."""
    return fetch(
        scope,
        """
        select * from episode_alliance
        where episode_key = $episode_key
        order by n_scores desc, instrument
        """,
        {"episode_key": episode_key},
    )


@st.cache_data(show_spinner=False, max_entries=128)
def agenda_entry(scope: Scope, episode_key: str) -> dict[str, object] | None:
    """Give why a case is on the agenda, or None when it is not."""
    rows = fetch(
        scope,
        "select * from supervision_agenda where episode_key = $episode_key",
        {"episode_key": episode_key},
    )
    return rows.row(0, named=True) if rows.height else None
