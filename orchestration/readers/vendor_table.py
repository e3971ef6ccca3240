"""A table as a vendor writes it: CSV or one sheet of Excel, its columns found by their names.

Here: what readers of vendors' tables share: finding columns under the names the vendor has given
them over time, cells as text, rows that cannot be relied on, the dates of such tables. Not here:
the structure of files (tabular.py, xlsx.py), or what a column means (the readers).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import PurePath
from typing import Annotated

import polars as pl
from pydantic import AfterValidator

from orchestration.errors import RapportError
from orchestration.readers.base import DeliveryFile, DeliveryRejected
from orchestration.readers.records import Records
from orchestration.readers.tabular import (
    Table,
    dropped_columns,
    folded_name,
    read_table,
)
from orchestration.readers.xlsx import read_workbook

# What a reader hands on for a code it does not know: no list of the contract has it, so the row is
# held back as not_in_list, and the quarantine knows which row it is.
UNKNOWN = "?"

_WORKBOOK = ".xlsx"
_OTHER_WORKBOOKS = (".xls", ".xlsm", ".xlsb", ".ods")
_PEEK = 65_536

# Month first, as the vendors of the United States write; a workbook's typed dates come as ISO.
_SLASHED = re.compile(
    r"(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})/(?P<year>[0-9]{4}|[0-9]{2})"
    r"(?:[ T]+(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::[0-9]{2})?(?: ?(?P<half>[AaPp])[Mm])?)?"
)
_ISO = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
    r"(?:[ T]+(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::[0-9]{2}(?:\.0+)?)?)?"
)
_YEARS = range(1900, 2200)


def _clock(text: str) -> str:
    if not re.fullmatch(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError("is no time of day such as 12:00")
    return text


ClockTime = Annotated[str, AfterValidator(_clock)]


@dataclass(frozen=True)
class VendorTable:
    """One table whose wanted columns were found.

    Attributes:
        file: where it stands.
        rows_read: records below the header, counted apart from the cells.
        blank: how many of them hold nothing at all.
        broken: row -> (rule, column) of those that cannot be relied on; they are not in ``rows``.
        rows: row number and cells by the reader's own names; an empty cell is None.
        present: the reader's names of the columns that this file has.
        dropped: printable names of the columns that are not read.
        warnings: sentences about the file.
    """

    file: DeliveryFile
    rows_read: int
    blank: int
    broken: Mapping[int, tuple[str, str | None]]
    rows: tuple[tuple[int, dict[str, str | None]], ...] = field(repr=False)
    present: frozenset[str]
    dropped: tuple[str, ...]
    warnings: tuple[str, ...]

    def records(self, feed: str, *, times: int = 1, rejects: bool = True) -> Records:
        """Records of a feed to which the blank and broken rows are counted already.

        Args:
            feed: the canonical feed.
            times: how many canonical rows the reader makes of a record.
            rejects: hold the broken rows back; of several feeds made of one table the main one
                does, and the others only count them.
        """
        records = Records(feed, self.file)
        if self.blank:
            records.leave_out("blank_row", self.blank * times)
        if self.broken and not rejects:
            records.leave_out("broken_row", len(self.broken) * times)
        for number, (rule, column) in self.broken.items() if rejects else ():
            for _ in range(times):
                records.reject(number, rule, column)
        return records


def read_vendor_table(
    file: DeliveryFile,
    columns: Mapping[str, tuple[str, ...]],
    *,
    optional: frozenset[str] = frozenset(),
    nothing: tuple[str, ...] = (),
    encoding: str = "utf-8",
) -> VendorTable:
    """Read a table and find its columns.

    Args:
        file: CSV text, Parquet or a workbook with one visible sheet.
        columns: the reader's name -> names the vendor has used; case, spaces and hyphens do not
            count.
        optional: the reader's names that a file may lack.
        nothing: cell texts that mean an empty cell.
        encoding: of CSV text without a byte-order mark.

    Raises:
        DeliveryRejected: the file cannot be read, or a column is missing or stands twice.
        DeliveryHeld: the file changed since it was hashed.
    """
    table, marks = _open(file, encoding)
    found = _find(file, table, columns, optional)
    broken: dict[int, tuple[str, str | None]] = {
        number: (rule, column) for number, rule, column in table.rejects.iter_rows()
    }
    names = {column: name for name, column in found.items()}
    for number, column, rule in marks.iter_rows():
        if column in names:
            broken.setdefault(number, (rule, names[column]))
    dropped, said = dropped_columns(file.label, table, names)
    return VendorTable(
        file=file,
        rows_read=table.rows_read,
        blank=table.rows_blank,
        broken=broken,
        rows=tuple(_rows(table, found, broken, frozenset(nothing))),
        present=frozenset(found),
        dropped=dropped,
        warnings=(*table.warnings, *([said] if said else [])),
    )


def _open(file: DeliveryFile, encoding: str) -> tuple[Table, pl.DataFrame]:
    suffix = PurePath(file.name).suffix.lower()
    if suffix in _OTHER_WORKBOOKS:
        said = "this kind of workbook is not read; save it as .xlsx or as CSV"
        raise DeliveryRejected("legacy_workbook", file.label, said)
    if suffix == _WORKBOOK:
        workbook = read_workbook(file, None, 1)
        return workbook.table, workbook.marks
    empty = pl.DataFrame(schema=dict.fromkeys(("number", "column", "rule"), pl.String()))
    return read_table(file, encoding=encoding), empty


def _find(
    file: DeliveryFile,
    table: Table,
    columns: Mapping[str, tuple[str, ...]],
    optional: frozenset[str],
) -> dict[str, str]:
    """The reader's name -> column of the table."""
    found: dict[str, str] = {}
    missing: list[str] = []
    for name, written in columns.items():
        wanted = {folded_name(each) for each in written}
        fitting = [
            column
            for cell, column in zip(table.header, table.columns, strict=True)
            if folded_name(cell) in wanted
        ]
        if len(fitting) > 1:
            said = f"{len(fitting)} columns of the header could be '{written[0]}'"
            raise DeliveryRejected("duplicate_header", file.label, said, 1)
        if fitting:
            found[name] = fitting[0]
        elif name not in optional:
            missing.append(written[0])
    if missing:
        said = f"the header lacks columns that such an export has: {', '.join(missing)}"
        raise DeliveryRejected("header_mismatch", file.label, said, 1)
    unreadable = [columns[name][0] for name in found if found[name] in table.unreadable]
    if unreadable:
        said = f"columns hold lists or binary: {', '.join(unreadable)}"
        raise DeliveryRejected("column_type", file.label, said)
    return found


def _rows(
    table: Table,
    found: Mapping[str, str],
    broken: Mapping[int, object],
    nothing: frozenset[str],
) -> Iterator[tuple[int, dict[str, str | None]]]:
    names = list(found)
    chosen = table.frame.select("row_number", *(found[name] for name in names))
    for number, *cells in chosen.iter_rows():
        if number in broken:
            continue
        texts = (None if cell is None else cell.strip() for cell in cells)
        yield (
            number,
            {
                name: None if not text or text in nothing else text
                for name, text in zip(names, texts, strict=True)
            },
        )


def peek_header(file: DeliveryFile) -> frozenset[str]:
    """Folded column names of a file, for recognising it; empty where it cannot be told."""
    try:
        if PurePath(file.name).suffix.lower() == _WORKBOOK:
            return frozenset(map(folded_name, read_workbook(file, None, 1).table.header))
        with file.open() as stream:
            data = stream.read(_PEEK)
        is_wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
        text = data.decode("utf-16" if is_wide else "utf-8-sig", errors="replace")
        lines = io.StringIO(text, newline=None)
        first = next((line for line in lines if line.strip()), "")
        cells = [next(csv.reader([first], delimiter=each), []) for each in ",;\t|"]
        return frozenset(map(folded_name, max(cells, key=len)))
    except (RapportError, OSError, ValueError, csv.Error):
        return frozenset()


def day_and_time(text: str) -> tuple[date, time | None] | None:
    """A date as a vendor of the United States writes it, with or without a time of day.

    Month/day/year, with two or four digits of the year, or ISO 8601. Midnight is what spreadsheets
    make of a date alone, so it counts as no time of day. None: it is none of these.
    """
    match = _SLASHED.fullmatch(text) or _ISO.fullmatch(text)
    if match is None:
        return None
    parts = {name: value for name, value in match.groupdict().items() if value is not None}
    half = parts.pop("half", "").lower()
    numbers = {name: int(value) for name, value in parts.items()}
    if len(parts["year"]) == len("26"):
        numbers["year"] += 2000
    if half and not 1 <= numbers["hour"] <= 12:
        return None
    if half:
        numbers["hour"] = numbers["hour"] % 12 + (12 if half == "p" else 0)
    if numbers["year"] not in _YEARS:
        return None
    try:
        moment = datetime(**numbers)
    except ValueError:
        return None
    return moment.date(), moment.time() if moment.time() != time() else None


def joined_id(*parts: str) -> str:
    """One id of several, a bar inside a part written ``_7c_``: no two come to the same."""
    return "|".join(part.replace("|", "_7c_") for part in parts)
