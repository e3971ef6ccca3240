"""Files with a header and rows, as text: what CSV and Parquet have in common.

Here: the table a reader works on, the names of its columns, and which file is read how. Not here:
the structure of CSV text (csv_text.py) or Parquet (parquet.py), workbooks (xlsx.py), and what any
column means (the readers).

Every cell comes out as the text that stood in the file; nothing is inferred. Rows whose structure
is broken are named by the number a spreadsheet shows and the rule they broke, never quoted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

import polars as pl

from orchestration.readers.base import DeliveryFile, DeliveryRejected, empty_rejects

MAX_COLUMNS = 500
TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
PARQUET_SUFFIX = ".parquet"

# Zero-width, direction-changing and other characters that nobody sees and copying brings along.
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_PRINTABLE_NAME = re.compile(r"[^\W\d_][\w ./()#%:-]{0,39}")
_PII_NAME = re.compile(
    r"name|surname|birth|dob|address|street|postcode|post_code|postal|zip|city|phone|mobile|fax"
    r"|e_?mail|ssn|nhs_?n|social|insurance|policy|mrn|passport|employer|carer|contact|guardian"
    r"|parent|note|comment|narrative|text|ip_?addr|latitude|longitude|photo|signature|account"
)


@dataclass(frozen=True)
class Table:
    """The rows of one file whose structure is sound, all text.

    ``rows_read`` was counted apart from the parse that made ``frame`` and equals the rows of
    ``frame`` plus those of ``rejects`` plus ``rows_blank``; anything else is for the
    landing to find and refuse.

    Attributes:
        header: cells of the header as they stand, without invisible characters and outer spaces.
        frame: ``row_number`` and one String column per header cell, named by ``unique_names``.
        rows_read: records below the header; lines without any text are none.
        rows_blank: records of which every cell is empty (spreadsheets leave them at the end).
        rejects: one row per broken row: row_number, rule (``structure:...``), column_name.
        warnings: sentences for the person; no value of a cell.
        unreadable: names in ``frame`` of columns whose type has no text (lists, binary).
    """

    header: tuple[str, ...]
    frame: pl.DataFrame = field(repr=False)
    rows_read: int
    rows_blank: int = 0
    rejects: pl.DataFrame = field(default_factory=empty_rejects, repr=False)
    warnings: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Names in ``frame`` of the header's cells, in order."""
        return unique_names(self.header)


def read_table(
    file: DeliveryFile,
    *,
    encoding: str = "utf-8",
    delimiter: str | None = None,
    header_row: int = 1,
) -> Table:
    """Read a CSV or Parquet file by its suffix.

    Args:
        file: the file; ``.csv``, ``.tsv``, ``.txt`` or ``.parquet``.
        encoding: of CSV text without a byte-order mark.
        delimiter: of CSV text; by default the one that cuts the header into most cells.
        header_row: row of a CSV file that holds the header; rows above it are not looked at.

    Returns:
        The table.

    Raises:
        DeliveryRejected: the file as a whole cannot be read.
        DeliveryHeld: the file changed since it was hashed.
    """
    # Imported here because both build a Table.
    from orchestration.readers.csv_text import read_csv  # noqa: PLC0415
    from orchestration.readers.parquet import read_parquet  # noqa: PLC0415

    suffix = PurePath(file.name).suffix.lower()
    if suffix == PARQUET_SUFFIX:
        return read_parquet(file)
    if suffix in TEXT_SUFFIXES:
        return read_csv(file, encoding=encoding, delimiter=delimiter, header_row=header_row)
    raise DeliveryRejected("unknown_format", file.label, "is neither CSV nor Parquet")


def clean_name(cell: str) -> str:
    """A header cell without invisible characters, line breaks and outer spaces."""
    return " ".join(INVISIBLE.sub("", cell).split())


def unique_names(header: Sequence[str]) -> tuple[str, ...]:
    """One name per header cell: the second ``Charge`` is ``Charge__2``, the empty one its place."""
    names: list[str] = []
    for place, cell in enumerate(header, start=1):
        base = cell or f"column_{place}"
        name, turn = base, 1
        while name in names or name == "row_number":
            turn += 1
            name = f"{base}__{turn}"
        names.append(name)
    return tuple(names)


def folded_name(cell: str) -> str:
    """How the canonical feeds compare names: case, spaces, hyphens and width do not count."""
    text = unicodedata.normalize("NFKC", clean_name(cell)).casefold()
    return re.sub(r"[\s\-]+", "_", text.strip())


def printable_name(cell: str, place: int) -> str:
    """A column's name for a message; its place when the text does not look like a column's name.

    A file without a header has cells of a person where names are expected, so what holds an e-mail
    address, a run of digits or anything unusual is not repeated.
    """
    if _PRINTABLE_NAME.fullmatch(cell) and not re.search(r"\d{5}|\d[ -]\d{3}", cell):
        return cell
    return f"column {place}"


def looks_personal(cell: str) -> bool:
    """Whether a column's name says that it identifies a person or holds free text."""
    return _PII_NAME.search(folded_name(cell)) is not None


def dropped_warning(label: str, names: Sequence[str]) -> str | None:
    """The sentence that names dropped columns, or None without any.

    Args:
        label: safe label of the file.
        names: printable names of the columns.
    """
    if not names:
        return None
    personal = [name for name in names if looks_personal(name)]
    said = f"{label}: columns outside the contract were dropped: {', '.join(names)}"
    if personal:
        said += f" (looks like identity or free text: {', '.join(personal)})"
    return said
