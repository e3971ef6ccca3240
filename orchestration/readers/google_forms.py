"""Google Forms: the spreadsheet that collects a form's answers, as CSV or XLSX.

Here: columns by their place, times as a spreadsheet's locale writes them, and the key of answers
that have none. Not here: what all survey tools have in common (forms*.py).

The header of such a sheet is the wording of the questions. It is licensed, it is in the language of
the form, and anybody may edit it; so columns are named by their letter, the header is never
repeated in a message, and a short fingerprint of it tells when columns have moved.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from pathlib import PurePath
from typing import Annotated

import polars as pl
from pydantic import Field

from orchestration.readers.base import About, DeliveryFile, DeliveryRejected
from orchestration.readers.forms import Form, FormsOptions, letters_of, place_of
from orchestration.readers.forms_reader import FormsReader, Grid, first_rows
from orchestration.readers.forms_rows import NAME, Verdicts
from orchestration.readers.mapped_options import fold
from orchestration.readers.tabular import dropped_warning, looks_personal, personal_by_value
from orchestration.readers.xlsx import read_workbook

_LETTERS = re.compile(r"[A-Z]{1,2}")
_STRAY = re.compile(r"[`´'\"]")
# Titles that Google gives the first column in some languages: a hint, nothing depends on it.
_TIMESTAMP = {
    "timestamp",
    "tijdstempel",
    "zeitstempel",
    "horodateur",
    "marca temporal",
    "informazioni cronologiche",
    "carimbo de data/hora",
    "sygnatura czasowa",
    "tidsstempel",
    "tidstämpel",
    "отметка времени",
}
# What the form itself downloads says its zone: 2026/03/04 5:06:07 PM GMT+1 (unconfirmed).
_WITH_ZONE = (
    r"^([0-9]{4})/([0-9]{1,2})/([0-9]{1,2}) ([0-9]{1,2}):([0-9]{2}):([0-9]{2}) (AM|PM) "
    r"GMT(?:([+-][0-9]{1,2})(?::?([0-9]{2}))?)?$"
)


class GoogleForm(Form):
    """One questionnaire of a sheet; columns are letters, or titles of more than two letters.

    Attributes:
        header: Fingerprint of the titles of the columns that are named by letter.
    """

    header: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")] | None = None


class GoogleFormsOptions(FormsOptions):
    """`[sources.<name>.options]` of Google Forms."""

    forms: tuple[GoogleForm, ...] = Field(min_length=1)


class GoogleFormsReader(FormsReader):
    """Reads the answer sheets of Google Forms."""

    name = "google_forms"
    about = About(
        system="Google Forms",
        takes="The sheet with a form's answers, downloaded as CSV or XLSX.",
        feeds=("feedback",),
        needs=(
            "For each questionnaire: which columns, by letter, are its items and the client's "
            "code.",
            "How the sheet writes dates, and its time zone.",
        ),
    )
    model = GoogleFormsOptions

    def recognise(self, files: Sequence[DeliveryFile]) -> str | None:
        """A sheet of answers is known by the title of its first column."""
        for file in files:
            rows = first_rows(file, 1)
            if rows and rows[0] and fold(rows[0][0]) in _TIMESTAMP:
                return "a sheet of Google Forms answers"
        return None

    def open(self, file: DeliveryFile, sheet: str | None, options: FormsOptions) -> Grid:
        """Read a CSV file, or one tab of a workbook."""
        if PurePath(file.name).suffix.lower() != ".xlsx":
            return super().open(file, sheet, options)
        workbook = read_workbook(file, sheet, header_row=1)
        return Grid(file, workbook.table, workbook.marks, is_workbook=True)

    def find(self, grid: Grid, column: str) -> list[str]:
        """One or two capital letters are a place; anything else is a title."""
        if _LETTERS.fullmatch(column):
            place = place_of(column)
            return list(grid.table.columns[place - 1 : place])
        pairs = zip(grid.table.columns, grid.table.header, strict=True)
        return [name for name, cell in pairs if _title(cell) == _title(column)]

    def defaults(self, grid: Grid, form: Form) -> dict[str, str]:
        """The first column is the time of sending, whatever its title."""
        return {"completed_at": "A"}

    def with_times(self, frame: pl.DataFrame, options: FormsOptions, zone: str) -> pl.DataFrame:
        """A time that says its offset needs no declaration."""
        year, month, day, hour, minute, second, half, offset, rest = (
            pl.col("completed_at").str.extract(_WITH_ZONE, number) for number in range(1, 10)
        )
        hour = hour.cast(pl.Int32()) % 12 + pl.when(half == "PM").then(12).otherwise(0)
        offset = offset.fill_null("+0")
        zulu = pl.format(
            "{}-{}-{}T{}:{}:{}{}{}:{}",
            year,
            *(cell.cast(pl.String()).str.zfill(2) for cell in (month, day, hour)),
            minute,
            second,
            offset.str.head(1),
            offset.str.slice(1).str.zfill(2),
            rest.fill_null("00"),
        )
        told = frame.select(zulu).to_series()
        frame = super().with_times(frame, options, zone)
        return frame.with_columns(pl.coalesce(told, "completed_at").alias("completed_at"))

    def prepare(
        self, grid: Grid, frame: pl.DataFrame, form: Form, options: FormsOptions
    ) -> tuple[pl.DataFrame, Verdicts]:
        """Answers have no id: the same client at the same second is told apart by order."""
        same = pl.col("client_id").str.normalize("NFKC").str.to_lowercase()
        nth = pl.int_range(1, pl.len() + 1).over("completed_at", same)
        return frame.with_columns(nth.cast(pl.String()).alias(":nth")), Verdicts(
            key=("completed_at", "client_id", ":nth", NAME), left_out={}
        )

    def remarks(self, grid: Grid, form: Form, options: FormsOptions) -> list[str]:
        """Compare the titles of the columns that are named by letter with the fingerprint."""
        named = {**options.shared_columns(form), **form.scored}
        letters = [c for n, c in named.items() if n != "completed_at" and _LETTERS.fullmatch(c)]
        titles = [f"{each}={_title(grid.table.header[place_of(each) - 1])}" for each in letters]
        found = hashlib.sha256("\n".join(titles).encode(errors="replace")).hexdigest()[:12]
        if not letters or form.header == found:
            return []
        label = grid.file.label
        if form.header is not None:
            raise DeliveryRejected(
                "columns_moved",
                label,
                f"the titles of the columns of {form.label} are not those that `header` confirms; "
                f'see whether columns moved, and write `header = "{found}"` when they are right',
                1,
            )
        return [
            f"{label}: the columns of {form.label} are taken by their place; write "
            f'`header = "{found}"` under the form, so that a moved column is noticed'
        ]

    def dropped(self, grid: Grid, used: Collection[str]) -> tuple[tuple[str, ...], str | None]:
        """Columns by letter; a title may be the wording of a question."""
        pairs = zip(grid.table.columns, grid.table.header, strict=True)
        other = {
            column: (f"column {letters_of(place)}", title)
            for place, (column, title) in enumerate(pairs, start=1)
            if column not in used
        }
        by_value = personal_by_value(grid.table.frame.select(pl.col(name) for name in other))
        personal = {
            name
            for column, (name, title) in other.items()
            if column in by_value or looks_personal(title)
        }
        names = tuple(name for name, _ in other.values())
        return names, dropped_warning(grid.file.label, names, personal)

    def said_of(self, name: str, column: str | None) -> str:
        """The title that the practice wrote is not repeated."""
        if column is not None and not _LETTERS.fullmatch(column):
            return f"{name} (by its title)"
        return super().said_of(name, column)


def _title(cell: str) -> str:
    """A title as people compare them: case, spaces and stray quotation marks do not count."""
    return fold(_STRAY.sub("", cell))
