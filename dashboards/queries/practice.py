"""Questions about the practice and its clinicians: figures by period, flow, endings.

Which of the exact and the rounded practice figures a viewer gets is decided by the scope in
`relations.py`, not here.
"""

from __future__ import annotations

from datetime import date

import polars as pl
import streamlit as st

from dashboards.scope import Scope
from dashboards.warehouse import fetch

# What is said of a clinician's figure. The table is wide, and all its columns for two thousand
# clinicians took DuckDB four times as long as these.
FIGURE = """
    m.clinician_key, m.denominator_n, m.numerator, m.estimate, m.lo, m.hi, m.expected,
    m.shrunken_estimate, m.shrunken_lo, m.shrunken_hi, m.reliability, m.is_comparable, m.status,
    m.can_state, m.flag, m.is_discovery, m.mid_p
"""

_DROPOUTS = ["dropout_d1", "dropout_d1s", "dropout_d2", "dropout_d3", "dropout_d4", "dropout_d5"]


@st.cache_data(show_spinner=False, max_entries=64)
def practice_figures(scope: Scope, period: str) -> pl.DataFrame:
    """Give the practice's row of every metric and instrument for one period."""
    return fetch(
        scope,
        "select * from practice_metric where period = $period order by metric_id, instrument",
        {"period": period},
    )


@st.cache_data(show_spinner=False, max_entries=64)
def figures_at(scope: Scope, periods: tuple[str, ...]) -> pl.DataFrame:
    """Give the practice's row of every metric and instrument for some periods, in one query."""
    return fetch(
        scope,
        """
        select * from practice_metric
        where period in (select unnest($periods))
        order by metric_id, instrument, period
        """,
        {"periods": list(periods)},
    )


@st.cache_data(show_spinner=False, max_entries=64)
def monthly(scope: Scope) -> pl.DataFrame:
    """Give the practice's monthly rows of every metric and instrument, oldest first."""
    return fetch(
        scope,
        """
        select * from practice_metric
        where period_kind = 'month'
        order by metric_id, instrument, period
        """,
    )


@st.cache_data(show_spinner=False, max_entries=64)
def periods(scope: Scope) -> list[str]:
    """List the periods that the metric tables hold: months and quarters, newest first."""
    rows = fetch(scope, "select distinct period from practice_metric where period <> 'all'")
    return sorted(rows["period"].to_list(), key=_period_order, reverse=True)


def _period_order(code: str) -> tuple[str, int]:
    """Order periods by time, a quarter after its last month."""
    year, part = code.split("-", 1)
    if part.startswith("Q"):
        return year, int(part[1:]) * 3 * 10 + 5
    return year, int(part) * 10


@st.cache_data(show_spinner=False, max_entries=64)
def measures(scope: Scope) -> list[str]:
    """List the alliance instruments the practice uses, the most used first."""
    rows = fetch(
        scope,
        """
        select
            instrument,
            -- only a young practice has forms rated and no case yet with three sessions
            max(denominator_n) filter (where metric_id = 'early_alliance') as n
        from practice_metric
        where
            metric_id in ('early_alliance', 'alliance_level')
            and period = 'all' and instrument is not null
        group by all
        order by n desc nulls last, instrument
        """,
    )
    return rows["instrument"].to_list()


@st.cache_data(show_spinner=False, max_entries=64)
def clinician_figures(scope: Scope, metric_id: str, instrument: str, period: str) -> pl.DataFrame:
    """Give one metric of every clinician in view, in the order of their labels, never of the rate.

    Args:
        scope: who is looking.
        metric_id: a metric of the catalogue.
        instrument: an instrument code; a metric that has none per instrument ignores it.
        period: a period code.

    Returns:
        clinician_label and the columns of `FIGURE`.
    """
    return fetch(
        scope,
        f"""
        select c.clinician_label, {FIGURE}
        from dim_clinician as c
        join clinician_metric as m using (clinician_key)
        where m.metric_id = $metric_id and m.period = $period
            and (m.instrument is null or m.instrument = $instrument)
        order by c.clinician_label
        """,  # noqa: S608 - columns of this module
        {"metric_id": metric_id, "instrument": instrument, "period": period},
    )


@st.cache_data(show_spinner=False, max_entries=64)
def figures_of(scope: Scope, clinician: str, period: str) -> pl.DataFrame:
    """Give every metric of one clinician for one period, in one query; none where out of scope."""
    return fetch(
        scope,
        "select * from clinician_metric where clinician_key = $clinician and period = $period",
        {"clinician": clinician, "period": period},
    )


@st.cache_data(show_spinner=False, max_entries=64)
def flow(scope: Scope, period: str) -> pl.DataFrame:
    """Give the steps from referral to ending with their counts, for one period."""
    return fetch(
        scope,
        "select * from practice_flow where period = $period order by step_order",
        {"period": period},
    )


@st.cache_data(show_spinner=False, max_entries=64)
def flow_at(scope: Scope, periods: tuple[str, ...]) -> pl.DataFrame:
    """Give the steps from referral to ending for some periods, in one query."""
    return fetch(
        scope,
        "select * from practice_flow where period in (select unnest($periods))",
        {"periods": list(periods)},
    )


@st.cache_data(show_spinner=False, max_entries=64)
def alliance_months(scope: Scope, instrument: str) -> pl.DataFrame:
    """Give the monthly distribution of one alliance instrument, oldest month first."""
    return fetch(
        scope,
        "select * from alliance_month where instrument = $instrument order by month_starts_on",
        {"instrument": instrument},
    )


@st.cache_data(show_spinner=False, max_entries=64)
def last_alliance(scope: Scope) -> pl.DataFrame:
    """Give the last rating before each kind of ending, the most frequent ending first."""
    return fetch(
        scope,
        "select * from ending_alliance order by instrument, episodes_n desc, ending",
    )


@st.cache_data(show_spinner=False, max_entries=64)
def survival(scope: Scope) -> pl.DataFrame:
    """Give the survival curve of the whole practice."""
    return fetch(scope, "select * from practice_survival order by session_index")


@st.cache_data(show_spinner=False, max_entries=64)
def survival_of(scope: Scope, kind: str, value: str) -> pl.DataFrame:
    """Give the survival curve of one clinician, site or year of opening.

    Args:
        scope: who is looking; a clinician out of scope gives no rows.
        kind: `clinician`, `site` or `year`.
        value: the clinician's key, the site's code, the year.
    """
    if kind == "clinician":
        sql = "select * from clinician_survival where scope_value = $value order by session_index"
        return fetch(scope, sql, {"value": value})
    return fetch(
        scope,
        """
        select * from group_survival
        where scope_kind = $kind and scope_value = $value
        order by session_index
        """,
        {"kind": kind, "value": value},
    )


@st.cache_data(show_spinner=False, max_entries=64)
def endings(scope: Scope, start: date, end: date) -> pl.DataFrame:
    """Count the cases in view that ended in a period, by kind of ending."""
    return fetch(
        scope,
        """
        select ending, count(*) as n, count_if(is_early_completer) as early_completers
        from episode_ending
        where is_ended and attended_sessions > 0
            and last_attended_on >= $start and last_attended_on < $end
        group by all
        order by n desc, ending
        """,
        {"start": start, "end": end},
    )


@st.cache_data(show_spinner=False, max_entries=64)
def pending_periods(scope: Scope, metric_id: str) -> list[str]:
    """List the months and quarters in which a figure waits until endings are known."""
    rows = fetch(
        scope,
        """
        select period from practice_metric
        where metric_id = $metric_id and status = 'pending' and period <> 'all'
        """,
        {"metric_id": metric_id},
    )
    return sorted(rows["period"].to_list(), key=_period_order)


def rows_of(figures: pl.DataFrame, metric_id: str, instrument: str) -> pl.DataFrame:
    """Keep the rows of one metric: of the instrument, or without one where it has none.

    Args:
        figures: rows of `practice_figures` or `monthly`.
        metric_id: a metric of the catalogue.
        instrument: the alliance instrument chosen.
    """
    return figures.filter(
        (pl.col("metric_id") == metric_id)
        & (pl.col("instrument").is_null() | (pl.col("instrument") == instrument))
    )


def dropout_ids() -> list[str]:
    """List the dropout definitions in the order in which they stand side by side."""
    return list(_DROPOUTS)
