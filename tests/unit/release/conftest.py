"""Homes with a finished build that no dbt made: small, and there in a moment."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from orchestration.extract.landing import Landing
from orchestration.home import Home
from orchestration.release.publish import Label, finish_build


def make_label(release_id: str, known_on: str | None = None) -> Label:
    return Label(
        release_id=release_id,
        as_of="2026-11-20",
        as_of_source="delivery",
        built_at="2026-11-23T00:10:05Z",
        rapport_version="0.1.0",
        is_demo=True,
        known_on=known_on,
    )


def write_build(home: Home, release_id: str, rows: int = 3, known_on: str | None = None) -> None:
    """Put a finished build into a home, as the warehouse stage would."""
    home.build.mkdir(exist_ok=True)
    path = home.build / "build.duckdb"
    path.unlink(missing_ok=True)
    with closing(duckdb.connect(str(path))) as con:
        for schema in ("landing", "staging", "intermediate", "core", "quality", "analyst", "meta"):
            con.execute(f"create schema {schema}")
        con.execute("create view landing.sessions as select 1 as session_key")
        con.execute("create view staging.stg_sessions as select * from landing.sessions")
        con.execute("create table intermediate.int_a as select 1 as a")
        con.execute(
            "create table core.fct_session as "
            "select range as session_key, range / 3.0 as gap from range(?)",
            [rows],
        )
        con.execute(
            "create table quality.check_result as select 'rows' as check_id, 'Rows add up' as "
            "description, 'blocking' as severity, true as is_passed, 0 as violated_rows, "
            "3 as denominator"
        )
        con.execute("create table analyst.practice_metric as select 0.5 as estimate, 10 as n")
        con.execute(f"create table meta.release as select '{release_id}' as release_id")
    finish_build(home, make_label(release_id, known_on))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.create()
    Landing(made).prepare()
    return made
