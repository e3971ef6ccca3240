"""Questions about single cases: the agenda, the list of cases, one case whole.

A case is one episode with at least one attended session, a row of `metrics.case_summary`.
"""

from __future__ import annotations

import re

import polars as pl
import streamlit as st

from dashboards.scope import Scope
from dashboards.warehouse import fetch

# More rows than anybody reads; the browser gets them all.
LISTED = 500

# What is known of one case, and the order it is read in.
_OF_CASE = {
    "case_summary": "episode_key",
    "case_timeline": "sort_order, timeline_key",
    "rupture": "onset_session_index, instrument, tier desc, rupture_key",
    "signal": "raised_on desc, session_index desc, rule_id, signal_key",
    "supervision_agenda": "episode_key",
}
# A key is a pseudonym; anything else in an address is no case and enters no cache.
_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")


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


_IN_LIST = """
    ($status = 'any' or (s.status = 'open') = ($status = 'open'))
    and contains(lower(s.client_label), lower($part))
"""


@st.cache_data(show_spinner=False, max_entries=64)
def cases(scope: Scope, status: str, part: str = "") -> pl.DataFrame:
    """List the cases in view, the most recently seen first, and not more than `LISTED` of them.

    A large practice has a hundred thousand: `how_many` counts them, and a part of a client's code
    finds the one that is looked for.

    Args:
        scope: who is looking.
        status: `open`, `ended` or `any`.
        part: a part of the client's code; empty for all.

    Returns:
        The columns of case_summary, and last_reviewed_on.
    """
    return fetch(
        scope,
        f"""
        select s.*, r.last_reviewed_on
        from case_summary as s
        left join case_review as r using (episode_key)
        where {_IN_LIST}
        order by s.last_seen_on desc nulls last, s.client_label, s.episode_key
        limit {LISTED}
        """,  # noqa: S608 - a number and a condition of this module
        {"status": status, "part": part},
    )


@st.cache_data(show_spinner=False, max_entries=64)
def how_many(scope: Scope, status: str, part: str = "") -> int:
    """Count the cases of which `cases` lists the first."""
    rows = fetch(
        scope,
        f"select count(*) as n from case_summary as s where {_IN_LIST}",  # noqa: S608 - as above
        {"status": status, "part": part},
    )
    return int(rows["n"][0])


@st.cache_data(show_spinner=False, max_entries=512)
def of_case(scope: Scope, relation: str, episode_key: str) -> pl.DataFrame:
    """Give what a relation holds of one case; no rows for an unknown case and a foreign one alike.

    Args:
        scope: who is looking.
        relation: one of `_OF_CASE`.
        episode_key: the case.
    """
    return fetch(
        scope,
        f"select * from {relation} where episode_key = $episode_key "  # noqa: S608 - names above
        f"order by {_OF_CASE[relation]}",
        {"episode_key": episode_key},
    )


def _one(scope: Scope, relation: str, episode_key: str) -> dict[str, object] | None:
    if not _KEY.fullmatch(episode_key):
        return None
    rows = of_case(scope, relation, episode_key)
    return rows.row(0, named=True) if rows.height else None


@st.cache_data(show_spinner=False, max_entries=16)
def labels(scope: Scope, episode_keys: tuple[str, ...]) -> dict[str, str]:
    """Give the client codes of some cases in view."""
    rows = fetch(
        scope,
        """
        select episode_key, client_label from case_summary
        where episode_key in (select unnest($keys))
        """,
        {"keys": list(episode_keys)},
    )
    return dict(rows.iter_rows())


def case(scope: Scope, episode_key: str) -> dict[str, object] | None:
    """Give the facts of one case, or None: for an unknown case and for one out of scope alike."""
    return _one(scope, "case_summary", episode_key)


def agenda_entry(scope: Scope, episode_key: str) -> dict[str, object] | None:
    """Give why a case is on the agenda, or None when it is not."""
    return _one(scope, "supervision_agenda", episode_key)


def timeline(scope: Scope, episode_key: str) -> pl.DataFrame:
    """Give every event of one case in order."""
    return of_case(scope, "case_timeline", episode_key)


def ruptures_of(scope: Scope, episode_key: str) -> pl.DataFrame:
    """Give the probable and possible ruptures of one case, in order of onset."""
    return of_case(scope, "rupture", episode_key)


def signals_of(scope: Scope, episode_key: str) -> pl.DataFrame:
    """Give the signals of one case, the newest first."""
    return of_case(scope, "signal", episode_key)
