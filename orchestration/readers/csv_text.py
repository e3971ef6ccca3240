"""The structure of CSV text: delimiter, header, records, and rows that do not fit.

Here: blocks of text in, tables out. Not here: encoding (csv_blocks.py), names and meaning of
columns.

Two readings agree on every record. Where a block is plainly sound, csv_judge.py counts its records
and polars makes the frame; they must come to the same number. Anything unusual in a block, if only
a blank line, is for Python's csv module in strict mode, record by record, until a block is sound
again. Why not polars or DuckDB alone: the one cuts over-long rows without a word, the other does
not compare the header (trust.md 3.1).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

import polars as pl

from orchestration.readers.base import REJECTS_SCHEMA, DeliveryFile, DeliveryRejected
from orchestration.readers.csv_blocks import BLOCK_BYTES, Blocks
from orchestration.readers.csv_judge import judge
from orchestration.readers.tabular import MAX_COLUMNS, Table, clean_name, merged, unique_names

DELIMITERS = (",", ";", "\t", "|")
MAX_HEADER_CHARACTERS = 65_536
MAX_ROW_CELLS = 5_000
MAX_BLANK_LINES = 1_000_000
_CELLS_AT_A_TIME = 500_000


def read_csv(
    file: DeliveryFile,
    *,
    encoding: str = "utf-8",
    delimiter: str | None = None,
    header_row: int = 1,
) -> Table:
    """Read CSV text; arguments, result and errors as ``tabular.read_table`` says."""
    parts = read_csv_parts(file, encoding=encoding, delimiter=delimiter, header_row=header_row)
    return merged(list(parts))


def read_csv_parts(
    file: DeliveryFile,
    *,
    encoding: str = "utf-8",
    delimiter: str | None = None,
    header_row: int = 1,
) -> Iterator[Table]:
    """Read CSV text a part at a time; as ``tabular.read_parts`` says."""
    with closing(Blocks(file, encoding)) as blocks:
        text = _Text(file, blocks, delimiter, header_row)
        done = False
        while not done:
            part = text.next_part()
            done = blocks.is_done
            yield text.table(part, is_last=done)


@dataclass
class _Part:
    """The records of one block, or of those that csv read in one go."""

    frames: list[pl.DataFrame] = field(default_factory=list)
    rows_read: int = 0
    rows_blank: int = 0
    rejected: dict[int, str] = field(default_factory=dict)


_TOLD_DELIMITER = re.compile(rb'"?sep=([,;\t|])"?\r?\n', re.IGNORECASE)


class _Text:
    """The records of one file, below its header."""

    def __init__(
        self, file: DeliveryFile, blocks: Blocks, delimiter: str | None, header_row: int
    ) -> None:
        self.file = file
        self.blocks = blocks
        self.warnings: list[str] = []
        first = blocks.take()
        _check_start(file, first, is_whole=blocks.is_done)
        if told := _TOLD_DELIMITER.match(first):
            # A line for spreadsheet programs, which neither show nor count it.
            first = first[told.end() :]
            delimiter = delimiter or told[1].decode()
            self.warnings.append(f"{file.label}: begins by naming its separator (sep)")
        self.delimiter = delimiter or _delimiter(first, header_row)
        if delimiter is None and self.delimiter != ",":
            name = {"\t": "a tab", ";": "a semicolon", "|": "a bar"}[self.delimiter]
            said = f"cells are separated by {name}, not a comma (delimiter)"
            self.warnings.append(f"{file.label}: {said}")
        self.lines = _Lines(file, blocks)
        self.lines.load(first)
        # From now on the number of the next record, and of the last one that is a row.
        self.row_number = 1
        self.last_row = 0
        self.blank_lines = 0
        header = self._read_header(header_row)
        blocks.put_back(self.lines.rest())
        self.header = tuple(clean_name(cell) for cell in header)
        self.names = unique_names(self.header)

    def next_part(self) -> _Part:
        """Read the next block, by csv with as much after it as its last record needs."""
        block = self.blocks.take()
        return self._sound_part(block) or self._exact_part(block)

    def table(self, part: _Part, *, is_last: bool) -> Table:
        """A part as a table; the last tells what only the whole file can tell."""
        schema = {"row_number": pl.Int64(), **dict.fromkeys(self.names, pl.String())}
        said = self._warnings_at_end(part) if is_last else []
        warnings = [*self.blocks.warnings, *self.warnings, *said]
        self.blocks.warnings, self.warnings = [], []
        return Table(
            header=self.header,
            frame=pl.concat([pl.DataFrame(schema=schema), *part.frames]),
            rows_read=part.rows_read,
            rows_blank=part.rows_blank,
            rejects=pl.DataFrame(
                [(row, rule, None) for row, rule in part.rejected.items()],
                schema=REJECTS_SCHEMA,
                orient="row",
            ),
            warnings=tuple(warnings),
            is_last=is_last,
        )

    def _warnings_at_end(self, part: _Part) -> list[str]:
        said, label = [], self.file.label
        if not self.blocks.has_quotes and len(self.blocks.line_ends) > 1:
            said.append(f"{label}: several kinds of line ends in one file (mixed_eol)")
        if self.last_row in part.rejected and not self.blocks.is_ended:
            said.append(f"{label}: the file seems cut off in its last row (no_terminator)")
        return said

    def _read_header(self, header_row: int) -> list[str]:
        for row_number, cells in self._records():
            if row_number >= header_row and cells and cells != [""]:
                return _checked_header(self.file, cells)
        raise DeliveryRejected("empty_file", self.file.label, "has no header")

    def _records(self) -> Iterator[tuple[int, list[str] | str]]:
        """Each record of the loaded lines, and the rule instead of its cells if it is no CSV.

        A blank line has a row number in a spreadsheet, so it has one here, and gives no cells.
        """
        reader = csv.reader(self.lines, delimiter=self.delimiter, strict=True)
        while not self.lines.is_done:
            line_before = reader.line_num
            self.lines.start_record(self.row_number)
            row_number, self.row_number = self.row_number, self.row_number + 1
            try:
                yield row_number, next(reader)
            except csv.Error as error:
                # An open quote swallows the rows below it: what they were is not to be known.
                if reader.line_num - line_before > 1:
                    raise _unbalanced(self.file, row_number) from None
                is_long = str(error).startswith("field larger")
                yield row_number, "line_too_long" if is_long else "quotes"

    def _sound_part(self, block: bytes) -> _Part | None:
        """A block's records by polars; None when it is not plainly sound."""
        is_open = self.blocks.is_done and not block.endswith((b"\n", b"\r"))
        text = block + b"\n" if is_open else block
        sound = judge(text, self.delimiter, len(self.names))
        if sound is None or (is_open and sound.end < len(text)):
            return None
        text = text[: sound.end]
        try:
            frame = pl.read_csv(
                text,
                separator=self.delimiter,
                has_header=False,
                quote_char='"' if sound.has_quotes else None,
                schema=dict.fromkeys(self.names, pl.String()),
            )
        except pl.exceptions.PolarsError:
            return None
        may_be_blank = sound.has_quotes and b'""' in text
        if frame.height != sound.records or (may_be_blank and _has_blank_row(frame)):
            return None
        self.blocks.put_back(block[sound.end :])
        numbered = frame.with_row_index("row_number", offset=self.row_number)
        self.row_number += sound.records
        self.last_row = self.row_number - 1
        numbers = pl.col("row_number").cast(pl.Int64())
        return _Part([numbered.with_columns(numbers)], rows_read=sound.records)

    def _exact_part(self, block: bytes) -> _Part:
        """A block's records by csv, without those that do not fit and those that hold nothing."""
        part = _Part()
        batch: list[tuple[int | str, ...]] = []
        self.lines.load(block)
        for row_number, cells in self._records():
            if self._is_blank_line(cells):
                self._count_blank_line(row_number)
                continue
            part.rows_read += 1
            self.last_row = row_number
            rule = self._misfit(row_number, cells)
            if rule is not None:
                part.rejected[row_number] = rule
            elif not any(cells):
                part.rows_blank += 1
            else:
                batch.append((row_number, *cells))
                if len(batch) * len(cells) >= _CELLS_AT_A_TIME:
                    part.frames.append(self._frame(batch))
                    batch = []
        if batch:
            part.frames.append(self._frame(batch))
        return part

    def _frame(self, batch: list[tuple[int | str, ...]]) -> pl.DataFrame:
        # Column by column: polars takes a tuple of text much faster than a list of rows.
        columns = ("row_number", *self.names)
        schema = {"row_number": pl.Int64(), **dict.fromkeys(self.names, pl.String())}
        cells = dict(zip(columns, zip(*batch, strict=True), strict=True))
        return pl.DataFrame(cells, schema=schema)

    def _is_blank_line(self, cells: list[str] | str) -> bool:
        """Whether the line holds no text at all; then it is no record."""
        if isinstance(cells, str) or len(cells) == len(self.names):
            return False
        return not cells or (len(cells) == 1 and not cells[0].strip())

    def _count_blank_line(self, row_number: int) -> None:
        """Refuse a file of line ends, which would take minutes to read for nothing."""
        self.blank_lines += 1
        if self.blank_lines > MAX_BLANK_LINES:
            said = f"has more than {MAX_BLANK_LINES:,} blank lines"
            raise DeliveryRejected("blank_lines", self.file.label, said, row_number)

    def _misfit(self, row_number: int, cells: list[str] | str) -> str | None:
        """The rule that a row broke, or None."""
        width = len(self.names)
        if isinstance(cells, str):
            return f"structure:{cells}"
        if len(cells) > MAX_ROW_CELLS:
            said = f"a row has more than {MAX_ROW_CELLS} cells"
            raise DeliveryRejected("row_too_wide", self.file.label, said, row_number)
        if not self.lines.is_utf8 and not _is_clean(cells):
            return "structure:invalid_encoding"
        if len(cells) == width:
            return None
        return "structure:too_many_columns" if len(cells) > width else "structure:missing_columns"


class _Lines:
    """The lines of the loaded block for csv, and of the blocks after it when a record needs them.

    Attributes:
        is_utf8: whether every byte of what is loaded is of a character.
    """

    def __init__(self, file: DeliveryFile, blocks: Blocks) -> None:
        self.is_utf8 = True
        self._file = file
        self._blocks = blocks
        self._text = io.StringIO()
        self._size = 0
        self._record = (0, 0)  # row number, and the characters of it so far

    def load(self, block: bytes) -> None:
        """Take a block; a byte that is no UTF-8 becomes a lone surrogate."""
        text = block.decode("utf-8", "surrogateescape")
        self.is_utf8 = _is_clean([text])
        self._text = io.StringIO(text, newline="")
        self._size = len(text)

    @property
    def is_done(self) -> bool:
        """Whether the loaded lines are used up."""
        return self._text.tell() == self._size

    def rest(self) -> bytes:
        """The loaded lines that were not read; none are loaded afterwards."""
        return self._text.read().encode("utf-8", "surrogateescape")

    def start_record(self, row_number: int) -> None:
        """From here on lines belong to this record."""
        self._record = (row_number, 0)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.is_done:
            block = self._blocks.take()
            if not block:
                raise StopIteration
            was_utf8 = self.is_utf8
            self.load(block)
            self.is_utf8 = self.is_utf8 and was_utf8
        line = self._text.readline()
        row_number, characters = self._record
        if characters > BLOCK_BYTES:
            # A record without end: whatever it is, the rows below cannot be told from it.
            raise _unbalanced(self._file, row_number)
        self._record = (row_number, characters + len(line))
        return line


def _check_start(file: DeliveryFile, first: bytes, *, is_whole: bool) -> None:
    """Refuse a file without text, or a web page."""
    start = first[:4096].lstrip()
    if not start and is_whole and not first.strip():
        raise DeliveryRejected("empty_file", file.label, "is empty")
    if start.lower().startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<body")):
        said = "is a web page, perhaps a sign-in page saved as an export"
        raise DeliveryRejected("not_csv_html", file.label, said)


def _delimiter(first: bytes, header_row: int) -> str:
    """The delimiter that cuts the header's line into most cells; the comma where nothing does."""
    lines = io.TextIOWrapper(io.BytesIO(first), "utf-8", errors="surrogateescape", newline="")
    for number, line in enumerate(lines, start=1):
        if number >= header_row and line.strip():
            start = line[:MAX_HEADER_CHARACTERS]
            return max(DELIMITERS, key=lambda each: len(next(csv.reader([start], delimiter=each))))
    return ","


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


def _unbalanced(file: DeliveryFile, row_number: int) -> DeliveryRejected:
    said = "a quotation mark is opened and not closed"
    return DeliveryRejected("unbalanced_quotes", file.label, said, row_number)


def _has_blank_row(frame: pl.DataFrame) -> bool:
    text = pl.all().fill_null("")
    return frame.select(pl.all_horizontal(text == "").any()).item()


def _is_clean(cells: list[str]) -> bool:
    """Whether no cell holds a byte that is no character (a lone surrogate)."""
    try:
        "".join(cells).encode()
    except UnicodeEncodeError:
        return False
    return True
