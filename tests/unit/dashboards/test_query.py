"""The page Query: one select over the de-identified file, whatever somebody writes."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboards import analyst, question
from dashboards.scope import Role
from dashboards.warehouse import WarehouseError, current_release
from tests.unit.dashboards import small_release as small
from tests.unit.dashboards.conftest import MakeScope
from tests.unit.dashboards.test_pages import open_page, words

# trust.md 5.2: files, other databases, settings, more than one statement, and tables of people.
PROBES = (
    "select * from read_csv('/etc/passwd')",
    "select * from read_csv_auto('/etc/passwd')",
    "select * from read_text('/etc/passwd')",
    "select * from read_blob('/proc/self/environ')",
    "select * from read_json('/etc/passwd')",
    "select * from read_json_auto('/tmp/x.json')",
    "select * from read_ndjson('/tmp/x.json')",
    "select * from read_parquet('/tmp/x.parquet')",
    "select * from read_parquet('https://example.org/x.parquet')",
    "select * from parquet_metadata('/tmp/x.parquet')",
    "select * from parquet_schema('/tmp/x.parquet')",
    "select * from glob('/*')",
    "select * from glob('../*')",
    "select * from sniff_csv('/etc/passwd')",
    "select * from '/etc/passwd'",
    "select * from '/dev/stdin'",
    "select * from 'http://example.org/x.csv'",
    "select * from '{supervision}'",
    "select * from read_duckdb('{supervision}')",
    "copy (select 1) to '/tmp/frame_probe.csv'",
    "copy analyst.parameter from '/etc/passwd'",
    "export database '/tmp/frame_probe'",
    "import database '/tmp/frame_probe'",
    "attach '{supervision}' as s",
    "attach ':memory:' as m",
    "detach analyst",
    "use analyst",
    "install httpfs",
    "load httpfs",
    "set enable_external_access=true",
    "set memory_limit='64GB'",
    "set threads=64",
    "reset lock_configuration",
    "pragma enable_profiling",
    "call pragma_version()",
    "create table t (a int)",
    "create temp table t as select 1",
    "create view v as select 1",
    "create macro m(a) as a",
    "create secret (type s3, key_id 'a', secret 'b')",
    "insert into analyst.parameter select * from analyst.parameter",
    "update analyst.parameter set value = 1",
    "delete from analyst.parameter",
    "drop table analyst.parameter",
    "truncate analyst.parameter",
    "alter table analyst.parameter add column a int",
    "vacuum",
    "checkpoint",
    "begin transaction",
    "prepare p as select 1",
    "explain select 1",
    "explain analyze select 1",
    "select 1; select 2",
    "select 1; drop table analyst.parameter",
    "select * from core.dim_client",
    "select * from metrics.case_summary",
    "select * from core.fct_score",
    "select * from reference.parameters",
    "select * from PROBES",
    "select * from scope",
    "select * from query('select * from read_csv(''/etc/passwd'')')",
    "select * from query_table('/etc/passwd')",
    # Ends the whole process, whoever else is looking.
    "select * from pandas_scan(null)",
    "select (select max(a) from PANDAS_SCAN(null))",
    "describe (select * from pandas_scan(null))",
    "with a as (from pandas_scan(null)) select 1",
    "select * from query('from pandas_scan(null)')",
    "from json_execute_serialized_sql(json_serialize_sql('from pandas_scan(null)'))",
    "pragma json_execute_serialized_sql(json_serialize_sql('select 1'))",
    # Writes down what other analysts ask, for everybody to read.
    "select * from enable_logging()",
    "from analyst.parameter, lateral (select * from duckdb_databases())",
    "pragma database_list",
    "select getenv('HOME')",
    "not sql at all",
    "select",
    ";",
    "",
)


@pytest.fixture
def asked(home: Path, released: Callable[..., Path], scoped: MakeScope) -> Callable[..., object]:
    """Give a function that asks the de-identified file of a small release."""
    path = released()
    file = path.with_name("release-r1.analyst.duckdb")
    with duckdb.connect(str(file)) as con:
        con.execute("create schema analyst")
        con.execute("create table analyst.parameter as select 'a' as parameter_id, 0.5::double v")
    small.point(home, path, analyst_file=file.name, analyst_sha256=small.sha256_of(file))
    scope = scoped(role=Role.ANALYST)
    return lambda sql, role=scope: analyst.ask(role, sql)


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer here: whatever is refused at once needs no process of its own, and there are many."""

    def answered(path: Path, sql: str) -> dict[str, object]:
        with closing(question.opened(str(path))) as con:
            return question.answer(con, sql, analyst.MOST_ROWS + 1, 300)

    monkeypatch.setattr(analyst, "_answered", answered)


def test_a_question_gives_rows_with_what_it_took(asked: Callable[..., analyst.Answer]) -> None:
    found = asked(
        "select parameter_id, v, 1 as n, 2 as n, null as gap from analyst.parameter -- a;"
    )
    assert found.rows.columns == ["parameter_id", "v", "n", "n (2)", "gap"]
    assert found.rows.row(0) == ("a", 0.5, 1, 2, None)
    assert not found.is_cut and found.seconds < analyst.SECONDS


def test_plain_words_for_whatever_duckdb_holds(asked: Callable[..., analyst.Answer]) -> None:
    row = asked(
        "select 1.5::decimal(4, 2) as d, date '2026-01-02' as t, [1, 2] as l, repeat('x', 999) as s"
    ).rows.row(0)
    assert row[0] == 1.5 and row[1] == "2026-01-02" and row[2] == "[1, 2]"
    assert len(row[3]) < 400


def test_an_answer_is_cut(asked: Callable[..., analyst.Answer]) -> None:
    found = asked("from range(100000)")
    assert found.is_cut and found.rows.height == analyst.MOST_ROWS


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize(
    "sql", ["from generate_series(3)", "from unnest([1, 2])", "select unnest([1]), * from range(2)"]
)
def test_functions_that_count_or_unfold_give_rows(
    sql: str, asked: Callable[..., analyst.Answer]
) -> None:
    assert not asked(sql).rows.is_empty()


def test_tables_can_be_described(asked: Callable[..., analyst.Answer]) -> None:
    assert "parameter_id" in asked("describe analyst.parameter").rows["column_name"].to_list()


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("probe", PROBES)
def test_nothing_but_one_select_over_the_file_is_answered(
    probe: str, asked: Callable[..., object]
) -> None:
    sql = probe.replace("{supervision}", str(current_release().path))
    with pytest.raises(WarehouseError) as refusal:
        asked(sql)
    said = str(refusal.value)
    assert said and str(current_release().path.parent) not in said
    assert "Traceback" not in said and "duckdb." not in said


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        (
            "select count(*) from range(100000000) a, range(100000000) b "
            "where a.range % 7 < b.range",
            "memory|longer",
        ),
        ("from range(100000000) order by hash(range)", "memory|longer"),
        ("select repeat('x', 2000000000)", "memory|longer"),
        ("select list(range) from range(1000000000)", "memory|longer"),
    ],
)
def test_too_large_a_question_is_refused(
    sql: str, words: str, asked: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analyst, "SECONDS", 1.0)
    with pytest.raises(WarehouseError, match=words):
        asked(sql)


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("select v from analyst.nothing", "not in this file"),
        ("select w from analyst.parameter", "not in this file"),
        ("select from where", "not SQL"),
        ("select 'a'::int", "cannot be answered"),
        ("select * from read_csv('/etc/passwd')", "closed to this page"),
    ],
)
def test_a_refusal_is_said_in_plain_words(
    sql: str, words: str, asked: Callable[..., object]
) -> None:
    with pytest.raises(WarehouseError, match=words):
        asked(sql)


# DuckDB looks at an interruption only between two steps; each of these is one step for minutes.
LONG = (
    "select max(levenshtein(repeat('ab', 60000) || i, repeat('ba', 60000))) from range(50) t(i)",
    "select length(list_sort(list_transform(range(3000000), lambda x: hash(x)))::varchar)",
)


@pytest.mark.parametrize("sql", LONG)
def test_one_long_function_ends_with_the_time(
    sql: str, asked: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analyst, "SECONDS", 1.0)
    ended: list[int] = []
    run = subprocess.run

    def watched(*args: Any, **named: Any) -> subprocess.CompletedProcess[bytes]:
        done = run(*args, **named)
        ended.append(done.returncode)
        return done

    monkeypatch.setattr(analyst.subprocess, "run", watched)
    began = time.monotonic()
    with pytest.raises(WarehouseError, match=r"longer|memory"):
        asked(sql)
    assert time.monotonic() - began < 30, "minutes, where nothing ends it"
    # It has ended and was not given up on, so nobody is left who could hold a core.
    assert len(ended) == 1


def test_the_process_that_answers_knows_nothing_of_ours(
    asked: Callable[..., analyst.Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAPPORT_SECRET", "canary")
    seen: dict[str, object] = {}
    run = subprocess.run

    def watched(*args: object, **named: object) -> object:
        seen.update(named)
        return run(*args, **named)

    monkeypatch.setattr(analyst.subprocess, "run", watched)
    assert asked("select 1 as a").rows.row(0) == (1,)
    assert seen["env"] == {} and seen["cwd"] == "/"
    assert "canary" not in str(seen)


def test_a_process_that_ends_itself_is_a_plain_refusal(
    asked: Callable[..., object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ended = tmp_path / "question.py"
    ended.write_text("import os\nos.abort()\n")
    monkeypatch.setattr(analyst, "_QUESTION", ended)
    with pytest.raises(WarehouseError, match="memory"):
        asked("select 1")


def test_only_so_many_questions_are_answered_at_once(
    asked: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analyst, "SECONDS", 0.1)
    monkeypatch.setattr(analyst, "_TURN", threading.Lock())
    with analyst._TURN, pytest.raises(WarehouseError, match="in a moment"):
        asked("select 1")


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.SUPERVISOR, Role.CLINICIAN])
def test_only_the_analyst_asks(role: Role, asked: Callable[..., object], scoped: MakeScope) -> None:
    with pytest.raises(WarehouseError, match="analyst's"):
        asked("select 1", scoped(role=role))


def test_a_release_without_the_file_says_so(
    released: Callable[..., Path], scoped: MakeScope
) -> None:
    released()
    with pytest.raises(WarehouseError, match="no de-identified file"):
        analyst.ask(scoped(role=Role.ANALYST), "select 1")


@pytest.mark.usefixtures("asked")
def test_the_page_answers_its_example_and_another_question() -> None:
    app = open_page("query", "Analyst")
    assert not app.exception
    assert "not in this file" in words(app), "the small file lacks the example's table"
    app.text_area(key="query_sql").set_value("select 40 + 2 as answer")
    app.button(key="query_run").click().run()
    assert '<td class="num">42</td>' in words(app)
    app.selectbox(key="query_example").select("What the file holds").run()
    assert "information_schema" in app.text_area(key="query_sql").value
