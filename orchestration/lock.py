"""One writer per home: an advisory lock that the system drops when its holder dies.

Here: taking the lock, and asking who has it. Whoever writes into a home (build, demo, rollback,
erase, a Dagster run) holds it. Not here: locks of DuckDB files; readers of releases need none.

The lock belongs to the process, not to the call: code that already runs under it may take it again
(a Dagster run started by ``rapport build`` does), and only the outermost holder lets it go.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from orchestration.errors import HomeBusyError

LOCK_NAME = "lock"

_guard = threading.Lock()
_held: dict[Path, tuple[IO[str], int]] = {}


@contextmanager
def hold(home: Path) -> Iterator[None]:
    """Hold the home's lock for the length of a ``with`` block.

    Args:
        home: root folder of the home; it must exist.

    Raises:
        HomeBusyError: another process holds it; the message names that process.
    """
    root = home.resolve()
    _take(root)
    try:
        yield
    finally:
        _release(root)


def holder(home: Path) -> int | None:
    """Process id of whoever holds the home's lock; None when it is free.

    0 stands for a holder that has not written its id yet.
    """
    path = home.resolve() / LOCK_NAME
    if path.parent in _held:
        return os.getpid()
    try:
        handle = path.open("r", encoding="ascii")
    except FileNotFoundError:
        return None
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _written_id(handle)
    return None


def _take(root: Path) -> None:
    with _guard:
        if root in _held:
            handle, depth = _held[root]
            _held[root] = (handle, depth + 1)
            return
        # Not opened with "w": that would wipe the holder's id before we know that we may write.
        handle = (root / LOCK_NAME).open("a+", encoding="ascii")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = _written_id(handle)
            handle.close()
            who = f"process {pid}" if pid else "another process"
            message = f"This home is in use by {who}. Wait until it has finished, then try again."
            raise HomeBusyError(message) from None
        (root / LOCK_NAME).chmod(0o600)
        handle.truncate(0)
        handle.write(f"{os.getpid()}\n")
        handle.flush()
        _held[root] = (handle, 1)


def _release(root: Path) -> None:
    with _guard:
        handle, depth = _held[root]
        if depth > 1:
            _held[root] = (handle, depth - 1)
            return
        del _held[root]
        # Closing drops the lock. The file stays: without it two processes could lock two files.
        handle.close()


def _written_id(handle: IO[str]) -> int:
    handle.seek(0)
    text = handle.read(20).strip()
    return int(text) if text.isdigit() else 0
