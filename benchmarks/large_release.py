"""A release of any size, from a small real one: its people copied under other keys.

A real build of a million sessions takes most of an hour on two cores; this takes a minute, and has
what the pages read in the same tables, types and order. What it is not: a practice one may believe.
Figures of the whole practice stay those of one copy. Not here: the clock (`screens.py`).
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import duckdb


def write(home: Path, small: Path, copies: int) -> Path:
    """Copy the people of a release so many times, and publish the result in another home.

    Args:
        home: gets the release and its pointer, and the settings of the small one.
        small: a home with a release.
        copies: how many times each person stands in the result.

    Returns:
        The release file.
    """
    told = json.loads((small / "releases" / "current.json").read_text())
    releases = home / "releases"
    releases.mkdir(parents=True)
    target = releases / "release-large.duckdb"
    with duckdb.connect() as con:
        con.execute("set threads = 2")
        con.execute(f"set temp_directory = '{home}'")
        con.execute(f"attach '{small / 'releases' / told['file']}' as small (read_only)")
        con.execute(f"attach '{target}' as large")
        for schema, table in con.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'small'"
        ).fetchall():
            con.execute(f"create schema if not exists large.{schema}")
            con.execute(copied(con, schema, table, copies))
        con.execute("checkpoint large")
        con.execute("detach large")
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    told |= {"file": target.name, "sha256": digest, "release_id": "large"}
    (releases / "current.json").write_text(json.dumps(told))
    (home / "rapport.toml").write_bytes((small / "rapport.toml").read_bytes())
    return target


def copied(con: duckdb.DuckDBPyConnection, schema: str, table: str, copies: int) -> str:
    """Write the statement that copies one table: rows about people as often, others once."""
    columns = [
        name
        for (name,) in con.execute(
            "select column_name from duckdb_columns() where database_name = 'small' "
            "and schema_name = $schema and table_name = $table order by column_index",
            {"schema": schema, "table": table},
        ).fetchall()
    ]
    people = [name for name in columns if name in {"client_key", "clinician_key", "supervisor_key"}]
    is_scoped = {"scope_kind", "scope_value"} <= set(columns)
    source = f"small.{schema}.{table}"
    if not people and not is_scoped:
        return f"create table large.{schema}.{table} as select * from {source}"  # noqa: S608
    chosen = ", ".join(_column(name) for name in columns)
    only = "" if people else " where copy = 0 or scope_kind = 'clinician'"
    return (
        f"create table large.{schema}.{table} as select {chosen} "  # noqa: S608
        f"from range({copies}) as copies(copy), {source}{only}"
    )


def _column(name: str) -> str:
    """Write a column of a copy: keys are others, labels tell the copies apart."""
    other = f"md5({name} || copy)"
    if name.endswith("_key"):
        return f"case when copy = 0 then {name} else {other} end as {name}"
    if name == "scope_value":
        return (
            f"case when copy > 0 and scope_kind = 'clinician' then {other} else {name} end "
            f"as {name}"
        )
    if name.endswith("_label"):
        return f"case when copy = 0 then {name} else {name} || copy end as {name}"
    return name
