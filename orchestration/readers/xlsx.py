"""One sheet of a workbook as text cells: what stands in each cell, and which cells tell nothing.

Here: the cells of a sheet, error cells, formulas, merged cells, hidden rows.
Not here: safety of the archive (`xlsx_guard.py`); what the workbook as a whole declares
(`xlsx_book.py`); what a column means (`mapped.py`).

Why not the library alone: calamine turns `#N/A` into an empty cell, 100000000000000123 into
100000000000000096, and says nothing about formulas, merged cells or hidden sheets (trust.md 3.1).
A clinical figure must not be lost without a word, so the cells are read here and calamine, an
independent program, counts the records of the same sheet (`independent_count`).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

import fastexcel
import polars as pl

from orchestration.readers.base import DeliveryFile, DeliveryRejected
from orchestration.readers.tabular import (
    MAX_COLUMNS,
    Table,
    clean_name,
    printable_name,
    unique_names,
)
from orchestration.readers.xlsx_book import Book, number_text, serial_text
from orchestration.readers.xlsx_guard import open_archive, parse_part

MAX_MERGES = 1_000
MAX_MERGED_CELLS = 50_000
MAX_GRID_CELLS = 30_000_000  # calamine allocates the whole rectangle, so a far corner cell counts
SUSPECT_GRID_CELLS = 5_000_000
MAX_GRID_RATIO = 50  # cells of the rectangle for one that holds something

ERROR_CELL = "structure:error_cell"
FORMULA_WITHOUT_VALUE = "structure:formula_without_value"
MERGED_CELL = "structure:merged_cell"

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


@dataclass(frozen=True)
class Workbook:
    """One sheet as a table, and its cells that cannot be relied on.

    Attributes:
        table: The records; typed dates are ISO 8601.
        marks: row_number, column (name in the table's frame), rule (`structure:...`).
    """

    table: Table
    marks: pl.DataFrame


@dataclass
class Sheet:
    """The used cells of one sheet. Rows are numbered as the spreadsheet shows them, columns from 0.

    Attributes:
        name: The sheet's name.
        rows: Row number -> column -> text; a cell that holds nothing has no entry.
        marks: (row, column) -> rule, for cells whose content cannot be relied on.
        formulas: Column -> number of cells whose value a formula computed.
        merged_rows: Rows that a merged range touches.
        hidden_rows: How many rows with content are hidden (by a filter, say); they are read.
        warnings: Sentences for the user, without any cell value.
    """

    name: str
    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    marks: dict[tuple[int, int], str] = field(default_factory=dict)
    formulas: Counter[int] = field(default_factory=Counter)
    merged_rows: set[int] = field(default_factory=set)
    hidden_rows: int = 0
    warnings: list[str] = field(default_factory=list)


def read_workbook(file: DeliveryFile, sheet: str | None, header_row: int) -> Workbook:
    """Read one sheet of a workbook as a table of text.

    Args:
        file: The workbook.
        sheet: Name of the sheet; None when the workbook shows only one.
        header_row: Row of the header as the spreadsheet counts.

    Raises:
        DeliveryRejected: The archive is unsafe or broken, the sheet or its header is not there, or
            a second program counts other records than this one.
        DeliveryHeld: The file changed since it was hashed.
    """
    data = file.read_bytes()
    found = read_sheet(data, file.label, sheet)
    header = _header(found, file.label, header_row)
    names = unique_names(header)
    below = sorted(row for row in found.rows if row > header_row)
    frame = _frame(found, names, below)
    empty_marked = {row for row, _ in found.marks} & {
        row for row in below if not any(found.rows[row].values())
    }
    records = [row for row in below if any(found.rows[row].values()) or row in empty_marked]
    counted = independent_count(data, file.label, found.name, header_row) + len(empty_marked)
    if counted != len(records):
        raise DeliveryRejected(
            "row_conservation",
            file.label,
            f"two programs count different records in this sheet ({len(records)} and {counted}); "
            "export it as CSV",
        )
    return Workbook(
        table=Table(
            header=header,
            frame=frame.filter(pl.col("row_number").is_in(records)),
            rows_read=counted,
            warnings=tuple(f"{file.label}: {said}" for said in _sentences(found, header)),
        ),
        marks=pl.DataFrame(
            [
                (row, names[column], rule)
                for (row, column), rule in sorted(found.marks.items())
                if row > header_row and column < len(names)
            ],
            schema={"row_number": pl.Int64(), "column": pl.String(), "rule": pl.String()},
            orient="row",
        ),
    )


def read_sheet(data: bytes, label: str, wanted: str | None) -> Sheet:
    """Read the cells of the wanted sheet of a workbook, or of its only visible one.

    Raises:
        DeliveryRejected: Bad archive, no such sheet, several sheets and none named, too wide.
    """
    with open_archive(data, label) as archive:
        book = Book(archive, label)
        name, part, warnings = book.choose(wanted)
        sheet = Sheet(name=name, warnings=warnings)
        reader = _SheetReader(sheet, book, label)
        parse_part(archive, part, label, start=reader.start, end=reader.end, text=reader.text)
    reader.finish()
    return sheet


def independent_count(data: bytes, label: str, sheet: str, header_row: int) -> int:
    """Count the records below the header with calamine, which shares no code with this module.

    A row counts when calamine sees any content in it. Call it only on a file that `read_sheet`
    has read to its end: that is what bounds it.
    """
    try:
        book = fastexcel.read_excel(data)
        grid = book.load_sheet(
            sheet, header_row=None, skip_rows=header_row, dtypes="string"
        ).to_polars()
    except fastexcel.FastExcelError:
        raise DeliveryRejected(
            "unreadable_workbook", label, "a second program could not open the workbook"
        ) from None
    filled = pl.any_horizontal(pl.all().fill_null("").str.strip_chars() != "")
    return grid.filter(filled).height if grid.width else 0


def _header(sheet: Sheet, label: str, header_row: int) -> tuple[str, ...]:
    cells = sheet.rows.get(header_row, {})
    if not any(cells.values()):
        raise DeliveryRejected(
            "header_mismatch", label, f"row {header_row} of the sheet holds no header"
        )
    if header_row in sheet.merged_rows:
        raise DeliveryRejected(
            "header_mismatch", label, "the header has merged cells; unmerge them"
        )
    width = 1 + max(max(row) for row in sheet.rows.values())
    return tuple(clean_name(cells.get(column, "")) for column in range(width))


def _frame(sheet: Sheet, names: tuple[str, ...], rows: list[int]) -> pl.DataFrame:
    columns = {
        name: [sheet.rows[row].get(column) or None for row in rows]
        for column, name in enumerate(names)
    }
    return pl.DataFrame(
        {"row_number": rows, **columns},
        schema={"row_number": pl.Int64(), **dict.fromkeys(names, pl.String())},
    )


def _sentences(sheet: Sheet, header: tuple[str, ...]) -> list[str]:
    said = list(sheet.warnings)
    for column, count in sorted(sheet.formulas.items()):
        if column < len(header):
            name = printable_name(header[column], column + 1)
            said.append(f"{count} cell(s) of '{name}' are formulas; their stored result was read")
    return said


class _SheetReader:
    """Handlers for the cells of one sheet."""

    def __init__(self, sheet: Sheet, book: Book, label: str) -> None:
        self.sheet = sheet
        self.book = book
        self.label = label
        self.row = 0
        self.column = -1
        self.kind = "n"
        self.style = 0
        self.has_formula = False
        self.has_value = False
        self.row_hidden = False
        self.collecting = False
        self.parts: list[str] = []
        self.merges: list[tuple[int, int, int, int]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Open an element of the sheet."""
        if name == "c":
            self._start_cell(attributes)
        elif name == "row":
            self.row = int(attributes.get("r", self.row + 1))
            self.column = -1
            self.row_hidden = attributes.get("hidden") in ("1", "true")
        elif name in ("v", "t"):
            self.collecting = True
            self.has_value = True
        elif name == "f":
            self.has_formula = True
        elif name == "mergeCell":
            self._add_merge(attributes.get("ref", ""))

    def text(self, data: str) -> None:
        """Take character data of a value."""
        if self.collecting:
            self.parts.append(data)

    def end(self, name: str) -> None:
        """Close an element of the sheet."""
        if name == "c":
            self._end_cell()
        elif name in ("v", "t"):
            self.collecting = False
        elif name == "row" and self.row_hidden and self.row in self.sheet.rows:
            self.sheet.hidden_rows += 1

    def _start_cell(self, attributes: dict[str, str]) -> None:
        reference = _REFERENCE.fullmatch(attributes.get("r", ""))
        self.column = _column(reference[1]) if reference else self.column + 1
        self.kind = attributes.get("t", "n")
        self.style = int(attributes.get("s", "0"))
        self.has_formula = self.has_value = False
        self.parts = []

    def _end_cell(self) -> None:
        place = (self.row, self.column)
        raw = "".join(self.parts)
        if self.has_formula:
            self.sheet.formulas[self.column] += 1
            if not self.has_value or (raw == "" and self.kind != "str"):
                self._mark(place, FORMULA_WITHOUT_VALUE)
                return
        if self.kind == "e":
            self._mark(place, ERROR_CELL)
            return
        text = self._cell_text(raw).strip()
        if text:
            self._put(place, text)

    def _cell_text(self, raw: str) -> str:
        if raw == "" or self.kind in ("str", "inlineStr"):
            return raw
        if self.kind == "d":  # ISO 8601, in practice without zone; fractions of a second are noise
            return raw[: len("2024-03-05T09:30:00")]
        if self.kind == "s":
            return self.book.strings[int(raw)]
        if self.kind == "b":
            return "true" if raw == "1" else "false"
        shown = self.book.kinds[self.style] if self.style < len(self.book.kinds) else "number"
        if shown == "number":
            return number_text(raw)
        return serial_text(raw, shown, self.book.epoch)

    def _put(self, place: tuple[int, int], text: str) -> None:
        row, column = place
        if column >= MAX_COLUMNS:
            raise DeliveryRejected(
                "too_many_columns", self.label, f"the sheet is wider than {MAX_COLUMNS} columns"
            )
        cells = self.sheet.rows.setdefault(row, {})
        if column in cells:
            raise DeliveryRejected(
                "unreadable_workbook", self.label, "a cell stands twice in the sheet; save it again"
            )
        cells[column] = text

    def _mark(self, place: tuple[int, int], rule: str) -> None:
        self._put(place, "")
        self.sheet.marks[place] = rule

    def finish(self) -> None:
        """Settle what needs the whole sheet: its size, merged cells, sentences."""
        rows = self.sheet.rows
        width = 1 + max((max(cells) for cells in rows.values()), default=0)
        area, filled = max(rows, default=0) * width, sum(map(len, rows.values()))
        is_hollow = area > SUSPECT_GRID_CELLS and area > MAX_GRID_RATIO * filled
        if is_hollow or area > MAX_GRID_CELLS:
            raise DeliveryRejected(
                "sheet_too_large",
                self.label,
                "the sheet's used area is far larger than an export; delete the empty rows "
                "and columns after the data, or export it as CSV",
            )
        for merge in self.merges:
            self._apply_merge(merge, width)
        if self.sheet.hidden_rows:
            self.sheet.warnings.append(
                f"{self.sheet.hidden_rows} hidden row(s) were read like the others"
            )

    def _add_merge(self, reference: str) -> None:
        if len(self.merges) >= MAX_MERGES:
            raise DeliveryRejected(
                "merged_cells", self.label, f"more than {MAX_MERGES} merged ranges; unmerge them"
            )
        self.merges.append(_range(reference))

    def _apply_merge(self, merge: tuple[int, int, int, int], width: int) -> None:
        """Mark all cells of a merged range but the first: they look filled and hold nothing."""
        first_row, first_column, last_row, last_column = merge
        rows = self.sheet.rows
        last_row = min(last_row, max(rows, default=0))
        last_column = min(last_column, width - 1)
        if (last_row - first_row + 1) * (last_column - first_column + 1) > MAX_MERGED_CELLS:
            raise DeliveryRejected(
                "merged_cells", self.label, "the sheet is one large merged area; unmerge it"
            )
        for row in (row for row in range(first_row, last_row + 1) if row in rows):
            self.sheet.merged_rows.add(row)
            for column in range(first_column, last_column + 1):
                if (row, column) != (first_row, first_column):
                    rows[row].setdefault(column, "")
                    self.sheet.marks[row, column] = MERGED_CELL


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _range(reference: str) -> tuple[int, int, int, int]:
    first, _, last = reference.partition(":")
    start, stop = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last or first)
    if start is None or stop is None:
        return (0, 0, -1, -1)
    return (int(start[2]), _column(start[1]), int(stop[2]), _column(stop[1]))
