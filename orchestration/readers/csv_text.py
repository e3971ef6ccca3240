"""The structure of CSV text: encoding, delimiter, header, records, and rows that do not fit.

Here: bytes in, a Table of text out. Not here: names and meaning of columns.

Python's csv module, in strict mode, is the judge: a first pass over the whole file counts the
records and finds every row that does not fit. Only where that pass found nothing unusual (no
quotes, no blank line, every row of equal width) does polars, which is several times faster, make
the frame, and it must come to the same count; otherwise csv makes it too. Why not polars or DuckDB
alone: the one cuts over-long rows without a word, the other does not compare the header
(trust.md 3.1).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from orchestration.readers.base import REJECTS_SCHEMA, DeliveryFile, DeliveryRejected
from orchestration.readers.tabular import MAX_COLUMNS, Table, clean_name, unique_names

DELIMITERS = (",", ";", "\t", "|")
MAX_HEADER_CHARACTERS = 65_536
MAX_ROW_CELLS = 5_000
_BATCH = 50_000
_NOT_TEXT = {
    b"PK\x03\x04": "is an archive or workbook, not CSV text",
    b"\xd0\xcf\x11\xe0": "is an old Excel workbook, not CSV text",
    b"%PDF": "is a PDF, not CSV text",
    b"PAR1": "is a Parquet file, not CSV text",
    b"\x1f\x8b": "is a compressed file, not CSV text",
}
_BOMS_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass
class _Scan:
    """What the first pass found below the header."""

    header: list[str] = field(default_factory=list)
    header_at: int = 0  # row number of the header
    rows_read: int = 0
    rows_blank: int = 0
    rejected: dict[int, str] = field(default_factory=dict)
    last_row: int = 0
    is_even: bool = True  # every line is one record of full width


def read_csv(
    file: DeliveryFile,
    *,
    encoding: str = "utf-8",
    delimiter: str | None = None,
    header_row: int = 1,
) -> Table:
    """Read CSV text; arguments, result and errors as ``tabular.read_table`` says."""
    warnings: list[str] = []
    data = _as_utf8(file, file.read_bytes(), encoding, warnings)
    _check_text(file, data)
    has_quotes = b'"' in data
    if not has_quotes and _line_endings(data) > 1:
        warnings.append(f"{file.label}: several kinds of line ends in one file (mixed_eol)")
    used = delimiter or _delimiter(data, header_row)
    if delimiter is None and used != ",":
        name = {"\t": "a tab", ";": "a semicolon", "|": "a bar"}[used]
        warnings.append(f"{file.label}: cells are separated by {name}, not a comma (delimiter)")
    scan = _scan(file, data, used, header_row)
    header = tuple(clean_name(cell) for cell in scan.header)
    names = unique_names(header)
    frame = _fast_frame(data, used, names, scan) if scan.is_even and not has_quotes else None
    if frame is None:
        frame = _exact_frame(data, used, names, scan)
    if scan.last_row in scan.rejected and not data.endswith((b"\n", b"\r")):
        warnings.append(f"{file.label}: the file seems cut off in its last row (no_terminator)")
    return Table(
        header=header,
        frame=frame,
        rows_read=scan.rows_read,
        rows_blank=scan.rows_blank,
        rejects=pl.DataFrame(
            [(row, rule, None) for row, rule in scan.rejected.items()],
            schema=REJECTS_SCHEMA,
            orient="row",
        ),
        warnings=tuple(warnings),
    )


def _as_utf8(file: DeliveryFile, data: bytes, encoding: str, warnings: list[str]) -> bytes:
    """The text as UTF-8 without byte-order mark; bytes of no character stay as they are."""
    if data.startswith(_BOMS_16):
        try:
            data = data.decode("utf-16").encode()
        except UnicodeDecodeError:
            raise DeliveryRejected("encoding_utf16", file.label, "is broken UTF-16") from None
        warnings.append(f"{file.label}: UTF-16 text was converted (encoding_utf16)")
    elif data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
        warnings.append(f"{file.label}: starts with a byte-order mark (bom)")
    elif encoding != "utf-8":
        data = data.decode(encoding, "surrogateescape").encode("utf-8", "surrogateescape")
    return data


def _check_text(file: DeliveryFile, data: bytes) -> None:
    """Refuse what is not CSV text at all, by its first bytes."""
    for magic, said in _NOT_TEXT.items():
        if data.startswith(magic):
            raise DeliveryRejected("not_csv", file.label, said)
    if b"\0" in data:
        raise DeliveryRejected("nul_bytes", file.label, "holds NUL bytes: not text, or cut off")
    start = data[:4096].lstrip()
    if not start and not data.strip():
        raise DeliveryRejected("empty_file", file.label, "is empty")
    if start.lower().startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<body")):
        raise DeliveryRejected(
            "not_csv_html", file.label, "is a web page, perhaps a sign-in page saved as an export"
        )


def _line_endings(data: bytes) -> int:
    """How many kinds of line ends the text has."""
    both = data.count(b"\r\n")
    return sum(count > 0 for count in (both, data.count(b"\n") - both, data.count(b"\r") - both))


def _lines(data: bytes) -> Iterator[str]:
    """The text's lines with their ends; a byte that is no UTF-8 becomes a lone surrogate."""
    return io.TextIOWrapper(io.BytesIO(data), "utf-8", errors="surrogateescape", newline="")


def _delimiter(data: bytes, header_row: int) -> str:
    """The delimiter that cuts the header's line into most cells; the comma where nothing does."""
    for number, line in enumerate(_lines(data), start=1):
        if number >= header_row and line.strip():
            start = line[:MAX_HEADER_CHARACTERS]
            return max(DELIMITERS, key=lambda each: len(next(csv.reader([start], delimiter=each))))
    return ","


def _records(data: bytes, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Each record with its row number; a record that is no CSV gives its rule instead of cells.

    A blank line has a row number in a spreadsheet, so it has one here, and gives no cells.
    """
    reader = csv.reader(_lines(data), delimiter=delimiter, strict=True)
    row_number = 0
    while True:
        line_before = reader.line_num
        row_number += 1
        try:
            yield row_number, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            is_long = str(error).startswith("field larger")
            # An open quote swallows the rows below it: what they were is not to be known.
            is_open = reader.line_num - line_before > 1
            yield (
                row_number,
                "unbalanced_quotes" if is_open else "line_too_long" if is_long else "quotes",
            )


def _scan(file: DeliveryFile, data: bytes, delimiter: str, header_row: int) -> _Scan:
    """Count the records and find each row that does not fit."""
    scan = _Scan()
    is_utf8 = _is_utf8(data)
    for row_number, cells in _records(data, delimiter):
        if cells == "unbalanced_quotes":
            said = "a quotation mark is opened and not closed"
            raise DeliveryRejected("unbalanced_quotes", file.label, said, row_number)
        if not scan.header:
            if row_number >= header_row and cells and cells != [""]:
                scan.header, scan.header_at = _checked_header(file, cells), row_number
                scan.is_even = row_number == 1
            continue
        if len(cells) == len(scan.header) and not isinstance(cells, str):
            scan.rows_read += 1
            scan.last_row = row_number
            if not any(cells):
                scan.rows_blank += 1
                scan.is_even = False
            elif not (is_utf8 or _is_clean(cells)):
                scan.rejected[row_number] = "structure:invalid_encoding"
            continue
        scan.is_even = False
        rule = _misfit(file, row_number, cells, len(scan.header))
        if rule is not None:
            scan.rows_read += 1
            scan.last_row = row_number
            scan.rejected[row_number] = rule
    scan.is_even = scan.is_even and is_utf8
    if not scan.header:
        raise DeliveryRejected("empty_file", file.label, "has no header")
    return scan


def _checked_header(file: DeliveryFile, cells: list[str] | str) -> list[str]:
    if isinstance(cells, str):
        raise DeliveryRejected("header_mismatch", file.label, "the header is not sound CSV")
    if len(cells) > MAX_COLUMNS:
        raise DeliveryRejected(
            "too_many_columns", file.label, f"the header has more than {MAX_COLUMNS} columns"
        )
    if sum(map(len, cells)) > MAX_HEADER_CHARACTERS:
        raise DeliveryRejected("header_too_long", file.label, "the header is too long")
    if not _is_clean(cells):
        raise DeliveryRejected("header_mismatch", file.label, "the header is not UTF-8 text")
    return cells


def _misfit(file: DeliveryFile, row_number: int, cells: list[str] | str, width: int) -> str | None:
    """The rule that a row of another width broke; None for a line without any text."""
    if isinstance(cells, str):
        return f"structure:{cells}"
    if len(cells) > MAX_ROW_CELLS:
        said = f"a row has more than {MAX_ROW_CELLS} cells"
        raise DeliveryRejected("row_too_wide", file.label, said, row_number)
    if not cells or (len(cells) == 1 and not cells[0].strip()):
        return None
    if not _is_clean(cells):
        return "structure:invalid_encoding"
    return "structure:too_many_columns" if len(cells) > width else "structure:missing_columns"


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_clean(cells: list[str]) -> bool:
    """Whether no cell holds a byte that is no character (a lone surrogate)."""
    try:
        "".join(cells).encode()
    except UnicodeEncodeError:
        return False
    return True


def _fast_frame(
    data: bytes, delimiter: str, names: tuple[str, ...], scan: _Scan
) -> pl.DataFrame | None:
    """The rows by polars; None when it does not find the records that csv found."""
    if scan.rows_read == 0 or b"\r" in data.replace(b"\r\n", b""):
        return None
    try:
        frame = pl.read_csv(
            data,
            separator=delimiter,
            has_header=False,
            skip_rows=1,
            quote_char=None,
            schema=dict.fromkeys(names, pl.String()),
        )
    except pl.exceptions.PolarsError:
        return None
    if frame.height != scan.rows_read:
        return None
    return frame.with_row_index("row_number", offset=2).with_columns(
        pl.col("row_number").cast(pl.Int64())
    )


def _exact_frame(data: bytes, delimiter: str, names: tuple[str, ...], scan: _Scan) -> pl.DataFrame:
    """The rows by csv, without those the first pass rejected and those that hold nothing."""
    columns = ("row_number", *names)
    schema = {"row_number": pl.Int64(), **dict.fromkeys(names, pl.String())}
    frames = [pl.DataFrame(schema=schema)]
    batch: list[tuple[int | str, ...]] = []

    def close_batch() -> None:
        # Column by column: polars takes a tuple of text much faster than a list of rows.
        cells = dict(zip(columns, zip(*batch, strict=True), strict=True))
        frames.append(pl.DataFrame(cells, schema=schema))
        batch.clear()

    for row_number, cells in _records(data, delimiter):
        if (
            row_number > scan.header_at
            and len(cells) == len(names)
            and not isinstance(cells, str)
            and row_number not in scan.rejected
            and any(cells)
        ):
            batch.append((row_number, *cells))
            if len(batch) == _BATCH:
                close_batch()
    if batch:
        close_batch()
    return pl.concat(frames)
