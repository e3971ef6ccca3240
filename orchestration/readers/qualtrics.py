"""Qualtrics: the responses of a survey, as its data page exports them.

Here: the three header rows, the older two, and what Qualtrics' own columns say of a response. Not
here: what all survey tools have in common (forms*.py).

Below the row of column names stands a row with the wording of the questions and one with Qualtrics'
ids. Neither is data and the wording is licensed, so both are taken out before anything is looked
at. Times are in the zone of the account that exported them, which the file does not say: it is the
source's `time_zone`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import polars as pl
from pydantic import BeforeValidator

from orchestration.readers.base import About, DeliveryFile, DeliveryRejected
from orchestration.readers.forms import Form, FormsOptions
from orchestration.readers.forms_reader import FormsReader, Grid, first_rows, without_rows
from orchestration.readers.forms_rows import NAME, Verdicts
from orchestration.readers.mapped_options import fold

_IMPORT_ID = '{"ImportId":'
# The older export numbers Qualtrics' own columns; their names stand in its second row.
_LEGACY = {
    "ResponseId": ("V1", "ResponseID"),
    "ExternalReference": ("V4", "ExternalDataReference"),
    "Status": ("V7", "Status"),
    "StartDate": ("V8", "StartDate"),
    "EndDate": ("V9", "EndDate"),
    "Finished": ("V10", "Finished"),
}
_PREVIEWS = ("1", "2", "9", "17", "survey preview", "survey test", "offline survey preview")
_YES = ("1", "true")
_NO = ("0", "false")
_ADVICE = "download the data with numeric values (Use numeric values)"

Words = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda given: tuple(map(str, given)) if isinstance(given, list) else given),
]


class QualtricsOptions(FormsOptions):
    """`[sources.<name>.options]` of Qualtrics surveys.

    Attributes:
        statuses: Kinds of response (column Status) that count; previews and tests never do.
    """

    statuses: Words = ("0", "4", "16", "IP Address", "Imported", "Offline")


class QualtricsReader(FormsReader):
    """Reads response exports of Qualtrics."""

    name = "qualtrics"
    about = About(
        system="Qualtrics",
        takes="The responses of a survey as CSV with numeric values, of today's export or the "
        "older one.",
        feeds=("feedback",),
        needs=(
            "For each questionnaire: which questions are its items.",
            "The client's code in each response, as external reference or embedded data.",
            "The time zone in which the data were exported.",
        ),
    )
    model = QualtricsOptions

    def recognise(self, files: Sequence[DeliveryFile]) -> str | None:
        """A Qualtrics export is known by its header rows."""
        for file in files:
            rows = first_rows(file, 3)
            header = [cell.strip() for cell in rows[0]] if rows else []
            if len(rows) > 2 and any(cell.startswith(_IMPORT_ID) for cell in rows[2]):
                return "a Qualtrics export of responses"
            if header[:2] == ["V1", "V2"] and len(rows) > 1:
                return "an older Qualtrics export of responses"
        return None

    def open(self, file: DeliveryFile, sheet: str | None, options: FormsOptions) -> Grid:
        """Read a file without the rows of its header that hold wording."""
        grid = super().open(file, sheet, options)
        table = grid.table
        if _is_legacy(table.header):
            _check_legacy(grid)
            return Grid(file, without_rows(table, 2), grid.marks)
        third = table.frame.filter(pl.col("row_number") == 3).drop("row_number")
        cells = [cell for cell in (third.row(0) if third.height else ()) if cell]
        if not cells or not all(cell.startswith(_IMPORT_ID) for cell in cells):
            raise DeliveryRejected(
                "header_mismatch",
                file.label,
                'has no third header row with {"ImportId": ...}; export the responses as CSV from '
                "Data & Analysis and leave the file as it is",
                3,
            )
        return Grid(file, without_rows(table, 3), grid.marks)

    def find(self, grid: Grid, column: str) -> list[str]:
        """The older export has numbers for the names of Qualtrics' own columns."""
        if _is_legacy(grid.table.header) and column in _LEGACY:
            column = _LEGACY[column][0]
        return super().find(grid, column)

    def own_columns(self, grid: Grid, form: Form, options: FormsOptions) -> dict[str, str]:
        """Every export has these."""
        return {":response": "ResponseId", ":status": "Status", ":finished": "Finished"}

    def defaults(self, grid: Grid, form: Form) -> dict[str, str]:
        """A response knows when it was sent, and whose it is where the invitation said so."""
        return {"client_id": "ExternalReference", "completed_at": "EndDate"}

    def prepare(
        self, grid: Grid, frame: pl.DataFrame, form: Form, options: FormsOptions
    ) -> tuple[pl.DataFrame, Verdicts]:
        """Only finished responses of real people."""
        frame = frame.with_columns(pl.col(":status", ":finished").str.to_lowercase())
        status, finished = pl.col(":status").fill_null(""), pl.col(":finished").fill_null("")
        counting = [fold(word) for word in options.statuses]
        return frame, Verdicts(
            key=(":response", NAME),
            left_out={"preview": status.is_in(_PREVIEWS), "unfinished": finished.is_in(_NO)},
            refused={
                "unknown_status": ~status.is_in(counting),
                "unknown_finished": ~finished.is_in(_YES),
            },
            advice=_ADVICE,
        )


def _is_legacy(header: tuple[str, ...]) -> bool:
    return header[:2] == ("V1", "V2")


def _check_legacy(grid: Grid) -> None:
    """DeliveryRejected unless the second row names Qualtrics' own columns as they are known."""
    second = grid.table.frame.filter(pl.col("row_number") == 2)
    for number, name in _LEGACY.values():
        if number not in second.columns or second[number].to_list() != [name]:
            raise DeliveryRejected(
                "header_mismatch",
                grid.file.label,
                f"the second header row of the older export does not say {name} under {number}",
                2,
            )
