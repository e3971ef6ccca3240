"""A practice that fetches from a Cliniko of our own: asking, landing, and what has landed.

Belongs here: helpers of the tests. Does not belong here: fixtures (conftest.py), the API itself
(fake_cliniko.py).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from orchestration.extract.pseudonyms import Pseudonymiser
from orchestration.fetch.base import Patience
from orchestration.fetch.run import Outcome, fetch_sources
from tests.unit.fetch.fake_cliniko import FakeCliniko
from tests.unit.ingest.making import KEY, Practice

QUICK = Patience(retries=1, backoff=0.0, longest_wait=0.1, connect=2, read=1, whole=5)
API_KEY = "MS0xLWcanarykeyZyx-au1"
NOW = datetime.now(UTC).replace(microsecond=0)
OUR_PEOPLE = "514810972972521916"


def ago(**by: float) -> str:
    """A moment before now, as Cliniko writes it."""
    return f"{NOW - timedelta(**by):%Y-%m-%dT%H:%M:%SZ}"


def configure(practice: Practice, cliniko: FakeCliniko, options: str = "") -> None:
    """Write rapport.toml."""
    practice.configure(
        f'[sources.clinic]\nreader = "cliniko"\n{options}\n[sources.clinic.fetch]\n'
        f'contact = "office@example.org"\nbase_url = "{cliniko.server.url}/v1"\n'
    )


def fetch(practice: Practice, full: bool = False) -> Outcome:
    """Fetch once, impatiently."""
    return next(iter(fetch_sources(practice.settings, full=full, patience=QUICK)))


def land(practice: Practice) -> list[Any]:
    """Land the inbox; everything must be accepted."""
    reports = list(practice.land().values())
    assert [each.reason for each in reports if not each.is_landed] == []
    return reports


def key_of(entity: str, identifier: str) -> str:
    """The pseudonym of an id."""
    return Pseudonymiser(KEY).one(entity, "clinic", identifier)


def newest(practice: Practice, feed: str, entity: str) -> dict[str, dict[str, Any]]:
    """The last row that landed for each key."""
    column = f"{entity}_key"
    frame = practice.landed(feed).sort("record_updated_at", maintain_order=True)
    return {row[column]: row for row in frame.to_dicts()}


def questions(cliniko: FakeCliniko, path: str) -> list[list[str]]:
    """The filters of each question to a path."""
    asked = [each for each in cliniko.server.asked if each.path == f"/v1/{path}"]
    return [[value for name, value in each.query if name == "q[]"] for each in asked]
