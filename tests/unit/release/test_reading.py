"""The reading connection only reads (trust.md 5.2), and ``rapport sql`` takes one query."""

from __future__ import annotations

import time
from contextlib import closing

import duckdb
import pytest

from orchestration.commands.sql import harmless
from orchestration.home import Home
from orchestration.release.publish import promote
from orchestration.release.reading import QueryError, open_file, run_query
from orchestration.settings import Settings, load_settings
from tests.unit.release.conftest import write_build


@pytest.fixture
def settings(home: Home) -> Settings:
    home.settings_file.write_text("[practice]\n")
    write_build(home, "20261123T001005-aaaaaa")
    promote(home)
    return load_settings(home.path)


@pytest.mark.parametrize(
    "probe",
    [
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('/etc/hostname')",
        "from '/etc/passwd'",
        "select * from glob('/*')",
        "copy core.fct_session to '/tmp/rapport-probe.csv'",
        "attach '/tmp/rapport-probe.duckdb' as other",
        "export database '/tmp/rapport-probe'",
        "install httpfs",
        "load httpfs",
        "insert into core.fct_session values (1, 1)",
        "create table core.other as select 1",
        "set enable_external_access = true",
        "set threads = 8",
        "set lock_configuration = false",
        "select getenv('HOME')",
        "select * from probe",
    ],
)
def test_connection_refuses(settings: Settings, probe: str) -> None:
    (path,) = settings.home.releases.glob("release-*[0-9a-f].duckdb")
    with closing(open_file(path)) as con, pytest.raises(duckdb.Error):
        con.execute(probe)


@pytest.mark.parametrize(
    "query",
    [
        "select 1; select 2",
        "select 1; drop table core.fct_session",
        "drop table core.fct_session",
        "create temp table t as select 1",
        "copy core.fct_session to '/tmp/rapport-probe.csv'",
        "set threads = 1",
        "call pragma_version()",
        "attach ':memory:' as other",
        "",
        "-- nothing",
    ],
)
def test_query_must_be_one_that_reads(settings: Settings, query: str) -> None:
    with pytest.raises(QueryError, match="exactly one statement"):
        run_query(settings, query)


@pytest.mark.parametrize(
    "query",
    [
        "select count(*) from core.fct_session",
        "from core.fct_session",
        "with a as (select 1 as b) select * from a",
        "describe core.fct_session",
        "show all tables",
        "summarize core.fct_session",
        "explain select 1",
    ],
)
def test_query_that_reads_is_answered(settings: Settings, query: str) -> None:
    answer = run_query(settings, query)
    assert answer.rows
    assert answer.warning is None


def test_analyst_release_needs_no_schema(settings: Settings) -> None:
    assert run_query(settings, "select n from practice_metric", analyst=True).rows == [(10,)]
    with pytest.raises(QueryError, match="fct_session"):
        run_query(settings, "from core.fct_session", analyst=True)


def test_runaway_query_is_stopped(settings: Settings) -> None:
    started = time.monotonic()
    with pytest.raises(QueryError, match=r"stopped after 0\.5 seconds"):
        run_query(
            settings,
            "select count(*) from range(1000000) a, range(1000000) b "
            "where a.range % 7 = b.range % 5",
            seconds=0.5,
        )
    assert time.monotonic() - started < 20


def test_wrong_sql_is_told_in_the_words_of_the_database(settings: Settings) -> None:
    with pytest.raises(QueryError, match="nosuch"):
        run_query(settings, "select nosuch from core.fct_session")


def test_damaged_release_is_replaced_with_a_warning(settings: Settings) -> None:
    home = settings.home
    write_build(home, "20261123T001105-bbbbbb", rows=9)
    broken = home.releases / promote(home).file
    broken.chmod(0o600)
    broken.write_bytes(broken.read_bytes()[:-4096])
    answer = run_query(settings, "select count(*) from core.fct_session")
    assert answer.rows == [(3,)]
    assert "20261123T001005-aaaaaa" in (answer.warning or "")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30", "'+49 30"),
        ("-x", "'-x"),
        ("@sum", "'@sum"),
        ("\tx", "'\tx"),
        ("\nx", "'\nx"),
        ("|x", "'|x"),
        ("\uff1dx", "'\uff1dx"),
        ("C-12AB", "C-12AB"),
        (-5, -5),
        (True, "true"),
        (None, None),
    ],
)
def test_no_cell_of_a_csv_is_a_formula(value: object, written: object) -> None:
    assert harmless(value) == written
