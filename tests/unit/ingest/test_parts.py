"""A delivery read in parts, with rows that wait in files, ends as the same delivery read whole.

Belongs here: what depends on where a part ends. Does not belong here: blocks of text alone
(tests/unit/readers/test_csv_blocks.py).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.errors import DeliveryHeld, DeliveryRejected
from orchestration.extract import land_inbox, staging
from orchestration.extract import rows as rows_module
from orchestration.extract.delivery_manifest import parse_manifest
from orchestration.extract.rows import read_rows
from orchestration.readers import base, csv_blocks
from orchestration.readers.base import Delivery
from orchestration.readers.tabular import read_parts, read_table
from orchestration.settings import SourceConfig
from tests.unit.ingest.making import SESSIONS, forget, memory_file
from tests.unit.ingest.test_conservation import TERMS
from tests.unit.readers.files import config

HEADER = f"{SESSIONS},record_updated_at\n"
MAP = """
reader = "mapped"
[[feeds]]
feed = "sessions"
files = "*.csv"
duplicates = "first"
duplicate_key = ["session_id"]
filters = [{ name = "not_seen", column = "status", any_of = ["no_show"] }]
[feeds.columns]
session_id = "session_id"
client_id = "client_id"
clinician_id = "clinician_id"
started_at = "started_at"
status = "status"
"""

session = st.tuples(
    st.sampled_from([f"s{number}" for number in range(12)]),
    st.sampled_from(["c1", "c2", "123456789012345000", "123456789012345670", "", "Jane Smith"]),
    st.sampled_from(["t1", "t2"]),
    st.sampled_from(["2026-03-04T10:00", "2026-10-25T01:30", "soon", ""]),
    st.sampled_from(["attended", "no_show", "\u200battended", "show"]),
    st.sampled_from(["", "2026-03-05T10:00"]),
).map(",".join)
exact = st.just("s90,123456789012345678,t1,2026-03-04T10:00,attended,")
lines = st.lists(
    st.one_of(session, session, session, exact, st.just("a,b"), st.just("")), max_size=90
)


def outcome(text: str, terms, monkeypatch, tmp_path, *, block: int, waiting: int) -> object:
    """All that is known of a delivery in the end; the order of landed rows counts too."""
    with monkeypatch.context() as patch:
        patch.setattr(csv_blocks, "BLOCK_BYTES", block)
        patch.setattr(staging, "ROWS_IN_MEMORY", waiting)
        place = tmp_path / f"in-{block}-{waiting}"
        place.mkdir(exist_ok=True)
        terms = replace(terms, staging=lambda feed: place / f"{feed}.parquet")
        file = memory_file("sessions.csv", HEADER + text)
        try:
            rows = read_rows(Delivery("clinic", "today", "Europe/London", (file,)), terms)
        except DeliveryRejected as problem:
            assert not list(place.iterdir())
            return str(problem)
        landed = {name: frame.rows() for name, frame in rows.landed.items()}
        rows.discard()
        assert not list(place.iterdir())
        return landed, sorted(rows.bad.rows(), key=repr), rows.feeds, sorted(rows.warnings)


@pytest.mark.parametrize("reader", ["canonical", "mapped"])
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lines=lines)
def test_parts_make_no_difference(reader, lines, monkeypatch, tmp_path):
    source = config(MAP) if reader == "mapped" else SourceConfig()
    terms = replace(TERMS, config=source)
    text = "".join(f"{line}\n" for line in lines)
    whole = outcome(text, terms, monkeypatch, tmp_path, block=2**20, waiting=10**6)
    for block, waiting in ((300, 10**6), (300, 7), (2**20, 7)):
        parts = outcome(text, terms, monkeypatch, tmp_path, block=block, waiting=waiting)
        assert parts == whole


def test_a_rounded_id_is_judged_by_the_whole_column(monkeypatch, tmp_path):
    row = "s{},{},t1,2026-03-04T10:00,attended,\n".format
    many = "".join(row(number, f"c{number}") for number in range(100))
    rounded, sound = row(200, "123456789012345000"), row(201, "123456789012345678")
    terms = replace(TERMS, config=SourceConfig())
    kept = outcome(rounded + many + sound, terms, monkeypatch, tmp_path, block=500, waiting=20)
    assert len(kept[0]["sessions"]) == 102
    out = outcome(rounded + many, terms, monkeypatch, tmp_path, block=500, waiting=20)
    assert len(out[0]["sessions"]) == 100
    assert [(row[2], row[3], row[4]) for row in out[1]] == [(2, "excel_id", "client_id")]


def test_a_manifest_counts_the_rows_of_all_parts(monkeypatch, tmp_path):
    text = "".join(f"s{number},c1,t1,2026-03-04T10:00,attended,\n" for number in range(300))
    for rows, is_right in ((300, True), (299, False)):
        manifest = parse_manifest(b'{"files": [{"name": "sessions.csv", "rows": %d}]}' % rows)
        terms = replace(TERMS, manifest=manifest)
        found = outcome(text, terms, monkeypatch, tmp_path, block=500, waiting=50)
        assert is_right is not isinstance(found, str)


def test_a_file_that_changes_between_two_parts_is_held_and_leaves_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(csv_blocks, "BLOCK_BYTES", 500)
    monkeypatch.setattr(staging, "ROWS_IN_MEMORY", 10)
    text = HEADER + "".join(f"s{n},c1,t1,2026-03-04T10:00,attended,\n" for n in range(300))
    file = memory_file("sessions.csv", text)

    class Changing:
        def __init__(self, stream):
            self.stream, self.reads = stream, 0

        def read(self, size):
            self.reads += 1
            if self.reads == 9:
                assert list(tmp_path.iterdir())
                raise DeliveryHeld("changed_while_reading", "sessions.csv", "changed")
            return self.stream.read(size)

        def close(self):
            self.stream.close()

    file = replace(file, opened=lambda: Changing(memory_file("x", text).open()))
    terms = replace(TERMS, staging=lambda feed: tmp_path / f"{feed}.parquet")
    with pytest.raises(DeliveryHeld):
        read_rows(Delivery("clinic", "today", "Europe/London", (file,)), terms)
    assert not list(tmp_path.iterdir())


def test_many_rows_land_as_few_do(practice, monkeypatch):
    rows = "".join(f"s{n % 90},c{n},t1,2026-03-04T10:00,attended,\n" for n in range(100))
    practice.put("clinic/a", {"sessions.csv": HEADER + rows})
    practice.land()
    few = practice.state()
    schema = pl.read_parquet_schema(_landed(practice))
    forget(practice)
    monkeypatch.setattr(staging, "ROWS_IN_MEMORY", 10)
    monkeypatch.setattr(csv_blocks, "BLOCK_BYTES", 500)
    practice.land()
    assert practice.state()["sessions"] == few["sessions"]
    assert pl.read_parquet_schema(_landed(practice)) == schema
    assert not list(practice.home.landing.rglob("*.tmp"))


def _landed(practice) -> Path:
    (place,) = (practice.home.landing / "sessions").glob("[!_]*")
    return place


def test_a_long_delivery_says_how_far_it_is_and_a_short_one_nothing(practice, monkeypatch):
    rows = "".join(f"s{n},c{n},t1,2026-03-04T10:00,attended,\n" for n in range(100))
    practice.put("clinic/a", {"sessions.csv": HEADER + rows})
    said = []
    land_inbox(practice.settings, said.append)
    assert said == ["clinic/a: accepted: 100 rows accepted, 0 quarantined"]
    forget(practice)
    monkeypatch.setattr(rows_module, "TELL_SECONDS", 0.0)
    monkeypatch.setattr(csv_blocks, "BLOCK_BYTES", 2000)
    land_inbox(practice.settings, said.append)
    assert said[1] == "clinic/a: 51 rows so far, of 0 MB"
    assert said[-1] == said[0]


def test_a_format_that_is_held_whole_has_a_limit_of_its_own(monkeypatch):
    monkeypatch.setattr(base, "MAX_WHOLE_BYTES", 100)
    file = memory_file("sessions.csv", HEADER + "s1,c1,t1,2026-03-04T10:00,attended,\n")
    with pytest.raises(DeliveryRejected, match="too_big"):
        file.read_bytes()
    with pytest.raises(DeliveryRejected, match="too_big"):
        read_table(file)
    assert sum(part.rows_read for part in read_parts(file)) == 1
