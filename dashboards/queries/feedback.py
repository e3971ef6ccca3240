"""Questions about feedback: cases to look at together, what the missing forms hide, agreement.

Figures of the long tables are asked in `practice.py`.
"""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards.scope import Scope
from dashboards.warehouse import fetch


@st.cache_data(show_spinner=False, max_entries=64)
def always_at_the_top(scope: Scope, instrument: str) -> pl.DataFrame:
    """List the open cases in view whose every rating is at the top, the most rated first."""
    return fetch(
        scope,
        """
        select s.client_label, s.clinician_label, s.episode_key, a.n_scores, a.last_score
        from episode_alliance as a
        join case_summary as s using (episode_key)
        where a.instrument = $instrument and a.is_uninformative_ceiling and s.status = 'open'
        order by a.n_scores desc, s.client_label
        """,
        {"instrument": instrument},
    )


@st.cache_data(show_spinner=False, max_entries=64)
def gaps_now(scope: Scope, instrument: str) -> pl.DataFrame:
    """List the open cases in view where goals or tasks lagged twice in a row, and how they stand.

    Returns:
        client_label, clinician_label, episode_key, n_component_forms, goal_gap, task_gap of the
        latest form, has_goal_gap, has_task_gap.
    """
    return fetch(
        scope,
        """
        select s.client_label, s.clinician_label, s.episode_key, a.n_component_forms,
            a.goal_gap, a.task_gap, a.has_goal_gap, a.has_task_gap
        from episode_alliance as a
        join case_summary as s using (episode_key)
        where a.instrument = $instrument and (a.has_goal_gap or a.has_task_gap)
            and s.status = 'open'
        order by greatest(a.goal_gap, a.task_gap) desc, s.client_label
        """,
        {"instrument": instrument},
    )


@st.cache_data(show_spinner=False, max_entries=64)
def rated_higher(scope: Scope, instrument: str) -> pl.DataFrame:
    """List the open cases in view with a session the clinician rated clearly higher."""
    return fetch(
        scope,
        """
        select s.client_label, s.clinician_label, a.*
        from attunement as a
        join case_summary as s using (episode_key)
        where a.instrument = $instrument and a.overestimated_n > 0 and s.status = 'open'
        order by a.overestimated_n desc, a.n_pairs, s.client_label
        """,
        {"instrument": instrument},
    )


@st.cache_data(show_spinner=False, max_entries=16)
def not_heard(scope: Scope) -> pl.DataFrame:
    """Give how episodes without a form differ from the others, trait by trait."""
    return fetch(
        scope,
        """
        select * from missing_form_bias
        order by array_position(
            ['attended_sessions', 'dropout_d1', 'intake_severity', 'age_band'], trait
        ), level
        """,
    )


@st.cache_data(show_spinner=False, max_entries=16)
def alliance_and_outcome(scope: Scope, instrument: str) -> pl.DataFrame:
    """Give how the early alliance goes with each outcome questionnaire, the most cases first."""
    return fetch(
        scope,
        """
        select * from alliance_outcome
        where instrument = $instrument
        order by n_episodes desc, outcome_instrument
        """,
        {"instrument": instrument},
    )


@st.cache_data(show_spinner=False, max_entries=16)
def between_clinicians(scope: Scope, instrument: str) -> dict[str, object] | None:
    """Give how much of the early alliance lies between clinicians, over all time."""
    rows = fetch(
        scope,
        "select * from alliance_icc where instrument = $instrument and period = 'all'",
        {"instrument": instrument},
    )
    return rows.row(0, named=True) if rows.height else None
