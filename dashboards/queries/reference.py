"""Questions that concern no person: definitions, parameters, instruments, loads and checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards.scope import Scope
from dashboards.warehouse import fetch
from dashboards.wording import Names


@st.cache_data(show_spinner=False, max_entries=16)
def catalogue(scope: Scope) -> dict[str, dict[str, object]]:
    """Give the metric catalogue by metric id."""
    rows = fetch(scope, "select * from metric_catalogue order by sort_order, metric_id")
    return {row["metric_id"]: row for row in rows.iter_rows(named=True)}


@st.cache_data(show_spinner=False, max_entries=16)
def parameters(scope: Scope) -> pl.DataFrame:
    """Give the parameters of the release."""
    return fetch(scope, "select * from parameter order by parameter_id, instrument")


@st.cache_data(show_spinner=False, max_entries=64)
def parameter(scope: Scope, parameter_id: str, fallback: float) -> float:
    """Give one parameter without an instrument; the fallback where a release does not hold it."""
    rows = fetch(
        scope,
        """
        select value from parameter
        where parameter_id = $parameter_id and coalesce(instrument, '') = ''
        """,
        {"parameter_id": parameter_id},
    )
    return float(rows["value"][0]) if rows.height else fallback


@st.cache_data(show_spinner=False, max_entries=16)
def instruments(scope: Scope) -> dict[str, dict[str, object]]:
    """Give the instruments of the release by code."""
    rows = fetch(scope, "select * from dim_instrument order by instrument")
    return {row["instrument"]: row for row in rows.iter_rows(named=True)}


def turned_alliance(known: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """List the questionnaires of the alliance on which lower is better.

    No figure of the alliance is made of them: all of those read a fall as a strain.

    Args:
        known: what `instruments` gave.
    """
    return [
        code
        for code, row in known.items()
        if row["family"] == "alliance" and row["direction"] == "lower_is_better"
    ]


_SHORT_SCALE = 10.0


@st.cache_data(show_spinner=False, max_entries=16)
def names(scope: Scope) -> Names:
    """Give how questionnaires and their scores are said."""
    known = instruments(scope)
    return Names(
        {code: row["name"] for code, row in known.items() if code.startswith("custom:")},
        frozenset(
            code
            for code, row in known.items()
            if row["maximum"] is not None and row["maximum"] - row["minimum"] <= _SHORT_SCALE
        ),
    )


def full_name(scope: Scope, code: str) -> str:
    """Give the name of a questionnaire in full, or nothing where it is not known."""
    return str(instruments(scope).get(code, {}).get("name") or "")


@st.cache_data(show_spinner=False, max_entries=16)
def release(scope: Scope) -> dict[str, object]:
    """Give the row of `meta.release`."""
    return fetch(scope, "select * from release").row(0, named=True)


@st.cache_data(show_spinner=False, max_entries=16)
def deliveries(scope: Scope) -> pl.DataFrame:
    """Give every delivery, the newest first."""
    return fetch(
        scope, "select * from delivery order by generated_at desc nulls last, source, delivery"
    )


@st.cache_data(show_spinner=False, max_entries=16)
def feeds(scope: Scope) -> pl.DataFrame:
    """Count the rows accepted of each feed, in the deliveries that stand now."""
    return fetch(
        scope,
        """
        select feed, sum(rows_accepted)::bigint as n
        from delivery_feed
        where is_current
        group by feed
        order by feed
        """,
    )


@st.cache_data(show_spinner=False, max_entries=16)
def corrections(scope: Scope) -> pl.DataFrame:
    """Give what each delivery changed in what was known before it, the newest first."""
    return fetch(
        scope,
        """
        select * from correction
        where delivery_order > 1
        order by generated_at desc nulls last, source, delivery, feed
        """,
    )


@st.cache_data(show_spinner=False, max_entries=16)
def quarantine(scope: Scope) -> pl.DataFrame:
    """Count the rows held back, by source, feed, rule and column."""
    return fetch(
        scope,
        """
        select
            source, feed, rule, column_name, meaning, advice,
            count(*) as n, min(row_number) as first_row
        from quarantine
        group by all
        order by n desc, source, feed, rule, column_name
        """,
    )


@st.cache_data(show_spinner=False, max_entries=16)
def checks(scope: Scope) -> pl.DataFrame:
    """Give the result of every check, failed ones first."""
    return fetch(
        scope, "select * from check_result order by is_passed, severity, kahn_class, check_id"
    )


@st.cache_data(show_spinner=False, max_entries=64)
def coverage(scope: Scope, instrument: str) -> pl.DataFrame:
    """Give the coverage of one instrument for each clinician in view, in order of labels."""
    return fetch(
        scope,
        """
        select c.clinician_label, v.*
        from coverage as v
        join dim_clinician as c using (clinician_key)
        where v.instrument = $instrument
        order by c.clinician_label
        """,
        {"instrument": instrument},
    )


@st.cache_data(show_spinner=False, max_entries=64)
def covered_instruments(scope: Scope) -> list[str]:
    """List the instruments for which coverage is known, the most used first."""
    rows = fetch(
        scope,
        """
        select instrument, sum(scored_sessions) as n
        from coverage
        where instrument is not null
        group by all
        order by n desc, instrument
        """,
    )
    return rows["instrument"].to_list()


@st.cache_data(show_spinner=False, max_entries=64)
def score_issues(scope: Scope) -> pl.DataFrame:
    """Count the administrations not scored or corrected, by instrument and rule.

    A code that no seed knows is whatever an export wrote, a name even: it has no instrument here.
    """
    return fetch(
        scope,
        """
        select
            case
                when i.instrument is not null or s.rule = 'ambiguous_version' then s.instrument
            end as instrument,
            s.rule, count(*) as n
        from score_issue as s
        left join dim_instrument as i on s.instrument = i.instrument
        group by all
        order by n desc, 1, 2
        """,
    )


@st.cache_data(show_spinner=False, max_entries=16)
def verdicts(scope: Scope) -> pl.DataFrame:
    """Give what supervisors made of each rule and reason, those that were judged most first."""
    return fetch(scope, "select * from signal_verdict order by judged_n desc, is_reason, name")


@st.cache_data(show_spinner=False, max_entries=64)
def signals_by_rule(scope: Scope) -> pl.DataFrame:
    """Count the signals in view by rule, and the cases they are in."""
    return fetch(
        scope,
        """
        select rule_id, count(*) as fired, count(distinct episode_key) as cases
        from signal
        group by all
        order by rule_id
        """,
    )
