"""A client goes out of the log for good: every row, and in SQLite every byte."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from review_log.erasure import forget, places_of, records_of
from review_log.location import file_of
from review_log.store import ReviewLog
from tests.unit.review_log.making import entry, viewing

CLIENTS = {f"{number:032x}" for number in range(10**20, 10**20 + 700)}


def fill(log: ReviewLog) -> None:
    """Rows of many clients side by side, so that pages of the database hold several."""
    new = [entry(case=f"case-{key}", client=key) for key in sorted(CLIENTS)]
    log.record(*new, entry(case="e1", client="stays"))
    log.viewed(*[viewing(f"case-{key}", key) for key in sorted(CLIENTS)], viewing(client="stays"))


def test_every_row_of_a_client_goes_and_the_others_stay(log: ReviewLog) -> None:
    fill(log)
    gone = sorted(CLIENTS)[:600]
    named = records_of(log, gone)
    assert {f"case-{key}" for key in gone} <= named
    assert places_of(log, gone) == ["case_viewing.client_key", "review_entry.client_key"]
    assert forget(log, gone) == 1200
    assert places_of(log, [*gone, *named]) == []
    assert len(log.read()) == len(log.views(limit=5000)) == 101
    assert forget(log, gone) == 0


def test_no_byte_of_a_client_is_left_in_the_file(tmp_path: Path) -> None:
    log = ReviewLog(f"sqlite:///{tmp_path / 'log.sqlite3'}")
    fill(log)
    gone = sorted(CLIENTS)[::3]
    file = file_of(log.engine.url)
    assert file is not None
    assert all(key.encode() in file.read_bytes() for key in gone)
    forget(log, gone)
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert [key for key in gone if key.encode() in left] == []
    assert b"stays" in left
    log.record(entry())
    log.close()


def test_the_file_stays_in_one_piece_and_careful(tmp_path: Path) -> None:
    log = ReviewLog(f"sqlite:///{tmp_path / 'log.sqlite3'}")
    fill(log)
    forget(log, CLIENTS)
    with log.engine.connect() as con:
        asked = ("integrity_check", "journal_mode", "synchronous", "secure_delete")
        said = [con.execute(sa.text(f"pragma {name}")).scalar() for name in asked]
    assert said == ["ok", "delete", 3, 1]
    assert [path.name for path in tmp_path.iterdir()] == ["log.sqlite3"]
    log.close()
