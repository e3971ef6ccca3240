"""Names planted in every bad place of an inbox are found nowhere else; files are their owner's.

Belongs here: searching all that a build and its messages leave behind, and the modes of files. Does
not belong here: what becomes of a bad delivery (test_bad_inputs.py).
"""

from __future__ import annotations

import stat
from contextlib import closing
from pathlib import Path

import duckdb
import polars as pl

from tests.bad_inputs.search import planted_in
from tests.integration.conftest import Built
from tests.support import run_rapport

# Columns of the analyst file that count people, bookings or events of people.
COUNTS = ("denominator_n", "numerator", "excluded_n", "at_risk", "events", "censored")


def outside_inbox(home: Path) -> list[Path]:
    """Every file and folder of a home but the inbox's."""
    return [path for path in home.rglob("*") if not path.is_relative_to(home / "inbox")]


def unpacked(path: Path) -> str:
    """Everything a file holds: its bytes, and the rows that compression hides in them."""
    text = path.read_bytes().decode("latin-1")
    if path.suffix == ".parquet":
        text += repr(pl.read_parquet(path, glob=False).rows())
    elif path.suffix == ".duckdb":
        with closing(duckdb.connect(str(path), read_only=True)) as con:
            tables = con.execute("select schema_name, table_name from duckdb_tables()").fetchall()
            assert tables, path.name
            for schema, table in tables:
                text += repr(con.execute(f'from "{schema}"."{table}"').fetchall())
    return text


def test_no_planted_name_stands_outside_the_inbox(bad_home: Built) -> None:
    places = {str(path): path.name for path in outside_inbox(bad_home.home)}
    for path in outside_inbox(bad_home.home):
        if path.is_file() and not path.is_symlink():
            places[str(path)] += unpacked(path)
    assert [place for place, text in places.items() if planted_in(text)] == []
    assert len([place for place in places if place.endswith(".duckdb")]) == 2


def test_names_are_planted_in_many_places_of_the_inbox(bad_home: Built) -> None:
    """Or the search proves nothing."""
    texts = [str(path) for path in (bad_home.home / "inbox").rglob("*")]
    for path in (bad_home.home / "inbox").rglob("*"):
        if path.is_file() and not path.is_symlink():
            texts.append(path.read_bytes().decode("latin-1"))
    assert sum(bool(planted_in(text)) for text in texts) >= 20


def test_no_planted_name_is_said(bad_home: Built) -> None:
    said = bad_home.said
    for command in (["releases"], ["doctor"], ["sql", "from quality.delivery"]):
        done = run_rapport(bad_home.home, *command)
        said += done.stdout + done.stderr
    assert planted_in(said) == []


def test_every_file_is_its_owners_alone(bad_home: Built) -> None:
    open_to_others = []
    for path in outside_inbox(bad_home.home):
        if path.is_symlink():
            continue
        mode = stat.S_IMODE(path.lstat().st_mode)
        is_release = path.suffix == ".duckdb" and path.parent.name == "releases"
        wanted = 0o700 if path.is_dir() else 0o440 if is_release else 0o600
        if mode != wanted:
            open_to_others.append((str(path), oct(mode)))
    assert open_to_others == []


def test_the_analyst_file_names_no_person(demo_home: Path) -> None:
    """No key, label or other text of a client, clinician or session, and no count of 1 to 7."""
    (analyst,) = (demo_home / "releases").glob("*.analyst.duckdb")
    whole = (demo_home / "releases" / "current").resolve()
    with closing(duckdb.connect(str(whole), read_only=True)) as con:
        keys = con.execute(
            "select format('select {} from {}.{}', column_name, schema_name, table_name) "
            "from duckdb_columns() where schema_name = 'core' and regexp_matches(column_name, "
            "'(client|clinician|session|episode|response|score)_(key|label)$')"
        ).fetchall()
        people = {value for (query,) in keys for (value,) in con.execute(query).fetchall()}
    assert len(people) > 1000
    counted = 0
    with closing(duckdb.connect(str(analyst), read_only=True)) as con:
        tables = con.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        assert {schema for schema, _ in tables} == {"analyst"}
        for _, table in tables:
            cursor = con.execute(f"from analyst.{table}")
            columns = [entry[0] for entry in cursor.description]
            rows = cursor.fetchall()
            assert not {value for row in rows for value in row if isinstance(value, str)} & people
            for name in COUNTS:
                if name in columns:
                    values = [row[columns.index(name)] for row in rows]
                    counted += len(values)
                    assert [n for n in values if n is not None and n % 5] == []
    assert counted > 100
