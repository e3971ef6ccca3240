"""The dashboard's way to the review log: every read and write passes a viewer's scope.

Here: who may record what about which case, and reading entries that are newer than the release.
Not here: the log itself (review_log/), what follows from entries (dbt), forms and buttons (pages).
Reads are never cached: the log changes between two runs of a page.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

import streamlit as st

from dashboards.queries import cases
from dashboards.scope import Role, Scope
from dashboards.texts import review as texts
from dashboards.warehouse import WarehouseError, home
from review_log.entry import Entry, Kind, NewEntry
from review_log.location import url_of
from review_log.store import LogUnreachableError, ReviewLog, standing

# A clinician brings a case and closes steps; whether a case was reviewed is the supervisor's word.
_OF_CLINICIANS = (Kind.BROUGHT, Kind.STEP_CLOSED, Kind.UNDONE)
# Kinds that put a case on the agenda or take it off, and what is said of a signal: the last holds.
TURNS = frozenset({Kind.REVIEWED, Kind.DEFERRED, Kind.ADDED, Kind.BROUGHT})
_VERDICTS = frozenset({Kind.CONFIRMED, Kind.DISMISSED})


class ReviewLogError(WarehouseError):
    """The review log does not answer; the message is fit for the screen."""


@st.cache_resource(max_entries=2, show_spinner=False)
def _log(url: str) -> ReviewLog:
    return ReviewLog(url)


@contextmanager
def _log_of_home() -> Iterator[ReviewLog]:
    """Give the review log of the home, and say calmly where it does not answer."""
    try:
        yield _log(url_of(home()))
    except (LogUnreachableError, OSError) as error:
        raise ReviewLogError(texts.UNREACHABLE) from error


def record(scope: Scope, kind: Kind, episode_key: str, **said: Any) -> Entry:
    """Record something about a case in scope.

    The same said twice by one person since it last changed is one entry: a double click, a form
    sent again. Two people who say the same are two entries.

    Args:
        scope: who records it.
        kind: what is recorded.
        episode_key: the case.
        **said: further fields of `NewEntry`.

    Returns:
        The entry, the earlier one where it stood already.

    Raises:
        WarehouseError: the case is not in scope, in the words for a case that is not there; or the
            role does not record this; or what is referred to is no entry of this case.
        ReviewLogError: the log does not answer.
        EntryError: the entry makes no sense.
    """
    facts = cases.case(scope, episode_key) if scope.sees_cases else None
    if facts is None:
        raise WarehouseError(texts.NO_SUCH_CASE)
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
    with _log_of_home() as log:
        found = log.read(clinician_keys=scope.clinician_keys, episode_key=episode_key)
        _may(scope, entry, found)
        return _already(entry, found) or log.record(entry)[0]


def _may(scope: Scope, entry: NewEntry, found: list[Entry]) -> None:
    """Refuse what a role does not record, and what refers to anything but an entry of the case.

    Raises:
        WarehouseError: in words that do not tell a foreign entry from an unknown one.
    """
    meant = next((e for e in found if e.entry_id == entry.refers_to), None)
    if entry.refers_to is not None and meant is None:
        raise WarehouseError(texts.NO_SUCH_CASE)
    if scope.role is not Role.CLINICIAN:
        return
    is_foreign = meant is not None and meant.author_key != scope.person
    if entry.kind not in _OF_CLINICIANS or (entry.kind is Kind.UNDONE and is_foreign):
        raise WarehouseError(texts.NOT_YOURS_TO_RECORD)


def _already(entry: NewEntry, found: list[Entry]) -> Entry | None:
    """Give the entry that says the same by the same person, unless something came after it."""
    said = {name: value for name, value in asdict(entry).items() if name != "release_id"}
    still = found if entry.kind is Kind.UNDONE else standing(found)
    same = [e for e in still if all(getattr(e, name) == value for name, value in said.items())]
    return next((e for e in same if not any(_ends(later, e) for later in still)), None)


def _ends(later: Entry, entry: Entry) -> bool:
    """Say whether an entry ends what an earlier one said, so that it may be said anew."""
    if later.recorded_at <= entry.recorded_at:
        return False
    about = (entry.code, entry.session_index) == (later.code, later.session_index)
    return (
        later.refers_to == entry.entry_id
        or {entry.kind, later.kind} <= TURNS
        or ({entry.kind, later.kind} <= _VERDICTS and about)
    )


def of_case(scope: Scope, episode_key: str) -> list[Entry]:
    """Give the standing entries of one case in scope, oldest first."""
    with _log_of_home() as log:
        found = log.read(clinician_keys=scope.clinician_keys, episode_key=episode_key)
    return standing(found)


def since(scope: Scope, moment: datetime | None) -> list[Entry]:
    """Give the standing entries in scope recorded after a moment, oldest first.

    Args:
        scope: who is looking.
        moment: `review_through` of `meta.release`, UTC without a zone; None means all.
    """
    with _log_of_home() as log:
        found = log.read(clinician_keys=scope.clinician_keys, after=moment)
    return standing(found)
