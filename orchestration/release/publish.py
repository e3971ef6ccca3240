"""From a finished build file to the current release (trust.md P1).

Here: the steps, in the only order in which a kill at any moment leaves the old release whole and
current. Not here: whether the build is good enough (gates.py), the shelf (catalogue.py).

The order: helper schemas dropped, checkpoint, closed, no write-ahead log left; the analyst file
copied out; both files read from end to end; sealed (mode 0440) and synced; given their final names;
``current.json`` swapped by one rename, then the ``current`` link; the card; the old ones deleted.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from orchestration import lock
from orchestration.durable import read_json, sha256_of, sync_file, sync_folder, write_json
from orchestration.errors import RapportError
from orchestration.home import Home
from orchestration.release.build_note import note_build
from orchestration.release.catalogue import (
    ANALYST_SCHEMA,
    BUILD_NAME,
    FINISHED_NAME,
    Release,
    card_name,
    file_name,
    keep_last,
    point_to,
    remove,
)
from orchestration.release.content import Contents, quoted, read_contents
from orchestration.release.gates import check_gates
from orchestration.release.kill_points import reach

# Not "analyst": DuckDB could not tell the file from the schema in it.
ANALYST_BUILD_NAME = "deidentified.duckdb"

# Views over the landing and what only the build needs. A release holds tables alone.
HELPER_SCHEMAS = ("staging", "intermediate", "landing", "build")


@dataclass(frozen=True)
class Label:
    """What a release is called and says about itself; the fields are those of ``Release``."""

    release_id: str
    as_of: str
    as_of_source: str
    built_at: str
    rapport_version: str
    is_demo: bool
    known_on: str | None = None


def finish_build(home: Home, label: Label) -> None:
    """Mark the build file as whole; without this mark it is never released."""
    sync_file(home.build / BUILD_NAME)
    write_json(home.build / FINISHED_NAME, asdict(label))


def promote(home: Home, keep: int = 3) -> Release:
    """Make the finished build of a home its current release.

    A build as known on a past day is put on the shelf beside it and changes nothing else.

    Args:
        home: the home; its lock is taken.
        keep: how many releases to keep, this one included.

    Returns:
        The release, already current unless it is one as known on a past day.

    Raises:
        GateError: rows are unaccounted for or a blocking check is violated.
        RapportError: there is no finished build, or its file is not whole.
    """
    with lock.hold(home.path):
        build_file = home.build / BUILD_NAME
        mark = read_json(home.build / FINISHED_NAME)
        if mark is None or not build_file.is_file():
            raise RapportError("There is no finished build to release. Run `rapport build`.")
        check_gates(home, build_file)
        reach("gates_passed")
        analyst_file = home.build / ANALYST_BUILD_NAME
        _strip(build_file)
        reach("helpers_dropped")
        _copy_analyst_tables(build_file, analyst_file)
        reach("analyst_written")
        contents = _read_through(build_file)
        _read_through(analyst_file)
        reach("verified")
        release = _seal(Label(**mark), build_file, analyst_file, contents)
        reach("sealed")
        if release.known_on is not None:
            # Made again of the same input: the one before goes first, so that no card ever stands
            # beside a file that is not its own.
            remove(home, release)
        _shelve(home, release, build_file, analyst_file)
        if release.known_on is not None:
            write_json(home.releases / card_name(release.release_id), release.to_json())
            return release
        point_to(home, release)
        note_build(home, "released", release_id=release.release_id)
        reach("note_written")
        keep_last(home, keep)
        reach("swept")
    return release


def _strip(build_file: Path) -> None:
    # A release that was stopped after sealing left the file read-only.
    build_file.chmod(0o600)
    with closing(duckdb.connect(str(build_file))) as con:
        for schema in HELPER_SCHEMAS:
            con.execute(f"drop schema if exists {quoted(schema)} cascade")
        con.execute("checkpoint")
    _assert_closed(build_file)


def _copy_analyst_tables(build_file: Path, analyst_file: Path) -> None:
    analyst_file.unlink(missing_ok=True)
    with closing(duckdb.connect(str(analyst_file))) as con:
        # The path is bound to no parameter in ATTACH; it is our own, and quotes are doubled.
        place = str(build_file).replace("'", "''")
        con.execute(f"attach '{place}' as source (read_only)")
        con.execute(f"create schema {quoted(ANALYST_SCHEMA)}")
        names = con.execute(
            "select table_name from duckdb_tables() "
            "where database_name = 'source' and schema_name = ? order by all",
            [ANALYST_SCHEMA],
        ).fetchall()
        for (name,) in names:
            table = f"{quoted(ANALYST_SCHEMA)}.{quoted(name)}"
            con.execute(f"create table {table} as from source.{table}")
        con.execute("detach source")
        con.execute("checkpoint")
    _assert_closed(analyst_file)


def _assert_closed(path: Path) -> None:
    # A log left beside the file would be lost by the rename, and with it committed rows.
    if path.with_name(f"{path.name}.wal").exists():
        raise RapportError(f"{path.name} could not be closed cleanly; nothing was published.")


def _read_through(path: Path) -> Contents:
    try:
        return read_contents(path)
    except duckdb.Error as error:
        raise RapportError(
            f"{path.name} cannot be read from end to end, so nothing was published. "
            "The disk may be full or failing; run `rapport doctor`."
        ) from error


def _seal(label: Label, build_file: Path, analyst_file: Path, contents: Contents) -> Release:
    for path in (build_file, analyst_file):
        path.chmod(0o440)
        sync_file(path)
    return Release(
        release_id=label.release_id,
        file=file_name(label.release_id),
        analyst_file=file_name(label.release_id, analyst=True),
        sha256=sha256_of(build_file),
        analyst_sha256=sha256_of(analyst_file),
        as_of=label.as_of,
        as_of_source=label.as_of_source,
        built_at=label.built_at,
        rapport_version=label.rapport_version,
        is_demo=label.is_demo,
        known_on=label.known_on,
        row_counts=contents.row_counts,
        content=contents.hashes,
    )


def _shelve(home: Home, release: Release, build_file: Path, analyst_file: Path) -> None:
    build_file.rename(home.releases / release.file)
    reach("supervision_in_place")
    analyst_file.rename(home.releases / release.analyst_file)
    (home.build / FINISHED_NAME).unlink()
    sync_folder(home.releases)
    sync_folder(home.build)
    reach("analyst_in_place")
