"""The traps of workbooks: what a spreadsheet hides must be read right, marked, or refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import fastexcel
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.readers import xlsx
from orchestration.readers.xlsx import read_sheet, read_workbook
from orchestration.readers.xlsx_book import format_kind, number_text, serial_text
from tests.unit.readers.files import (
    HEADER,
    SESSIONS,
    balance,
    data_file,
    read,
    rejected_workbook,
    sheet_of,
    workbook,
)


def test_typed_dates_and_written_dates_in_one_column() -> None:
    data = sheet_of(HEADER, [1, "c1", "t1", date(2024, 3, 5)], [2, "c2", "t1", "06/03/2024"])
    (extract,) = read(SESSIONS, ("export.xlsx", data))
    assert extract.frame["started_at"].to_list() == ["2024-03-05T00:00:00", "2024-03-06T00:00:00"]
    assert extract.frame["session_id"].to_list() == ["1", "2"]
    assert extract.frame["row_number"].to_list() == [2, 3]
    assert extract.rows_read == balance(extract) == 2


def test_dates_of_the_1904_system() -> None:
    data = sheet_of(HEADER, [1, "c1", "t1", date(2024, 3, 5)])
    moved = sheet_of(HEADER, [1, "c1", "t1", date(2024, 3, 5)], date_1904=True)
    assert data != moved
    (extract,) = read(SESSIONS, ("export.xlsx", moved))
    assert extract.frame["started_at"].to_list() == ["2024-03-05T00:00:00"]


def test_a_serial_without_a_date_format_is_not_taken_for_a_date() -> None:
    (extract,) = read(SESSIONS, ("export.xlsx", sheet_of(HEADER, [1, "c1", "t1", 45352])))
    assert extract.rejects.rows() == [(2, "excel_serial", "started_at")]


def test_a_long_id_kept_as_a_number_shows_that_it_lost_digits() -> None:
    data = sheet_of(HEADER, [100000000000000123, "c1", "t1", date(2024, 3, 5)])
    (extract,) = read(SESSIONS, ("export.xlsx", data))
    assert extract.frame["session_id"].to_list() == ["1.000000000000001E+17"]


def test_a_long_id_kept_as_text_stays() -> None:
    data = sheet_of(
        HEADER, ["100000000000000123", "c1", "t1", date(2024, 3, 5)], strings_to_numbers=False
    )
    (extract,) = read(SESSIONS, ("export.xlsx", data))
    assert extract.frame["session_id"].to_list() == ["100000000000000123"]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("98", "98"),
        ("98.0", "98"),
        ("3.2999999999999998", "3.3"),
        ("1.0E-2", "0.01"),
        ("999999999999999", "999999999999999"),
        ("-7", "-7"),
    ],
)
def test_numbers_read_as_a_person_sees_them(raw: str, text: str) -> None:
    assert number_text(raw) == text


def formulas(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet()
    for column, cell in enumerate(HEADER):
        sheet.write(0, column, cell)
    for row in (1, 2):
        sheet.write_row(row, 1, ["c1", "t1", "05/03/2024"])
    sheet.write_formula(1, 0, "=6*7", value=42)
    sheet.write_formula(2, 0, "=6*8", value="")


def test_a_formulas_stored_result_is_read_and_said_and_one_without_is_quarantined() -> None:
    (extract,) = read(SESSIONS, ("export.xlsx", workbook(formulas)))
    assert extract.frame["session_id"].to_list() == ["42"]
    assert extract.rejects.rows() == [(3, "structure:formula_without_value", "Visit")]
    assert any("'Visit' are formulas" in warning for warning in extract.warnings)
    assert extract.rows_read == balance(extract) == 2


def test_an_error_cell_is_not_an_empty_cell() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [*HEADER, "Extra"])
        sheet.write_row(1, 0, [1, "c1", "t1", "05/03/2024"])
        sheet.write_formula(1, 1, "=NA()", value="#N/A")
        sheet.write_row(2, 0, [2, "c2", "t1", "05/03/2024"])
        sheet.write_formula(2, 4, "=NA()", value="#N/A")  # of no column that the map reads
        sheet.write_formula(3, 1, "=NA()", value="#N/A")  # and nothing else in the row

    (extract,) = read(SESSIONS, ("export.xlsx", workbook(fill)))
    assert extract.frame["session_id"].to_list() == ["2"]
    assert extract.rejects.rows() == [
        (2, "structure:error_cell", "Client"),
        (4, "structure:error_cell", "Client"),
    ]
    assert extract.rows_read == balance(extract) == 3


def test_an_error_in_a_melted_cell_costs_that_cell_alone() -> None:
    toml = """
    reader = "mapped"
    [[feeds]]
    feed = "feedback"
    columns = { client_id = "Client", completed_at = "When" }
    constants = { respondent = "client", instrument = "srs" }
    compose = { response_id = "{Client}-{When}" }
    dates = { completed_at = { format = "%d/%m/%Y" } }
    melt = [{ column = "Q1", scale = "item_01" }, { column = "Q2", scale = "item_02" }]
    """

    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Client", "When", "Q1", "Q2"])
        sheet.write_row(1, 0, ["c1", "05/03/2024", 7])
        sheet.write_formula(1, 3, "=1/0", value="#DIV/0!")

    (extract,) = read(toml, ("export.xlsx", workbook(fill)))
    assert extract.frame["scale"].to_list() == ["item_01"]
    assert extract.rejects.rows() == [(2, "structure:error_cell", "Q2")]
    assert extract.rows_read == balance(extract) == 2


def two_sheets(book: xlsxwriter.Workbook, *, hide: bool = False) -> None:
    for name in ("Visits", "Old"):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, [name, "c1", "t1", "05/03/2024"])
        if name == "Old" and hide:
            sheet.hide()


def test_several_sheets_need_a_name_and_the_others_are_said() -> None:
    data = workbook(two_sheets)
    assert rejected_workbook(data).rule == "which_sheet"
    (extract,) = read(f'{SESSIONS}\nsheet = "visits"', ("export.xlsx", data))
    assert extract.frame["session_id"].to_list() == ["Visits"]
    assert any("1 other sheet(s) were not read" in warning for warning in extract.warnings)
    assert rejected_workbook(data, f'{SESSIONS}\nsheet = "Nothing"').rule == "no_such_sheet"


def test_hidden_sheets_are_not_read_and_said() -> None:
    data = workbook(lambda book: two_sheets(book, hide=True))
    (extract,) = read(SESSIONS, ("export.xlsx", data))
    assert extract.frame["session_id"].to_list() == ["Visits"]
    assert any("1 hidden sheet(s) were not read" in warning for warning in extract.warnings)
    (hidden,) = read(f'{SESSIONS}\nsheet = "Old"', ("export.xlsx", data))
    assert any("is hidden" in warning for warning in hidden.warnings)


def test_hidden_rows_are_read_and_said() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, [1, "c1", "t1", "05/03/2024"])
        sheet.write_row(2, 0, [2, "c1", "t1", "06/03/2024"])
        sheet.set_row(2, None, None, {"hidden": True})

    (extract,) = read(SESSIONS, ("export.xlsx", workbook(fill)))
    assert extract.frame.height == 2
    assert any("1 hidden row(s)" in warning for warning in extract.warnings)


def merged(book: xlsxwriter.Workbook, first_row: int, last_row: int, column: int) -> None:
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    for row in (1, 2):
        sheet.write_row(row, 0, [row, "c1", "t1", "05/03/2024"])
    last_column = column + (1 if first_row == last_row else 0)
    sheet.merge_range(first_row, column, last_row, last_column, "joined")


def test_a_merged_header_is_refused() -> None:
    data = workbook(lambda book: merged(book, 0, 0, 1))
    assert rejected_workbook(data).rule == "header_mismatch"


def test_the_lower_cells_of_a_merged_range_are_not_empty_but_unknown() -> None:
    (extract,) = read(SESSIONS, ("export.xlsx", workbook(lambda book: merged(book, 1, 2, 1))))
    assert extract.frame["client_id"].to_list() == ["joined"]
    assert extract.rejects.rows() == [(3, "structure:merged_cell", "Client")]


def test_blank_rows_and_a_header_further_down() -> None:
    data = sheet_of(
        ["Report"], [], HEADER, [1, "c1", "t1", "05/03/2024"], [], [2, "c2", "t1", "06/03/2024"]
    )
    assert rejected_workbook(data).rule == "header_mismatch"
    (extract,) = read(f"{SESSIONS}\nheader_row = 3", ("export.xlsx", data))
    assert extract.frame["row_number"].to_list() == [4, 6]
    assert extract.rows_read == 2


CELL = st.one_of(
    st.none(),
    st.integers(-(10**9), 10**9),
    st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 4)),
    st.text(
        st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8
    ).filter(lambda text: not text.startswith(("=", "{")) and "_x" not in text),
    st.dates(date(1995, 1, 1), date(2040, 1, 1)),
    st.booleans(),
)


@settings(deadline=None, max_examples=80)
@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=8))
def test_cells_read_as_an_independent_program_reads_them(rows: list[list[object]]) -> None:
    data = sheet_of(["a", "b", "c"], *rows, strings_to_urls=False, strings_to_numbers=False)
    ours = read_sheet(data, "x.xlsx", None)
    theirs = (
        fastexcel.read_excel(data)
        .load_sheet(0, header_row=None, dtypes="string", skip_rows=1)
        .to_polars()
    )
    for number, row in enumerate(rows, start=2):
        got = ours.rows.get(number, {})
        for column, cell in enumerate(row):
            text = got.get(column)
            if cell is None:
                assert text is None
            elif isinstance(cell, date):
                assert text == cell.isoformat()
            elif isinstance(cell, bool):
                assert text == str(cell).lower()
            elif isinstance(cell, str):
                assert text == cell
            else:
                assert float(text) == pytest.approx(cell, rel=1e-12)
    filled = [row for row in theirs.iter_rows() if any(row)] if theirs.width else []
    table = read_workbook(data_file("x.xlsx", data), None, 1).table
    assert table.rows_read == table.frame.height == len(filled)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("yyyy-mm-dd", "date"),
        ("[$-409]d/m/yy h:mm AM/PM;@", "date"),
        ("mmm-yy", "date"),
        ("hh:mm:ss", "time"),
        ("[h]:mm", "time"),
        ("General", "number"),
        ("0.00E+00", "number"),
        ('#,##0.00 "days"', "number"),
        ("[Red]-0.0;0.0", "number"),
        (r"0\d", "number"),
        ("_-* #,##0_-", "number"),
    ],
)
def test_what_a_number_format_shows(code: str, kind: str) -> None:
    assert format_kind(170, {170: code}) == kind


@pytest.mark.parametrize(
    ("raw", "kind", "text"),
    [
        ("45356", "date", "2024-03-05"),
        ("45356.395833333336", "date", "2024-03-05T09:30:00"),
        ("0.395833333333333", "time", "09:30:00"),
        ("-3", "date", "-3"),
        ("99999999", "date", "99999999"),
    ],
)
def test_serials(raw: str, kind: str, text: str) -> None:
    assert serial_text(raw, kind, datetime(1899, 12, 30)) == text


def test_serials_are_days_since_the_epoch() -> None:
    moment = datetime(2031, 7, 4, 23, 59, 59, tzinfo=UTC)
    days = (moment - datetime(1899, 12, 30, tzinfo=UTC)) / timedelta(days=1)
    assert serial_text(repr(days), "date", datetime(1899, 12, 30)) == "2031-07-04T23:59:59"
    assert moment.time() > time(12)


@pytest.mark.parametrize("above", [[[], []], [[None, "x"], []], [[], ["Report"]]])
def test_empty_rows_above_the_header_do_not_shift_the_count(above: list[list[object]]) -> None:
    records = [[n, "c1", "t1", "05/03/2024"] for n in range(3)]
    data = sheet_of(*above, HEADER, *records)
    (extract,) = read(f"{SESSIONS}\nheader_row = 3", ("export.xlsx", data))
    assert extract.frame["row_number"].to_list() == [4, 5, 6]


def test_a_sheet_in_which_two_programs_see_other_records_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = sheet_of(HEADER, [1, "c1", "t1", "05/03/2024"])
    monkeypatch.setattr(xlsx, "independent_count", lambda *_: 2)
    assert rejected_workbook(data).rule == "row_conservation"
