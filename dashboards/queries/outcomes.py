"""Questions about outcome: what can be compared with what, the expected course, cases off it.

The figures themselves are rows of `practice_metric` and `clinician_metric`, asked for in
`practice.py`.
"""

from __future__ import annotations

from datetime import date

import polars as pl
import streamlit as st

from dashboards.scope import Scope
from dashboards.warehouse import fetch


@st.cache_data(show_spinner=False, max_entries=64)
def measures(scope: Scope) -> list[str]:
    """List the outcome instruments the practice uses, the one with most pairs first."""
    rows = fetch(
        scope,
        """
        select instrument, max(numerator) as n
        from practice_metric
        where metric_id = 'outcome_paired' and period = 'all' and instrument is not null
        group by all
        order by n desc nulls last, instrument
        """,
    )
    return rows["instrument"].to_list()


@st.cache_data(show_spinner=False, max_entries=64)
def benchmarks(scope: Scope, metric_id: str) -> pl.DataFrame:
    """Give the published figures that may stand beside a metric, the smallest first."""
    return fetch(
        scope,
        """
        select * from benchmark
        where metric_id = $metric_id and kind = 'published'
        order by value, benchmark_id
        """,
        {"metric_id": metric_id},
    )


@st.cache_data(show_spinner=False, max_entries=64)
def classes(scope: Scope, instrument: str, start: date, end: date) -> pl.DataFrame:
    """Count the ended cases in view by what became of their outcome.

    Returns:
        jt_category and n. It is null where the case was measured once, `unclassed` where twice by a
        questionnaire without a reliable change. An ended case without a form of it is not there.
    """
    return fetch(
        scope,
        """
        select
            coalesce(o.jt_category, case when o.n_scores >= 2 then 'unclassed' end) as jt_category,
            count(*) as n
        from episode_outcome as o
        join episode_ending as e using (episode_key)
        where o.instrument = $instrument and e.is_population
            and e.last_attended_on >= $start and e.last_attended_on < $end
        group by all
        """,
        {"instrument": instrument, "start": start, "end": end},
    )


@st.cache_data(show_spinner=False, max_entries=64)
def course(scope: Scope, instrument: str) -> pl.DataFrame:
    """Give the expected course of an instrument by intake band and session."""
    return fetch(
        scope,
        """
        select * from expected_course
        where instrument = $instrument
        order by intake_band, session_index
        """,
        {"instrument": instrument},
    )


@st.cache_data(show_spinner=False, max_entries=64)
def has_course(scope: Scope) -> bool:
    """Say whether the practice has an expected course of any measure."""
    return not fetch(scope, "select 1 from expected_course where status = 'ok' limit 1").is_empty()


@st.cache_data(show_spinner=False, max_entries=64)
def without_course(scope: Scope) -> list[str]:
    """List the measures of the open cases in view that have no expected course."""
    found = fetch(
        scope,
        """
        select distinct outcome_instrument from case_summary
        where status = 'open' and outcome_instrument is not null
            and outcome_instrument not in
            (select instrument from expected_course where status = 'ok')
        order by outcome_instrument
        """,
    )
    return found["outcome_instrument"].to_list()


@st.cache_data(show_spinner=False, max_entries=64)
def off_course(scope: Scope, instrument: str) -> pl.DataFrame:
    """List the open cases in view whose latest score lies beyond a line of the expected course.

    Returns:
        One row per case, red before amber, then in the order of the labels.
    """
    return fetch(
        scope,
        """
        select c.episode_key, c.client_label, c.clinician_label, a.session_index, a.score,
            s.colour, s.threshold
        from alert_status as a
        join signal as s
            on s.episode_key = a.episode_key and s.instrument = a.instrument
            and s.session_index = a.session_index and s.rule_id = 'OU1'
        join case_summary as c on c.episode_key = a.episode_key
        where c.status = 'open' and a.instrument = $instrument and a.status = 'ok'
        order by s.colour desc, c.clinician_label, c.client_label
        """,
        {"instrument": instrument},
    )


@st.cache_data(show_spinner=False, max_entries=16)
def judged_by(scope: Scope) -> pl.DataFrame:
    """Give what the scores of each outcome instrument in use are judged by."""
    return fetch(scope, "select * from outcome_reference order by ended_pairs_n desc, instrument")
