"""NHS Talking Therapies (IAPT) data set, versions 2.0 and 2.1: one file per table.

Here: which file is which table, whether the submission is whole, what a practice sets. Not here:
what becomes of the rows (nhs_rows.py), what the codes mean (nhs_codes.py).

A provider sends a Primary submission for a month and then a Refresh that restates it. The header
table counts the rows of every other table, so that a file that was cut off is seen: the delivery is
then rejected as a whole. Identifiers of people beyond the service's own number (NHS number,
postcode and the areas made of it) stand in the same tables and are never read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from orchestration.readers.base import About, Delivery, DeliveryFile, DeliveryRejected, Extract
from orchestration.readers.nhs_rows import NhsOptions, Submission, extracts_of
from orchestration.readers.options import read_options
from orchestration.readers.vendor_table import (
    VendorTable,
    peek_header,
    read_vendor_table,
)
from orchestration.settings import SourceConfig

HEADER = "000"
# Table -> our name -> the data set's names; the second of several is that of the other version.
TABLES: dict[str, dict[str, tuple[str, ...]]] = {
    HEADER: {"provider": ("OrgIDProv",)},
    "001": {
        "patient": ("LocalPatientId",),
        "born": ("PersonBirthDate",),
        "gender": ("Gender",),
    },
    "101": {
        "referral": ("ServiceRequestId",),
        "patient": ("LocalPatientId",),
        "received": ("ReferralRequestReceivedDate",),
        "discharged": ("ServDischDate",),
        "end": ("EndCode",),
    },
    "201": {
        "contact": ("CareContactId",),
        "referral": ("ServiceRequestId",),
        "day": ("CareContDate",),
        "time": ("CareContTime",),
        "attended": ("AttendOrDNACode",),
        "planned": ("PlannedCareContIndicator",),
        "minutes": ("ClinContDurOfCareCont",),
        "type": ("AppType",),
        "medium": ("ConsMediumUsed",),
        "mechanism": ("ConsMechanism",),
        "mode": ("CareContPatientTherMode",),
        "site": ("SiteIDOfTreat",),
    },
    "202": {
        "activity": ("CareActId",),
        "contact": ("CareContactId",),
        "professional": ("CarePersLocalId",),
    },
    "606": {
        "referral": ("ServiceRequestId",),
        "tool": ("CodedAssToolType",),
        "score": ("PersScore",),
        "day": ("AssToolCompDate",),
        "time": ("AssToolCompTime",),
    },
    "607": {
        "activity": ("CareActId",),
        "tool": ("CodedAssToolType",),
        "score": ("PersScore",),
        "day": ("AssToolCompDate",),
        "time": ("AssToolCompTime",),
    },
}
_TOTALS = {f"total_{table}": (f"Total_IDS{table}",) for table in TABLES if table != HEADER}
_OPTIONAL = {
    HEADER: frozenset(_TOTALS),
    "001": frozenset({"born", "gender"}),
    "201": frozenset({"time", "planned", "minutes", "type", "medium", "mechanism", "site"}),
    "606": frozenset({"time"}),
    "607": frozenset({"day", "time"}),
}
NEEDED = (HEADER, "101", "201", "202")
_TABLE = re.compile(r"(?<![a-z])ids[ _-]?([0-9]{3})(?![0-9])", re.IGNORECASE)


class NhsTalkingTherapiesReader:
    """Reads the tables of an NHS Talking Therapies submission."""

    name = "nhs_talking_therapies"
    about = About(
        system="NHS Talking Therapies (IAPT) data set, from iaptus, PCMIS and others",
        takes="The tables IDS000 to IDS607 of a monthly submission, one CSV file each.",
        feeds=("sessions", "feedback", "clients", "episodes"),
        needs=(
            "IDS000, IDS101, IDS201 and IDS202 in one folder; IDS001, IDS606 and IDS607 for more.",
            "Whether contacts that a Refresh lacks are gone (`infer_deletes`).",
        ),
        leaves_open={"episodes": ("clinician_id",)},
    )

    def recognise(self, files: Sequence[DeliveryFile]) -> str | None:
        """By the names of tables, and the columns of the care contacts."""
        contacts = [file for file in files if _table_of(file) == "201"]
        is_ours = any({"carecontactid", "carecontdate"} <= peek_header(file) for file in contacts)
        return "tables of an NHS Talking Therapies submission" if is_ours else None

    def validate(self, source: str, config: SourceConfig) -> None:
        """Check the source's options."""
        read_options(NhsOptions, source, config)

    def read(self, delivery: Delivery, config: SourceConfig) -> Iterator[Extract]:
        """Yield sessions, scores, clients and episodes.

        Raises:
            DeliveryRejected: a table is missing, does not fit, or is not whole.
        """
        options = read_options(NhsOptions, delivery.source, config)
        tables = _read_tables(delivery, options)
        missing = [f"IDS{table}" for table in NEEDED if not tables[table]]
        if missing:
            said = f"no file is named for {', '.join(missing)}"
            raise DeliveryRejected("no_feed_file", None, said)
        provider, counted = _check_header(tables)
        said = [warning for each in (HEADER, "202") for t in tables[each] for warning in t.warnings]
        said += [
            f"{file.label}: not read, it is none of the tables that are used (unknown_file)"
            for file in delivery.files
            if _table_of(file) not in TABLES
        ]
        # A table that the header counts and that holds nothing is whole, and has nothing to say.
        full = {
            table: [each for each in files if table not in counted or each.rows_read > each.blank]
            for table, files in tables.items()
        }
        for extract in extracts_of(Submission(delivery, options, provider, full)):
            yield replace(extract, warnings=(*said, *extract.warnings))
            said = []


def _table_of(file: DeliveryFile) -> str | None:
    match = _TABLE.search(file.name)
    return match[1] if match else None


def _read_tables(delivery: Delivery, options: NhsOptions) -> dict[str, list[VendorTable]]:
    """The tables that are used; a table may come in several files."""
    tables: dict[str, list[VendorTable]] = {table: [] for table in TABLES}
    for file in delivery.files:
        table = _table_of(file)
        if table in TABLES:
            columns = TABLES[table] | (_TOTALS if table == HEADER else {})
            found = read_vendor_table(
                file, columns, optional=_OPTIONAL.get(table, frozenset()), encoding=options.encoding
            )
            tables[table].append(found)
    return tables


def _check_header(tables: Mapping[str, list[VendorTable]]) -> tuple[str, set[str]]:
    """The provider's code, and the tables that have as many rows as the header counts.

    Raises:
        DeliveryRejected: there is not one header row, or a table has other rows than it counts.
    """
    label = tables[HEADER][0].file.label
    rows = [cells for table in tables[HEADER] for _, cells in table.rows]
    if len(rows) != 1 or rows[0]["provider"] is None:
        said = "must have one row with the provider's code: one submission is one delivery"
        raise DeliveryRejected("header_mismatch", label, said)
    counted = set()
    for table, files in tables.items():
        stated = (rows[0].get(f"total_{table}") or "").replace(",", "")
        held = sum(each.rows_read - each.blank for each in files)
        if not (stated.isascii() and stated.isdigit()):
            continue
        if int(stated) != held:
            said = f"the header counts {int(stated)} rows of IDS{table}, and {held} are here"
            raise DeliveryRejected("stated_total", label, said)
        counted.add(table)
    return rows[0]["provider"], counted
