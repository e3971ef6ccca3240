"""The dashboard's way to the review log: every read and write passes a viewer's scope.

Here: who may record what about which case, reading entries that are newer than the release, and
noting who looks at a case before it is shown. Not here: the log itself (review_log/), what follows
from entries (dbt), forms and buttons (pages). Reads are never cached: the log changes between two
runs of a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import streamlit as st

from dashboards.queries import cases, review_log
from dashboards.scope import Role, Scope
from dashboards.texts import review as texts
from dashboards.warehouse import WarehouseError, home
from review_log.entry import Entry, Kind, NewEntry
from review_log.errors import LogUnreachableError
from review_log.store import ReviewLog, open_log, standing
from review_log.viewing import NewViewing, Viewing

# A clinician brings a case and closes steps; whether a case was reviewed is the supervisor's word.
_OF_CLINICIANS = (Kind.BROUGHT, Kind.STEP_CLOSED, Kind.UNDONE)
# Kinds that put a case on the agenda or take it off, and what is said of a signal: the last holds.
TURNS = frozenset({Kind.REVIEWED, Kind.DEFERRED, Kind.ADDED, Kind.BROUGHT})
_VERDICTS = frozenset({Kind.CONFIRMED, Kind.DISMISSED})
_NOTED = "viewings_noted"
_FIELDS = tuple(field.name for field in fields(Entry))


class ReviewLogError(WarehouseError):
    """The review log does not answer; the message is fit for the screen."""


@st.cache_resource(max_entries=2, show_spinner=False)
def _log(place: Path) -> ReviewLog:
    return open_log(place)


@contextmanager
def _log_of_home(otherwise: str = texts.UNREACHABLE) -> Iterator[ReviewLog]:
    """Give the review log of the home, and say calmly where it does not answer."""
    try:
        yield _log(home())
    except (LogUnreachableError, OSError) as error:
        raise ReviewLogError(otherwise) from error


def record(scope: Scope, kind: Kind, episode_key: str, **said: Any) -> Entry:
    """Record one thing about a case in scope; see `record_all`."""
    return record_all(scope, (kind, episode_key, said))[0]


def record_all(scope: Scope, *what: tuple[Kind, str, dict[str, Any]]) -> list[Entry]:
    """Record several things about cases in scope, all or none.

    The same said twice by one person since it last changed is one entry: a double click, a form
    sent again. So is a review that names no day to look again after one of the same day that does:
    a form is empty once it was saved. Two people who say the same are two entries.

    Args:
        scope: who records it.
        *what: the kind, the case, and further fields of `NewEntry`.

    Returns:
        The entries, the earlier one where it stood already.

    Raises:
        WarehouseError: the case is not in scope, in the words for a case that is not there; or the
            role does not record this; or what is referred to is no entry of this case.
        ReviewLogError: the log does not answer; nothing was recorded.
        EntryError: the entry makes no sense.
    """
    new = [
        NewEntry(
            kind=kind,
            episode_key=episode_key,
            author_role=scope.role.value,
            author_key=scope.person,
            release_id=scope.release_id,
            **_whose(scope, episode_key),
            **said,
        )
        for kind, episode_key, said in what
    ]

    def judge(entry: NewEntry, of_its_case: list[Entry]) -> Entry | None:
        found = [e for e in of_its_case if e.clinician_key in scope.clinician_keys]
        _may(scope, entry, found)
        return _already(entry, found)

    with _log_of_home() as log:
        return log.record(*new, judge=judge)


def _whose(scope: Scope, episode_key: str) -> dict[str, str]:
    """Client and clinician of a case in scope.

    Raises:
        WarehouseError: the case is not in scope, in the words for a case that is not there.
    """
    facts = cases.case(scope, episode_key) if scope.sees_cases else None
    if facts is None:
        raise WarehouseError(texts.NO_SUCH_CASE)
    return {name: str(facts[name]) for name in ("client_key", "clinician_key")}


def is_own(scope: Scope, entry: Entry) -> bool:
    """Say whether the viewer recorded an entry; others who think otherwise add one of their own."""
    return (entry.author_role, entry.author_key) == (scope.role.value, scope.person)


def _may(scope: Scope, entry: NewEntry, found: list[Entry]) -> None:
    """Refuse what a role does not record, what takes back another's entry, what refers to nothing.

    Raises:
        WarehouseError: in words that do not tell a foreign entry from an unknown one.
    """
    is_of_role = scope.role is not Role.CLINICIAN or entry.kind in _OF_CLINICIANS
    if entry.refers_to is not None:
        # After a merge of clients the release knows an entry under another case than the log does.
        meant = _meant(entry, found) or _meant(entry, released(scope, entry.episode_key))
        if meant is None:
            raise WarehouseError(texts.NO_SUCH_CASE)
        is_of_role &= entry.kind is not Kind.UNDONE or is_own(scope, meant)
    if not is_of_role:
        raise WarehouseError(texts.NOT_YOURS_TO_RECORD)


def _meant(entry: NewEntry, known: Iterable[Entry]) -> Entry | None:
    """Find the entry that another refers to."""
    return next((e for e in known if e.entry_id == entry.refers_to), None)


def _already(entry: NewEntry, found: list[Entry]) -> Entry | None:
    """Give the entry that says the same by the same person, unless something came after it."""
    said = {name: value for name, value in asdict(entry).items() if name != "release_id"}
    if entry.kind is Kind.REVIEWED and entry.until_on is None:
        del said["until_on"]
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
    """Give the standing entries of one case in scope, oldest first.

    After a merge of clients the log knows earlier ones under another case: those come from the
    release.
    """
    with _log_of_home() as log:
        found = log.read(clinician_keys=scope.clinician_keys, episode_key=episode_key)
    known = {entry.entry_id for entry in found}
    found += [entry for entry in released(scope, episode_key) if entry.entry_id not in known]
    return standing(sorted(found, key=lambda entry: (entry.recorded_at, entry.entry_id)))


def released(scope: Scope, episode_key: str) -> list[Entry]:
    """Give the entries of one case in scope as they stood when the release was built."""
    renamed = {"entry_id": "entry_key", "refers_to": "refers_to_key"}
    return [
        Entry(**{**{f: row[renamed.get(f, f)] for f in _FIELDS}, "kind": Kind(row["kind"])})
        for row in review_log.entries_of(scope, episode_key).iter_rows(named=True)
    ]


def since(scope: Scope, moment: datetime | None) -> list[Entry]:
    """Give the standing entries in scope that the release does not hold, oldest first.

    Clocks differ, and one can be wrong: what was recorded while this release was looked at is
    newer than it, and what it holds is not, whatever their moments say.

    Args:
        scope: who is looking.
        moment: `review_through` of `meta.release`, UTC without a zone; None means all.
    """
    held = review_log.held_after(scope, moment)
    with _log_of_home() as log:
        found = log.read(clinician_keys=scope.clinician_keys, after=moment, or_on=scope.release_id)
    return [entry for entry in standing(found) if entry.entry_id not in held]


def viewed(scope: Scope, page: str, *episode_keys: str) -> None:
    """Note that somebody is about to see cases; call it before anything of them is shown.

    One visit is one line, however often the page runs again; on another day, or as somebody else,
    it is another visit.

    Args:
        scope: who is looking.
        page: short name of the page or paper that shows the case.
        *episode_keys: the cases.

    Raises:
        WarehouseError: a case is not in scope, in the words for a case that is not there.
        ReviewLogError: it could not be noted, so the cases must not be shown.
    """
    noted: set[tuple[str, ...]] = st.session_state.setdefault(_NOTED, set())
    day = datetime.now(UTC).date().isoformat()
    who = (scope.role.value, scope.person or "", page, scope.release_id, day)
    fresh = [key for key in episode_keys if (*who, key) not in noted]
    printed(scope, page, *fresh)
    noted.update((*who, key) for key in fresh)


def printed(scope: Scope, paper: str, *episode_keys: str) -> None:
    """Note that somebody is about to get cases on paper: each asking is a line of its own.

    Args:
        scope: who asks.
        paper: short name of what shows the cases.
        *episode_keys: the cases.

    Raises:
        WarehouseError: a case is not in scope, in the words for a case that is not there.
        ReviewLogError: it could not be noted, so the cases must not be shown.
    """
    new = [
        NewViewing(
            viewer_role=scope.role.value,
            viewer_key=scope.person,
            page=paper,
            episode_key=key,
            release_id=scope.release_id,
            **_whose(scope, key),
        )
        for key in episode_keys
    ]
    if new:
        with _log_of_home(texts.NOT_SHOWN) as log:
            log.viewed(*new)


def views(
    scope: Scope, after: datetime | None = None, until: datetime | None = None, limit: int = 1000
) -> list[Viewing]:
    """Give who saw which case, the newest first; a director alone asks this.

    Args:
        scope: who is looking.
        after: only later ones, UTC without a zone.
        until: only those up to this moment.
        limit: at most so many.

    Raises:
        WarehouseError: the role does not see this.
        ReviewLogError: the log does not answer.
    """
    if scope.role is not Role.DIRECTOR:
        raise WarehouseError(texts.NOT_YOURS_TO_SEE)
    with _log_of_home() as log:
        return log.views(after=after, until=until, limit=limit)
