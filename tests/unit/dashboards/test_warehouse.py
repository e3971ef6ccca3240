"""Opening a release: hardened, checked, and plain words when it cannot be shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dashboards import warehouse
from dashboards.frame import past_words
from dashboards.queries import cases
from dashboards.scope import Role, Scope
from dashboards.warehouse import (
    NoReleaseError,
    WarehouseError,
    connection,
    current_release,
    fetch,
    roster,
)
from tests.unit.dashboards.small_release import ANNA, AS_OF, BORIS, CLINICIANS, case, point

MUST_FAIL = [
    "select * from read_csv('/etc/passwd')",
    "select * from read_text('/etc/passwd')",
    "select * from read_parquet('x.parquet')",
    "select * from '/etc/passwd'",
    "select * from glob('/*')",
    "copy (select 1) to 'out.csv'",
    "attach 'other.duckdb'",
    "install httpfs",
    "load httpfs",
    "create table core.x as select 1",
    "insert into core.dim_client select * from core.dim_client",
    "set threads = 8",
    "set memory_limit = '8GB'",
    "set enable_external_access = true",
    "set lock_configuration = false",
    "set temp_directory = '/tmp'",
    "export database 'x'",
    "select * from python_variable",
]


def test_no_release_says_what_to_do(home: Path) -> None:
    with pytest.raises(NoReleaseError, match="rapport build"):
        current_release()


def test_release_is_read_from_the_pointer(released: Callable[..., Path]) -> None:
    path = released()
    release = current_release()
    assert release.path == path.resolve()
    assert release.release_id == "r1"
    assert release.built_at.isoformat() == "2026-11-21T06:10:00+00:00"
    assert release.is_demo
    assert release.failure is None


@pytest.mark.parametrize("damage", ["{", "[]", "{}", '{"release_id": 1}', "\x00"])
def test_damaged_pointer_is_a_plain_message(
    home: Path, released: Callable[..., Path], damage: str
) -> None:
    released()
    (home / "releases" / "current.json").write_text(damage, encoding="utf-8")
    with pytest.raises(WarehouseError, match="rapport rollback"):
        current_release()


def test_pointer_cannot_lead_out_of_the_folder(home: Path, released: Callable[..., Path]) -> None:
    path = released()
    elsewhere = home / "elsewhere.duckdb"
    path.rename(elsewhere)
    point(home, elsewhere, file="../elsewhere.duckdb")
    with pytest.raises(WarehouseError, match="missing"):
        current_release()


def test_failed_build_is_told(home: Path, released: Callable[..., Path]) -> None:
    released()
    told = {"status": "failed", "at": "2026-11-22T06:10:00Z", "reason": "row_conservation"}
    (home / "releases" / "last_build.json").write_text(json.dumps(told), encoding="utf-8")
    assert current_release().failure == "row_conservation"
    (home / "releases" / "last_build.json").write_text("{", encoding="utf-8")
    assert current_release().failure is None


def test_one_release_can_be_asked_for_by_name(
    home: Path, released: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = released()
    told = json.loads((home / "releases" / "current.json").read_text(encoding="utf-8"))
    assert past_words(current_release()) is None
    monkeypatch.setenv(warehouse.RELEASE_VARIABLE, "r1")
    card = home / "releases" / "release-r1.json"
    card.write_text(json.dumps(told), encoding="utf-8")
    (home / "releases" / "current.json").write_text("{", encoding="utf-8")
    failed = {"status": "failed", "at": "2026-11-22T06:10:00Z", "reason": "anything"}
    (home / "releases" / "last_build.json").write_text(json.dumps(failed), encoding="utf-8")
    assert current_release().path == path.resolve()
    assert current_release().failure is None
    assert "asked for by name" in str(past_words(current_release()))
    card.write_text(json.dumps(told | {"known_on": "2026-03-31"}), encoding="utf-8")
    assert "As known on 31\N{NO-BREAK SPACE}Mar 2026" in str(past_words(current_release()))
    monkeypatch.setenv(warehouse.RELEASE_VARIABLE, "../r2")
    with pytest.raises(WarehouseError, match="not on the shelf"):
        current_release()


def test_changed_bytes_are_not_served(released: Callable[..., Path]) -> None:
    path = released()
    release = current_release()
    flipped = bytearray(path.read_bytes())
    flipped[len(flipped) // 2] ^= 1
    path.write_bytes(flipped)
    with pytest.raises(WarehouseError, match="fingerprint"):
        connection(str(release.path), release.fingerprint)


@pytest.mark.parametrize("sql", MUST_FAIL)
def test_connection_is_hardened(
    released: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    released()
    monkeypatch.chdir(tmp_path)
    python_variable = [1]
    release = current_release()
    cursor = connection(str(release.path), release.fingerprint).cursor()
    with pytest.raises(duckdb.Error):
        cursor.execute(sql)
    assert python_variable == [1]


def test_one_statement_and_only_a_select(
    released: Callable[..., Path], scoped: Callable[..., Scope]
) -> None:
    released()
    release = current_release()
    con = connection(str(release.path), release.fingerprint)
    for sql in ("select 1; select 2", "create temp table t as select 1", "set variable a = 1"):
        with pytest.raises(WarehouseError, match="one select"):
            warehouse._run(con, sql, {})


@pytest.mark.parametrize(
    "payload",
    [
        "' or 1=1 --",
        "x' union select * from metrics.case_summary --",
        "'; drop table metrics.case_summary; --",
        "%",
        "_",
        "\\",
        "e1'",
        '"e1"',
        "e1\x00",
        "${scope_clinicians}",
        "$episode_key",
        "null",
        "e1 or true",
        "ｅ1",
    ],
)
def test_a_value_stays_a_value(
    released: Callable[..., Path], scoped: Callable[..., Scope], payload: str
) -> None:
    released({"metrics.case_summary": [case("e1", ANNA)]})
    assert cases.case(scoped(ANNA), payload) is None
    assert cases.case(scoped(ANNA), "e1") is not None


def test_a_release_swapped_under_a_run_is_noticed(
    home: Path, released: Callable[..., Path], scoped: Callable[..., Scope]
) -> None:
    released()
    scope = scoped(ANNA)
    released({"metrics.case_summary": [case("e1", ANNA)]}, release_id="r2")
    with pytest.raises(WarehouseError, match="newer release"):
        fetch(scope, "select * from case_summary")


def test_rows_about_nobody_are_read_once_for_everybody(
    released: Callable[..., Path],
    scoped: Callable[..., Scope],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    released({"metrics.case_summary": [case("e1", ANNA)]})
    run, asked = warehouse._run, []

    def listen(*given: object) -> object:
        asked.append(given[1])
        return run(*given)

    monkeypatch.setattr(warehouse, "_run", listen)
    for sql in ("select * from parameter", "select * from case_summary"):
        for scope in (scoped(ANNA), scoped(BORIS), scoped(ANNA)):
            fetch(scope, sql)
    assert [sql.rsplit(" ", 1)[1] for sql in asked] == ["parameter"] + ["case_summary"] * 3
    asked.clear()
    for scope in (scoped(role=Role.DIRECTOR), scoped(ANNA), scoped(BORIS)):
        fetch(scope, "select * from practice_metric")
    assert ["analyst." in sql for sql in asked] == [False, True]


def test_a_query_that_takes_too_long_is_stopped(
    released: Callable[..., Path],
    scoped: Callable[..., Scope],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    released()
    monkeypatch.setattr(warehouse, "QUERY_SECONDS", 0.2)
    release = current_release()
    con = connection(str(release.path), release.fingerprint)
    with pytest.raises(WarehouseError, match="longer than"):
        warehouse._run(
            con, "select sum(a.range * b.range) from range(9999999) a, range(9999) b", {}
        )


def test_roster_leaves_out_assignments_of_a_single_client(
    home: Path, released: Callable[..., Path]
) -> None:
    released(
        {
            "core.supervision": [
                {
                    "supervision_key": "one-client",
                    "supervisor_key": ANNA,
                    "supervisee_key": ANNA,
                    "kind": "assignment",
                    "started_on": AS_OF,
                    "client_key": "client-e1",
                },
                {
                    "supervision_key": "contact",
                    "supervisor_key": ANNA,
                    "supervisee_key": ANNA,
                    "kind": "individual",
                    "started_on": AS_OF,
                },
            ]
        }
    )
    release = current_release()
    everyone = roster(str(release.path), release.fingerprint)
    assert {c.key for c in everyone.clinicians} == set(CLINICIANS)
    assert ANNA not in {line.supervisor_key for line in everyone.assignments}
