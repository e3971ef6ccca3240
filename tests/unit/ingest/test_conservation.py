"""No record is lost and no parser's words get out, whatever a file holds.

Belongs here: properties over random and damaged files. Does not belong here: single rules.
"""

from __future__ import annotations

import csv
import io
import random
import string
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.errors import DeliveryRejected
from orchestration.extract import row_checks
from orchestration.extract import rows as rows_module
from orchestration.extract.delivery_manifest import Manifest
from orchestration.extract.pseudonyms import Pseudonymiser
from orchestration.extract.rows import ReadRows, Terms, read_rows
from orchestration.readers.base import Delivery
from orchestration.settings import Intake, SourceConfig
from tests.unit.ingest.making import GOOD, KEY, SESSIONS, memory_file

TERMS = Terms(
    config=SourceConfig(),
    intake=Intake(max_bad_share=1.0),
    pseudonyms=Pseudonymiser(KEY),
    namespaces={"clinic": "clinic"},
    manifest=Manifest(),
    delivery_id="0" * 16,
)


def read(name: str, data: bytes | str, terms: Terms = TERMS) -> ReadRows:
    return read_rows(Delivery("clinic", "today", "UTC", (memory_file(name, data),)), terms)


row = st.one_of(
    st.tuples(
        st.sampled_from(["s1", "s2", "S1", "s3", "", "1.2E+11"]),
        st.sampled_from(["c1", "c2", "Jane Smith", ""]),
        st.just("t1"),
        st.sampled_from(["2026-03-04T10:00", "2026-03-05 10:00", "soon", "1980-01-01T10:00"]),
        st.sampled_from(["attended", "ATTENDED", "show", ""]),
    ),
    st.lists(st.text(string.printable, max_size=5), max_size=8).map(tuple),
    st.just(("", "", "", "", "")),
)


@settings(max_examples=120, deadline=None)
@given(rows=st.lists(row, min_size=1, max_size=30))
def test_every_record_of_a_csv_is_accounted_for(rows):
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([SESSIONS.split(","), *rows])
    # The records that Python's csv finds, lines without any text left out.
    records = [each for each in csv.reader(io.StringIO(text.getvalue())) if each][1:]
    records = [each for each in records if len(each) != 1 or each[0].strip()]
    blank = [each for each in records if len(each) == 5 and not any(each)]
    if len(blank) == len(records):
        with pytest.raises(DeliveryRejected, match="no_rows"):
            read("sessions.csv", text.getvalue())
        return
    done = read("sessions.csv", text.getvalue())
    (feed,) = done.feeds
    assert feed.rows_read == len(records)
    assert feed.rows_filtered == len(blank)
    assert feed.is_conserved
    assert feed.rows_accepted == done.landed["sessions"].height
    bad = done.bad.select("file", "row_number").n_unique()
    assert feed.rows_quarantined == bad
    accepted = set(done.landed["sessions"]["row_number"])
    assert accepted.isdisjoint(done.bad["row_number"])


def test_a_reader_that_loses_a_row_is_found_out(monkeypatch):
    class Careless:
        name = "canonical"

        def read(self, delivery, config):
            for extract in rows_module.READERS["mended"].read(delivery, config):
                yield replace(extract, frame=extract.frame.head(1))

    readers = {"mended": rows_module.READERS["canonical"], "canonical": Careless()}
    monkeypatch.setattr(rows_module, "READERS", readers)
    with pytest.raises(DeliveryRejected) as caught:
        read("sessions.csv", GOOD)
    assert caught.value.rule == "row_conservation"


def test_bad_rows_are_told_in_order_however_many_are_looked_at_in_one_go(monkeypatch):
    lines = "".join(f"s{n},,,x,attended\n" for n in range(7))
    terms = replace(TERMS, intake=Intake(max_bad_share=1))
    whole = read("sessions.csv", f"{SESSIONS}\n{lines}", terms).bad
    monkeypatch.setattr(row_checks, "_ROWS_AT_A_TIME", 3)
    assert read("sessions.csv", f"{SESSIONS}\n{lines}", terms).bad.equals(whole)
    assert whole.height == 21


def test_a_file_with_endless_bad_rows_is_not_read_to_its_end(monkeypatch):
    monkeypatch.setattr(rows_module, "MAX_BAD_ROWS", 2)
    terms = replace(TERMS, intake=Intake(max_bad_share=1))
    with pytest.raises(DeliveryRejected, match="more than 2 rows are bad") as caught:
        read("sessions.csv", SESSIONS + "\ns1,,,x,y" * 3 + "\n", terms)
    assert caught.value.rule == "too_many_bad_rows"


def test_words_of_a_parser_s_exception_stay_inside(monkeypatch):
    class Breaking:
        name = "canonical"

        def read(self, delivery, config):
            raise ValueError("could not convert string 'Canary' to float")
            yield

    monkeypatch.setattr(rows_module, "READERS", {"canonical": Breaking()})
    with pytest.raises(DeliveryRejected) as caught:
        read("sessions.csv", GOOD)
    assert (caught.value.rule, "Canary" in str(caught.value)) == ("reader_failed", False)
    assert caught.value.__cause__ is None


def _damage(data: bytes, chance: random.Random) -> bytes:
    """Cut, flip, insert, repeat or drop some of the bytes."""
    made = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(made) + 1)
        match chance.randrange(5):
            case 0:
                del made[place:]
            case 1:
                made[place:place] = bytes(chance.choices(range(256), k=chance.randint(1, 8)))
            case 2:
                made[place:place] = chance.choice([b'"', b",", b"\n", b"\r", b";", b"\t", b"\xff"])
            case 3:
                made[place : place + chance.randint(1, 20)] = b""
            case _:
                made[place:place] = made[place : place + chance.randint(1, 40)]
    return bytes(made)


def _parquet() -> bytes:
    frame = pl.read_csv(io.StringIO(GOOD), infer_schema=False)
    buffer = io.BytesIO()
    pl.concat([frame] * 20).write_parquet(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["sessions.csv", "sessions.parquet"])
def test_a_damaged_file_is_read_or_rejected_and_never_crashes(name):
    whole = GOOD.encode() if Path(name).suffix == ".csv" else _parquet()
    chance = random.Random(20261123)
    outcomes = set()
    for _ in range(300):
        try:
            done = read(name, _damage(whole, chance))
        except DeliveryRejected as rejected:
            outcomes.add(rejected.rule)
            continue
        outcomes.add("read")
        assert all(feed.is_conserved for feed in done.feeds)
    assert "read" in outcomes
    assert "reader_failed" not in outcomes  # nothing that no rule foresaw
