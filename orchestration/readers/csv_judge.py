"""Whether a block of CSV text is plainly sound, found out for all of it at once.

Here: a count of records that owes nothing to the parser which makes the frame. Not here: parsing,
and anything unusual: whatever is not plainly sound is left to Python's csv module (csv_text.py).

Plainly sound is a block of UTF-8 in which every record has as many cells as the header, and every
quotation mark stands where RFC 4180 wants it: an opening one behind a delimiter or a line's end, a
closing one before a delimiter, a line's end, or the other half of a doubled one. There csv in
strict mode, polars and this count agree; a test compares them.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass

import numpy as np

_QUOTE, _CR, _LF = b'"\r\n'


@dataclass(frozen=True)
class Sound:
    """A plainly sound block.

    Attributes:
        records: how many there are.
        end: where the last whole one ends; an open quotation mark may need the next block.
        has_quotes: whether any cell is quoted.
    """

    records: int
    end: int
    has_quotes: bool


def judge(block: bytes, delimiter: str, width: int) -> Sound | None:
    """Count the records of a block that ends with a line's end; None when csv must look at it.

    Args:
        block: whole lines, the last one ended by a line feed.
        delimiter: one ASCII character.
        width: cells of a record.
    """
    if not block.endswith(b"\n") or not _is_utf8(block):
        return None
    has_return = b"\r" in block
    if has_return and block.count(b"\r\n") != block.count(b"\r"):
        return None
    text = np.frombuffer(block, np.uint8)
    has_quotes = b'"' in block
    cuts = _cuts_outside_quotes(text, ord(delimiter)) if has_quotes else _cuts(text, ord(delimiter))
    if cuts is None:
        return None
    # A quotation mark that is open at the end leaves its record to the next block.
    line_ends = np.flatnonzero(text[cuts] == _LF)
    if line_ends.size == 0 or not _has_width(line_ends, width):
        return None
    cuts = cuts[: line_ends[-1] + 1]
    longest = np.diff(cuts, prepend=-1).max()
    shortest = np.diff(cuts[line_ends], prepend=-1).min()
    if longest > csv.field_size_limit() or shortest <= width + has_return:
        return None
    return Sound(records=line_ends.size, end=int(cuts[-1]) + 1, has_quotes=has_quotes)


def _is_utf8(block: bytes) -> bool:
    try:
        return block.isascii() or bool(block.decode())
    except UnicodeDecodeError:
        return False


def _has_width(line_ends: np.ndarray, width: int) -> bool:
    """Whether the cuts that end a line are every ``width``-th."""
    return bool((np.diff(line_ends, prepend=-1) == width).all())


def _cuts(text: np.ndarray, delimiter: int) -> np.ndarray:
    """Where a cell ends."""
    return np.flatnonzero((text == delimiter) | (text == _LF))


def _cuts_outside_quotes(text: np.ndarray, delimiter: int) -> np.ndarray | None:
    """Where a cell ends that is not inside quotes; None where a quotation mark is out of place."""
    marks = np.flatnonzero((text == delimiter) | (text == _LF) | (text == _QUOTE))
    is_quote = text[marks] == _QUOTE
    quotes = marks[is_quote]
    opening, closing = quotes[::2], quotes[1::2]
    before = text[opening - 1]
    if opening.size and opening[0] == 0:
        before[0] = _LF
    after = text[closing + 1]  # a line feed ends the block, so there is always one
    if not np.isin(before, (delimiter, _LF, _QUOTE)).all():
        return None
    if not np.isin(after, (delimiter, _LF, _QUOTE, _CR)).all():
        return None
    is_outside = np.cumsum(is_quote) % 2 == 0
    return marks[is_outside & ~is_quote]
