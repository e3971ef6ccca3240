"""The publishing protocol (trust.md P1, P2): what is published, and a kill at every named step."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from orchestration import lock
from orchestration.errors import RapportError
from orchestration.home import Home
from orchestration.release.catalogue import current_release, list_releases, recover
from orchestration.release.gates import GateError
from orchestration.release.kill_points import PUBLISH_STEPS, VARIABLE, reach
from orchestration.release.publish import promote
from tests.support import REPO
from tests.unit.release.conftest import write_build

FIRST, SECOND = "20261123T001005-aaaaaa", "20261123T001105-bbbbbb"


def _tables(path: Path) -> set[tuple[str, str]]:
    with closing(duckdb.connect(str(path), read_only=True)) as con:
        rows = con.execute(
            "select table_schema, table_name from information_schema.tables"
        ).fetchall()
    return set(rows)


def test_release_holds_tables_alone_and_no_helper(home: Home) -> None:
    write_build(home, FIRST)
    release = promote(home)
    path = home.releases / release.file
    assert _tables(path) == {
        ("core", "fct_session"),
        ("quality", "check_result"),
        ("analyst", "practice_metric"),
        ("meta", "release"),
    }
    assert release.row_counts["core.fct_session"] == 3
    assert path.stat().st_mode & 0o777 == 0o440
    assert not list(home.releases.glob("*.wal"))
    assert (home.releases / "current").resolve() == path.resolve()


def test_analyst_file_holds_the_analyst_schema_alone(home: Home) -> None:
    write_build(home, FIRST)
    release = promote(home)
    assert _tables(home.releases / release.analyst_file) == {("analyst", "practice_metric")}


def test_build_without_its_mark_is_never_released(home: Home) -> None:
    write_build(home, FIRST)
    (home.build / "finished.json").unlink()
    with pytest.raises(RapportError, match="no finished build"):
        promote(home)
    assert list_releases(home) == []


def test_violated_blocking_check_stops_the_release(home: Home) -> None:
    write_build(home, FIRST)
    promote(home)
    write_build(home, SECOND)
    with closing(duckdb.connect(str(home.build / "build.duckdb"))) as con:
        con.execute("update quality.check_result set is_passed = false, violated_rows = 2")
    with pytest.raises(GateError, match=r"Rows add up \(2 of 3 rows\)"):
        promote(home)
    assert current_release(home).release.release_id == FIRST


def test_warning_check_does_not_stop_the_release(home: Home) -> None:
    write_build(home, FIRST)
    with closing(duckdb.connect(str(home.build / "build.duckdb"))) as con:
        con.execute("update quality.check_result set is_passed = false, severity = 'warning'")
    assert promote(home).release_id == FIRST


def test_view_that_leads_nowhere_stops_the_release(home: Home) -> None:
    write_build(home, FIRST)
    with closing(duckdb.connect(str(home.build / "build.duckdb"))) as con:
        con.execute("create view core.v as select * from staging.stg_sessions")
    with pytest.raises(RapportError, match="cannot be read from end to end"):
        promote(home)
    assert list_releases(home) == []


def test_the_last_three_are_kept(home: Home) -> None:
    ids = [f"2026112{day}T000000-00000{day}" for day in range(1, 6)]
    for release_id in ids:
        write_build(home, release_id)
        promote(home, keep=3)
    assert [release.release_id for release in list_releases(home)] == ids[:1:-1]
    assert len(list(home.releases.glob("*.duckdb"))) == 6  # three pairs, and nothing else


def _promote_and_die(home: Home, step: str) -> subprocess.CompletedProcess[str]:
    program = (
        "import sys; from pathlib import Path; from orchestration.home import Home; "
        "from orchestration.release.publish import promote; promote(Home(Path(sys.argv[1])))"
    )
    return subprocess.run(
        [sys.executable, "-c", program, str(home.path)],
        env={**os.environ, VARIABLE: step},
        cwd=REPO,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("step", PUBLISH_STEPS)
def test_kill_leaves_the_old_release_or_the_new_one_whole(home: Home, step: str) -> None:
    write_build(home, FIRST, rows=3)
    promote(home)
    write_build(home, SECOND, rows=4)

    died = _promote_and_die(home, step)
    assert died.returncode == -signal.SIGKILL, died.stderr

    swapped = PUBLISH_STEPS.index(step) >= PUBLISH_STEPS.index("pointer_swapped")
    now = current_release(home)
    assert now.warning is None
    assert now.release.release_id == (SECOND if swapped else FIRST)
    with closing(duckdb.connect(str(home.releases / now.release.file), read_only=True)) as con:
        counted = con.execute("select count(*) from core.fct_session").fetchone()
    assert counted == ((4,) if swapped else (3,))

    with lock.hold(home.path):  # the lock went with its holder
        recover(home)
    kept = {release.release_id for release in list_releases(home)}
    assert kept == ({FIRST, SECOND} if swapped else {FIRST})
    names = {path.name for path in home.releases.iterdir()}
    assert len(names - {"last_build.json"}) == 2 + 3 * len(kept)  # pointer, link; three per release
    assert (home.releases / "current").resolve().name == now.release.file

    write_build(home, "20261123T001205-cccccc", rows=5)
    assert promote(home).row_counts["core.fct_session"] == 5


def test_every_kill_point_has_a_name() -> None:
    with pytest.raises(ValueError, match="unknown kill point"):
        reach("somewhere")
