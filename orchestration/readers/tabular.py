"""Files with a header and rows, as text: what CSV and Parquet have in common.

Here: the table a reader works on, and which file is read how. Not here: how its columns are named
in messages (column_names.py), the structure of CSV text (csv_text.py) or Parquet (parquet.py),
workbooks (xlsx.py), and what any column means (the readers).

Every cell comes out as the text that stood in the file; nothing is inferred. Rows whose structure
is broken are named by the number a spreadsheet shows and the rule they broke, never quoted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

import polars as pl

from orchestration.readers.base import DeliveryFile, DeliveryRejected, empty_rejects
from orchestration.readers.column_names import (
    INVISIBLE,
    clean_name,
    dropped_warning,
    folded_name,
    looks_personal,
    personal_by_value,
    printable_name,
)

__all__ = [
    "INVISIBLE",
    "MAX_COLUMNS",
    "PARQUET_SUFFIX",
    "TEXT_SUFFIXES",
    "Table",
    "clean_name",
    "dropped_columns",
    "dropped_warning",
    "folded_name",
    "looks_personal",
    "merged",
    "personal_by_value",
    "printable_name",
    "read_parts",
    "read_table",
    "unique_names",
]

MAX_COLUMNS = 500
TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
PARQUET_SUFFIX = ".parquet"


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
        is_last: whether no further part of the file follows.
    """

    header: tuple[str, ...]
    frame: pl.DataFrame = field(repr=False)
    rows_read: int
    rows_blank: int = 0
    rejects: pl.DataFrame = field(default_factory=empty_rejects, repr=False)
    warnings: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    is_last: bool = True

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
    """Read a CSV or Parquet file by its suffix, whole; arguments and errors as ``read_parts``."""
    file.must_fit_in_memory()
    return merged(
        list(read_parts(file, encoding=encoding, delimiter=delimiter, header_row=header_row))
    )


def read_parts(
    file: DeliveryFile,
    *,
    encoding: str = "utf-8",
    delimiter: str | None = None,
    header_row: int = 1,
) -> Iterator[Table]:
    """Read a CSV or Parquet file by its suffix, a part of its rows at a time.

    Args:
        file: the file; ``.csv``, ``.tsv``, ``.txt`` or ``.parquet``.
        encoding: of CSV text without a byte-order mark.
        delimiter: of CSV text; by default the one that cuts the header into most cells.
        header_row: row of a CSV file that holds the header; rows above it are not looked at.

    Yields:
        At least one table; the header is that of the file in each. Sentences about the file as a
        whole come with the first or the last.

    Raises:
        DeliveryRejected: the file as a whole cannot be read.
        DeliveryHeld: the file changed since it was hashed.
    """
    # Imported here because both build a Table.
    from orchestration.readers.csv_text import read_csv_parts  # noqa: PLC0415
    from orchestration.readers.parquet import read_parquet  # noqa: PLC0415

    suffix = PurePath(file.name).suffix.lower()
    if suffix == PARQUET_SUFFIX:
        yield read_parquet(file)
    elif suffix in TEXT_SUFFIXES:
        yield from read_csv_parts(
            file, encoding=encoding, delimiter=delimiter, header_row=header_row
        )
    else:
        raise DeliveryRejected("unknown_format", file.label, "is neither CSV nor Parquet")


def merged(parts: Sequence[Table]) -> Table:
    """The parts of one file as one table."""
    return Table(
        header=parts[0].header,
        frame=pl.concat([part.frame for part in parts]),
        rows_read=sum(part.rows_read for part in parts),
        rows_blank=sum(part.rows_blank for part in parts),
        rejects=pl.concat([part.rejects for part in parts]),
        warnings=tuple(said for part in parts for said in part.warnings),
        unreadable=parts[0].unreadable,
    )


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


def dropped_columns(
    label: str, table: Table, kept: Collection[str]
) -> tuple[tuple[str, ...], str | None]:
    """Printable names of a table's other columns, and the sentence that says so if there are any.

    Args:
        label: safe label of the file.
        table: the whole table.
        kept: names in its frame of the columns that are read.
    """
    names = {
        name: printable_name(cell, place)
        for place, (cell, name) in enumerate(zip(table.header, table.columns, strict=True), start=1)
        if name not in kept
    }
    personal = personal_by_value(table.frame.select(pl.col(name) for name in names))
    said = dropped_warning(label, list(names.values()), {names[name] for name in personal})
    return tuple(names.values()), said
