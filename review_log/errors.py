"""What is said when the review log cannot be used, in words that are fit for a screen.

Here: the one exception of the package. Not here: words of a page (dashboards/texts/review.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

SILENT = "The review log does not answer."


class LogUnreachableError(Exception):
    """The review log cannot be used; the message says why and holds no address or password."""


@contextmanager
def plainly() -> Iterator[None]:
    """Replace what a database says, which may hold its address, by words of our own."""
    try:
        yield
    except (sa.exc.SQLAlchemyError, ImportError, OSError):
        raise LogUnreachableError(SILENT) from None
