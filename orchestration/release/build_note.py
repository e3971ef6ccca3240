"""``releases/last_build.json``: what became of the newest build, in words.

Here: writing and reading the note. Not here: releases and the pointer to them (catalogue.py). The
dashboard reads the note to say why it still shows an older release.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from orchestration import lock
from orchestration.durable import read_json, write_json
from orchestration.home import Home

NOTE_NAME = "last_build.json"


def note_build(home: Home, status: str, reason: str | None = None, **more: str | int) -> None:
    """Write ``last_build.json``: what became of the newest build.

    Args:
        home: the home.
        status: ``running``, ``released`` or ``failed``.
        reason: a plain paragraph where it failed.
        more: further fields (``release_id``, ``pid``).
    """
    at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    content = {"status": status, "at": at, "reason": reason, **more}
    write_json(home.releases / NOTE_NAME, content)


def last_build(home: Home) -> dict[str, Any] | None:
    """The note on the last build; a build that was killed while running is shown as failed."""
    note = read_json(home.releases / NOTE_NAME)
    if note is None or note.get("status") != "running" or lock.holder(home.path) is not None:
        return note
    return {**note, "status": "failed", "reason": _stopped(note)}


def settle(home: Home, current_id: str | None) -> str | None:
    """Close the note of a build that was killed; call it under the lock.

    Args:
        home: the home.
        current_id: id of the release that is current now.

    Returns:
        A sentence for the person, or None when no build was left unfinished.
    """
    note = read_json(home.releases / NOTE_NAME)
    if note is None or note.get("status") != "running":
        return None
    # Killed after the swap: what it made is current, only the note was not written any more.
    if current_id is not None and current_id == note.get("release_id"):
        note_build(home, "released", release_id=current_id)
        return None
    note_build(home, "failed", _stopped(note))
    return _stopped(note)


def _stopped(note: dict[str, Any]) -> str:
    return (
        f"The build that started at {note.get('at')} was stopped before it finished. "
        "Nothing of it was published."
    )
