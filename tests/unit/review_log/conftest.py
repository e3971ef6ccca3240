"""Both databases of the review log: every test that asks for `url` runs on each of them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from review_log.store import ReviewLog
from tests.support import absent
from tests.unit.review_log.postgresql import Server, programs, server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """One server for all tests."""
    place = programs()
    if place is None:
        absent("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    with server(place) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'log.sqlite3'}"
    return request.getfixturevalue("postgresql").create(f"log_{uuid.uuid4().hex}")


@pytest.fixture
def log(url: str) -> Iterator[ReviewLog]:
    """A new review log."""
    made = ReviewLog(url)
    yield made
    made.close()
