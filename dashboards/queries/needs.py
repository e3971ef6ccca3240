"""Questions of the page about what the relationship needs: the claims, their measures, own rows.

The practice's figures are asked in `practice.py`.
"""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards.scope import Scope
from dashboards.warehouse import fetch


@st.cache_data(show_spinner=False, max_entries=16)
def claims(scope: Scope) -> pl.DataFrame:
    """Give the claims in their order."""
    return fetch(scope, "select * from claim order by sort_order")


@st.cache_data(show_spinner=False, max_entries=16)
def measures(scope: Scope) -> pl.DataFrame:
    """Give every measure of every claim in its order: a metric, or why there is none."""
    return fetch(scope, "select * from claim_metric order by claim_id, sort_order")


@st.cache_data(show_spinner=False, max_entries=64)
def own_figures(scope: Scope) -> pl.DataFrame:
    """Give the rows over all time of every clinician in view for every measure of a claim.

    Returns:
        clinician_label and the columns of clinician_metric, in the order of labels, never of a
        figure.
    """
    return fetch(
        scope,
        """
        select c.clinician_label, m.*
        from clinician_metric as m
        join dim_clinician as c using (clinician_key)
        where m.period = 'all'
            and m.metric_id in (select metric_id from claim_metric where metric_id is not null)
        order by c.clinician_label, m.metric_id, m.instrument
        """,
    )
