"""Adding entries to the review log and reading them, by SQLAlchemy.

Here: the table and the only statements that touch it. Not here: migrations/, where the database
lies (location.py), and who may see which entry (dashboards/review.py).
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import UTC, datetime

import sqlalchemy as sa

from review_log.entry import Entry, Kind, NewEntry

metadata = sa.MetaData()

_KEY = sa.String(64)
entries = sa.Table(
    "entry",
    metadata,
    sa.Column("entry_id", _KEY, primary_key=True),
    sa.Column("recorded_at", sa.DateTime, nullable=False, index=True),
    sa.Column("kind", _KEY, nullable=False),
    sa.Column("episode_key", _KEY, nullable=False, index=True),
    sa.Column("client_key", _KEY, nullable=False, index=True),
    sa.Column("clinician_key", _KEY, nullable=False, index=True),
    sa.Column("author_role", _KEY, nullable=False),
    sa.Column("author_key", _KEY),
    sa.Column("release_id", _KEY, nullable=False),
    sa.Column("happened_on", sa.Date),
    sa.Column("until_on", sa.Date),
    sa.Column("code", _KEY),
    sa.Column("done_by", _KEY),
    sa.Column("due_on", sa.Date),
    sa.Column("session_index", sa.Integer),
    sa.Column("refers_to", _KEY),
)
_FIELDS = tuple(field.name for field in fields(Entry))


class LogUnreachableError(Exception):
    """The database of the log does not answer; the message holds no address."""


@contextmanager
def _answering() -> Iterator[None]:
    """Say in one word of our own that the database fails: what it says may hold its address."""
    try:
        yield
    except (sa.exc.SQLAlchemyError, ImportError, OSError):
        raise LogUnreachableError("the review log does not answer") from None


class ReviewLog:
    """The review log of one home."""

    def __init__(self, url: str) -> None:
        with _answering():
            self._engine = sa.create_engine(url)
            metadata.create_all(self._engine)

    def record(self, *new: NewEntry) -> list[Entry]:
        """Add entries, all or none.

        Args:
            new: what to add.

        Returns:
            The same as they stand in the log.
        """
        now = datetime.now(UTC).replace(tzinfo=None)
        made = [Entry(**asdict(entry), entry_id=uuid.uuid4().hex, recorded_at=now) for entry in new]
        with _answering(), self._engine.begin() as con:
            con.execute(sa.insert(entries), [asdict(entry) for entry in made])
        return made

    def read(
        self,
        *,
        clinician_keys: Collection[str] | None = None,
        episode_key: str | None = None,
        after: datetime | None = None,
    ) -> list[Entry]:
        """Give entries in the order in which they were recorded, those taken back included.

        Args:
            clinician_keys: only of these clinicians; None means of all (exports and tests).
            episode_key: only of this case.
            after: only those recorded later, UTC without a zone.
        """
        query = sa.select(entries).order_by(entries.c.recorded_at, entries.c.entry_id)
        if clinician_keys is not None:
            query = query.where(entries.c.clinician_key.in_(list(clinician_keys)))
        if episode_key is not None:
            query = query.where(entries.c.episode_key == episode_key)
        if after is not None:
            query = query.where(entries.c.recorded_at > after)
        with _answering(), self._engine.connect() as con:
            found = con.execute(query).mappings().all()
        return [
            Entry(**{**{name: row[name] for name in _FIELDS}, "kind": Kind(row["kind"])})
            for row in found
        ]


def standing(log: list[Entry]) -> list[Entry]:
    """Leave out the entries that were taken back, and the taking back."""
    gone = {entry.refers_to for entry in log if entry.kind is Kind.UNDONE}
    return [e for e in log if e.kind is not Kind.UNDONE and e.entry_id not in gone]
