"""The only module that opens a release and the only one that runs SQL.

Here: finding the current release, a hardened read-only connection to it (trust.md 5.2), one
cursor per query, bound parameters, the scope put in front of every query. Not here: what to ask
(`queries/`), who may see what (`scope.py`, `relations.py`), and anything on the screen.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import polars as pl
import polars.selectors as cs
import streamlit as st

from dashboards.question import CLOSED, LOCKED
from dashboards.relations import SCOPE_PARAMETER, visible
from dashboards.scope import Assignment, Clinician, Roster, Scope
from dashboards.texts import frame as texts

# Set by `rapport serve --release`: the id of the one release to show.
RELEASE_VARIABLE = "RAPPORT_RELEASE"

QUERY_SECONDS = 15.0
_FINGERPRINT_CHUNK = 1 << 20

# DuckDB 1.5 has no max_execution_time; `running` interrupts the cursor from a timer instead.
_HARDENING = (
    *CLOSED,
    "SET threads=2",
    # Mostly what it may keep of the file it reads: more made a large practice's dashboard 200 MB
    # bigger and not quicker, because the system keeps the file as well.
    "SET memory_limit='128MB'",
    LOCKED,
)


class WarehouseError(Exception):
    """The release cannot be shown; the message is fit for the screen."""


class NoReleaseError(WarehouseError):
    """Nothing has been released yet."""


@dataclass(frozen=True)
class Release:
    """The release on show, as its pointer or card describes it.

    Attributes:
        release_id: the id printed on every page.
        path: the release file, resolved.
        fingerprint: its sha256 in hex, as promised by the pointer.
        as_of: the day its figures are about.
        built_at: when it was published, UTC.
        is_demo: whether it holds a simulated practice.
        failure: why the newest build did not release, or None when it did.
        is_asked_for: it was asked for by name; whether it is current plays no part.
        known_on: the past day whose knowledge it shows, or None for all there was.
        analyst_path: the de-identified file beside it, or None where the card names none.
        analyst_fingerprint: its sha256 in hex.
    """

    release_id: str
    path: Path
    fingerprint: str
    as_of: date
    built_at: datetime
    is_demo: bool
    failure: str | None
    is_asked_for: bool = False
    known_on: date | None = None
    analyst_path: Path | None = None
    analyst_fingerprint: str = ""


def home() -> Path:
    """Give the folder named by RAPPORT_HOME (design.md 3.1), `./rapport-home` when unset."""
    return Path(os.environ.get("RAPPORT_HOME", "rapport-home")).resolve()


def current_release(at: Path | None = None) -> Release:
    """Read the pointer to the release on show; cheap, done on every rerun.

    That is the current release, unless the dashboard was started for one by its name.

    Raises:
        NoReleaseError: there is no pointer yet.
        WarehouseError: the pointer is damaged or its file is missing.
    """
    releases = (at or home()) / "releases"
    wanted = os.environ.get(RELEASE_VARIABLE, "")
    pointer = releases / (f"release-{Path(wanted).name}.json" if wanted else "current.json")
    if wanted and not pointer.is_file():
        raise WarehouseError(texts.NOT_ON_SHELF.format(wanted=wanted))
    if not pointer.is_file():
        raise NoReleaseError(texts.NO_RELEASE)
    try:
        told = json.loads(pointer.read_text(encoding="utf-8"))
        # Only the name is trusted: a pointer must not lead out of the releases folder.
        path = (releases / Path(told["file"]).name).resolve()
        release = Release(
            release_id=str(told["release_id"]),
            path=path,
            fingerprint=str(told["sha256"]),
            as_of=date.fromisoformat(told["as_of"]),
            built_at=_utc(told["built_at"]),
            is_demo=bool(told["is_demo"]),
            failure=None if wanted else _last_failure(releases),
            is_asked_for=bool(wanted),
            known_on=date.fromisoformat(told["known_on"]) if told.get("known_on") else None,
            analyst_path=_beside(releases, told.get("analyst_file")),
            analyst_fingerprint=str(told.get("analyst_sha256")),
        )
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise WarehouseError(texts.UNREADABLE.format(name=pointer.name)) from error
    if not path.is_file():
        raise WarehouseError(texts.MISSING.format(release_id=release.release_id))
    return release


def _beside(releases: Path, name: str | None) -> Path | None:
    """Give a file of the releases folder by its bare name."""
    return (releases / Path(name).name).resolve() if name else None


def _utc(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _last_failure(releases: Path) -> str | None:
    """Read why the newest build did not release; an absent or odd file means nothing is known."""
    try:
        told = json.loads((releases / "last_build.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(told, dict) or told.get("status") != "failed":
        return None
    return str(told.get("reason") or texts.NO_REASON)


@st.cache_resource(max_entries=8, show_spinner=False)
def check(path: str, fingerprint: str) -> None:
    """Compare the bytes of a release file with the promised sha256, once.

    Raises:
        WarehouseError: they differ, or cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with Path(path).open("rb") as file:
            while chunk := file.read(_FINGERPRINT_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise WarehouseError(texts.CANNOT_OPEN) from error
    if digest.hexdigest() != fingerprint:
        raise WarehouseError(texts.MISMATCH)


@st.cache_resource(max_entries=4, show_spinner=False, on_release=lambda con: con.close())
def connection(path: str, fingerprint: str) -> duckdb.DuckDBPyConnection:
    """Open a release file once, after its bytes were compared with the promised sha256.

    Keyed by real path and fingerprint: a new release is a new file, and an open connection to the
    old one never serves under the new name (stack.md 1.3).

    Raises:
        WarehouseError: the bytes differ from the promise, or DuckDB cannot read the file.
    """
    check(path, fingerprint)
    try:
        con = duckdb.connect(path, read_only=True)
        for setting in _HARDENING:
            con.execute(setting)
    except duckdb.Error as error:
        raise WarehouseError(texts.CANNOT_OPEN) from error
    return con


def fetch(scope: Scope, sql: str, parameters: Mapping[str, object] | None = None) -> pl.DataFrame:
    """Run one select under a scope and give its rows.

    Args:
        scope: who is looking; narrows every relation the query names.
        sql: one select over names of `relations.RELATIONS`, values as `$name`.
        parameters: values for the `$name`s.

    Returns:
        The rows; decimals as floats, so that no page has to know of them.

    Raises:
        WarehouseError: the release was swapped under this run, or the query took too long.
        UnknownRelationError: the query names a table the app may not read.
    """
    release = current_release()
    if release.fingerprint != scope.fingerprint:
        raise WarehouseError(texts.JUST_PUBLISHED)
    text, needs_keys = visible(sql, scope)
    values = dict(parameters or {})
    if not needs_keys:
        return _of_nobody(str(release.path), release.fingerprint, text, values)
    values[SCOPE_PARAMETER] = list(scope.clinician_keys)
    return _run(connection(str(release.path), release.fingerprint), text, values)


@st.cache_data(max_entries=256, show_spinner=False)
def _of_nobody(
    path: str, fingerprint: str, sql: str, parameters: dict[str, object]
) -> pl.DataFrame:
    """Run a select that names no person's table, once for everybody: the scope is in its text.

    Whoever may read other tables, or only rounded ones, asks with another text (`relations.py`).
    """
    return _run(connection(path, fingerprint), sql, parameters)


@st.cache_data(max_entries=8, show_spinner=False)
def described(scope: Scope) -> pl.DataFrame:
    """Give the tables and columns of a release with what they mean, as its file tells them.

    Names and meanings only, so it needs no filter; a page shows those a role can read.

    Raises:
        WarehouseError: the release was swapped under this run.
    """
    release = current_release()
    if release.fingerprint != scope.fingerprint:
        raise WarehouseError(texts.JUST_PUBLISHED)
    return _run(
        connection(str(release.path), release.fingerprint),
        """
        select
            c.schema_name || '.' || c.table_name as "table", t.comment as meaning,
            c.column_name as "column", c.data_type as kind, c.comment as column_meaning
        from duckdb_columns() as c
        join duckdb_tables() as t using (schema_name, table_name)
        order by c.schema_name, c.table_name, c.column_index
        """,
        {},
    )


def _run(
    con: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, object]
) -> pl.DataFrame:
    """Run one statement of ours and give its rows."""
    try:
        with running(con, sql, parameters, QUERY_SECONDS) as cursor:
            frame = cursor.pl()
    except duckdb.InterruptException as error:
        raise WarehouseError(texts.TOO_SLOW.format(seconds=f"{QUERY_SECONDS:.0f}")) from error
    except (duckdb.OutOfMemoryException, MemoryError) as error:
        raise WarehouseError(texts.TOO_LARGE) from error
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        # Our queries are sound over a release of this version; the tests read every one of them.
        raise WarehouseError(texts.OLDER_RELEASE) from error
    except duckdb.Error as error:
        raise WarehouseError(texts.CANNOT_READ) from error
    return frame.with_columns(cs.decimal().cast(pl.Float64))


@contextmanager
def running(
    con: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, object], seconds: float
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Run exactly one select on its own cursor; the limit holds until its rows are read.

    Args:
        con: what `connection` gave.
        sql: the statement.
        parameters: values for its `$name`s.
        seconds: after so many it is interrupted.

    Raises:
        WarehouseError: the text is not one select.
    """
    cursor = con.cursor()
    timer = threading.Timer(seconds, cursor.interrupt)
    timer.daemon = True
    try:
        statements = cursor.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise WarehouseError(texts.ONE_SELECT)
        timer.start()
        yield cursor.execute(statements[0], dict(parameters))
    finally:
        timer.cancel()
        cursor.close()


@st.cache_resource(max_entries=4, show_spinner=False)
def roster(path: str, fingerprint: str) -> Roster:
    """Read the clinicians and supervision assignments a scope is made of.

    Frozen, so that everybody may be given the same one. Reads without a scope, because it is what
    scopes are made of; its result never goes on screen but through a `Scope`.
    """
    con = connection(path, fingerprint)
    clinicians = _run(
        con,
        "select clinician_key, clinician_label, site_id from core.dim_clinician order by 2, 1",
        {},
    )
    lines = _run(
        con,
        "select supervisor_key, supervisee_key, started_on, ended_on from core.supervision "
        "where kind = 'assignment' and client_key is null order by all",
        {},
    )
    return Roster(
        tuple(Clinician(*row) for row in clinicians.iter_rows()),
        tuple(Assignment(*row) for row in lines.iter_rows()),
    )
