"""When a delivery's bytes first landed: noted once, kept for ever.

Belongs here: ``received_at`` in the ledger. Does not belong here: what a build makes of it.
"""

from __future__ import annotations

import shutil
from datetime import datetime

import polars as pl
import pytest

from orchestration.extract import intake
from orchestration.extract.landing import RECEIPT
from tests.unit.ingest.making import GOOD, LATE

FIRST = datetime(2026, 3, 10, 9)
LATER = datetime(2026, 6, 2, 9)


@pytest.fixture
def clock(monkeypatch):
    """Sets what the clock says when the inbox is landed."""

    class Clock:
        now = FIRST

    class Moment(datetime):
        @classmethod
        def now(cls, tz=None):
            return Clock.now.replace(tzinfo=tz)

    monkeypatch.setattr(intake, "datetime", Moment)
    return Clock


def receipts(practice):
    ledger = practice.landed("delivery").sort("delivery", "feed")
    return dict(ledger.select("delivery", RECEIPT).iter_rows())


def test_the_moment_is_noted_once(practice, clock):
    practice.put("clinic/a", {"sessions.csv": GOOD, "clients.csv": "client_id\nc1\n"})
    practice.land()
    clock.now = LATER
    practice.put("clinic/b", {"clients.csv": "client_id\nc1\nc2\n"})
    practice.land()
    assert receipts(practice) == {"a": FIRST, "b": LATER}
    assert practice.landed("delivery").filter(delivery="a")[RECEIPT].to_list() == [FIRST, FIRST]


def test_another_name_of_the_same_bytes_was_received_with_the_first(practice, clock):
    practice.put("clinic/a", {"sessions.csv": LATE})
    practice.land()
    clock.now = LATER
    practice.put("clinic/2026-06-01", {"sessions.csv": LATE})
    practice.land()
    assert receipts(practice) == {"a": FIRST, "2026-06-01": FIRST}


@pytest.mark.parametrize("is_gone", [False, True])
def test_other_settings_keep_the_moment(practice, clock, is_gone):
    practice.put("clinic/a", {"sessions.csv": GOOD})
    practice.put("clinic/b", {"sessions.csv": GOOD})
    practice.land()
    if is_gone:
        shutil.rmtree(practice.home.inbox / "clinic" / "b")
    clock.now = LATER
    practice.configure('[sources.clinic]\ntime_zone = "Europe/Paris"\n')
    practice.land()
    assert receipts(practice) == {"a": FIRST, "b": FIRST}


def test_what_an_older_version_landed_has_no_moment_and_gets_none(practice, clock):
    practice.put("clinic/a", {"sessions.csv": GOOD})
    practice.land()
    for path in (practice.home.landing / "delivery").glob("*.parquet"):
        pl.read_parquet(path).drop(RECEIPT).write_parquet(path)
    clock.now = LATER
    practice.put("clinic/b", {"sessions.csv": GOOD})
    practice.put("clinic/c", {"clients.csv": "client_id\nc1\n"})
    practice.land()
    landed = (practice.home.landing / "delivery").glob("*.parquet")
    ledger = pl.concat([pl.read_parquet(path) for path in landed], how="diagonal")
    assert dict(ledger.select("delivery", RECEIPT).iter_rows()) == {
        "a": None,
        "b": None,
        "c": LATER,
    }
