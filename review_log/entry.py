"""What one entry of the review log says, and which entries make sense.

An entry is never changed: who thinks again adds another one, so two supervisors at once lose
nothing. It holds keys, dates and codes (seed review_codes) and no free text, because text would
carry names (docs/decisions/0036-review-log.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

_CODE = re.compile(r"[A-Za-z0-9_:.-]{1,64}")


class Kind(StrEnum):
    """What was recorded."""

    REVIEWED = "reviewed"  # the case was discussed on happened_on; until_on: review again on
    DEFERRED = "deferred"  # not now: reason, until_on
    ADDED = "added"  # the supervisor puts the case on the agenda
    BROUGHT = "brought"  # the supervisee wants to bring the case
    PLANNED = "planned"  # a step: code, done_by, due_on
    STEP_CLOSED = "step_closed"  # refers_to a planned one: code says what became of it
    CONFIRMED = "signal_confirmed"  # the signal or reason `code` of session_index was right
    DISMISSED = "signal_dismissed"  # it was not
    UNDONE = "undone"  # refers_to the entry taken back; for good, it can be said anew


# What an entry of a kind must say beside whom it is about.
_NEEDS: dict[Kind, tuple[str, ...]] = {
    Kind.REVIEWED: ("happened_on",),
    Kind.DEFERRED: ("code", "until_on"),
    Kind.PLANNED: ("code", "done_by"),
    Kind.STEP_CLOSED: ("refers_to", "code"),
    Kind.CONFIRMED: ("code",),
    Kind.DISMISSED: ("code",),
    Kind.UNDONE: ("refers_to",),
}


class EntryError(ValueError):
    """An entry does not make sense; the message names the field and never holds its value."""


def check_codes(record: Any, needed: Iterable[str], also: Iterable[str]) -> None:
    """Refuse a record of which a field is missing, or holds what could be text.

    Args:
        record: what somebody wants to add to the log.
        needed: fields that must hold a code.
        also: fields that may be None.

    Raises:
        EntryError: names the field, never its value.
    """
    needed = tuple(needed)
    for field in (*needed, *also):
        value = getattr(record, field)
        if value is None and field not in needed:
            continue
        if not value:
            raise EntryError(f"an entry of the review log needs {field}")
        if not _CODE.fullmatch(value):
            raise EntryError(f"{field} of an entry is a code, never text")


@dataclass(frozen=True)
class NewEntry:
    """What somebody records about one case.

    Attributes:
        kind: what is recorded.
        episode_key: the case.
        client_key: its client; by it the entry is erased.
        clinician_key: its clinician; by it a scope filters.
        author_role: `director`, `supervisor` or `clinician`.
        author_key: the clinician key of the author; None for a director.
        release_id: the release the author looked at.
        happened_on: day of the meeting.
        until_on: deferred until, or review again on.
        code: reason, step, what became of a step, or the signal's rule or reason id.
        done_by: code of who takes the step.
        due_on: when the step should be done.
        session_index: session of the signal.
        refers_to: the entry that is closed or taken back.
    """

    kind: Kind
    episode_key: str
    client_key: str
    clinician_key: str
    author_role: str
    author_key: str | None
    release_id: str
    happened_on: date | None = None
    until_on: date | None = None
    code: str | None = None
    done_by: str | None = None
    due_on: date | None = None
    session_index: int | None = None
    refers_to: str | None = None

    def __post_init__(self) -> None:
        """Refuse what makes no sense.

        Raises:
            EntryError: a field is missing, or a code or key could be free text.
        """
        for field in _NEEDS.get(self.kind, ()):
            if getattr(self, field) in (None, ""):
                raise EntryError(f"an entry {self.kind} needs {field}")
        if not isinstance(self.session_index, int | None):
            raise EntryError("session_index of an entry is a number")
        check_codes(
            self,
            needed=("episode_key", "client_key", "clinician_key", "author_role", "release_id"),
            also=("author_key", "code", "done_by", "refers_to"),
        )


@dataclass(frozen=True)
class Entry(NewEntry):
    """An entry as it stands in the log.

    Attributes:
        entry_id: 32 hex characters, random.
        recorded_at: when it was written, UTC.
    """

    entry_id: str = ""
    recorded_at: datetime = datetime.min
