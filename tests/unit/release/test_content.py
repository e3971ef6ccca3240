"""The hash of a table's content: what it depends on, and what it must not depend on (P3)."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from orchestration.release.content import read_contents

ROWS = (
    "select range as key, sqrt(range) as gap, date '2026-01-01' + range::int as on_day, "
    "case when range % 7 = 0 then null else 'x' || range end as note from range(5000)"
)
NOTHING = "select 0, 0.0::double, date '2026-01-01', '' where false"


def _hash(path: Path, *statements: str) -> str:
    path.unlink(missing_ok=True)
    with closing(duckdb.connect(str(path))) as con:
        for statement in statements:
            con.execute(statement)
    return read_contents(path).hashes["main.t"]


@pytest.fixture
def base(tmp_path: Path) -> str:
    return _hash(tmp_path / "base.duckdb", f"create table t as {ROWS}")


@pytest.mark.parametrize(
    "statements",
    [
        (f"create table t as from ({ROWS}) order by key desc",),
        ("set threads = 1", f"create table t as {ROWS}"),
        (f"create table t as from ({ROWS} union all {NOTHING})",),
    ],
    ids=["order", "threads", "file layout"],
)
def test_hash_does_not_depend_on(base: str, tmp_path: Path, statements: tuple[str, ...]) -> None:
    assert _hash(tmp_path / "other.duckdb", *statements) == base


def test_hash_ignores_the_last_digits_of_a_double(base: str, tmp_path: Path) -> None:
    nudge = "update t set gap = gap + 1e-12"
    assert _hash(tmp_path / "other.duckdb", f"create table t as {ROWS}", nudge) == base


def test_hash_ignores_which_build_it_was(tmp_path: Path) -> None:
    first, second = (
        _hash(
            tmp_path / "other.duckdb",
            f"create table t as {ROWS}",
            "alter table t add column release_id varchar",
            f"update t set release_id = '{name}'",  # noqa: S608
        )
        for name in ("one", "two")
    )
    assert first == second


@pytest.mark.parametrize(
    "change",
    [
        "update t set gap = gap + 1e-5 where key = 17",
        "update t set note = null where key = 17",
        "update t set on_day = on_day + 1 where key = 17",
        "delete from t where key = 17",
        "insert into t from t where key = 17",
        "alter table t rename note to remark",
        "alter table t alter key type integer",
    ],
)
def test_hash_depends_on(base: str, tmp_path: Path, change: str) -> None:
    assert _hash(tmp_path / "other.duckdb", f"create table t as {ROWS}", change) != base


def test_damaged_block_is_found_by_reading_everything(tmp_path: Path) -> None:
    path = tmp_path / "big.duckdb"
    with closing(duckdb.connect(str(path))) as con:
        con.execute("create table t as select range as a, random() as b from range(300_000)")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(duckdb.Error):
        read_contents(path)
