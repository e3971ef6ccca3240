"""What is said when the review log cannot be used, in words that are fit for a screen.

Here: the one exception of the package. Not here: words of a page (dashboards/texts/review.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

SILENT = "The review log does not answer."
# By the codes of PostgreSQL and SQLite: what an operator can mend by themselves.
_SAID = {
    "42501": "The review log's server refuses: its account must own the tables it uses.",
    "SQLITE_FULL": "The review log cannot be written: its disk is full.",
    "SQLITE_READONLY": "The review log cannot be written: its file may only be read.",
    "SQLITE_NOTADB": "The review log's file is damaged: put back a backup.",
    "SQLITE_CORRUPT": "The review log's file is damaged: put back a backup.",
}
# A row that another program wrote is never quoted: it may hold anything, a name too.
ODD = (
    "The review log holds a row, or a version, that Rapport did not write. Put back a backup, or "
    "take that row out."
)


class LogUnreachableError(Exception):
    """The review log cannot be used; the message says why and holds no address or password."""


@contextmanager
def plainly() -> Iterator[None]:
    """Replace what a database says, which may hold its address, by words of our own."""
    try:
        yield
    except (sa.exc.SQLAlchemyError, ImportError, OSError, UnicodeError) as error:
        told = getattr(error, "orig", None)
        code = getattr(told, "sqlstate", None) or getattr(told, "sqlite_errorname", None)
        raise LogUnreachableError(_SAID.get(str(code), SILENT)) from None


@contextmanager
def sound() -> Iterator[None]:
    """Replace what is said of a row that makes no sense, which may hold the row."""
    try:
        yield
    except (ValueError, TypeError):
        raise LogUnreachableError(ODD) from None
