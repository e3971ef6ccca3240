"""Questions about how clinicians lie beside their practice: funnels, spread, signals over quarters.

All of it is for the director; `relations.py` gives other roles no row. The clinicians' own rows
come in the order of their labels, never of a rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl
import streamlit as st

from dashboards.queries.practice import FIGURE
from dashboards.scope import Scope
from dashboards.warehouse import fetch


@dataclass(frozen=True)
class Choice:
    """A figure that can be looked at: a metric, and the instrument where it belongs to one."""

    metric_id: str
    instrument: str | None

    @property
    def code(self) -> str:
        """Give what stands for it in an address."""
        return f"{self.metric_id}-{self.instrument}" if self.instrument else self.metric_id

    def asked(self, period: str) -> dict[str, object]:
        """Give the values that the queries below take."""
        return {"metric": self.metric_id, "instrument": self.instrument or "", "period": period}


@st.cache_data(show_spinner=False, max_entries=16)
def choices(scope: Scope) -> list[Choice]:
    """List the figures that at least two clinicians have, in the order of the catalogue."""
    rows = fetch(
        scope,
        """
        select m.metric_id, m.instrument
        from clinician_metric as m
        join metric_catalogue as c using (metric_id)
        where m.period = 'all' and m.status = 'ok' and c.is_clinician_metric
            and (c.measure_kind in ('share', 'mean') or c.metric_id = 'dropout_sdr')
        group by m.metric_id, m.instrument, c.sort_order
        having count(*) >= 2
        order by c.sort_order, m.metric_id, m.instrument
        """,
    )
    return [Choice(*row) for row in rows.iter_rows()]


@st.cache_data(show_spinner=False, max_entries=64)
def clinicians(scope: Scope, choice: Choice, period: str) -> pl.DataFrame:
    """Give one figure of every clinician with a known outcome, by label, with own funnel limits."""
    return fetch(
        scope,
        f"""
        select c.clinician_label, c.role, k.measure_kind, {FIGURE},
            l.lo_998, l.lo_95, l.hi_95, l.hi_998
        from dim_clinician as c
        join clinician_metric as m using (clinician_key)
        join metric_catalogue as k on k.metric_id = m.metric_id
        left join funnel_limit as l
            on l.metric_id = m.metric_id and l.period = m.period and l.n = m.denominator_n
                and coalesce(l.instrument, '') = coalesce(m.instrument, '')
        where m.metric_id = $metric and coalesce(m.instrument, '') = $instrument
            and m.period = $period and m.denominator_n > 0
        order by c.clinician_label
        """,  # noqa: S608 - columns of practice.py
        choice.asked(period),
    )


@st.cache_data(show_spinner=False, max_entries=64)
def limits(scope: Scope, choice: Choice, period: str) -> pl.DataFrame:
    """Give the limits of one funnel by caseload, the smallest first."""
    return fetch(
        scope,
        """
        select * from funnel_limit
        where metric_id = $metric and coalesce(instrument, '') = $instrument and period = $period
        order by n
        """,
        choice.asked(period),
    )


@st.cache_data(show_spinner=False, max_entries=64)
def dispersion(scope: Scope, choice: Choice, period: str) -> dict[str, Any] | None:
    """Give what is known of the spread of one funnel, or None where there is no funnel."""
    rows = fetch(
        scope,
        """
        select * from funnel_dispersion
        where metric_id = $metric and coalesce(instrument, '') = $instrument and period = $period
        """,
        choice.asked(period),
    )
    return rows.row(0, named=True) if rows.height else None


@st.cache_data(show_spinner=False, max_entries=64)
def practice_figure(scope: Scope, choice: Choice, period: str) -> dict[str, Any] | None:
    """Give the practice's own row of the figure, or None."""
    rows = fetch(
        scope,
        """
        select * from practice_metric
        where metric_id = $metric and coalesce(instrument, '') = $instrument and period = $period
        """,
        choice.asked(period),
    )
    return rows.row(0, named=True) if rows.height else None


@st.cache_data(show_spinner=False, max_entries=64)
def persistence(scope: Scope, choice: Choice, period: str) -> tuple[str, dict[str, bool]] | None:
    """Say which clinicians carry a signal that came again.

    Args:
        scope: who is looking.
        choice: the figure.
        period: a quarter; any other period asks for the newest quarter that does not wait.

    Returns:
        The quarter, and for each clinician with a row in it whether the signal persists; None where
        the figure is never flagged or no quarter is settled.
    """
    rows = fetch(
        scope,
        """
        select m.clinician_key, m.period, m.is_persistent
        from clinician_metric as m
        where m.metric_id = $metric and coalesce(m.instrument, '') = $instrument
            and m.period_kind = 'quarter' and m.status <> 'pending'
            and m.is_persistent is not null and m.period <= $last
        order by m.period
        """,
        {
            "metric": choice.metric_id,
            "instrument": choice.instrument or "",
            "last": period if "Q" in period else "9999",
        },
    )
    if rows.is_empty():
        return None
    last = rows["period"][-1]
    found = rows.filter(pl.col("period") == last)
    return last, dict(found.select("clinician_key", "is_persistent").iter_rows())


@st.cache_data(show_spinner=False, max_entries=64)
def changes(scope: Scope, choice: Choice) -> pl.DataFrame:
    """Give the practice's change by quarter, divided, oldest first; only quarters with a figure."""
    return fetch(
        scope,
        """
        select * from change_decomposition
        where metric_id = $metric and coalesce(instrument, '') = $instrument and status = 'ok'
        order by period
        """,
        {"metric": choice.metric_id, "instrument": choice.instrument or ""},
    )


@st.cache_data(show_spinner=False, max_entries=16)
def published(scope: Scope, choice: Choice) -> dict[str, Any] | None:
    """Give the published share that may stand beside a figure as a reference line, or None."""
    rows = fetch(
        scope,
        """
        select * from benchmark
        where metric_id = $metric and kind = 'published' and unit = 'share'
            and coalesce(instrument, '') = $instrument and studies > 1 and people is not null
            and lo is not null
        order by people desc
        limit 1
        """,
        {"metric": choice.metric_id, "instrument": choice.instrument or ""},
    )
    return rows.row(0, named=True) if rows.height else None
