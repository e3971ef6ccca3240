"""An unchanged inbox is not read again, and a changed file never passes for an unchanged one.

Belongs here: what is remembered of files between two landings. Does not belong here: seconds
(benchmarks/).
"""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest

from orchestration.extract import inbox, known_hashes
from tests.unit.ingest.making import GOOD, LATE


@pytest.fixture
def read(monkeypatch):
    """Names of files that were hashed."""
    digest = hashlib.file_digest
    names = []

    def counted(handle, name):
        names.append(Path(f"/proc/self/fd/{handle.fileno()}").readlink().name)
        return digest(handle, name)

    monkeypatch.setattr(inbox.hashlib, "file_digest", counted)
    return names


@pytest.fixture
def settled(monkeypatch):
    """Files count as written long ago."""
    monkeypatch.setattr(known_hashes, "_SETTLED_SECONDS", -1.0)


@pytest.mark.usefixtures("settled")
def test_an_unchanged_file_is_hashed_once(practice, read):
    practice.put("clinic/a", {"sessions.csv": GOOD, "clients.csv": "client_id\nc1\n"})
    practice.land()
    practice.put("clinic/b", {"sessions.csv": LATE})
    practice.land()
    assert read == ["clients.csv", "sessions.csv", "sessions.csv"]
    practice.land()
    assert len(read) == 3


def test_a_file_written_a_moment_ago_is_hashed_again(practice, read):
    practice.put("clinic/a", {"sessions.csv": GOOD})
    practice.land()
    practice.land()
    assert len(read) == 2


@pytest.mark.usefixtures("settled")
def test_another_content_of_the_same_size_and_time_is_found(practice, read):
    place = practice.put("clinic/a", {"sessions.csv": GOOD}) / "sessions.csv"
    before = place.stat()
    practice.land()
    place.write_text(GOOD.replace("s1", "s7"))
    os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (place.stat().st_size, place.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    practice.land()
    assert len(read) == 2
    assert practice.landed("sessions")["session_key"].n_unique() == 3


@pytest.mark.usefixtures("settled")
def test_what_is_remembered_is_private_and_names_nobody(practice):
    practice.put("clinic/Jane Smith", {"Jane Smith.csv": GOOD, "sessions.csv": GOOD})
    practice.land()
    place = practice.home.landing / "known_hashes.json"
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert "ane" not in place.read_text()
    assert len(known_hashes.read_json(place)) == 2


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("damage", ["", "[]", '{"x": 1', '{"x": 1}'])
def test_a_damaged_memory_is_only_slower(practice, read, damage):
    practice.put("clinic/a", {"sessions.csv": GOOD})
    practice.land()
    (practice.home.landing / "known_hashes.json").write_text(damage)
    practice.land()
    assert len(read) == 2
    practice.land()
    assert len(read) == 2


@pytest.mark.usefixtures("settled")
def test_a_file_that_left_the_inbox_is_forgotten(practice):
    folder = practice.put("clinic/a", {"sessions.csv": GOOD, "clients.csv": "client_id\nc1\n"})
    practice.land()
    (folder / "clients.csv").unlink()
    practice.land()
    assert len(known_hashes.read_json(practice.home.landing / "known_hashes.json")) == 1
