"""CSV text in blocks: the fast reading, the exact one and Python's csv module tell the same.

Belongs here: what depends on where a block ends, and on who reads it. Does not belong here: single
kinds of broken files (tests/unit/ingest/test_csv_structure.py).
"""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.errors import DeliveryRejected
from orchestration.readers import csv_blocks, csv_text
from orchestration.readers.csv_text import read_csv, read_csv_parts
from orchestration.readers.tabular import Table
from tests.unit.readers.files import data_file

HEADER = "one,two,three\n"
PIECES = ["a", "b", ",", " ", ";", '"', "\n", "\r\n", "\u00e9", "\u65e5", "\U0001f600"]
cell = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
records = st.lists(st.lists(cell, min_size=3, max_size=3), min_size=1, max_size=40)
# Text that csv may read otherwise than it was meant, or refuse.
LINES = ["a,b,c\n", "a,b\n", "a,b,c,d\n", "\n", ",,\n", "a,b,c\r\n", "a,b,c", "\r", " \n", ","]
QUOTED = ['"a","b","c"\n', '"a\n",b,c\n', '"",,\n', '"a""b",,\n']
BROKEN = ['a"b,c,d\n', '"a"b,c,d\n', 'a,"b,\n', '"']
fragments = st.lists(st.sampled_from([*LINES, *QUOTED, *BROKEN]), max_size=40).map("".join)
quoting = st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])


def outcome(data: bytes, monkeypatch, *, block: int, is_exact: bool = False) -> object:
    """What is read of a file in blocks of so many bytes; by csv alone if so wished."""
    with monkeypatch.context() as patch:
        patch.setattr(csv_blocks, "BLOCK_BYTES", block)
        if is_exact:
            patch.setattr(csv_text, "judge", lambda *_: None)
        try:
            return told(read_csv(data_file("x.csv", data), delimiter=","))
        except DeliveryRejected as problem:
            return str(problem)


def told(table: Table) -> object:
    rows = table.frame.rows()
    filled = [tuple("" if cell is None else cell for cell in row) for row in rows]
    counts = (table.rows_read, table.rows_blank, table.frame.height)
    return filled, table.rejects.rows(), counts, sorted(table.warnings)


@settings(max_examples=150, deadline=None)
@given(
    rows=records, quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), crlf=st.booleans()
)
def test_valid_text_is_read_as_csv_reads_it(rows, quoting, crlf):
    text = io.StringIO(newline="")
    end = "\r\n" if crlf else "\n"
    csv.writer(text, quoting=quoting, lineterminator=end).writerows(
        [["one", "two", "three"], *rows]
    )
    expected = list(csv.reader(io.StringIO(text.getvalue(), newline=""), strict=True))[1:]
    for block in (150, 2**20):
        with pytest.MonkeyPatch.context() as monkeypatch:
            filled, rejects, counts, _ = outcome(text.getvalue().encode(), monkeypatch, block=block)
        assert [list(row[1:]) for row in filled] == [row for row in expected if any(row)]
        assert not rejects
        assert counts[0] == len(expected)


@settings(max_examples=250, deadline=None)
@given(text=fragments, block=st.sampled_from([60, 90, 500]))
def test_any_text_is_read_the_same_whoever_reads_it(text, block):
    data = (HEADER + text).encode()
    with pytest.MonkeyPatch.context() as monkeypatch:
        exact = outcome(data, monkeypatch, block=2**20, is_exact=True)
        assert outcome(data, monkeypatch, block=2**20) == exact
        longest = max(len(line) for line in io.StringIO(HEADER + text, newline=""))
        if longest < block // 2:
            assert outcome(data, monkeypatch, block=block) == exact


def test_a_line_longer_than_a_block_is_one_bad_row(monkeypatch):
    monkeypatch.setattr(csv_blocks, "BLOCK_BYTES", 1000)
    data = HEADER + "1,2,3\n" + "x" * 5000 + ",y,z\n" + "4,5,6\n" * 300
    table = read_csv(data_file("x.csv", data))
    assert table.rejects.rows() == [(3, "structure:line_too_long", None)]
    assert table.frame["row_number"].to_list() == [2, *range(4, 304)]
    assert table.rows_read == 302


def test_a_file_comes_in_parts_and_the_last_says_so(monkeypatch):
    monkeypatch.setattr(csv_blocks, "BLOCK_BYTES", 1000)
    parts = list(read_csv_parts(data_file("x.csv", HEADER + "1,2,3\n" * 1000)))
    assert [part.is_last for part in parts] == [False] * (len(parts) - 1) + [True]
    assert len(parts) == 7
    assert sum(part.rows_read for part in parts) == 1000
    assert parts[-1].frame["row_number"].max() == 1001


def test_a_record_without_end_is_refused_before_it_is_held(monkeypatch):
    monkeypatch.setattr(csv_text, "BLOCK_BYTES", 1000)
    with pytest.raises(DeliveryRejected, match="unbalanced_quotes"):
        read_csv(data_file("x.csv", HEADER + '"a\n' * 999))


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_a_character_may_stand_across_two_blocks(monkeypatch, encoding):
    monkeypatch.setattr(csv_blocks, "BLOCK_BYTES", 1001)
    text = HEADER + "\u00e9\u00e8,b,c\n" * 1000
    table = read_csv(data_file("x.csv", text.encode(encoding)), encoding="cp1252")
    assert set(table.frame["one"]) == {"\u00e9\u00e8"}
    assert table.rows_read == 1000
