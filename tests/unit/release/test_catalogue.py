"""The shelf: ids, the pointer, fallback from damage (trust.md P7), rollback, the build note."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestration import lock
from orchestration.durable import write_json
from orchestration.errors import RapportError
from orchestration.home import Home
from orchestration.release.build_note import last_build, note_build
from orchestration.release.catalogue import (
    NoReleaseError,
    current_release,
    list_releases,
    new_release_id,
    recover,
    rollback,
)
from orchestration.release.publish import promote
from tests.unit.release.conftest import write_build

FIRST, SECOND = "20261123T001005-aaaaaa", "20261123T001105-bbbbbb"


@pytest.fixture
def two(home: Home) -> Home:
    """A home with two releases, the second current."""
    for release_id in (FIRST, SECOND):
        write_build(home, release_id)
        promote(home)
    return home


def _damage(path: Path, at: int) -> None:
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    content[at] ^= 0xFF
    path.write_bytes(content)


def test_id_is_the_utc_second_and_six_of_the_hash(home: Home) -> None:
    moment = datetime.fromisoformat("2026-11-23T02:10:05.7+02:00")
    assert new_release_id(home, moment, "3f9a2c77") == "20261123T001005-3f9a2c"


@pytest.mark.parametrize("now", ["2026-11-23T00:11:05+00:00", "2020-01-01T00:00:00+00:00"])
def test_id_sorts_after_every_release_even_when_the_clock_goes_back(two: Home, now: str) -> None:
    assert new_release_id(two, datetime.fromisoformat(now), "c" * 6) == "20261123T001106-cccccc"


def test_no_release_yet(home: Home) -> None:
    with pytest.raises(NoReleaseError, match="no release yet"):
        current_release(home)


@pytest.mark.parametrize("at", [0, 4096, 300_000, -1])
def test_flipped_byte_is_never_served(two: Home, at: int) -> None:
    _damage(two.releases / f"release-{SECOND}.duckdb", at)
    now = current_release(two)
    assert now.release.release_id == FIRST
    assert now.warning is not None
    assert "SHA-256 differs" in now.warning


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"release_id": 1}', '{"file": "../../etc/passwd"}']
)
def test_broken_pointer_falls_back_to_the_newest_whole_release(two: Home, text: str) -> None:
    (two.releases / "current.json").write_text(text)
    now = current_release(two)
    assert now.release.release_id == SECOND
    assert now.warning is not None


def test_pointer_cannot_lead_out_of_the_folder(two: Home) -> None:
    pointer = two.releases / "current.json"
    content = current_release(two).release.to_json() | {"file": "../build/build.duckdb"}
    write_json(pointer, content)
    assert current_release(two).release.file == f"release-{SECOND}.duckdb"


def test_nothing_whole_is_said_plainly(two: Home) -> None:
    for release in list_releases(two):
        _damage(two.releases / release.file, 5000)
    with pytest.raises(NoReleaseError, match="no earlier one is whole"):
        current_release(two)


def test_rollback_by_the_beginning_of_an_id(two: Home) -> None:
    assert rollback(two, "20261123T0010").release_id == FIRST
    assert current_release(two).release.release_id == FIRST
    assert (two.releases / "current").resolve().name == f"release-{FIRST}.duckdb"
    assert len(list_releases(two)) == 2


@pytest.mark.parametrize("asked", ["", "2026", "nosuch"])
def test_rollback_wants_exactly_one_release(two: Home, asked: str) -> None:
    with pytest.raises(RapportError, match="fit"):
        rollback(two, asked)
    assert current_release(two).release.release_id == SECOND


def test_rollback_refuses_a_damaged_release(two: Home) -> None:
    _damage(two.releases / f"release-{FIRST}.analyst.duckdb", 5000)
    with pytest.raises(RapportError, match="cannot be used"):
        rollback(two, FIRST)


def test_recovery_after_rollback_keeps_the_newer_release(two: Home) -> None:
    rollback(two, FIRST)
    with lock.hold(two.path):
        assert recover(two) is None
    assert [release.release_id for release in list_releases(two)] == [SECOND, FIRST]


def test_recovery_removes_spills_and_half_written_files(two: Home) -> None:
    left = [
        two.build / "build.duckdb",
        two.build / "build.duckdb.wal",
        two.releases / "current.json.tmp",
        two.releases / "release-20261124T000000-dddddd.duckdb",
    ]
    for path in left:
        path.write_bytes(b"half")
    spill = two.build / "build.duckdb.tmp"
    spill.mkdir()
    (spill / "rows").write_bytes(b"plain rows")
    with lock.hold(two.path):
        recover(two)
    assert not [path for path in [*left, spill] if path.exists()]
    assert current_release(two).warning is None


def test_killed_build_is_told_once_nobody_holds_the_lock(two: Home) -> None:
    note_build(two, "running", pid=os.getpid())
    with lock.hold(two.path):
        running = last_build(two)
        assert running is not None
        assert running["status"] == "running"
    told = last_build(two)
    assert told is not None
    assert told["status"] == "failed"
    assert "stopped before it finished" in told["reason"]
    with lock.hold(two.path):
        assert "stopped before it finished" in (recover(two) or "")
        assert recover(two) is None


def test_note_has_a_utc_time(home: Home) -> None:
    note_build(home, "failed", "Because.")
    note = last_build(home)
    assert note is not None
    age = datetime.now(UTC) - datetime.fromisoformat(note["at"])
    assert 0 <= age.total_seconds() < 60
