"""Where the review log of a home lies: one URL, by default a SQLite file in the home.

Here: which database is meant, and that nobody else can read a SQLite file or the URL. Not here:
talking to it (engine.py). The URL of a PostgreSQL server holds a password, so it stands in a file
of `secrets/` (mode 0600) or in the environment, never in rapport.toml. It is handed on as
SQLAlchemy's URL, whose text shows no password.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

import sqlalchemy as sa

from review_log import NAME
from review_log.errors import LogUnreachableError

URL_VARIABLE = "RAPPORT_REVIEW_LOG"
URL_FILE = "review_log_url"
FILE = "review_log.sqlite3"

_MADE_BY = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_KNOWN = ("sqlite", "sqlite+pysqlite", "postgresql+psycopg")
_ALL_BUT_OWNER = 0o077


def url_of(home: Path) -> sa.URL:
    """Give the URL of a home's review log: the environment's, else the file's, else SQLite.

    Args:
        home: the home's folder.

    Raises:
        LogUnreachableError: the URL is none that can be used, names a file that is no log of the
            home, or stands in a file that others may read.
    """
    told = os.environ.get(URL_VARIABLE, "").strip() or _told_by_file(home / "secrets" / URL_FILE)
    if not told:
        return sqlite_of(home)
    url = parse_url(told)
    file = file_of(url)
    # Whatever it names becomes a database, for its owner alone: it must not be any file at all.
    if file is not None and (url.query or file.resolve().parent != (home / NAME).resolve()):
        raise LogUnreachableError(
            f"A review log in SQLite lies in the folder {NAME}/ of the home and nowhere else. Take "
            f"its address away, or name a PostgreSQL server in secrets/{URL_FILE}."
        )
    return url


def sqlite_of(home: Path) -> sa.URL:
    """Give the URL of the file in a home, whatever the home names instead."""
    return sa.URL.create("sqlite", database=str(home / NAME / FILE))


def parse_url(text: str) -> sa.URL:
    """Read a URL; `postgresql://` means the driver that Rapport brings.

    Raises:
        LogUnreachableError: it is none of SQLite or PostgreSQL; the text is not repeated.
    """
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        raise LogUnreachableError(
            "The address of the review log cannot be read. It should look like "
            "postgresql://user:password@host/database, with % codes for special characters."
        ) from None
    url = url.set(drivername=_MADE_BY.get(url.drivername, url.drivername))
    if url.drivername not in _KNOWN or not url.database:
        raise LogUnreachableError(
            "The review log can lie in SQLite, in the home, or in PostgreSQL "
            "(postgresql://user:password@host/database), and its address names a database."
        )
    return url


def make_private(url: sa.URL) -> None:
    """Make the file of a SQLite log for its owner alone, before SQLite makes it for everybody.

    Raises:
        LogUnreachableError: the home is not there, or cannot be written.
    """
    path = file_of(url)
    if path is None:
        return
    try:
        if path.parent.name == NAME:
            path.parent.mkdir(mode=0o700, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        if stat.S_IMODE(path.stat().st_mode) & _ALL_BUT_OWNER:
            path.chmod(0o600)
    except OSError as error:
        raise LogUnreachableError(
            f"The file of the review log cannot be opened ({error.strerror})."
        ) from None


def file_of(url: sa.URL) -> Path | None:
    """The file of a SQLite log; None for a server."""
    is_file = url.drivername.startswith("sqlite") and url.database
    return Path(str(url.database)) if is_file else None


def file_id(url: sa.URL) -> tuple[int, ...]:
    """Tells one file of a SQLite log from another at the same place; empty where there is none."""
    try:
        found = Path(str(file_of(url))).stat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino


def _told_by_file(path: Path) -> str:
    try:
        if stat.S_IMODE(path.stat().st_mode) & _ALL_BUT_OWNER:
            raise LogUnreachableError(
                f"Others on this machine may read secrets/{URL_FILE}: chmod 600 it."
            )
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError):
        raise LogUnreachableError(f"secrets/{URL_FILE} cannot be read.") from None
