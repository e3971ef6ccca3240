"""REDCap: the records export of a project, classic, longitudinal or with repeating instruments.

Here: what the columns and cells that REDCap itself adds mean, and which files of a delivery hold no
records. Not here: what all survey tools have in common (forms*.py), fetching records from a server
(fetch/redcap.py).

A row is a record, at one event, in one instance of a repeating instrument; the row without an
instance holds the instruments that do not repeat, so a form's columns are empty on most rows of the
file. A response is named by record, event, instance and form.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Annotated

import polars as pl
from pydantic import BeforeValidator, Field

from orchestration.readers.base import About, Delivery, DeliveryFile, DeliveryRejected, Extract
from orchestration.readers.forms import Form, FormsOptions
from orchestration.readers.forms_reader import FormsReader, Grid, first_rows
from orchestration.readers.forms_rows import NAME, FormRows, Verdicts
from orchestration.readers.mapped_options import fold
from orchestration.readers.options import read_options
from orchestration.readers.redcap_clients import RECORD, ClientFields, client_extract
from orchestration.readers.tabular import folded_name, read_table
from orchestration.settings import SourceConfig

NOT_COMPLETED = "[not completed]"

_OWN = {
    ":event": "redcap_event_name",
    ":repeat": "redcap_repeat_instrument",
    ":instance": "redcap_repeat_instance",
}
_RAW_STATUS = ("0", "1", "2")
_STATUS_WORDS = ("incomplete", "unverified", "complete")
# Headers of an export with labels for names; the raw ones never hold a space or a question mark.
_LABEL_HEADERS = {"complete?", "event_name", "repeat_instrument", "repeat_instance"}
_DICTIONARY = ({"variable_/_field_name", "form_name"}, {"field_name", "form_name"})
_METADATA = (*_DICTIONARY, {"unique_event_name"}, {"arm_num", "name"}, {"form_name", "event_name"})
# Field types that hold no score.
_NO_SCORE = {"notes": "free text", "file": "a file", "descriptive": "a text for the reader"}
_ADVICE = "export with raw data (All data (raw) or CSV / Microsoft Excel (raw data))"

Words = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda given: tuple(map(str, given)) if isinstance(given, list) else given),
]


class RedcapForm(Form):
    """One questionnaire; the columns that REDCap adds follow from its instrument's name.

    Attributes:
        form: REDCap's own name of the instrument (`phq9_survey`), as in `phq9_survey_complete`.
        events: Patterns of the events that count (`session_*`); by default all do.
    """

    form: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,99}$")]
    events: tuple[str, ...] = ()


class RedcapOptions(FormsOptions):
    """`[sources.<name>.options]` of a REDCap project.

    Attributes:
        complete: Form states that count; 2 is Complete.
        clients: Fields that tell of the client beside the questionnaires.
    """

    # A field may be validated with a comma while a calculated one keeps its point.
    points_too = True

    forms: tuple[RedcapForm, ...] = Field(min_length=1)
    complete: Words = ("2",)
    clients: ClientFields | None = None


class RedcapReader(FormsReader):
    """Reads records exports of REDCap projects."""

    name = "redcap"
    about = About(
        system="REDCap",
        takes="The records export of a project as CSV with raw data, with or without its data "
        "dictionary, or the records fetched from its server.",
        feeds=("feedback", "clients"),
        needs=(
            "For each questionnaire: its instrument's name in REDCap, and which fields are its "
            "items.",
            "The export's survey fields (timestamps), or a field with the date of completion.",
        ),
    )
    model = RedcapOptions

    def recognise(self, files: Sequence[DeliveryFile]) -> str | None:
        """A REDCap export is known by the columns that REDCap adds."""
        headers = [_header(file) for file in files]
        if any(_is_export(header) for header in headers):
            return "a REDCap records export"
        if any(header & _LABEL_HEADERS and "complete?" in header for header in headers):
            return "a REDCap records export with labels (raw data is needed)"
        return None

    def read(self, delivery: Delivery, config: SourceConfig) -> Iterator[Extract]:
        """Yield one extract per file and form; the data dictionary, if there, is checked first."""
        for file in delivery.files:
            if any(keys <= _header(file) for keys in _DICTIONARY):
                _check_dictionary(file, read_options(RedcapOptions, delivery.source, config))
        yield from super().read(delivery, config)

    def data_files(self, files: Sequence[DeliveryFile]) -> list[DeliveryFile]:
        """Without the project's dictionary, events and arms."""
        return [file for file in files if not _is_metadata(_header(file))]

    def open(self, file: DeliveryFile, sheet: str | None, options: FormsOptions) -> Grid:
        """Read a file; one with labels for names is refused, because its names are no names."""
        grid = super().open(file, sheet, options)
        folded = {folded_name(cell) for cell in grid.table.header}
        if "complete?" in folded or len(folded & _LABEL_HEADERS) > 1:
            raise DeliveryRejected(
                "label_export", file.label, f"has labels instead of field names; {_ADVICE}", 1
            )
        return grid

    def own_columns(self, grid: Grid, form: Form, options: FormsOptions) -> dict[str, str]:
        """The record's id is the first column, whatever its name."""
        present = {folded_name(cell) for cell in grid.table.header}
        needed = {":event"} if form.events else set()
        return {
            RECORD: grid.table.header[0],
            ":status": f"{form.form}_complete",
            **{n: column for n, column in _OWN.items() if column in present or n in needed},
        }

    def defaults(self, grid: Grid, form: Form) -> dict[str, str]:
        """A survey knows when it was sent; a record is a client unless the practice says else."""
        return {"client_id": grid.table.header[0], "completed_at": f"{form.form}_timestamp"}

    def beside(self, grid: Grid, options: FormsOptions) -> dict[str, str]:
        """The fields that tell of the client, where they are declared for this file."""
        fields, name = options.clients, grid.file.name.casefold()
        if fields is None or not fnmatchcase(name, fields.files.casefold()):
            return {}
        record = grid.table.header[0]
        wanted = {RECORD: record, "client_id": options.client or record, **fields.columns}
        return self.places(grid, wanted, "`clients` reads")

    def extract_beside(self, rows: FormRows, options: FormsOptions, zone: str) -> Extract:
        """The clients."""
        return client_extract(options.clients, replace(rows, frame=_carried(rows.frame)), zone)

    def prepare(
        self, grid: Grid, frame: pl.DataFrame, form: Form, options: FormsOptions
    ) -> tuple[pl.DataFrame, Verdicts]:
        """Only complete forms of the events that count; what REDCap asks once holds for all."""
        counting = {fold(word) for word in options.complete}
        known = {*_RAW_STATUS, *(_STATUS_WORDS if counting & set(_STATUS_WORDS) else ())}
        # A form that nobody opened has no state; REDCap itself shows it as incomplete.
        frame = frame.with_columns(pl.col(":status").str.to_lowercase().fill_null("0"))
        words = frame.get_column(":status").is_in(_STATUS_WORDS)
        if words.any() and not counting & set(_STATUS_WORDS):
            raise DeliveryRejected(
                "label_export", grid.file.label, f"has labels instead of codes; {_ADVICE}"
            )
        left_out = {}
        if form.events:
            events = frame.get_column(":event").drop_nulls().unique()
            wanted = [e for e in events if any(fnmatchcase(e, p) for p in form.events)]
            left_out["other_event"] = ~pl.col(":event").fill_null("").is_in(wanted)
        left_out["survey_not_completed"] = pl.col("completed_at") == NOT_COMPLETED
        left_out["incomplete"] = pl.col(":status").is_in(known - counting)
        # A project that starts to use events or instances must not rename what it has: the key
        # always has their places.
        absent = [pl.lit(None, pl.String()).alias(n) for n in _OWN if n not in frame.columns]
        return _carried(frame).with_columns(absent), Verdicts(
            key=(RECORD, ":event", ":instance", NAME),
            left_out=left_out,
            refused={
                "unknown_form_status": ~pl.col(":status").is_in(known | counting),
                "other_instrument": pl.col(":repeat") != form.form,
            },
            advice=_ADVICE,
        )


def _header(file: DeliveryFile) -> set[str]:
    return {folded_name(cell) for row in first_rows(file, 1) for cell in row}


def _is_export(header: set[str]) -> bool:
    own = {*_OWN.values(), "redcap_survey_identifier", "redcap_data_access_group"}
    return bool(header & own) or any(name.endswith("_complete") for name in header)


def _is_metadata(header: set[str]) -> bool:
    return any(keys <= header for keys in _METADATA) and not _is_export(header)


def _carried(frame: pl.DataFrame) -> pl.DataFrame:
    """Client and clinician on every row of a record that names just one of them.

    They are asked once, at the first event or on the row without an instance; where a record names
    two clinicians, a row that names none stays without.
    """
    for name in ("client_id", "clinician_id"):
        if name in frame.columns:
            values = pl.col(name).drop_nulls()
            only = pl.when(values.n_unique() == 1).then(values.first()).over(RECORD)
            frame = frame.with_columns(pl.coalesce(pl.col(name), only))
    return frame


def _check_dictionary(file: DeliveryFile, options: RedcapOptions) -> None:
    """Compare the declaration with the project's own; only names and types are looked at.

    Raises:
        DeliveryRejected: a field is not of the form that is declared, or holds no score.
    """
    table = read_table(file)
    columns = {
        folded_name(cell): name for cell, name in zip(table.header, table.columns, strict=True)
    }
    places = [
        next((columns[name] for name in names if name in columns), None)
        for names in (("variable_/_field_name", "field_name"), ("form_name",), ("field_type",))
    ]
    if None in places:
        raise DeliveryRejected("header_mismatch", file.label, "the dictionary has no field types")
    fields = {field: (of, what) for field, of, what in table.frame.select(places).rows()}
    forms = {of for of, _ in fields.values()}
    for form in options.forms:
        if form.form not in forms:
            said = f"the data dictionary has no instrument {form.form}"
            raise DeliveryRejected("dictionary_mismatch", file.label, said)
        for column in form.scored.values():
            of, what = fields.get(column.split("___")[0], (None, None))
            said = None
            if of is None:
                said = f"the data dictionary has no field {column}"
            elif of != form.form:
                said = f"{column} is a field of another instrument, not of {form.form}"
            elif what in _NO_SCORE:
                said = f"{column} holds {_NO_SCORE[what]}, not a score"
            if said:
                raise DeliveryRejected("dictionary_mismatch", file.label, said)
