"""Hashes of inbox files that have not changed since they were hashed.

Here: what is remembered of a file, and when that is believed. Not here: reading or hashing it
(inbox.py). An inbox of gigabytes need not be read again to find out that nothing is new.

A file counts as unchanged when its path, device, inode, size and both its times are what they were.
One that had been written only a moment before it was hashed is not remembered, because a second
write within the clock's tick would leave no trace. Nothing is kept of the names, which may be those
of people: one number stands for path and state together. What was read is compared with its hash
all the same when rows are made of it.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from orchestration.durable import read_json, stage_json

_SETTLED_SECONDS = 3.0


class KnownHashes:
    """The remembered hashes of one home; those that a run does not ask for are forgotten."""

    def __init__(self, place: Path) -> None:
        """What an earlier run remembered.

        Args:
            place: of the file; the folder is the owner's alone.
        """
        self._place = place
        self._known = read_json(place) or {}
        self._seen: dict[str, str] = {}

    def get(self, path: Path, state: os.stat_result) -> str | None:
        """The SHA-256 of a file in this state, or None when it must be read."""
        key = _key(path, state)
        sha256 = self._known.get(key)
        if isinstance(sha256, str):
            self._seen[key] = sha256
            return sha256
        return None

    def note(self, path: Path, state: os.stat_result, sha256: str, began: float) -> None:
        """Remember the hash of a file that was in this state before and after it was read.

        Args:
            path: of the file.
            state: its state.
            sha256: of its bytes.
            began: when reading began, in seconds since 1970.
        """
        if began - max(state.st_mtime, state.st_ctime) > _SETTLED_SECONDS:
            self._seen[_key(path, state)] = sha256

    def save(self) -> None:
        """Write what this run has seen, if it is not what was known."""
        if self._seen != self._known:
            # Lost in a power cut, it is only slower: nothing waits for the disk.
            stage_json(self._place, self._seen).replace(self._place)


def _key(path: Path, state: os.stat_result) -> str:
    facts = (state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)
    text = json.dumps([os.fsencode(path.absolute()).hex(), *facts])
    return hashlib.sha256(text.encode()).hexdigest()
