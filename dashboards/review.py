"""The dashboard's way to the review log: every read and write passes a viewer's scope.

Here: who may record what about which case, and reading entries that are newer than the release.
Not here: the log itself (review_log/), what follows from entries (dbt), forms and buttons (pages).
Reads are never cached: the log changes between two runs of a page.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import streamlit as st

from dashboards.queries import cases
from dashboards.scope import Scope
from dashboards.warehouse import WarehouseError, home
from review_log.entry import Entry, Kind, NewEntry
from review_log.location import url_of
from review_log.store import ReviewLog, standing


@st.cache_resource(max_entries=2, show_spinner=False)
def _log(url: str) -> ReviewLog:
    return ReviewLog(url)


def log() -> ReviewLog:
    """Give the review log of the home."""
    return _log(url_of(home()))


def record(scope: Scope, kind: Kind, episode_key: str, **said: Any) -> Entry:
    """Record something about a case in scope.

    Args:
        scope: who records it.
        kind: what is recorded.
        episode_key: the case.
        **said: further fields of `NewEntry`.

    Raises:
        WarehouseError: the case is not in scope, in the words for a case that is not there.
        EntryError: the entry makes no sense.
    """
    facts = cases.case(scope, episode_key) if scope.sees_cases else None
    if facts is None:
        raise WarehouseError("No such case in your view.")
    entry = NewEntry(
        kind=kind,
        episode_key=episode_key,
        client_key=str(facts["client_key"]),
        clinician_key=str(facts["clinician_key"]),
        author_role=scope.role.value,
        author_key=scope.person,
        release_id=scope.release_id,
        **said,
    )
    return log().record(entry)[0]


def of_case(scope: Scope, episode_key: str) -> list[Entry]:
    """Give the standing entries of one case in scope, oldest first."""
    found = log().read(clinician_keys=scope.clinician_keys, episode_key=episode_key)
    return standing(found)


def since(scope: Scope, moment: datetime | None) -> list[Entry]:
    """Give the standing entries in scope recorded after a moment, oldest first.

    Args:
        scope: who is looking.
        moment: `review_through` of `meta.release`, UTC without a zone; None means all.
    """
    return standing(log().read(clinician_keys=scope.clinician_keys, after=moment))
