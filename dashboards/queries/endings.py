"""Questions about endings: all ways of ending together, figures of the curves, the mix of cases.

Not here: the survival curves and the counts of endings (`practice.py`), which other pages ask too.
"""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards.scope import Scope
from dashboards.warehouse import fetch


@st.cache_data(show_spinner=False, max_entries=64)
def competing(scope: Scope) -> pl.DataFrame:
    """Give the share ended in each way by session; the director alone."""
    return fetch(scope, "select * from ending_cif order by session_index, cause")


@st.cache_data(show_spinner=False, max_entries=64)
def casemix(scope: Scope) -> dict[str, Any] | None:
    """Give the state of the case-mix model; counts rounded beyond the director's view."""
    rows = fetch(scope, "select * from casemix_model")
    return rows.row(0, named=True) if rows.height else None


@st.cache_data(show_spinner=False, max_entries=64)
def casemix_terms(scope: Scope) -> pl.DataFrame:
    """Give the characteristics of the model with their odds; the director alone."""
    return fetch(scope, "select * from casemix_term where is_used order by sort_order")


@st.cache_data(show_spinner=False, max_entries=64)
def calibration(scope: Scope) -> pl.DataFrame:
    """Give expected and observed endings by group of expectation; the director alone."""
    return fetch(scope, "select * from casemix_calibration order by calibration_group")


@st.cache_data(show_spinner=False, max_entries=64)
def strata(scope: Scope) -> pl.DataFrame:
    """Give the unplanned endings of staff and trainees; the director alone."""
    return fetch(scope, "select * from dropout_stratum order by stratum")


@st.cache_data(show_spinner=False, max_entries=64)
def strata_test(scope: Scope) -> dict[str, Any] | None:
    """Give the test between the curves of trainees and staff; the director alone."""
    rows = fetch(scope, "select * from survival_test where comparison = 'trainee_staff'")
    return rows.row(0, named=True) if rows.height else None


@st.cache_data(show_spinner=False, max_entries=64)
def adjusted(scope: Scope, period: str) -> pl.DataFrame:
    """Give observed and expected endings of every clinician in view, in the order of labels."""
    return fetch(
        scope,
        """
        select c.clinician_label, d.*
        from dropout_adjusted as d
        join dim_clinician as c using (clinician_key)
        where d.period = $period
        order by c.clinician_label
        """,
        {"period": period},
    )
