"""The promises P1-P3, P5 and P7 of trust.md, kept by the real program on a small practice.

The publishing steps are killed one by one, without dbt, in tests/unit/release/test_publish.py; here
the stages before them are, and the whole is raced and repeated.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from orchestration.home import Home
from orchestration.release.build_note import last_build
from orchestration.release.catalogue import current_release, list_releases
from orchestration.release.content import read_contents
from orchestration.release.kill_points import BUILD_STEPS, VARIABLE
from orchestration.settings import load_settings
from orchestration.warehouse import build_warehouse
from tests.integration.conftest import Built
from tests.support import RAPPORT, REPO, run_rapport


@pytest.fixture(scope="module")
def home(small_home: Built) -> Home:
    """A small home with one release; the tests of this module build on each other's releases."""
    assert small_home.exit_code == 0, small_home.said
    return Home(small_home.home)


def _sessions(home: Home) -> int:
    path = home.releases / current_release(home).release.file
    with closing(duckdb.connect(str(path), read_only=True)) as con:
        counted = con.execute("select count(*) from core.fct_session").fetchone()
    assert counted is not None
    return counted[0]


# The last step is killed in the test after this one, which also looks at what comes next.
@pytest.mark.parametrize("step", BUILD_STEPS[:-1])
def test_killed_build_leaves_the_old_release_current(home: Home, step: str) -> None:
    before, sessions = current_release(home), _sessions(home)
    died = run_rapport(home.path, "build", **{VARIABLE: step})
    assert died.returncode == -signal.SIGKILL, died.stdout + died.stderr
    assert current_release(home) == before
    assert _sessions(home) == sessions


def test_killed_build_is_told(home: Home) -> None:
    died = run_rapport(home.path, "build", **{VARIABLE: "warehouse_built"})
    assert died.returncode == -signal.SIGKILL
    note = last_build(home)
    assert note is not None
    assert note["status"] == "failed"
    assert "stopped before it finished" in note["reason"]


def test_next_build_recovers_a_second_is_told_who_builds_and_readers_see_one_release_or_the_other(
    home: Home,
) -> None:
    """One build after the one that was killed, watched from all sides while it runs."""
    before = current_release(home).release
    seen: set[str] = set()
    torn: list[str] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                now = current_release(home)
                with closing(
                    duckdb.connect(str(home.releases / now.release.file), read_only=True)
                ) as con:
                    told = con.execute("select release_id from meta.release").fetchone()
                if told != (now.release.release_id,) or now.warning:
                    torn.append(now.release.release_id)
                seen.add(now.release.release_id)
            except (duckdb.Error, OSError) as error:
                torn.append(str(error))
            time.sleep(0.02)

    reader = threading.Thread(target=read)
    reader.start()
    first = subprocess.Popen(
        [str(RAPPORT), "build"],
        env={**os.environ, "RAPPORT_HOME": str(home.path)},
        cwd=REPO,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert first.stdout is not None
        begun = first.stdout.readline()  # it has said something: it holds the lock
        second = run_rapport(home.path, "build")
        said, _ = first.communicate(timeout=300)
    finally:
        stop.set()
        reader.join()
    assert second.returncode == 75
    assert f"process {first.pid}" in second.stderr
    assert first.returncode == 0, said
    assert torn == []
    after = current_release(home).release
    assert seen == {before.release_id, after.release_id}

    assert "stopped before it finished" in begun + said
    assert after.release_id > before.release_id
    # Same input: same content, and the same end of the name.
    assert after.content == before.content
    assert after.release_id[-6:] == before.release_id[-6:]
    assert last_build(home)["status"] == "released"  # type: ignore[index]


# By one thread, a second time, it is the same in the test above.
def test_same_content_by_four_threads(home: Home) -> None:
    released = current_release(home).release
    settings = load_settings(home.path)
    tables = set(released.content)
    build_warehouse(settings, threads=4)
    built = read_contents(home.build / "build.duckdb").hashes
    assert {name: built[name] for name in tables} == released.content


def test_damage_to_the_current_release_is_said_and_mended_by_a_build_nobody_listens_to(
    home: Home,
) -> None:
    before = current_release(home).release
    broken = home.releases / before.file
    broken.chmod(0o600)
    broken.write_bytes(broken.read_bytes()[:-1])
    answer = run_rapport(home.path, "sql", "select count(*) as n from core.fct_session")
    assert answer.returncode == 0, answer.stderr
    assert "cannot be used" in answer.stderr
    assert run_rapport(home.path, "doctor").returncode == 1
    assert _built_with_nobody_listening(home) == 0
    now = current_release(home)
    assert now.warning is None
    assert now.release.release_id > before.release_id
    assert len(list_releases(home)) <= 3


def _built_with_nobody_listening(home: Home) -> int:
    """Build for a reader that goes away at once: that must not end a build."""
    process = subprocess.Popen(
        [str(RAPPORT), "build"],
        env={**os.environ, "RAPPORT_HOME": str(home.path)},
        cwd=REPO,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    return process.wait(timeout=300)


def test_nothing_in_the_home_is_for_others(home: Home) -> None:
    open_to_others = [
        str(path)
        for path in home.path.rglob("*")
        if not path.is_symlink()
        and path.stat().st_mode & 0o077
        and "truth" not in path.parts
        and not path.is_relative_to(home.inbox)
        and path.parent != home.releases
    ]
    assert open_to_others == []
    assert {path.stat().st_mode & 0o007 for path in home.releases.iterdir()} == {0}


def test_disk_that_is_full_is_told_plainly(home: Home, tmp_path: Path) -> None:
    before = current_release(home)
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000)); "
    )
    limited += "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    limited += "from orchestration.cli import main; sys.exit(main(['build']))"
    done = subprocess.run(
        [str(RAPPORT.with_name("python")), "-c", limited],
        env={**os.environ, "RAPPORT_HOME": str(home.path)},
        cwd=REPO,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    assert current_release(home) == before
