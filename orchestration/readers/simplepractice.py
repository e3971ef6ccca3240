"""SimplePractice: its downloadable reports, which know people by name alone.

Here: which file is which report, what a practice sets, clients. Not here: sessions made of the
attendance and the appointment status report (simplepractice_sessions.py), names (names.py).

Reports of one download belong into one folder: the attendance report says what came of an
appointment but not at what time it was, the appointment status report says the time but not what
came of it, and the client details say which client is a couple. Beside them may lie id_links.csv,
supervision.csv and clinicians.csv as the contract has them, with names where ids would be.

There is no public description of the reports by their vendor. The headers are those that programs
of independent authors read; a report with other columns is refused.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from orchestration.readers.base import About, Delivery, DeliveryFile, DeliveryRejected, Extract
from orchestration.readers.canonical import feed_of
from orchestration.readers.names import name_id, read_named
from orchestration.readers.options import read_options
from orchestration.readers.simplepractice_sessions import (
    APPOINTMENTS,
    ATTENDANCE,
    Facts,
    SimplePracticeOptions,
    session_extracts,
)
from orchestration.readers.vendor_table import (
    VendorTable,
    day_and_time,
    peek_header,
    read_vendor_table,
)
from orchestration.settings import SourceConfig

# "--" is what the reports write where nothing is known.
NOTHING = ("--",)
# Feeds that a practice may write itself, with names.
BY_NAME = ("id_links", "supervision", "clinicians")


@dataclass(frozen=True)
class _Report:
    """One of the vendor's reports.

    Attributes:
        title: as the vendor calls it.
        file_name: part of the name under which it is downloaded.
        tells: folded column names that no other report has together.
        columns: our name -> the vendor's names.
        optional: columns that variants lack.
    """

    title: str
    file_name: str
    tells: frozenset[str]
    columns: dict[str, tuple[str, ...]]
    optional: frozenset[str] = frozenset()


_CLIENT = {"client": ("Client",)}
REPORTS: dict[str, _Report] = {
    "attendance": _Report(
        "client attendance report",
        "attendance",
        frozenset({"clinician_name", "status", "date_of_service"}),
        ATTENDANCE,
        frozenset({"office"}),
    ),
    "appointments": _Report(
        "appointment status report",
        "appointment-status",
        frozenset({"date_of_service", "client", "billing_code"}),
        APPOINTMENTS,
        frozenset({"fee"}),
    ),
    "details": _Report(
        "client details report",
        "client_details",
        frozenset({"client", "client_type", "date_added"}),
        {**_CLIENT, "type": ("Client type",), "added": ("Date added",)},
    ),
    "demographics": _Report(
        "client demographics report",
        "demographics",
        frozenset({"client", "date_of_birth"}),
        {
            **_CLIENT,
            "born": ("Date of birth",),
            "sex": ("Sex",),
            "gender": ("Gender identity",),
        },
        frozenset({"sex", "gender"}),
    ),
}


@dataclass
class _Clients:
    """What the reports on clients say, by the client's id."""

    born: dict[str, dict[str, str | None]] = field(default_factory=dict)
    couples: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)


class SimplePracticeReader:
    """Reads the reports of SimplePractice."""

    name = "simplepractice"
    about = About(
        system="SimplePractice",
        takes=(
            "The client attendance, appointment status, client details and client demographics "
            "reports, as CSV or Excel."
        ),
        feeds=("sessions", "clients", *BY_NAME),
        needs=(
            "Put the reports of one download into one folder.",
            "Clients are known by name: after a change of name, or where two clients share one, "
            "say so in id_links.csv or in SimplePractice.",
        ),
    )

    def recognise(self, files: Sequence[DeliveryFile]) -> str | None:
        """By the columns that a report alone has."""
        kinds = [kind for file in files if (kind := _kind(file, by_name=False))]
        titles = dict.fromkeys(REPORTS[kind].title for kind in kinds)
        return f"SimplePractice ({', '.join(titles)})" if titles else None

    def validate(self, source: str, config: SourceConfig) -> None:
        """Check the source's options."""
        read_options(SimplePracticeOptions, source, config)

    def read(self, delivery: Delivery, config: SourceConfig) -> Iterator[Extract]:
        """Yield the extracts of the reports, then those of the files with names.

        Raises:
            DeliveryRejected: no report is there, or one does not fit.
        """
        options = read_options(SimplePracticeOptions, delivery.source, config)
        reports: dict[str, list[VendorTable]] = {kind: [] for kind in REPORTS}
        by_name, unread = [], []
        for file in delivery.files:
            feed = feed_of(file.name)
            kind = None if feed else _kind(file, by_name=True)
            if feed is not None and feed.name in BY_NAME:
                by_name.append(file)
            elif kind is not None:
                reports[kind].append(_table(file, REPORTS[kind], options))
            else:
                unread.append(f"{file.label}: not read, it is none of the reports (unknown_file)")
        if not (by_name or any(reports.values())):
            titles = ", ".join(report.title for report in REPORTS.values())
            raise DeliveryRejected("no_feed_file", None, f"no file is one of: {titles}")
        clients = _read_clients(reports)
        facts = Facts(delivery, options, frozenset(clients.couples), frozenset(clients.shared))
        extracts = [
            *session_extracts(reports["attendance"], reports["appointments"], facts),
            *_client_extracts(reports, clients, options),
            *(read_named(delivery, by_name) if by_name else ()),
        ]
        for place, extract in enumerate(extracts):
            said = unread if place == 0 else []
            yield replace(extract, warnings=(*said, *extract.warnings))


def _kind(file: DeliveryFile, *, by_name: bool) -> str | None:
    """Which report a file is: by the columns only it has, else by the name it is downloaded under.

    A report whose columns were renamed is still known by its name, and then refused for what it
    lacks, instead of being passed over.
    """
    header = peek_header(file)
    for kind, report in REPORTS.items():
        if report.tells <= header:
            return kind
    name = re.sub(r"[ _-]+", "", file.name.casefold())
    for kind, report in REPORTS.items():
        if by_name and re.sub(r"[_-]", "", report.file_name) in name:
            return kind
    return None


def _table(file: DeliveryFile, report: _Report, options: SimplePracticeOptions) -> VendorTable:
    return read_vendor_table(
        file,
        report.columns,
        optional=report.optional,
        nothing=NOTHING,
        encoding=options.encoding,
    )


def _read_clients(reports: dict[str, list[VendorTable]]) -> _Clients:
    """What one report on clients says and others need."""
    clients = _Clients()
    for table in reports["details"]:
        seen: Counter[str] = Counter()
        for _, cells in table.rows:
            client = name_id(cells["client"])
            if client is None:
                continue
            seen[client] += 1
            if (cells["type"] or "").casefold() == "couple":
                clients.couples.add(client)
        clients.shared |= {client for client, times in seen.items() if times > 1}
    for table in reports["demographics"]:
        for _, cells in table.rows:
            client, person = name_id(cells["client"]), _person(cells)
            if client is not None and person is not None:
                clients.born.setdefault(client, person)
    return clients


def _person(cells: dict[str, str | None]) -> dict[str, str | None] | None:
    """The year of birth and gender, and nothing else; None where the date of birth is no date."""
    born = day_and_time(cells["born"] or "")
    if cells["born"] and born is None:
        return None
    gender = cells.get("gender") or cells.get("sex")
    return {
        "birth_year": str(born[0].year) if born else None,
        "gender": gender.lower() if gender else None,
    }


def _client_extracts(
    reports: dict[str, list[VendorTable]], clients: _Clients, options: SimplePracticeOptions
) -> Iterator[Extract]:
    """Clients; of one who stands in both reports, the demographics join the details."""
    described: set[str] = set()
    for table in reports["details"]:
        yield _details_extract(table, clients, options, described)
    for table in reports["demographics"]:
        records = table.records("clients")
        for number, cells in table.rows:
            client = name_id(cells["client"])
            if client is None:
                records.reject(number, "missing_required", "client")
            elif client in clients.shared:
                records.reject(number, "shared_name", "client")
            elif (person := _person(cells)) is None:
                records.reject(number, "not_a_date", "date_of_birth")
            elif client in described:
                records.leave_out("joined_to_client_details")
            else:
                records.add(number, client_id=client, **person)
        yield records.extract(
            table.rows_read, dropped_columns=table.dropped, warnings=table.warnings
        )


def _details_extract(
    table: VendorTable,
    clients: _Clients,
    options: SimplePracticeOptions,
    described: set[str],
) -> Extract:
    records = table.records("clients")
    shared = 0
    for number, cells in table.rows:
        client = name_id(cells["client"])
        added = day_and_time(cells["added"] or "")
        if client is None:
            records.reject(number, "missing_required", "client")
        elif client in clients.shared:
            shared += 1
            records.reject(number, "shared_name", "client")
        elif cells["added"] and added is None:
            records.reject(number, "not_a_date", "date_added")
        else:
            described.add(client)
            referred = added[0].isoformat() if added and options.added_is_referral else None
            person = clients.born.get(client, {})
            records.add(number, client_id=client, referred_on=referred, **person)
    warnings = list(table.warnings)
    if shared:
        warnings.append(
            f"{table.file.label}: {shared} clients share their name with another; they cannot be "
            "told apart, so neither they nor their sessions are read (shared_name). Give one of "
            "them another name in SimplePractice, or merge the two if they are one person"
        )
    return records.extract(table.rows_read, dropped_columns=table.dropped, warnings=tuple(warnings))
