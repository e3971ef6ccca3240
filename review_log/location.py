"""Where the review log of a home lies: one URL, by default a SQLite file in the home.

The URL of a PostgreSQL server holds a password, so it stands in a file of `secrets/` (mode 0600) or
in the environment, never in rapport.toml.
"""

from __future__ import annotations

import os
from pathlib import Path

URL_VARIABLE = "RAPPORT_REVIEW_LOG"
URL_FILE = "review_log_url"
FOLDER = "review_log"


def url_of(home: Path) -> str:
    """Give the SQLAlchemy URL of a home's review log.

    Args:
        home: the home's folder.
    """
    told = os.environ.get(URL_VARIABLE, "").strip()
    file = home / "secrets" / URL_FILE
    if not told and file.is_file():
        told = file.read_text(encoding="utf-8").strip()
    if told:
        return told
    folder = home / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return f"sqlite:///{folder / 'review_log.sqlite3'}"
