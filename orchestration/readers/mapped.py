"""The mapped reader: any CSV, Parquet or XLSX file by a column map in rapport.toml.

Here: which file a map reads, finding its columns in the header, one extract per map and file.
Not here: the structure of files (`tabular.py`, `xlsx.py`), the options (`mapped_config.py`), what
a map does to rows and how the rows are counted (`mapped_rows.py`).

Only columns that a map names are taken (allow-list); the others are dropped, and said. A column
that a map reads and the header lacks ends in a rejection, unless the map calls it optional:
exports change, and a feed that quietly loses a column is worse than one that stops.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePath

import polars as pl
from pydantic import ValidationError

from orchestration.contracts.feeds import FEEDS
from orchestration.errors import SettingsError
from orchestration.readers.base import About, Delivery, DeliveryFile, DeliveryRejected, Extract
from orchestration.readers.mapped_config import FeedMap, MappedOptions, MappedSource
from orchestration.readers.mapped_options import alias_pattern
from orchestration.readers.mapped_records import Context, Records, SoFar, no_marks
from orchestration.readers.mapped_rows import apply_map
from orchestration.readers.tabular import (
    Table,
    dropped_columns,
    folded_name,
    read_parts,
)
from orchestration.readers.xlsx import read_workbook
from orchestration.settings import SourceConfig, describe

WORKBOOK = ".xlsx"
_OTHER_WORKBOOKS = {
    ".xlsm": ("macro_workbook", "the workbook may carry macros; save it as a plain .xlsx"),
    ".xls": ("legacy_workbook", "this is an old .xls workbook; save it as .xlsx"),
    ".xlsb": ("legacy_workbook", "this is a binary workbook; save it as .xlsx"),
    ".ods": ("legacy_workbook", "this is an .ods workbook; save it as .xlsx or CSV"),
}


@dataclass(frozen=True)
class _Grid:
    """One table of one file: a CSV, or one sheet of a workbook."""

    file: DeliveryFile
    table: Table
    marks: pl.DataFrame
    is_workbook: bool


class MappedReader:
    """Reads files of any system by the map of its source."""

    name = "mapped"
    about = About(
        system="Any other CSV, Excel or Parquet table",
        takes="Tables of any system, by a map of their columns in rapport.toml.",
        feeds=tuple(FEEDS),
        needs=("A map of its columns; docs/examples/ has maps to start from.",),
    )

    def recognise(self, files: Sequence[DeliveryFile]) -> str | None:
        """Nothing tells a file that only a map of the practice's own can explain."""
        return None

    def validate(self, source: str, config: SourceConfig) -> None:
        """Check the map; SettingsError names every key that is wrong."""
        try:
            _source_map(config)
        except ValidationError as error:
            raise SettingsError(describe(error, f"sources.{source}")) from None

    def read(self, delivery: Delivery, config: SourceConfig) -> Iterator[Extract]:
        """Yield each file in the order of their names by each map it fits, a long one in parts.

        Raises:
            DeliveryRejected: No file fits a map, or one cannot be read as the map says.
        """
        source_map = _source_map(config)
        context = Context(
            time_zone=delivery.time_zone,
            exported_at=delivery.latest,
            null_tokens=source_map.options.null_tokens,
            decimal_comma=source_map.options.decimal_comma,
        )
        chosen = {file: _maps_for(file, source_map.feeds) for file in delivery.files}
        if not any(chosen.values()):
            raise DeliveryRejected(
                "no_feed_file", None, "no file has a name that a map of this source reads (`files`)"
            )
        said = tuple(
            f"{file.label}: not read, because no map of this source fits its name (unknown_file)"
            for file, maps in chosen.items()
            if not maps
        )
        for file, maps in chosen.items():
            for place in dict.fromkeys((m.sheet, m.header_row) for m in maps):
                here = [m for m in maps if (m.sheet, m.header_row) == place]
                grids = _read_grids(file, place, source_map.options)
                yield from _extracts(grids, here, source_map.options, context, said)
                said = ()


def _source_map(config: SourceConfig) -> MappedSource:
    given = {"options": config.options}
    if config.feeds is not None:
        given["feeds"] = config.feeds
    return MappedSource.model_validate(given)


def _maps_for(file: DeliveryFile, maps: tuple[FeedMap, ...]) -> list[FeedMap]:
    name = file.name.casefold()
    return [each for each in maps if fnmatchcase(name, each.files.casefold())]


def _read_grids(
    file: DeliveryFile, place: tuple[str | None, int], options: MappedOptions
) -> Iterator[_Grid]:
    """A sheet of a workbook, or the parts of a text table."""
    sheet, header_row = place
    suffix = PurePath(file.name).suffix.lower()
    if suffix in _OTHER_WORKBOOKS:
        rule, detail = _OTHER_WORKBOOKS[suffix]
        raise DeliveryRejected(rule, file.label, detail)
    if suffix == WORKBOOK:
        workbook = read_workbook(file, sheet, header_row)
        yield _Grid(file, workbook.table, workbook.marks, is_workbook=True)
        return
    for table in read_parts(
        file, encoding=options.encoding, delimiter=options.delimiter, header_row=header_row
    ):
        yield _Grid(file, table, no_marks(), is_workbook=False)


def _extracts(
    grids: Iterator[_Grid],
    maps: list[FeedMap],
    options: MappedOptions,
    context: Context,
    said: tuple[str, ...],
) -> Iterator[Extract]:
    """Extracts of one table; what is said about the file as a whole goes with the first."""
    found: dict[str, str] = {}
    dropped: tuple[str, ...] = ()
    so_far = [SoFar() for _ in maps]
    for grid in grids:
        said += grid.table.warnings
        if not found:
            found = _find_columns(grid, maps, options)
            dropped, dropped_said = dropped_columns(grid.file.label, grid.table, found.values())
            said += (dropped_said,) if dropped_said else ()
        records = _records(grid, found)
        for number, feed_map in enumerate(maps):
            rows = apply_map(feed_map, records, context, so_far[number])
            yield rows.extract(
                feed_map.feed,
                grid.file.label,
                grid.table.rows_read,
                dropped_columns=dropped,
                warnings=(*said, *(f"{grid.file.label}: {each}" for each in rows.warnings)),
                is_last=grid.table.is_last,
                part_of=str(number),
            )
            said = ()


def _records(grid: _Grid, found: dict[str, str]) -> Records:
    """The table under the map's names."""
    names = {column: name for name, column in found.items()}
    return Records(
        frame=grid.table.frame.select(
            "row_number", *(pl.col(column).alias(name) for name, column in found.items())
        ),
        count=grid.table.rows_read,
        blank=grid.table.rows_blank,
        broken=grid.table.rejects,
        marks=grid.marks.filter(pl.col("column").is_in(list(names))).with_columns(
            pl.col("column").replace(names)
        ),
        present=frozenset(found),
        is_workbook=grid.is_workbook,
        is_last=grid.table.is_last,
    )


def _find_columns(grid: _Grid, maps: list[FeedMap], options: MappedOptions) -> dict[str, str]:
    """Map's name -> column of the table, for each column that the maps read.

    Raises:
        DeliveryRejected: A column is missing, or two columns of the header could be the one meant.
    """
    label = grid.file.label
    found: dict[str, str] = {}
    missing: list[str] = []
    for name in dict.fromkeys(name for each in maps for name in each.file_columns):
        fitting = _fitting(grid.table.columns, name, options.aliases.get(name, ()))
        if len(fitting) > 1:
            raise DeliveryRejected(
                "duplicate_header",
                label,
                f"{len(fitting)} columns of the header could be '{name}'",
                1,
            )
        if fitting:
            found[name] = fitting[0]
        elif any(name in each.file_columns and name not in each.optional for each in maps):
            missing.append(name)
    if missing:
        raise DeliveryRejected(
            "header_mismatch",
            label,
            f"the header lacks columns that the map reads: {', '.join(missing)}",
            1,
        )
    unreadable = [name for name, column in found.items() if column in grid.table.unreadable]
    if unreadable:
        raise DeliveryRejected(
            "column_type", label, f"columns hold lists or binary: {', '.join(unreadable)}"
        )
    return found


def _fitting(columns: tuple[str, ...], name: str, aliases: tuple[str, ...]) -> list[str]:
    """Columns of a header that the name or one of its aliases fits."""
    plain = {folded_name(each) for each in (name, *aliases) if alias_pattern(each) is None}
    patterns = [pattern for each in aliases if (pattern := alias_pattern(each)) is not None]
    return [
        column
        for column in columns
        if folded_name(column) in plain or any(p.fullmatch(column) for p in patterns)
    ]
