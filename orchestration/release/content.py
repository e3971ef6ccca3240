"""Reading a finished DuckDB file from end to end: every block, every table, what is in it.

Here: the full scan, row counts and the order-free hash of each table. Not here: whether the file
may be published (gates.py, publish.py).
"""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

# Sums of doubles differ in their last digits with the number of threads (trust.md 4, "Rebuild
# determinism"). Six decimals are far coarser than that and far finer than any figure shown.
_DECIMALS = 6

# These name the build, not the content: they differ although the input is the same.
_BUILD_COLUMNS = ("release_id", "built_at")

_FLOATS = ("DOUBLE", "FLOAT")


@dataclass(frozen=True)
class Contents:
    """What a file holds; both mappings are keyed ``schema.table``."""

    row_counts: dict[str, int]
    hashes: dict[str, str]

    @property
    def overall(self) -> str:
        """One hash over all tables."""
        text = "\n".join(f"{table} {value}" for table, value in sorted(self.hashes.items()))
        return hashlib.sha256(text.encode()).hexdigest()


def quoted(name: str) -> str:
    """An identifier as SQL text; the names come from the catalogue, never from a person."""
    return '"' + name.replace('"', '""') + '"'


def read_contents(path: Path) -> Contents:
    """Read every column of every table of a file, so that a bad block shows now and not later.

    The hash of a table is the sum of the hashes of its rows, doubles rounded to six decimals: it
    depends neither on the order of the rows nor on the number of threads that computed them.

    Args:
        path: a DuckDB file that no one writes to.

    Raises:
        duckdb.Error: a block cannot be read.
    """
    counts: dict[str, int] = {}
    hashes: dict[str, str] = {}
    with closing(duckdb.connect(str(path), read_only=True)) as con:
        for schema, table in _tables(con):
            columns = con.execute(
                "select column_name, data_type from duckdb_columns() "
                "where database_name = current_database() and schema_name = ? and table_name = ? "
                "order by column_name",
                [schema, table],
            ).fetchall()
            parts = [
                f"round({quoted(name)}, {_DECIMALS}) + 0.0" if kind in _FLOATS else quoted(name)
                for name, kind in columns
                if name not in _BUILD_COLUMNS
            ]
            counted, summed = con.execute(
                f"select count(*), sum(hash({', '.join(['0', *parts])}))::varchar "  # noqa: S608
                f"from {quoted(schema)}.{quoted(table)}"
            ).fetchone()
            names = ",".join(f"{name} {kind}" for name, kind in columns)
            text = f"{names}|{counted}|{summed}"
            counts[f"{schema}.{table}"] = counted
            hashes[f"{schema}.{table}"] = hashlib.sha256(text.encode()).hexdigest()[:32]
    return Contents(counts, hashes)


def _tables(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    # Views are read too: one that points at something dropped must stop the release.
    return con.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_catalog = current_database() order by all"
    ).fetchall()
