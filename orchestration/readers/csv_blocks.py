"""The text of a CSV file as UTF-8, a block of whole lines at a time.

Here: encoding, byte-order marks, line ends, and what is not text at all. Not here: cells and
records (csv_text.py, csv_judge.py). A file is never held whole, whatever its size.
"""

from __future__ import annotations

import codecs
import csv
from typing import Literal

from orchestration.readers.base import DeliveryFile, DeliveryRejected

BLOCK_BYTES = 32 * 2**20

_NOT_TEXT = {
    b"PK\x03\x04": "is an archive or workbook, not CSV text",
    b"\xd0\xcf\x11\xe0": "is an old Excel workbook, not CSV text",
    b"%PDF": "is a PDF, not CSV text",
    b"PAR1": "is a Parquet file, not CSV text",
    b"\x1f\x8b": "is a compressed file, not CSV text",
}
_BOMS_16 = (b"\xff\xfe", b"\xfe\xff")
_BOM_8 = b"\xef\xbb\xbf"
# Stands for a line that does not fit into a block: csv refuses a cell of this length too.
_TOO_LONG = b"x" * (csv.field_size_limit() + 1) + b"\n"


class Blocks:
    """The blocks of one file, in order.

    Attributes:
        warnings: sentences about the encoding.
        line_ends: kinds of line ends seen so far.
        has_quotes: whether a quotation mark was seen so far.
        is_ended: whether the last byte of the file, as far as it was seen, ends a line.
    """

    def __init__(self, file: DeliveryFile, encoding: str) -> None:
        """Open the file and look at its start.

        Raises:
            DeliveryRejected: it is no CSV text.
        """
        self.warnings: list[str] = []
        self.line_ends: set[str] = set()
        self.has_quotes = False
        self.is_ended = True
        self._file = file
        self._size = BLOCK_BYTES
        self._stream = file.open()
        self._rest = b""
        self._next = self._stream.read(self._size)
        self._decoder = self._decoder_of(encoding)
        self._check_start()

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    @property
    def is_done(self) -> bool:
        """Whether there is no further block."""
        return not (self._next or self._rest)

    def take(self) -> bytes:
        """The next block; it ends with a line's end, or the file's. Empty when there is none.

        Raises:
            DeliveryRejected: the text is not what its start said.
            DeliveryHeld: the file changed.
        """
        data, self._rest = self._rest, b""
        if len(data) < self._size // 2 or not _end_of_lines(data):
            data += self._read()
        if self._next:
            end = _end_of_lines(data)
            if end == 0:
                data = self._skip_line()
            elif end < len(data):
                data, self._rest = data[:end], data[end:]
        self._look_at(data)
        return data

    def put_back(self, rest: bytes) -> None:
        """Let the end of a block be the start of the next."""
        self._rest = rest + self._rest

    def _decoder_of(self, encoding: str) -> codecs.IncrementalDecoder | None:
        label = self._file.label
        if self._next.startswith(_BOMS_16):
            self.warnings.append(f"{label}: UTF-16 text was converted (encoding_utf16)")
            return codecs.getincrementaldecoder("utf-16")()
        if self._next.startswith(_BOM_8):
            self._next = self._next[len(_BOM_8) :]
            self.warnings.append(f"{label}: starts with a byte-order mark (bom)")
        elif encoding != "utf-8":
            return codecs.getincrementaldecoder(encoding)("surrogateescape")
        return None

    def _check_start(self) -> None:
        """Refuse what is not CSV text at all, by its first bytes."""
        for magic, said in _NOT_TEXT.items():
            if self._next.startswith(magic):
                raise DeliveryRejected("not_csv", self._file.label, said)

    def _read(self) -> bytes:
        """The next bytes as UTF-8; a byte of no character stays as it is."""
        data, self._next = self._next, self._next and self._stream.read(self._size)
        if self._decoder is None:
            return data
        try:
            text = self._decoder.decode(data, final=not self._next)
        except UnicodeDecodeError:
            said = "is broken UTF-16"
            raise DeliveryRejected("encoding_utf16", self._file.label, said) from None
        return text.encode("utf-8", "surrogateescape")

    def _skip_line(self) -> bytes:
        """Pass over a line that is longer than a block, without holding it."""
        while self._next:
            data = self._read()
            end = data.find(b"\n") + 1
            if end:
                self._rest = data[end:]
                break
        return _TOO_LONG

    def _look_at(self, data: bytes) -> None:
        if b"\0" in data:
            said = "holds NUL bytes: not text, or cut off"
            raise DeliveryRejected("nul_bytes", self._file.label, said)
        self.has_quotes = self.has_quotes or b'"' in data
        if data:
            self.is_ended = data.endswith((b"\n", b"\r"))
        self.line_ends |= _line_ends(data)


def _end_of_lines(data: bytes) -> int:
    """Where the last whole line ends; 0 when there is none."""
    # A \r at the very end may be half of a \r\n.
    return data.rfind(b"\n") + 1 or data.rfind(b"\r", 0, len(data) - 1) + 1


def _line_ends(data: bytes) -> set[Literal["\r\n", "\n", "\r"]]:
    if b"\r" not in data:
        return {"\n"} if b"\n" in data else set()
    both = data.count(b"\r\n")
    found = {"\r\n": both, "\n": data.count(b"\n") - both, "\r": data.count(b"\r") - both}
    return {kind for kind, count in found.items() if count}
