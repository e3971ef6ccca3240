"""What the readers of survey tools do alike: which file holds which form, and where its columns.

Here: from a delivery to the rows of each declared form. Not here: the declaration (forms.py), what
becomes of the rows (forms_rows.py), what is particular to one tool (redcap.py, qualtrics.py,
google_forms.py): those say how a file is opened, how a column is found, and what a row counts for.

Only declared columns are taken. A declared column that the header lacks, or has twice, ends in a
rejection that names it by its scale, because the header of a survey may be the wording of an item.
"""

from __future__ import annotations

import csv
from abc import ABC, abstractmethod
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import islice
from typing import ClassVar

import polars as pl

from orchestration.readers.base import (
    About,
    Delivery,
    DeliveryFile,
    DeliveryHeld,
    DeliveryRejected,
    Extract,
)
from orchestration.readers.csv_text import DELIMITERS
from orchestration.readers.forms import Form, FormsOptions
from orchestration.readers.forms_rows import FormRows, Verdicts, form_extract, tidy, with_times
from orchestration.readers.mapped_records import no_marks
from orchestration.readers.options import read_options
from orchestration.readers.tabular import (
    TEXT_SUFFIXES,
    Table,
    dropped_columns,
    folded_name,
    read_table,
)
from orchestration.settings import SourceConfig

_PEEK = 65_536


@dataclass(frozen=True)
class Grid:
    """One table of a delivery, with its rows that are not responses taken out.

    Attributes:
        file: where it stands.
        table: its rows.
        marks: cells that cannot be relied on.
        is_workbook: whether cells come typed from a workbook.
    """

    file: DeliveryFile
    table: Table
    marks: pl.DataFrame
    is_workbook: bool = False


class FormsReader(ABC):
    """A reader of one survey tool's files."""

    name: ClassVar[str]
    about: ClassVar[About]
    model: ClassVar[type[FormsOptions]]

    @abstractmethod
    def recognise(self, files: Sequence[DeliveryFile]) -> str | None:
        """Say what these files seem to be, or None when they are not this tool's."""

    def validate(self, source: str, config: SourceConfig) -> None:
        """Check the source's options; SettingsError names every key that is wrong."""
        read_options(self.model, source, config, "questionnaires are declared under options.forms")

    def read(self, delivery: Delivery, config: SourceConfig) -> Iterator[Extract]:
        """Yield one extract per file and form, files in the order of their names.

        Raises:
            DeliveryRejected: no file holds a form, or one cannot be read as declared.
        """
        options = read_options(self.model, delivery.source, config)
        files = self.data_files(delivery.files)
        chosen = {file: _forms_in(file, options) for file in files}
        if not any(chosen.values()):
            raise DeliveryRejected(
                "no_feed_file", None, "no file has a name that a form of this source reads"
            )
        said = tuple(
            f"{file.label}: not read, because no form of this source fits its name (unknown_file)"
            for file, forms in chosen.items()
            if not forms
        )
        for file, forms in chosen.items():
            for sheet in dict.fromkeys(form.sheet for form in forms):
                grid = self.open(file, sheet, options)
                here = [form for form in forms if form.sheet == sheet]
                for extract in self._extracts(grid, here, options, delivery.time_zone):
                    yield replace(extract, warnings=(*said, *extract.warnings))
                    said = ()

    def data_files(self, files: Sequence[DeliveryFile]) -> list[DeliveryFile]:
        """The files that may hold responses."""
        return list(files)

    def open(self, file: DeliveryFile, sheet: str | None, options: FormsOptions) -> Grid:
        """Read a file, and take out what are no responses."""
        if sheet is not None:
            said = "has no sheets; say which files hold the form under `files`"
            raise DeliveryRejected("no_such_sheet", file.label, said)
        return Grid(file, read_table(file, encoding=options.encoding), no_marks())

    def find(self, grid: Grid, column: str) -> list[str]:
        """The columns of the table's frame that are meant; more than one is a rejection."""
        return _named(grid.table, column)

    def own_columns(self, grid: Grid, form: Form, options: FormsOptions) -> dict[str, str]:
        """Names that start with a colon -> columns of the file that this tool itself needs."""
        return {}

    def defaults(self, grid: Grid, form: Form) -> dict[str, str]:
        """Canonical column -> the column that holds it where the declaration says nothing."""
        return {}

    @abstractmethod
    def prepare(
        self, grid: Grid, frame: pl.DataFrame, form: Form, options: FormsOptions
    ) -> tuple[pl.DataFrame, Verdicts]:
        """What this tool makes of a form's rows before they are judged, and how they are.

        Raises:
            DeliveryRejected: the rows are of an export that cannot be read.
        """

    def dropped(self, grid: Grid, used: Collection[str]) -> tuple[tuple[str, ...], str | None]:
        """Printable names of the columns that no form uses, and the sentence that says so."""
        return dropped_columns(grid.file.label, grid.table, used)

    def _extracts(
        self, grid: Grid, forms: list[Form], options: FormsOptions, zone: str
    ) -> Iterator[Extract]:
        """Extracts of one table; what is said about the file as a whole goes with the first."""
        places = [self._places(grid, form, options) for form in forms]
        beside = self.beside(grid, options)
        used = {column for found in (*places, beside) for column in found.values()}
        dropped, said = self.dropped(grid, used)
        warnings = [*grid.table.warnings, *([said] if said else [])]
        for form, found in zip(forms, places, strict=True):
            warnings += self.remarks(grid, form, options)
            frame = self.with_times(_under_our_names(grid, found, options), options, zone)
            frame, verdicts = self.prepare(grid, frame, form, options)
            extract = form_extract(form, options, _rows(grid, frame, found), verdicts, zone)
            yield replace(extract, dropped_columns=dropped, warnings=(*warnings, *extract.warnings))
            warnings = []
        if beside:
            rows = _rows(grid, _under_our_names(grid, beside, options), beside)
            yield replace(self.extract_beside(rows, options, zone), dropped_columns=dropped)

    def beside(self, grid: Grid, options: FormsOptions) -> dict[str, str]:
        """Our name -> the table's, of columns that hold something else than questionnaires."""
        return {}

    def extract_beside(self, rows: FormRows, options: FormsOptions, zone: str) -> Extract:
        """What those columns give."""
        raise NotImplementedError

    def with_times(self, frame: pl.DataFrame, options: FormsOptions, zone: str) -> pl.DataFrame:
        """The frame with `completed_at` as ISO 8601 where it can be read."""
        return with_times(frame, options, zone)

    def remarks(self, grid: Grid, form: Form, options: FormsOptions) -> list[str]:
        """Sentences about a form in this file.

        Raises:
            DeliveryRejected: its columns are not those that the practice meant.
        """
        return []

    def _places(self, grid: Grid, form: Form, options: FormsOptions) -> dict[str, str]:
        """The form's name of each column -> the table's.

        Raises:
            DeliveryRejected: a column is missing, stands twice, or serves twice.
        """
        wanted = {
            **self.defaults(grid, form),
            **options.shared_columns(form),
            **form.scored,
            **self.own_columns(grid, form, options),
        }
        places = self.places(grid, wanted, f"the form {form.label} needs", _NEEDED)
        scored = [places[scale] for scale in form.scored]
        if len(set(scored)) < len(scored):
            said = f"a column of {form.label} is declared as two scores"
            raise DeliveryRejected("duplicate_header", grid.file.label, said, 1)
        return places

    def places(
        self, grid: Grid, wanted: dict[str, str], why: str, needed: tuple[str, ...] = ()
    ) -> dict[str, str]:
        """Our name of each wanted column -> the table's.

        Raises:
            DeliveryRejected: a column is missing or stands twice.
        """
        found = {name: self.find(grid, column) for name, column in wanted.items()}
        missing = [name for name in needed if name not in found]
        missing += [name for name, columns in found.items() if not columns]
        if missing:
            raise DeliveryRejected(
                "header_mismatch",
                grid.file.label,
                f"the header lacks what {why}: "
                f"{', '.join(self.said_of(name, wanted.get(name)) for name in missing)}",
                1,
            )
        if doubled := [name for name, columns in found.items() if len(columns) > 1]:
            raise DeliveryRejected(
                "duplicate_header",
                grid.file.label,
                f"several columns of the header could be meant: {', '.join(doubled)}",
                1,
            )
        places = {name: columns[0] for name, columns in found.items()}
        unreadable = [name for name, column in places.items() if column in grid.table.unreadable]
        if unreadable:
            said = f"columns hold lists or binary: {', '.join(unreadable)}"
            raise DeliveryRejected("column_type", grid.file.label, said)
        return places

    def said_of(self, name: str, column: str | None) -> str:
        """How a message may call a column that is missing."""
        name = name.removeprefix(":")
        return name if column is None or column == name else f"{name} ({column})"


_NEEDED = ("client_id", "completed_at")


def _named(table: Table, column: str) -> list[str]:
    """Columns of a table by the text of the header; case and spaces do not count."""
    wanted = folded_name(column)
    return [
        name
        for name, cell in zip(table.columns, table.header, strict=True)
        if folded_name(cell) == wanted
    ]


def _forms_in(file: DeliveryFile, options: FormsOptions) -> list[Form]:
    name = file.name.casefold()
    return [form for form in options.forms if fnmatchcase(name, form.files.casefold())]


def _under_our_names(grid: Grid, found: dict[str, str], options: FormsOptions) -> pl.DataFrame:
    columns = (pl.col(column).alias(name) for name, column in found.items())
    return tidy(grid.table.frame.select("row_number", *columns), options)


def _rows(grid: Grid, frame: pl.DataFrame, found: dict[str, str]) -> FormRows:
    names = pl.DataFrame(
        {"column": list(found.values()), "name": list(found)},
        schema={"column": pl.String(), "name": pl.String()},
    )
    marks = grid.marks.join(names, on="column", maintain_order="left")
    return FormRows(
        label=grid.file.label,
        frame=frame,
        count=grid.table.rows_read,
        blank=grid.table.rows_blank,
        broken=grid.table.rejects,
        marks=marks.select("row_number", pl.col("name").alias("column"), "rule"),
        is_workbook=grid.is_workbook,
    )


def without_rows(table: Table, last: int) -> Table:
    """The table without the records up to a row, which belong to its header."""
    above = pl.col("row_number") <= last
    frame, rejects = table.frame.filter(~above), table.rejects.filter(~above)
    gone = table.frame.height - frame.height + table.rejects.height - rejects.height
    return replace(table, frame=frame, rejects=rejects, rows_read=table.rows_read - gone)


def first_rows(file: DeliveryFile, count: int) -> list[list[str]]:
    """The first records of a CSV file, for recognising it; nothing where it is none."""
    if not file.name.lower().endswith(TEXT_SUFFIXES):
        return []
    try:
        with file.open() as stream:
            start = stream.read(_PEEK)
        encoding = "utf-16" if start[:2] in (BOM_UTF16_LE, BOM_UTF16_BE) else "utf-8-sig"
        lines = start.decode(encoding, "replace").splitlines(keepends=True)
        delimiter = max(DELIMITERS, key=lines[0].count) if lines else ","
        return list(islice(csv.reader(lines, delimiter=delimiter), count))
    except (csv.Error, OSError, DeliveryHeld):
        return []
