"""The tables grow with the program, on both databases, and never backwards."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from setuptools import find_packages

from review_log.engine import make_engine, writing
from review_log.entry import Entry
from review_log.errors import LogUnreachableError
from review_log.location import make_private, parse_url
from review_log.migrations import FOLDER, migrate, version_of
from review_log.store import ReviewLog
from review_log.tables import SCHEMA, VERSION_TABLE, entries, metadata
from tests.support import REPO
from tests.unit.review_log.making import entry, viewing


def test_the_migrated_tables_are_those_of_the_program(log: ReviewLog) -> None:
    options = {"version_table": VERSION_TABLE, "compare_type": True}
    with log.engine.connect() as con:
        assert compare_metadata(MigrationContext.configure(con, opts=options), metadata) == []


def test_the_newest_migration_is_the_one_the_program_wants() -> None:
    assert ScriptDirectory(str(FOLDER)).get_heads() == [SCHEMA]


def test_an_installed_rapport_has_its_migrations() -> None:
    folders = {path.parent for path in (REPO / "review_log").rglob("*.py")}
    packages = find_packages(str(REPO), include=["review_log*"])
    assert {str(path.relative_to(REPO)).replace("/", ".") for path in folders} == set(packages)


def test_an_older_log_keeps_its_entries(url: str) -> None:
    parsed = parse_url(url)
    make_private(parsed)
    engine = make_engine(parsed)
    migrate(engine, "0001")
    assert version_of(engine) == "0001"
    assert not sa.inspect(engine).has_table("case_viewing")
    old = Entry(**vars(entry()), entry_id="1" * 32, recorded_at=datetime(2026, 11, 1))
    with writing(engine) as con:
        con.execute(sa.insert(entries), [asdict(old)])
    engine.dispose()
    log = ReviewLog(url)
    log.viewed(viewing())
    assert log.read() == [old]
    assert len(log.views()) == 1
    assert version_of(log.engine) == SCHEMA
    log.close()


def test_a_newer_log_is_left_alone(log: ReviewLog, url: str) -> None:
    log.record(entry())
    with writing(log.engine) as con:
        table = sa.table(VERSION_TABLE, sa.column("version_num"))
        con.execute(sa.update(table).values(version_num="9001"))
    with pytest.raises(LogUnreachableError, match="newer version of Rapport"):
        ReviewLog(url)
    assert len(log.read()) == 1


def test_a_migration_that_fails_leaves_the_log_as_it_was(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import op  # noqa: PLC0415 -- patched below

    parsed = parse_url(url)
    make_private(parsed)
    engine = make_engine(parsed)

    def stop(*said: object, **more: object) -> None:
        raise sa.exc.OperationalError("create index", {}, Exception("no space"))

    monkeypatch.setattr(op, "create_index", stop)
    with pytest.raises(LogUnreachableError):
        migrate(engine)
    assert version_of(engine) is None
    assert not sa.inspect(engine).has_table("review_entry")
    monkeypatch.undo()
    migrate(engine)
    assert version_of(engine) == SCHEMA
    engine.dispose()
