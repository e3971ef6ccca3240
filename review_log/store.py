"""Adding to the review log and reading it, by SQLAlchemy.

Here: the statements that touch its tables. Not here: the tables (tables.py), how their database is
spoken to (engine.py) or grows (migrations/), where it lies (location.py), who may see which entry
(dashboards/review.py), erasing (erasure.py).

Whoever writes waits for whoever writes, so what one transaction sees stays true until it ends, and
`recorded_at` grows in the order in which entries came to stand, whatever the clocks say.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from review_log.engine import make_engine, reading, writing
from review_log.entry import Entry, Kind, NewEntry
from review_log.errors import LogUnreachableError, sound
from review_log.location import file_id, make_private, parse_url, url_of
from review_log.migrations import migrate
from review_log.tables import entries, viewings
from review_log.viewing import NewViewing, Viewing

# Asked under the write lock with what is to be added and all entries of its case: gives the entry
# that says the same already, or None; may raise.
Judge = Callable[[NewEntry, list[Entry]], Entry | None]

_STEP = timedelta(microseconds=1)
# A clock that is wrong by more is believed all the same: the order is lost, the dates are not.
_CLOCKS_DIFFER = timedelta(hours=1)

__all__ = ["Judge", "LogUnreachableError", "ReviewLog", "open_log", "standing"]


def open_log(home: Path) -> ReviewLog:
    """Open the review log of a home, made or brought up to date where needed.

    Args:
        home: the home's folder.

    Raises:
        LogUnreachableError: it cannot be used; the message says why.
    """
    return ReviewLog(url_of(home))


class ReviewLog:
    """One review log. May be shared by threads."""

    def __init__(self, url: sa.URL | str) -> None:
        self._url = parse_url(url) if isinstance(url, str) else url
        self._engine = make_engine(self._url)
        self._made_ready: tuple[int, ...] | None = None
        self._make_ready()

    @property
    def engine(self) -> sa.Engine:
        """The connections. A file that was replaced, by a backup say, is made ready anew.

        Raises:
            LogUnreachableError: it cannot be used.
        """
        if file_id(self._url) != self._made_ready:
            self._make_ready()
        return self._engine

    def _make_ready(self) -> None:
        make_private(self._url)
        migrate(self._engine)
        self._made_ready = file_id(self._url)

    def record(self, *new: NewEntry, judge: Judge | None = None) -> list[Entry]:
        """Add entries, all or none.

        Args:
            new: what to add.
            judge: has the last word on each before it is added.

        Returns:
            The same as they stand in the log, in the same order.

        Raises:
            LogUnreachableError: nothing was added.
        """
        stand: list[Entry] = []
        with writing(self.engine) as con:
            for entry in new:
                same = None
                if judge is not None:
                    same = judge(entry, _entries(con, entries.c.episode_key == entry.episode_key))
                if same is None:
                    same = Entry(
                        **vars(entry), entry_id=uuid.uuid4().hex, recorded_at=_next_moment(con)
                    )
                    con.execute(sa.insert(entries), [dict(vars(same))])
                stand.append(same)
        return stand

    def read(
        self,
        *,
        clinician_keys: Collection[str] | None = None,
        episode_key: str | None = None,
        after: datetime | None = None,
        or_on: str | None = None,
    ) -> list[Entry]:
        """Give entries in the order in which they were recorded, those taken back included.

        Args:
            clinician_keys: only of these clinicians; None means of all (exports and tests).
            episode_key: only of this case.
            after: only those recorded later, UTC without a zone.
            or_on: with `after`, those of who looked at this release too, whatever their clocks say.
        """
        wanted = []
        if clinician_keys is not None:
            wanted.append(entries.c.clinician_key.in_(list(clinician_keys)))
        if episode_key is not None:
            wanted.append(entries.c.episode_key == episode_key)
        if after is not None:
            newer = entries.c.recorded_at > after
            on_it = entries.c.release_id == or_on
            wanted.append(newer if or_on is None else newer | on_it)
        with reading(self.engine) as con:
            return _entries(con, *wanted)

    def viewed(self, *new: NewViewing) -> None:
        """Note who is about to see which case; call it before anything of the case is shown.

        Raises:
            LogUnreachableError: it could not be noted, so the case must not be shown.
        """
        now = _now()
        rows = [{**vars(each), "viewing_id": uuid.uuid4().hex, "viewed_at": now} for each in new]
        if rows:
            with writing(self.engine) as con:
                con.execute(sa.insert(viewings), rows)

    def views(
        self, *, after: datetime | None = None, until: datetime | None = None, limit: int = 1000
    ) -> list[Viewing]:
        """Give who saw which case, the newest first.

        Args:
            after: only later ones, UTC without a zone.
            until: only those up to this moment.
            limit: at most so many.
        """
        query = sa.select(viewings).order_by(viewings.c.viewed_at.desc(), viewings.c.viewing_id)
        if after is not None:
            query = query.where(viewings.c.viewed_at > after)
        if until is not None:
            query = query.where(viewings.c.viewed_at <= until)
        with reading(self.engine) as con, sound():
            return [Viewing(**row) for row in con.execute(query.limit(limit)).mappings()]

    def restore(self, old: Iterable[Entry], seen: Iterable[Viewing] = ()) -> None:
        """Add what another log holds, moments and ids as they are: a move, or a simulated past."""
        with writing(self.engine) as con:
            for table, rows in ((entries, old), (viewings, seen)):
                made = [dict(vars(row)) for row in rows]
                if made:
                    con.execute(sa.insert(table), made)

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()


def standing(log: list[Entry]) -> list[Entry]:
    """Leave out the entries that were taken back, and the taking back."""
    gone = {entry.refers_to for entry in log if entry.kind is Kind.UNDONE}
    return [e for e in log if e.kind is not Kind.UNDONE and e.entry_id not in gone]


_FIELDS = tuple(field.name for field in fields(Entry))


def _entries(con: sa.Connection, *wanted: Any) -> list[Entry]:
    query = sa.select(*(entries.c[name] for name in _FIELDS)).where(*wanted)
    query = query.order_by(entries.c.recorded_at, entries.c.entry_id)
    with sound():
        found = con.execute(query).mappings()
        return [Entry(**{**row, "kind": Kind(row["kind"])}) for row in found]


def _next_moment(con: sa.Connection) -> datetime:
    now = _now()
    newest = con.execute(sa.select(sa.func.max(entries.c.recorded_at))).scalar()
    if newest is not None and now <= newest < now + _CLOCKS_DIFFER:
        return newest + _STEP
    return now


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
