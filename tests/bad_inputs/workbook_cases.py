"""Workbooks that are none, or hold what no export holds: trust.md 3.2, cases 72 to 77.

Belongs here: .xlsx files of a mapped source. Does not belong here: the cells of a sound workbook
(`tests/unit/readers/test_xlsx.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.bad_inputs.cases import NAME, Case, sessions, workbook
from tests.unit.readers.files import repacked

SETTINGS = """
reader = "mapped"
[[feeds]]
feed = "sessions"
columns = { session_id = "Visit", client_id = "Client", clinician_id = "Therapist", started_at = "Start", status = "State" }
values = { status = { map = { "Kept" = "attended" } } }
dates = { started_at = { format = "%d/%m/%Y %H:%M" } }
"""  # noqa: E501
HEAD = ["Visit", "Client", "Therapist", "Start", "State"]
ROWS = [[f"v{i}", "c1", "t1", f"{14 + i}/01/2026 10:00", "Kept"] for i in range(3)]
SHEET = "xl/worksheets/sheet1.xml"


def cases() -> list[Case]:
    """All of them."""
    return [*_not_workbooks(), *_dangerous(), *_strange()]


def _no(name: str, rule: str, data: bytes, file: str = "export.xlsx", trust: str = "72") -> Case:
    return Case(name, {file: data}, "rejected", rule, settings=SETTINGS, trust=trust)


def _yes(name: str, data: bytes, *, good: int = 3, said: str = "", bad=(), trust: str) -> Case:
    return Case(
        name,
        {"export.xlsx": data},
        "accepted_with_warnings" if said or bad else "accepted",
        said=(said,) if said else (),
        bad=bad,
        good={"sessions": good},
        settings=SETTINGS,
        trust=trust,
    )


def _not_workbooks() -> Iterator[Case]:
    sound = workbook(HEAD, *ROWS)
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
    yield _no("xlsx-with-password", "legacy_workbook", ole)
    yield _no("xls", "legacy_workbook", ole, "export.xls")
    yield _no("xlsm", "macro_workbook", sound, "export.xlsm", "76")
    yield _no("xlsx-of-zero-bytes", "empty_file", b"", trust="30")
    yield _no("xlsx-that-is-a-page", "not_a_workbook", f"<html>{NAME}".encode(), trust="32")
    yield _no("xlsx-that-is-csv", "not_a_workbook", sessions().encode())
    yield _no("xlsx-cut", "unreadable_workbook", sound[: len(sound) // 2], trust="71")
    yield Case(
        "xlsx-for-canonical",
        {"sessions.xlsx": sound},
        "rejected",
        "no_feed_file",
        trust="72",
    )


def _dangerous() -> Iterator[Case]:
    sound = workbook(HEAD, *ROWS)

    def declared(xml: bytes) -> bytes:
        entity = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
        return xml.replace(b"?>", b"?>" + entity, 1)

    yield _no("xlsx-doctype", "xml_doctype", repacked(sound, {SHEET: declared}), trust="75")
    coded = repacked(sound, {SHEET: lambda xml: xml.replace(b"UTF-8", b"QUIMBY-8")})
    yield _no("xlsx-unknown-encoding", "unreadable_workbook", coded, trust="75")
    bomb = repacked(sound, {"xl/media/a.bin": lambda _: bytes(40 * 2**20)})
    yield _no("xlsx-bomb", "decompression_bomb", bomb, trust="76")
    macros = repacked(sound, {"xl/vbaProject.bin": lambda _: bytes(10)})
    yield _no("xlsx-macros", "macro_workbook", macros, trust="76")
    corner = b'<row r="1048576"><c r="RR1048576"><v>1</v></c></row></sheetData>'
    far = repacked(sound, {SHEET: lambda xml: xml.replace(b"</sheetData>", corner)})
    yield _no("xlsx-far-corner", "sheet_too_large", far, trust="76")


def _strange() -> Iterator[Case]:
    yield _yes("xlsx", workbook(HEAD, *ROWS), trust="73")
    yield _no(
        "xlsx-two-sheets",
        "which_sheet",
        workbook(HEAD, *ROWS, sheets=("One", NAME)),
        trust="73",
    )
    formula = workbook(HEAD, *ROWS, ["v9", "c1", "t1", "=A1", "Kept"])
    yield _yes("xlsx-formula", formula, bad=((5, "not_a_timestamp"),), trust="59")
    error = repacked(
        workbook(HEAD, *ROWS, ["v9", 4711, "t1", "20/01/2026 10:00", "Kept"]),
        {SHEET: lambda xml: xml.replace(b'<c r="B5"><v>4711</v>', b'<c r="B5" t="e"><v>#N/A</v>')},
    )
    yield _yes("xlsx-error-cell", error, bad=((5, "structure:error_cell"),), trust="74")
    merged = repacked(
        workbook(HEAD, *ROWS),
        {
            SHEET: lambda xml: xml.replace(
                b"</sheetData>",
                b'</sheetData><mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>',
            )
        },
    )
    yield _no("xlsx-merged-header", "header_mismatch", merged, trust="77")
    title = workbook([f"Report of {NAME}"], [], HEAD, *ROWS)
    yield _no("xlsx-preamble", "header_mismatch", title, trust="25")
    yield _no("xlsx-only-header", "no_rows", workbook(HEAD), trust="31")
    yield _no("xlsx-empty-sheet", "header_mismatch", workbook([]), trust="30")
    long = workbook(HEAD, *ROWS, ["v9", 123456789012345678, "t1", "20/01/2026 10:00", "Kept"])
    yield _yes("xlsx-long-number", long, bad=((5, "excel_id"),), trust="49")
    extra = workbook([*HEAD, "Name"], *([*row, f"{NAME}{n}"] for n, row in enumerate(ROWS)))
    yield _yes("xlsx-named-column", extra, said="pii_column_dropped", trust="20")
