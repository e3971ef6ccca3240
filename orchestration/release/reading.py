"""Reading a release: a connection that can do nothing but read it.

Here: the hardened connection and one bounded statement on it. Not here: which file that is
(catalogue.py), how rows are printed (commands/). The dashboard has a reader of its own: the two
sides share the released file and no code.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.errors import RapportError
from orchestration.release.catalogue import (
    ANALYST_SCHEMA,
    Current,
    current_release,
    find_release,
)
from orchestration.settings import Settings

# The order matters: file access goes last but one, and the lock that keeps it so, last
# (trust.md 5.2; DuckDB 1.5 has no max_execution_time, hence the timer in ``limited``).
_HARDENING = (
    "set autoinstall_known_extensions = false",
    "set autoload_known_extensions = false",
    "set allow_community_extensions = false",
    "set allow_persistent_secrets = false",
    "set python_enable_replacements = false",
    "set threads = 2",
    "set memory_limit = '1GB'",
    "set max_temp_directory_size = '0B'",
    "set enable_external_access = false",
    "set disabled_filesystems = 'LocalFileSystem'",
    "set lock_configuration = true",
)

# As Python values these take about 2 GB.
_MOST_CELLS = 20_000_000
_BATCH_ROWS = 50_000

_READ_ONLY = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)


class QueryError(RapportError):
    """The statement is not one read-only query, or it failed; the message is the database's."""


@dataclass(frozen=True)
class Answer:
    """Rows of a statement.

    Attributes:
        columns: names, as many as each row has values.
        rows: Python values, None for a missing one.
        warning: set when not the release that should be current was read.
    """

    columns: list[str]
    rows: list[tuple[Any, ...]]
    warning: str | None = None


def open_file(path: Path, *, schema: str | None = None) -> duckdb.DuckDBPyConnection:
    """Open a release file for reading only, with nothing else within reach of a statement.

    Args:
        path: the file.
        schema: where tables are looked for that are named without a schema.
    """
    con = duckdb.connect(str(path), read_only=True)
    if schema is not None:
        con.execute(f"set schema = '{schema}'")
    for statement in _HARDENING:
        con.execute(statement)
    return con


def _open(
    settings: Settings, release_id: str | None, *, analyst: bool
) -> tuple[duckdb.DuckDBPyConnection, Current]:
    """Open the current release, or the one of an id, checked against its SHA-256."""
    if release_id is None:
        current = current_release(settings.home)
    else:
        current = Current(find_release(settings.home, release_id))
    if analyst:
        path = settings.home.releases / current.release.analyst_file
        return open_file(path, schema=ANALYST_SCHEMA), current
    return open_file(settings.home.releases / current.release.file), current


def run_query(
    settings: Settings,
    query: str,
    *,
    release_id: str | None = None,
    analyst: bool = False,
    seconds: float = 60,
) -> Answer:
    """Run one read-only statement on a release.

    Args:
        settings: of the home.
        query: SQL text; exactly one SELECT-like statement (also FROM, WITH, DESCRIBE, EXPLAIN).
        release_id: of a release on the shelf; by default the current one.
        analyst: on the analyst release.
        seconds: after this long the statement is stopped.

    Raises:
        QueryError: more or other than one read-only statement, wrong SQL, or too slow.
        NoReleaseError: there is nothing to read.
        RapportError: no whole release has this id.
    """
    statement = _single_statement(query)
    con, current = _open(settings, release_id, analyst=analyst)
    with closing(con), limited(seconds, con.interrupt):
        try:
            cursor = con.execute(statement)
            columns = [entry[0] for entry in cursor.description or []]
            return Answer(columns, _bounded(cursor, len(columns)), current.warning)
        except duckdb.InterruptException:
            raise QueryError(f"The query was stopped after {seconds:g} seconds.") from None
        except duckdb.OutOfMemoryException:
            raise QueryError("The query needs more than the 1 GB of memory it may use.") from None
        except duckdb.Error as error:
            raise QueryError(str(error).strip()) from None


def _bounded(cursor: duckdb.DuckDBPyConnection, width: int) -> list[tuple[Any, ...]]:
    """All rows of an answer that this process can hold; DuckDB's limit does not bind Python."""
    rows: list[tuple[Any, ...]] = []
    while batch := cursor.fetchmany(_BATCH_ROWS):
        rows += batch
        if len(rows) * width > _MOST_CELLS:
            raise QueryError(
                f"The answer has more than {len(rows):,} rows, too many to hand over. Ask for less "
                "(LIMIT, WHERE, fewer columns), or open releases/current with DuckDB itself."
            )
    return rows


def _single_statement(query: str) -> duckdb.Statement:
    try:
        statements = duckdb.extract_statements(query)
    except duckdb.Error as error:
        raise QueryError(str(error).strip()) from None
    # `execute` runs every statement of a text: "select 1; drop ..." would not stop at the first.
    if len(statements) != 1 or statements[0].type not in _READ_ONLY:
        raise QueryError(
            "Give exactly one statement that only reads: SELECT, WITH, FROM, DESCRIBE, SHOW, "
            "SUMMARIZE or EXPLAIN."
        )
    return statements[0]


@contextmanager
def limited(seconds: float, stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` once this many seconds are over, unless the work is done before."""
    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
