"""A run that dies, a damaged file, a wrong key, two runs at once: nothing lost, nothing half.

Belongs here: accidents. What an undisturbed landing leaves is in test_landing.py.
"""

from __future__ import annotations

import subprocess
import sys

import polars as pl
import pytest

from orchestration.errors import HomeBusyError, PseudonymKeyError, RapportError
from orchestration.extract import intake, landing
from orchestration.extract.facts import gather_facts
from tests.unit.ingest.making import GOOD, KEY, LATE, forget


@pytest.mark.parametrize("step", range(1, 7))
def test_a_kill_at_any_write_is_recovered(practice, monkeypatch, step):
    """The run dies at its step-th write; the next one leaves what an undisturbed one would."""
    practice.put("clinic/2026-03-06", {"sessions.csv": GOOD + "s3,,t1,x,y\n"})
    practice.land()
    files = {"sessions.csv": LATE + "s3,,t1,x,y\n", "clients.csv": "client_id,x\nc1,\n"}
    practice.put("clinic/2026-03-08", files)
    practice.put("clinic/2026-06-01", files)
    writes = iter(range(1, 100))
    put = landing.put_in_place

    def die(staged, path):
        if next(writes) == step:
            raise KeyboardInterrupt
        put(staged, path)

    monkeypatch.setattr(landing, "put_in_place", die)
    died = False
    try:
        practice.land()
    except KeyboardInterrupt:
        died = True
    assert died is (step <= 5)  # sessions, clients, quarantine, and the two sightings
    monkeypatch.setattr(landing, "put_in_place", put)
    counted = set(practice.landed("delivery")["sighting_id"])
    assert len(counted) == (1 if step <= 4 else 2 if step == 5 else 3)
    practice.land()
    recovered = practice.state()
    assert not list(practice.home.landing.rglob("*.tmp"))
    forget(practice)
    practice.land()
    assert practice.state() == recovered


def test_a_kill_while_older_rows_are_replaced_is_recovered(practice, monkeypatch):
    practice.put("clinic/2026-03-06", {"sessions.csv": GOOD})
    practice.land()
    practice.configure('[sources.clinic]\ntime_zone = "Europe/Paris"\n')

    def die(self, delivery_ids):
        raise KeyboardInterrupt

    remove = landing.Landing.remove_rows
    for name in ("remove_rows", "remove_sightings"):
        with monkeypatch.context() as patch:
            patch.setattr(landing.Landing, name, die)
            with pytest.raises(KeyboardInterrupt):
                practice.land()
    assert landing.Landing.remove_rows is remove
    practice.land()
    assert practice.landed("sessions").height == 2
    assert practice.landed("delivery").height == 1


def test_rows_without_a_ledger_row_are_swept(practice):
    practice.put("clinic/a", {"sessions.csv": GOOD})
    practice.land()
    stray = practice.home.landing / "sessions" / "0123456789abcdef.parquet"
    practice.landed("sessions").write_parquet(stray)
    practice.land()
    assert not stray.exists()
    assert practice.landed("sessions").height == 2


def test_another_key_is_refused_once_something_has_landed(practice, monkeypatch):
    practice.land()
    monkeypatch.setenv("RAPPORT_PSEUDONYM_KEY", KEY[::-1].hex())
    practice.put("clinic/a", {"sessions.csv": GOOD})
    practice.land()
    monkeypatch.setenv("RAPPORT_PSEUDONYM_KEY", KEY.hex())
    with pytest.raises(PseudonymKeyError, match="restore that key"):
        practice.land()


def test_a_damaged_ledger_stops_the_run_in_plain_words(practice):
    practice.put("clinic/a", {"sessions.csv": GOOD})
    practice.land()
    (sighting,) = set(practice.landed("delivery")["sighting_id"])
    (practice.home.landing / "delivery" / f"{sighting}.parquet").write_bytes(b"PAR1")
    with pytest.raises(RapportError, match="is damaged: restore"):
        practice.land()


def test_one_run_at_a_time(practice):
    script = (
        "import sys, time; from pathlib import Path; from orchestration.lock import hold\n"
        "with hold(Path(sys.argv[1])):\n print('held', flush=True); time.sleep(60)\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(practice.home.path)], stdout=subprocess.PIPE
    )
    try:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(HomeBusyError):
            practice.land()
    finally:
        other.kill()
        other.wait()


@pytest.mark.parametrize("error", [ValueError, MemoryError, pl.exceptions.PanicException])
def test_what_nobody_foresaw_stops_one_delivery_alone(practice, monkeypatch, error):
    practice.put("clinic/a", {"clients.csv": "client_id\nc1\n"})
    practice.put("clinic/b", {"clients.csv": "client_id\nc2\n"})

    def fail_once(found, content, settings):
        if found.name == "a":
            raise error("c1 is in these words")
        return gather_facts(found, content, settings)

    monkeypatch.setattr(intake, "gather_facts", fail_once)
    first, second = intake.land_inbox(practice.settings)
    assert (first.status, second.status) == ("rejected", "accepted")
    assert (first.reason or "").startswith(f"unforeseen: could not be read ({error.__name__} at ")
    assert "these words" not in (first.reason or "")
    assert practice.landed("clients").height == 1
