"""How the review log talks to its database: SQLite or PostgreSQL, careful with both.

Here: settings of a connection, and what makes writers wait for each other. Not here: statements
(store.py), where the database lies (location.py).

SQLite keeps its rollback journal rather than a write-ahead log: entries are few, one file is easy
to back up, a write-ahead log does not work in a shared folder and would keep erased rows beside the
file. Deleted rows are overwritten. A transaction that writes takes the write lock at its start, so
that it waits in a queue instead of failing half-way.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from review_log.errors import plainly
from review_log.tables import metadata

_WAIT_SECONDS = 20
# Any number will do, so long as nobody else in the database uses it.
_LOCK = 0x5241_5050_4F52_5431

_SQLITE = (
    f"pragma busy_timeout = {_WAIT_SECONDS * 1000}",
    # Also syncs the folder, so that an entry that was confirmed survives a power cut.
    "pragma synchronous = extra",
    "pragma secure_delete = on",
)
_POSTGRESQL = (
    f"set lock_timeout = '{_WAIT_SECONDS}s'",
    f"set statement_timeout = '{2 * _WAIT_SECONDS}s'",
    f"set idle_in_transaction_session_timeout = '{2 * _WAIT_SECONDS}s'",
)


def make_engine(url: sa.URL) -> sa.Engine:
    """Make the pool of connections; connects to nothing yet."""
    with plainly():
        if url.get_backend_name() == "sqlite":
            # A connection kept open would go on writing into a file that was replaced.
            engine = sa.create_engine(
                url, poolclass=sa.NullPool, connect_args={"timeout": _WAIT_SECONDS}
            )
            sa.event.listen(engine, "begin", _begin_sqlite)
        else:
            engine = sa.create_engine(
                url,
                pool_pre_ping=True,
                pool_timeout=_WAIT_SECONDS,
                connect_args={"connect_timeout": 5, "application_name": "rapport"},
            )
        sa.event.listen(engine, "connect", _set_up)
        return engine


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction that writes; no other one writes meanwhile, from whichever machine."""
    at_once = engine.execution_options(begins_with="begin immediate")
    with plainly(), at_once.begin() as con:
        if engine.dialect.name == "postgresql":
            # Let go at the end of the transaction, whatever ends it.
            con.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        yield con


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction that only reads."""
    with plainly(), engine.connect() as con, con.begin():
        yield con


def overwrite_free_space(engine: sa.Engine) -> None:
    """Write the tables anew, so that no byte of a deleted row is left in the database's files."""
    is_sqlite = engine.dialect.name == "sqlite"
    # Neither of the two vacuums within a transaction.
    outside = {"begins_with": ""} if is_sqlite else {"isolation_level": "AUTOCOMMIT"}
    with plainly(), engine.connect().execution_options(**outside) as con:
        if is_sqlite:
            con.exec_driver_sql("vacuum")
            return
        for table in metadata.sorted_tables:
            con.exec_driver_sql(f"vacuum full {table.name}")


def _set_up(connection: Any, record: Any) -> None:
    """Say to a new connection what holds for all of its life."""
    is_sqlite = type(connection).__module__.startswith("sqlite3")
    if is_sqlite:
        # Otherwise Python begins transactions where it sees fit.
        connection.isolation_level = None
    cursor = connection.cursor()
    for statement in _SQLITE if is_sqlite else _POSTGRESQL:
        cursor.execute(statement)
    cursor.close()
    if not is_sqlite:
        connection.commit()


def _begin_sqlite(con: sa.Connection) -> None:
    statement = con.get_execution_options().get("begins_with", "begin")
    if statement:
        con.exec_driver_sql(statement)
