"""The structure of CSV text: every kind of broken file, and the exact rows that are named.

Belongs here: bytes in, table out. Does not belong here: meaning of columns.
"""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.readers.base import DeliveryRejected
from orchestration.readers.csv_text import read_csv
from orchestration.readers.tabular import Table, unique_names
from tests.unit.ingest.making import memory_file

PLAIN = [(2, "1", "2"), (3, "3", "4")]


def rejected_rows(table: Table) -> list[tuple[int, str]]:
    return list(table.rejects.select("row_number", "rule").iter_rows())


@pytest.mark.parametrize(
    "data",
    [
        b"a,b\n1,2\n3,4\n",
        b"a,b\n1,2\n3,4",
        b"a,b\r\n1,2\r\n3,4\r\n",
        b"a,b\r1,2\r3,4\r",
        b'"a","b"\n"1","2"\n"3","4"\n',
    ],
    ids=["lf", "no final newline", "crlf", "cr", "quoted"],
)
def test_line_ends_and_quotes_do_not_matter(file_of, data):
    table = read_csv(file_of("x.csv", data))
    assert table.frame.rows() == PLAIN
    assert (table.rows_read, table.rows_blank, table.warnings) == (2, 0, ())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xef\xbb\xbfa,b\n1,2\n3,4\n", "(bom)"),
        ("a,b\n1,2\n3,4\n".encode("utf-16"), "(encoding_utf16)"),
        (b"a;b\n1;2\n3;4\n", "(delimiter)"),
        (b"a\tb\n1\t2\n3\t4\n", "(delimiter)"),
        (b"a,b\r\n1,2\n3,4\r", "(mixed_eol)"),
    ],
)
def test_what_is_put_right_is_said(file_of, data, said):
    table = read_csv(file_of("x.csv", data))
    assert table.frame.rows() == PLAIN
    assert [said in warning for warning in table.warnings] == [True]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "empty_file"),
        (b" \r\n \n", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b"a,b\n1,\x002\n", "nul_bytes"),
        ("a,b\n1,2\n".encode("utf-16-le"), "nul_bytes"),
        (b"\xff\xfea\x00,\x00b\xd8", "encoding_utf16"),
        (b"  <!DOCTYPE html><html>", "not_csv_html"),
        (b"<?xml version='1.0'?>", "not_csv_html"),
        (b"PK\x03\x04 zipped", "not_csv"),
        (b"\xd0\xcf\x11\xe0 old", "not_csv"),
        (b"PAR1 columns", "not_csv"),
        (b'a,b\n1,"2\n3,4\n5,6\n', "unbalanced_quotes"),
        (b'a,b\n1,"x\ny\n"3"z,4\n5,6', "unbalanced_quotes"),
        (b"a\n" + b",".join([b"1"] * 6000) + b"\n", "row_too_wide"),
        (b",".join([b"c"] * 501) + b"\n", "too_many_columns"),
        (b"c" * 70_000 + b"\n1\n", "header_too_long"),
        (b'"a"b,c\n1,2\n', "header_mismatch"),
        (b"a,\xff\n1,2\n", "header_mismatch"),
    ],
)
def test_a_file_that_is_no_csv_is_rejected(file_of, data, rule):
    with pytest.raises(DeliveryRejected) as caught:
        read_csv(file_of("x.csv", data))
    assert (caught.value.rule, caught.value.file) == (rule, "x.csv")


def test_an_open_quote_is_named_by_its_row(file_of):
    with pytest.raises(DeliveryRejected, match=r"x\.csv: row 3: a quotation mark"):
        read_csv(file_of("x.csv", b'a,b\n1,2\n3,"4\n5,6\n7,8\n'))


def test_rows_that_do_not_fit_are_named_one_by_one(file_of):
    data = b"a,b\n1,2\n3\n4,5,6\n\xff,7\n" + b'"8"9,10\n' + b"11," + b"x" * 140_000 + b"\n12,13\n"
    table = read_csv(file_of("x.csv", data))
    assert table.frame.rows() == [(2, "1", "2"), (8, "12", "13")]
    assert rejected_rows(table) == [
        (3, "structure:missing_columns"),
        (4, "structure:too_many_columns"),
        (5, "structure:invalid_encoding"),
        (6, "structure:quotes"),
        (7, "structure:line_too_long"),
    ]
    assert table.rows_read == 7


def test_blank_lines_have_row_numbers_but_are_no_records(file_of):
    table = read_csv(file_of("x.csv", b"\na,b\n\n1,2\n  \n,\n3,4\n\n"))
    assert table.frame.rows() == [(4, "1", "2"), (7, "3", "4")]
    assert (table.rows_read, table.rows_blank) == (3, 1)


def test_a_cell_may_hold_line_breaks(file_of):
    table = read_csv(file_of("x.csv", b'a,b\n1,"x\ny"\n2,"say ""no"""\n'))
    assert table.frame.rows() == [(2, "1", "x\ny"), (3, "2", 'say "no"')]


def test_a_file_cut_off_says_so(file_of):
    table = read_csv(file_of("x.csv", b"a,b\n1,2\n3"))
    assert rejected_rows(table) == [(3, "structure:missing_columns")]
    assert [warning.endswith("(no_terminator)") for warning in table.warnings] == [True]


def test_ctrl_z_at_the_end_is_a_broken_row(file_of):
    table = read_csv(file_of("x.csv", b"a,b\r\n1,2\r\n\x1a"))
    assert rejected_rows(table) == [(3, "structure:missing_columns")]


def test_a_declared_encoding_is_used_and_utf8_is_not_guessed(file_of):
    data = "a,b\né,2\n".encode("cp1252")
    assert rejected_rows(read_csv(file_of("x.csv", data))) == [(2, "structure:invalid_encoding")]
    assert read_csv(file_of("x.csv", data), encoding="cp1252").frame["a"].to_list() == ["é"]


def test_the_header_may_stand_lower(file_of):
    table = read_csv(file_of("x.csv", b"Report of May\n\na;b\n1;2\n"), header_row=3)
    assert table.header == ("a", "b")
    assert table.frame.rows() == [(4, "1", "2")]


def test_names_are_made_unique_by_their_place():
    assert unique_names(("Charge", "", "Charge", "Charge", "Charge__2", "row_number")) == (
        "Charge",
        "column_2",
        "Charge__2",
        "Charge__3",
        "Charge__2__2",
        "row_number__2",
    )


cell = st.text(alphabet=st.sampled_from(list('ab1 ,;"\n\r\té😀')), max_size=6)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.tuples(cell, cell, cell), max_size=12), ends=st.sampled_from(["\n", "\r\n"])
)
def test_any_valid_csv_is_read_as_python_reads_it(rows, ends):
    text = io.StringIO()
    # Python 3.11 does not quote a lone carriage return by itself.
    has_return = any("\r" in each for row in rows for each in row)
    quoting = csv.QUOTE_ALL if has_return else csv.QUOTE_MINIMAL
    writer = csv.writer(text, lineterminator=ends, quoting=quoting)
    writer.writerows([("a", "b", "c"), *rows])
    table = read_csv(memory_file("x.csv", text.getvalue()), delimiter=",")
    kept = [row for row in rows if any(row)]
    assert [tuple(each or "" for each in row[1:]) for row in table.frame.iter_rows()] == kept
    assert (table.rows_read, table.rows_blank) == (len(rows), len(rows) - len(kept))
    assert table.rejects.is_empty()


@pytest.mark.parametrize("first", ["sep=;\r\n", '"sep=;"\n', "SEP=;\n"])
def test_a_line_that_names_the_separator_is_neither_header_nor_row(first: str) -> None:
    table = read_csv(memory_file("a.csv", f"{first}a;b\n1;2\n3\n"))
    assert table.header == ("a", "b")
    assert table.frame.rows() == [(2, "1", "2")]
    assert rejected_rows(table) == [(3, "structure:missing_columns")]
    assert table.warnings[0] == "a.csv: begins by naming its separator (sep)"
