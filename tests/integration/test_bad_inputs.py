"""Bad input through the program: nothing falls over, the rest lands, the old release stays.

Belongs here: what a person sees and what is released. Does not belong here: single rules
(tests/unit), names that leak (test_privacy.py).
"""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest

from orchestration import lock
from orchestration.cli import main
from orchestration.commands import releases
from tests.integration.conftest import BUILT, Built
from tests.support import copy_of, run_rapport


def answer(home: Path, query: str) -> list[dict[str, object]]:
    """Rows of a statement on the current release."""
    done = run_rapport(home, "sql", query, "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def listing(home: Path) -> set[tuple[str, int, int]]:
    """Every file and folder with its size and time."""
    states = ((str(path), path.lstat()) for path in home.rglob("*"))
    return {(name, state.st_size, state.st_mtime_ns) for name, state in states}


@pytest.fixture(scope="module")
def deliveries(bad_home: Built) -> list[dict[str, object]]:
    """``quality.delivery`` of the release."""
    return answer(bad_home.home, "from quality.delivery")


def test_the_build_released_and_showed_no_traceback(bad_home: Built) -> None:
    assert bad_home.exit_code == 0, bad_home.said
    assert "Traceback" not in bad_home.said
    assert "unforeseen" not in bad_home.said
    log = (bad_home.home / "logs" / "build.log").read_text(encoding="utf-8")
    assert "Traceback" not in log


def test_every_delivery_is_told_with_its_verdict(
    bad_home: Built, deliveries: list[dict[str, object]]
) -> None:
    told: dict[object, set[object]] = {}
    for each in deliveries:
        told.setdefault(each["source"], set()).add(
            (each["status"], str(each["reason"] or "").partition(":")[0])
        )
    assert {case.name: told.get(case.name) for case in BUILT} == {
        case.name: {(case.status, case.rule)} for case in BUILT
    }
    for case in BUILT:
        if case.rule:
            assert f"{case.status}: {case.rule}: " in bad_home.said


def test_every_bad_row_is_held_back_by_its_rule(bad_home: Built) -> None:
    rows = answer(bad_home.home, "select source, row_number, rule from quality.quarantine")
    found = {(row["source"], row["row_number"], row["rule"]) for row in rows}
    wanted = {(case.name, place, rule) for case in BUILT for place, rule in case.bad}
    assert wanted <= found
    # What needs other deliveries is decided later, in dbt: whether anything else tells of a client
    # or session. And a member of staff of the oddities has a name for a site.
    others = {rule for _, _, rule in found - wanted if not rule.startswith("orphan_")}
    assert others == {"pii_suspected"}


def test_all_that_is_sound_was_released(bad_home: Built) -> None:
    (row,) = answer(bad_home.home, "select count(*) as n from core.fct_session")
    assert row["n"] == sum(case.good.get("sessions", 0) for case in BUILT)


def test_check_writes_nothing_and_says_file_row_and_rule(bad_home: Built) -> None:
    before = listing(bad_home.home)
    inbox = bad_home.home / "inbox"
    done = run_rapport(bad_home.home, "check", str(inbox / "scientific-id" / "2026-02-01"))
    assert done.returncode == 0
    assert "A spreadsheet program has turned an id into a rounded number" in done.stdout
    assert "sessions.csv: row 5, in client_id\n" in done.stdout
    done = run_rapport(bad_home.home, "check", str(inbox / "unclosed-quote" / "2026-02-01"))
    assert done.returncode == 1
    assert "sessions.csv: row 5: a quotation mark is opened and not closed" in done.stdout
    done = run_rapport(bad_home.home, "check", str(inbox / "odd" / "link"))
    assert done.returncode == 1
    assert "symlink" in done.stdout
    assert listing(bad_home.home) == before


@pytest.fixture
def own_home(bad_home: Built, tmp_path: Path) -> Path:
    """A copy of the home, to work in."""
    return copy_of(bad_home.home, tmp_path / "home")


def test_a_second_build_is_told_who_works_here(own_home: Path) -> None:
    with lock.hold(own_home):
        done = run_rapport(own_home, "build")
    assert done.returncode == 75
    assert "in use by process" in done.stderr


def test_another_key_stops_the_build_and_leaves_the_release(own_home: Path) -> None:
    pointer = own_home / "releases" / "current.json"
    before = pointer.read_bytes()
    done = run_rapport(own_home, "build", RAPPORT_PSEUDONYM_KEY="5c" * 32)
    assert done.returncode == 1
    assert "the pseudonym key is not the one" in done.stderr
    assert "is still current" in done.stderr
    assert pointer.read_bytes() == before
    assert answer(own_home, "select count(*) as n from meta.release") == [{"n": 1}]


def test_a_home_where_no_database_can_be_is_refused(tmp_path: Path) -> None:
    done = run_rapport(tmp_path / "what now?", "init")
    assert done.returncode == 1
    assert "question mark" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "quimby"), "The disk is full"),
        (OSError(errno.EROFS, "quimby"), "read-only disk"),
        (ValueError("quimby"), "could not be written down"),
    ],
)
def test_a_disk_that_takes_nothing_gives_a_sentence_and_no_traceback(
    error: Exception,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    # A folder in the place of the log: it cannot be written either, as on a full disk.
    (tmp_path / "logs" / "errors.log").mkdir(parents=True)
    monkeypatch.setenv("RAPPORT_HOME", str(tmp_path))

    def fail() -> None:
        raise error

    monkeypatch.setattr(releases, "load_settings", fail)
    assert main(["releases"]) == 1
    err = capfd.readouterr().err
    assert said in err
    assert "quimby" not in err
