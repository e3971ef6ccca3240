"""Questions about the review log as it reached the release: codes in words, plans, last reviews.

Entries newer than the release are read through `dashboards/review.py` and laid over by the page.
"""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import streamlit as st

from dashboards.queries import reference
from dashboards.scope import Scope
from dashboards.warehouse import fetch

Codes = dict[str, dict[str, str]]


@st.cache_data(show_spinner=False, max_entries=16)
def codes(scope: Scope) -> Codes:
    """Give the words of each code by list, in the order in which a form offers them."""
    rows = fetch(scope, "select list, code, words from review_code order by list, sort_order")
    found: Codes = {}
    for name, code, words in rows.iter_rows():
        found.setdefault(name, {})[code] = words
    return found


def through(scope: Scope) -> datetime | None:
    """Give up to when the release holds what was recorded, UTC; None where it holds nothing."""
    moment = reference.release(scope).get("review_through")
    return moment if isinstance(moment, datetime) else None


@st.cache_data(show_spinner=False, max_entries=64)
def held_after(scope: Scope, moment: datetime | None) -> frozenset[str]:
    """Give the entries that the release holds although their clocks dated them after a moment."""
    rows = fetch(
        scope,
        """
        select entry_key from review_entry
        where $moment is null or recorded_at > $moment
        """,
        {"moment": moment},
    )
    return frozenset(rows["entry_key"])


@st.cache_data(show_spinner=False, max_entries=256)
def steps_of(scope: Scope, episode_key: str) -> pl.DataFrame:
    """Give the planned steps of one case, the oldest first."""
    return fetch(
        scope,
        """
        select * from plan_step
        where episode_key = $episode_key
        order by planned_on, due_on nulls last, entry_key
        """,
        {"episode_key": episode_key},
    )


@st.cache_data(show_spinner=False, max_entries=256)
def entries_of(scope: Scope, episode_key: str) -> pl.DataFrame:
    """Give the standing entries of one case as the release knows them, the oldest first."""
    return fetch(
        scope,
        """
        select * from review_entry
        where episode_key = $episode_key
        order by recorded_at, entry_key
        """,
        {"episode_key": episode_key},
    )


@st.cache_data(show_spinner=False, max_entries=64)
def open_steps(scope: Scope) -> pl.DataFrame:
    """Give the steps in view that nobody closed, those due first on top."""
    return fetch(
        scope,
        """
        select p.*, s.client_label
        from plan_step as p
        join case_summary as s using (episode_key)
        where p.status <> 'closed'
        order by p.due_on nulls last, p.planned_on, s.client_label, p.entry_key
        """,
    )


@st.cache_data(show_spinner=False, max_entries=256)
def last_reviewed(scope: Scope, episode_key: str) -> date | None:
    """Give when a case was last reviewed, or None."""
    rows = fetch(
        scope,
        "select last_reviewed_on from case_review where episode_key = $episode_key",
        {"episode_key": episode_key},
    )
    return rows["last_reviewed_on"][0] if rows.height else None


@st.cache_data(show_spinner=False, max_entries=64)
def next_meeting(scope: Scope, day: date) -> date | None:
    """Give the next supervision that is booked for those in view, or None."""
    rows = fetch(
        scope,
        """
        select min(started_on) as day from supervision
        where kind <> 'assignment' and started_on >= $day
        """,
        {"day": day},
    )
    found: date | None = rows["day"][0]
    return found
