"""``logs/build.log``: what a build did, in detail.

Here: opening the log. Not here: what became of the last build (release/build_note.py), the lines a
person sees (commands/), Dagster's own storage.

The log may hold the database's words about pseudonymous rows, and tracebacks; it stays in the home,
readable by its owner alone. A line for a person never holds the value of a cell, a name or a
traceback.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler

from orchestration.home import Home

LOG_NAME = "build.log"

_LOG_BYTES = 2_000_000
_FORMAT = "%(asctime)s %(levelname)s %(message)s"


@contextmanager
def build_log(home: Home) -> Iterator[logging.Logger]:
    """A logger that writes this home's log and nothing else."""
    home.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = home.logs / LOG_NAME
    # Made first, because the handler would make it with whatever mode the caller's umask gives.
    path.touch(mode=0o600)
    handler = RotatingFileHandler(path, maxBytes=_LOG_BYTES, backupCount=3, encoding="utf-8")
    handler.setFormatter(logging.Formatter(_FORMAT))
    # Not from getLogger: that would be one logger for all homes of a process.
    logger = logging.Logger("rapport.build")
    logger.addHandler(handler)
    try:
        yield logger
    finally:
        handler.close()
