"""The commands as a person runs them: what they say, their exit codes, and never a traceback."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from orchestration.cli import COMMANDS, cli
from orchestration.extract.pseudonyms import Pseudonymiser, load_key
from orchestration.home import Home
from orchestration.release.catalogue import current_release, list_releases
from orchestration.settings import load_settings
from review_log.location import FILE
from review_log.store import open_log
from tests.integration.conftest import Built
from tests.integration.small_practice import only_client
from tests.support import RAPPORT, REPO, run_rapport
from tests.unit.review_log.making import entry, viewing


@pytest.fixture(scope="module")
def built(small_home: Built) -> tuple[Home, str]:
    """A built home with a delivery that is rejected and one with bad rows; and what was printed."""
    assert small_home.exit_code == 0, small_home.said
    return Home(small_home.home), small_home.said


# --- without a build ------------------------------------------------------------------------------


def test_help_needs_none_of_the_heavy_libraries() -> None:
    program = (
        "import sys; from orchestration.cli import main; main(['--help']); "
        "print([n for n in ('dagster', 'dbt', 'duckdb', 'polars') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPO, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert all(f"  {name} " in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_list_of_commands_says_what_each_says_itself(name: str) -> None:
    command = cli.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    assert command.name == name
    first = (command.help or "").split("\n\n")[0].replace("\n", " ")
    assert first == COMMANDS[name]


def test_unknown_command_and_missing_argument_are_wrong_usage(tmp_path: Path) -> None:
    assert run_rapport(tmp_path, "nosuch").returncode == 2
    assert run_rapport(tmp_path, "sql").returncode == 2


@pytest.mark.parametrize("command", ["build", "serve", "releases", "doctor"])
def test_without_a_home_the_first_step_is_named(tmp_path: Path, command: str) -> None:
    done = run_rapport(tmp_path / "nowhere", command)
    assert done.returncode == 1
    assert "rapport init" in done.stdout + done.stderr
    assert not (tmp_path / "nowhere").exists()


def test_init_makes_a_private_home_once(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    assert run_rapport(home.path, "init", "--name", "Test").returncode == 0
    key = home.secrets / "pseudonym.key"
    first = key.read_text()
    assert key.stat().st_mode & 0o777 == 0o600
    assert home.path.stat().st_mode & 0o777 == 0o700
    assert "telemetry:\n  enabled: false" in (home.logs / "dagster" / "dagster.yaml").read_text()
    assert run_rapport(home.path, "doctor").returncode == 0
    again = run_rapport(home.path, "init")
    assert again.returncode == 1
    assert key.read_text() == first


def test_doctor_says_how_to_mend(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    run_rapport(home.path, "init")
    (home.secrets / "pseudonym.key").chmod(0o644)
    home.settings_file.write_text("[practice]\nnmae = 'x'\n")
    settings = run_rapport(home.path, "doctor")
    assert settings.returncode == 1
    assert "practice.nmae: unknown key" in settings.stdout
    home.settings_file.write_text("[practice]\n")
    key = run_rapport(home.path, "doctor")
    assert key.returncode == 1
    assert "chmod 600 secrets/pseudonym.key" in key.stdout


@pytest.mark.parametrize("place", ["settings", "inbox"])
def test_demo_never_touches_a_home_of_real_people(tmp_path: Path, place: str) -> None:
    home = Home(tmp_path / "home")
    home.create()
    if place == "settings":
        run_rapport(home.path, "init")
    (home.inbox / "clinic").mkdir()
    export = home.inbox / "clinic" / "sessions.csv"
    export.write_text("session_id\n")
    done = run_rapport(home.path, "demo", "--no-serve")
    assert done.returncode == 1
    assert "not a home of the demo" in done.stderr
    assert export.read_text() == "session_id\n"


def test_sql_without_a_release_says_so(tmp_path: Path) -> None:
    run_rapport(tmp_path / "home", "init")
    done = run_rapport(tmp_path / "home", "sql", "select 1")
    assert done.returncode == 1
    assert done.stderr == "There is no release yet. Run `rapport build` first.\n"


# --- on a built home ------------------------------------------------------------------------------


def test_build_says_what_became_of_everything(built: tuple[Home, str]) -> None:
    home, said = built
    release = current_release(home).release
    assert "· exports" in said
    assert "· warehouse" in said
    assert f"{release.release_id} is current" in said
    assert "8 accepted, 1 rejected" in said
    assert "clinic/broken" in said
    assert "clinic/bad-rows/sessions.csv: pii_suspected, row 2" in said
    assert "clinic/bad-rows/sessions.csv: not_a_timestamp, row 3" in said
    assert "2026-11-20 (the newest delivery)" in said
    for value in ("anna@example.org", "yesterday", "Anna", "Schmidt", "Traceback"):
        assert value not in said


def test_bad_rows_are_in_quarantine_by_rule_and_row(built: tuple[Home, str]) -> None:
    query = (
        "select row_number, rule, column_name from quality.quarantine "
        "where delivery = 'bad-rows' order by all"
    )
    done = run_rapport(built[0].path, "sql", query, "--format", "json")
    assert json.loads(done.stdout) == [
        {"row_number": 2, "rule": "pii_suspected", "column_name": "client_id"},
        {"row_number": 3, "rule": "not_a_timestamp", "column_name": "started_at"},
    ]


def test_check_writes_nothing_and_counts_the_same(built: tuple[Home, str]) -> None:
    home, _ = built
    before = sorted(str(path) for path in home.path.rglob("*"))
    done = run_rapport(home.path, "check", str(home.inbox / "clinic" / "bad-rows"))
    assert done.returncode == 0
    assert "24 rows read: 22 accepted, 2 quarantined" in done.stdout
    assert "A cell that should hold a code looks like a name" in done.stdout
    assert "(pii_suspected)" in done.stdout
    assert ".csv: row 2, in client_id\n" in done.stdout
    assert "anna@example.org" not in done.stdout
    refused = run_rapport(home.path, "check", str(home.inbox / "clinic" / "broken"))
    assert refused.returncode == 1
    assert "rejected" in refused.stdout
    assert run_rapport(home.path, "check", str(home.path / "nothing")).returncode == 1
    assert sorted(str(path) for path in home.path.rglob("*")) == before


def test_sql_in_three_formats(built: tuple[Home, str]) -> None:
    path = built[0].path
    query = "select '=2+3' as cell, -1.5 as number, date '2026-11-20' as day, null as nothing"
    as_csv = run_rapport(path, "sql", query, "--format", "csv").stdout
    assert list(csv.reader(io.StringIO(as_csv))) == [
        ["cell", "number", "day", "nothing"],
        ["'=2+3", "-1.5", "2026-11-20", ""],
    ]
    as_json = run_rapport(path, "sql", query, "--format", "json").stdout
    assert json.loads(as_json) == [
        {"cell": "=2+3", "number": -1.5, "day": "2026-11-20", "nothing": None}
    ]
    as_table = run_rapport(path, "sql", query).stdout
    assert [word in as_table for word in ("cell", "=2+3", "-1.5", "2026-11-20")] == [True] * 4


def test_analyst_release_knows_no_client(built: tuple[Home, str]) -> None:
    path = built[0].path
    columns = "select distinct column_name from information_schema.columns"
    done = run_rapport(path, "sql", columns, "--format", "csv", "--analyst")
    assert done.returncode == 0
    assert not {"client_key", "clinician_key", "episode_key"} & set(done.stdout.split())
    assert run_rapport(path, "sql", "from core.dim_client", "--analyst").returncode == 1


def test_sql_refuses_what_does_not_read(built: tuple[Home, str]) -> None:
    done = run_rapport(built[0].path, "sql", "select 1; drop table core.fct_session")
    assert done.returncode == 1
    assert "exactly one statement" in done.stderr


def test_failed_build_keeps_the_old_release_and_says_why(built: tuple[Home, str]) -> None:
    home, _ = built
    before = current_release(home)
    landed = next(path for path in (home.landing / "sessions").glob("[0-9a-f]*.parquet"))
    sound = landed.read_bytes()
    landed.write_bytes(sound[: len(sound) // 2])
    done = run_rapport(home.path, "build")
    landed.write_bytes(sound)
    assert done.returncode == 1
    assert f"{before.release.release_id} is still current." in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert current_release(home) == before
    note = json.loads((home.releases / "last_build.json").read_text())
    assert note["status"] == "failed"
    assert note["reason"] in done.stderr
    assert "landing/sessions is damaged" in note["reason"]
    doctor = run_rapport(home.path, "doctor")
    assert doctor.returncode == 1
    assert "the last build" in doctor.stdout


def test_strict_build_for_a_day_publishes_and_still_exits_1(built: tuple[Home, str]) -> None:
    home, _ = built
    done = run_rapport(home.path, "build", "--strict", "--as-of", "2026-10-15")
    assert done.returncode == 1
    release = current_release(home).release
    assert f"{release.release_id} is current" in done.stdout
    assert (release.as_of, release.as_of_source) == ("2026-10-15", "option")
    assert run_rapport(home.path, "build", "--as-of", "15.10.2026").returncode == 2


def test_releases_and_rollback(built: tuple[Home, str]) -> None:
    home, _ = built
    newest, older = (each.release_id for each in list_releases(home)[:2])
    assert run_rapport(home.path, "rollback", older).returncode == 0
    listed = run_rapport(home.path, "releases").stdout.splitlines()
    assert [line[0] for line in listed[:2]] == [" ", "→"]
    assert [line.split()[-1] for line in listed[:2]] == ["whole", "whole"]
    assert run_rapport(home.path, "rollback", newest).returncode == 0
    unknown = run_rapport(home.path, "rollback", "20200101T000000-000000")
    assert unknown.returncode == 1
    assert newest in unknown.stderr


def test_erase_removes_a_client_and_proves_it(built: tuple[Home, str]) -> None:
    home, _ = built
    client = only_client(home)
    unknown = run_rapport(home.path, "erase", "nobody-at-all", "--source", "practice")
    assert unknown.returncode == 1
    assert "nothing was changed" in unknown.stderr

    with closing(open_log(home.path)) as log:
        namespace = load_settings(home.path).id_namespace("practice")
        client_key = Pseudonymiser(load_key(home.secrets)).one("client", namespace, client)
        log.record(entry(case="theirs", client=client_key), entry(client="another"))
        log.viewed(viewing(case="theirs", client=client_key))
        away = {"RAPPORT_REVIEW_LOG": "postgresql://rapport:hidden-word@127.0.0.1:1/nowhere"}
        silent = run_rapport(home.path, "erase", client, "--source", "practice", **away)
        assert silent.returncode == 1
        assert "does not answer" in silent.stderr
        assert "hidden-word" not in silent.stdout + silent.stderr
        assert len(log.views()) == 1

        done = run_rapport(home.path, "erase", client, "--source", "practice")
        assert done.returncode == 0, done.stdout + done.stderr
        left = [e.client_key for e in log.read() if e.episode_key in ("theirs", "e1")]
        assert (left, log.views()) == (["another"], [])
    assert client_key.encode() not in (home.review_log / FILE).read_bytes()
    assert "held the client and went" in done.stdout
    assert "not found" in done.stdout
    assert "practice/2026-10-01-full" in done.stdout
    assert client not in done.stdout
    assert len(list_releases(home)) == 1
    again = run_rapport(home.path, "erase", client, "--source", "practice")
    assert again.returncode == 1
    assert "Nothing is known" in again.stderr


# --- serving --------------------------------------------------------------------------------------


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_serve_says_where_it_is_and_ends_when_asked(built: tuple[Home, str]) -> None:
    home, _ = built
    port = _free_port()
    process = subprocess.Popen(
        [str(RAPPORT), "serve", "--port", str(port)],
        env={**os.environ, "RAPPORT_HOME": str(home.path)},
        cwd=REPO,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert f"http://127.0.0.1:{port}" in process.stdout.readline()
        taken = run_rapport(home.path, "serve", "--port", str(port))
        assert taken.returncode == 1
        assert f"Port {port} is in use" in taken.stderr
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
    assert process.returncode == 0
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))  # nobody listens any more
