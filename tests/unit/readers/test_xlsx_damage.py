"""Workbooks that are dangerous, damaged or none at all end in a plain rejection."""

from __future__ import annotations

import io
import re
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.errors import DeliveryRejected
from orchestration.readers import xlsx, xlsx_guard
from tests.unit.readers.files import (
    HEADER,
    SESSIONS,
    balance,
    read,
    rejected_workbook,
    repacked,
    sheet_of,
)


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"]
)
def test_a_doctype_in_any_part_is_refused(part: str) -> None:
    def declare(xml: bytes) -> bytes:
        entity = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
        return xml.replace(b"?>", b"?>" + entity, 1)

    data = repacked(sheet_of(HEADER, [1, "c1", "t1", "05/03/2024"]), {part: declare})
    assert rejected_workbook(data).rule == "xml_doctype"


def test_a_macro_workbook_is_refused_whatever_its_name() -> None:
    data = repacked(sheet_of(HEADER), {"xl/vbaProject.bin": lambda _: b"\x00" * 10})
    assert rejected_workbook(data).rule == "macro_workbook"


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    data = repacked(sheet_of(HEADER), {"xl/media/a.bin": lambda _: b"\0" * (40 * 2**20)})
    assert len(data) < 100_000
    assert rejected_workbook(data).rule == "decompression_bomb"


def test_many_members_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_guard, "MAX_MEMBERS", 5)
    assert (
        rejected_workbook(sheet_of(HEADER, [1, "c1", "t1", "05/03/2024"])).rule
        == "decompression_bomb"
    )


@pytest.mark.parametrize(("row", "column"), [(1_048_576, "RR"), (20_000, "RR")])
def test_a_cell_in_a_far_corner_does_not_cost_the_memory_of_the_rectangle(
    row: int, column: str
) -> None:
    def far(xml: bytes) -> bytes:
        corner = f'<row r="{row}"><c r="{column}{row}"><v>1</v></c></row></sheetData>'
        return xml.replace(b"</sheetData>", corner.encode())

    data = repacked(sheet_of(HEADER, [1, "c1", "t1", "x"]), {"xl/worksheets/sheet1.xml": far})
    assert rejected_workbook(data).rule == "sheet_too_large"


def test_a_sheet_that_is_too_wide_is_refused() -> None:
    wide = sheet_of(HEADER, [None] * xlsx.MAX_COLUMNS + ["x"])
    assert rejected_workbook(wide).rule == "too_many_columns"


def test_a_password_is_said(tmp_path_factory: pytest.TempPathFactory) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512
    assert rejected_workbook(ole).rule == "legacy_workbook"
    data = bytearray(sheet_of(HEADER))
    place = data.index(b"PK\x01\x02")
    flags = struct.unpack_from("<H", data, place + 8)[0]
    struct.pack_into("<H", data, place + 8, flags | 1)
    assert rejected_workbook(bytes(data)).rule == "encrypted_workbook"


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "empty_file"),
        (b"<html><body>Please sign in</body></html>", "not_a_workbook"),
        (b"Visit,Client\n1,2\n", "not_a_workbook"),
        (b"PK\x03\x04 and then nothing", "unreadable_workbook"),
    ],
)
def test_what_is_no_workbook(data: bytes, rule: str) -> None:
    assert rejected_workbook(data).rule == rule


def test_an_archive_of_another_kind() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert rejected_workbook(buffer.getvalue()).rule == "not_a_workbook"


SOUND = sheet_of(HEADER, *([n, "c1", "t1", "05/03/2024"] for n in range(8)))
PARTS = [
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
    "xl/styles.xml",
]


def rejected_or_balanced(data: bytes) -> None:
    try:
        extracts = read(SESSIONS, ("export.xlsx", data))
    except DeliveryRejected as error:
        assert "c1" not in str(error)
    else:
        assert balance(extracts[0]) == extracts[0].rows_read


def damaged(content: bytes, places: list[tuple[float, int]]) -> bytes:
    """The same bytes with some replaced; a place is a share of the length."""
    changed = bytearray(content)
    for share, value in places:
        changed[int(share * (len(changed) - 1))] = value
    return bytes(changed)


PLACES = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=4)


@settings(deadline=None, max_examples=100)
@given(PLACES, st.floats(0, 1))
def test_a_damaged_archive_is_a_plain_rejected_workbook(
    places: list[tuple[float, int]], end: float
) -> None:
    rejected_or_balanced(damaged(SOUND, places))
    rejected_or_balanced(SOUND[: int(end * len(SOUND))])


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(PARTS), PLACES)
def test_a_damaged_part_is_a_plain_rejection_or_reads_what_it_says(
    part: str, places: list[tuple[float, int]]
) -> None:
    rejected_or_balanced(repacked(SOUND, {part: lambda xml: damaged(xml, places)}))


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(["r", "s", "t", "v", "ref", "hidden"]), st.text("0123456789AZ:-.e", max_size=6)
)
def test_any_attribute_or_value_of_a_sheet_is_survived(name: str, text: str) -> None:
    def change(xml: bytes) -> bytes:
        if name == "v":
            return xml.replace(b"<v>3</v>", f"<v>{text}</v>".encode())
        if name == "ref":
            joined = f'</sheetData><mergeCells><mergeCell ref="{text}"/></mergeCells>'
            return xml.replace(b"</sheetData>", joined.encode())
        if name == "hidden":
            return xml.replace(b'<row r="4"', f'<row hidden="{text}" r="4"'.encode())
        old, new = (b'r="A4"', "r") if name == "r" else (b'r="B4"', name)
        keep = "" if name == "r" else 'r="B4" '
        return re.sub(rb"(<c )" + old, f'<c {keep}{new}="{text}"'.encode(), xml)

    rejected_or_balanced(repacked(SOUND, {"xl/worksheets/sheet1.xml": change}))


def test_a_cell_that_stands_twice_is_not_overwritten_in_silence() -> None:
    def double(xml: bytes) -> bytes:
        return xml.replace(b"</sheetData>", b'<row r="3"><c r="A3"><v>9</v></c></row></sheetData>')

    data = repacked(SOUND, {"xl/worksheets/sheet1.xml": double})
    assert rejected_workbook(data).rule == "unreadable_workbook"
