"""Questions about the caseload of one clinician: its cases, their courses, own figures over time.

A scope is narrowed to one clinician before it is asked: no row sets people beside one another.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import streamlit as st

from dashboards.scope import Scope
from dashboards.warehouse import fetch


@st.cache_data(show_spinner=False, max_entries=64)
def cases(scope: Scope, status: str) -> pl.DataFrame:
    """List the cases in view with what the review log says of each, open ones first.

    Args:
        scope: who is looking.
        status: `open`, `ended` or `any`.
    """
    return fetch(
        scope,
        """
        select s.*, r.last_reviewed_on, r.review_again_on, r.is_brought, r.brought_on
        from case_summary as s
        left join case_review as r using (episode_key)
        where $status = 'any' or (s.status = 'open') = ($status = 'open')
        order by s.status = 'open' desc, s.last_seen_on desc nulls last, s.client_label,
            s.episode_key
        """,
        {"status": status},
    )


@st.cache_data(show_spinner=False, max_entries=64)
def scores(scope: Scope, family: str) -> pl.DataFrame:
    """Give the client's totals of each case in view on the questionnaire that speaks for it.

    Args:
        scope: who is looking.
        family: `alliance` or `outcome`.

    Returns:
        episode_key, session_index, value, in the order of sessions.
    """
    return fetch(
        scope,
        """
        select t.episode_key, t.session_index, t.value
        from case_timeline as t
        join case_summary as s using (episode_key)
        where t.event_kind = 'score' and t.scale = 'total' and t.respondent = 'client'
            and t.session_index is not null and t.value is not null
            and t.instrument = case
                when $family = 'alliance' then s.alliance_instrument else s.outcome_instrument
            end
        order by t.episode_key, t.session_index, t.sort_order
        """,
        {"family": family},
    )


@st.cache_data(show_spinner=False, max_entries=64)
def instruments(scope: Scope) -> list[str]:
    """List the alliance questionnaires that speak for the cases in view, the most used first."""
    rows = fetch(
        scope,
        """
        select alliance_instrument, count(*) as n from case_summary
        where alliance_instrument is not null
        group by all
        order by n desc, alliance_instrument
        """,
    )
    return rows["alliance_instrument"].to_list()


@st.cache_data(show_spinner=False, max_entries=64)
def ruptures(scope: Scope, status: str) -> pl.DataFrame:
    """List the probable ruptures of the cases in view, the newest first.

    Args:
        scope: who is looking.
        status: `open`, `ended` or `any`, of the case.
    """
    return fetch(
        scope,
        """
        select r.*, s.client_label
        from rupture as r
        join case_summary as s using (episode_key)
        where r.tier = 'probable' and r.instrument = s.alliance_instrument
            and ($status = 'any' or (s.status = 'open') = ($status = 'open'))
        order by r.onset_on desc, s.client_label, r.rupture_key
        """,
        {"status": status},
    )


@st.cache_data(show_spinner=False, max_entries=64)
def own_figures(scope: Scope, metrics: Sequence[str], instrument: str) -> pl.DataFrame:
    """Give some figures of the one clinician in view by quarter and over all time.

    Args:
        scope: who is looking, narrowed to one clinician.
        metrics: ids of the catalogue.
        instrument: of those that belong to a questionnaire, the one to give.
    """
    return fetch(
        scope,
        """
        select * from clinician_metric
        where list_contains($metrics, metric_id) and period_kind in ('quarter', 'all')
            and coalesce(instrument, $instrument) = $instrument
        order by metric_id, period_starts_on nulls last
        """,
        {"metrics": list(metrics), "instrument": instrument},
    )
