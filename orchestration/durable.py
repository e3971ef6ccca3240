"""Writing so that a power cut leaves the old file or the new one, and nobody else can read it.

Here: the few operations on files and folders that a landing, a release or a build note needs.
Not here: what is written, and when (release/, warehouse.py).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_CHUNK_BYTES = 4 * 1024 * 1024


@contextmanager
def private_files() -> Iterator[None]:
    """What is written meanwhile is for its owner alone (trust.md 0, finding 16)."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def sync_file(path: Path) -> None:
    """Make the bytes of a file survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Make names that were added, replaced or removed in a folder survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def stage_json(path: Path, content: Mapping[str, Any]) -> Path:
    """Write JSON to a temporary name beside ``path``, synced; the caller puts it in place."""
    staged = path.with_name(f"{path.name}.tmp")
    with staged.open("w", encoding="utf-8") as handle:
        json.dump(content, handle, indent=2, ensure_ascii=False)
        handle.write("\n")
        handle.flush()
        os.fsync(handle.fileno())
    return staged


def put_in_place(staged: Path, path: Path) -> None:
    """Give a staged file its name in one step, and make that survive a power cut."""
    staged.replace(path)
    sync_folder(path.parent)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON so that a reader sees the old content or the new, never a part."""
    put_in_place(stage_json(path, content), path)


def read_json(path: Path) -> dict[str, Any] | None:
    """Read a JSON object; None when the file is absent, cut short or not an object."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
