"""Sessions out of SimplePractice's attendance and appointment status reports.

Here: what each report tells of a session, and how the two are brought together. Not here: which
file is which report, clients (simplepractice.py).

*What names a session.* Client, clinician, day, and the how-manieth of that day. Time of day and
billing code would tell more apart, but they stand only in the appointment status report: a session
must keep its name when that report is missing from a later download, when its time is moved within
the day, or when the code is corrected. A session moved to another day is another session; where the
source's downloads are declared `full` or `window`, the old one goes.

*What came of it.* The attendance report says. A new appointment says "Show" there from the moment
it is booked, so a Show that lies after the export is a booking. The appointment status report does
not say, so a session that stands in it alone is a booking too, unless the practice names its codes
for missed appointments (`no_show_codes`) or decides that a charged appointment of the past was
attended (`assume_attended`).

*The time.* A day's only session of a client with a clinician gets the only time that the
appointment status report has for it. Where either report has several, which is which cannot be
known: the join is refused, and the session gets `session_time` like one whose time nobody tells.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from orchestration.readers.base import Delivery, DeliveryRejected, Extract
from orchestration.readers.names import name_id
from orchestration.readers.tabular import folded_name
from orchestration.readers.vendor_table import UNKNOWN, ClockTime, VendorTable, day_and_time

ATTENDANCE = {
    "client": ("client_name", "patient_name"),
    "clinician": ("clinician_name",),
    "date": ("date_of_service",),
    "office": ("office_name", "location"),
    "status": ("status",),
}
APPOINTMENTS = {
    "date": ("Date of Service",),
    "client": ("Client",),
    "clinician": ("Clinician",),
    "code": ("Billing Code",),
    "fee": ("Total Fee",),
}
STATUSES = {
    "show": "attended",
    "no_show": "no_show",
    "canceled": "cancelled_client",
    "cancelled": "cancelled_client",
    "late_canceled": "late_cancel",
    "late_cancelled": "late_cancel",
    "clinician_canceled": "cancelled_clinician",
    "clinician_cancelled": "cancelled_clinician",
}
# Booked, and nothing is known of it yet; what is past and still booked counts as unknown.
BOOKED = "scheduled"
# CPT codes of psychotherapy that say who is in the room (American Medical Association): 90853 a
# group, 90849 several families, 90846 and 90847 a family or couple without and with the client.
CODE_FORMATS = {"90853": "group", "90849": "group", "90846": "family", "90847": "family"}

# The row below the header of an attendance report: "230 clients", ..., "807 appointments".
_COUNTED = re.compile(r"([0-9][0-9,]{0,11}) +(client|clinician|appointment)s?", re.IGNORECASE)
_MONEY = re.compile(r"\$?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(\.[0-9]+)?")


class SimplePracticeOptions(BaseModel):
    """``[sources.<name>.options]`` of a SimplePractice source.

    Attributes:
        session_time: of a session whose time of day the reports do not tell.
        no_show_codes: billing codes that the practice uses for missed appointments.
        assume_attended: a charged appointment of the past that only the appointment status report
            has was attended; a guess that only the practice can make.
        added_is_referral: the day a client was added is the day the client was referred.
        encoding: of CSV text without a byte-order mark.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    session_time: ClockTime = "12:00"
    no_show_codes: tuple[str, ...] = ()
    assume_attended: bool = False
    added_is_referral: bool = True
    encoding: Literal["utf-8", "cp1252", "iso-8859-1"] = "utf-8"


@dataclass(frozen=True)
class Facts:
    """What is known beside the two reports.

    Attributes:
        delivery: zone and time of the export.
        options: of the source.
        couples: ids of clients that are a couple.
        shared: ids of names that several clients have.
    """

    delivery: Delivery
    options: SimplePracticeOptions
    couples: frozenset[str]
    shared: frozenset[str]

    def is_past(self, day: date, at: time | None) -> bool | None:
        """Whether a session began before the export was made; None: nobody knows when that was."""
        if self.delivery.latest is None:
            return None
        local = datetime.combine(day, at or time.fromisoformat(self.options.session_time))
        utc = local.replace(tzinfo=ZoneInfo(self.delivery.time_zone)).astimezone(UTC)
        return utc.replace(tzinfo=None) <= self.delivery.latest

    def started_at(self, day: date, at: time | None) -> str:
        """Local time, as a session has it."""
        return f"{day.isoformat()}T{at.isoformat() if at else self.options.session_time}"

    def format(self, client: str, codes: set[str]) -> str | None:
        """Who is in the room, where a report says so; else nobody guesses."""
        if client in self.couples:
            return "couple"
        formats = {CODE_FORMATS.get(code) for code in codes}
        return formats.pop() if len(formats) == 1 else None


@dataclass(frozen=True)
class _Day:
    """One client with one clinician on one day: what both reports can agree on."""

    client: str
    clinician: str
    on: date

    def session_id(self, nth: int) -> str:
        return f"{self.client}|{self.clinician}|{self.on.isoformat()}|{nth}"


@dataclass(frozen=True)
class _Row:
    """A row of either report; without a day where it cannot be used, and then with the reason."""

    number: int
    cells: dict[str, str | None] = field(repr=False)
    day: _Day | None = None
    at: time | None = None
    rule: str = ""
    column: str = ""


def session_extracts(
    attendance: Sequence[VendorTable], appointments: Sequence[VendorTable], facts: Facts
) -> Iterator[Extract]:
    """One extract per file of either report."""
    attended = [(table, _rows(table, facts)) for table in attendance]
    booked = [(table, _rows(table, facts)) for table in appointments]
    known = {row.day for _, rows in attended for row in rows if row.day}
    times: dict[_Day, set[time | None]] = defaultdict(set)
    codes: dict[_Day, set[str]] = defaultdict(set)
    for _, rows in booked:
        for row in rows:
            if row.day:
                times[row.day].add(row.at)
                codes[row.day].add(row.cells["code"] or "")
    for table, rows in attended:
        yield _attendance(table, rows, times, codes, facts)
    for table, rows in booked:
        yield _appointments(table, rows, known, facts)


def _rows(table: VendorTable, facts: Facts) -> list[_Row]:
    return [_row(number, cells, facts) for number, cells in table.rows]


def _row(number: int, cells: dict[str, str | None], facts: Facts) -> _Row:
    client, clinician = name_id(cells["client"]), name_id(cells["clinician"])
    moment = day_and_time(cells["date"] or "")
    if moment is None:
        rule = "not_a_date" if cells["date"] else "missing_required"
        return _Row(number, cells, rule=rule, column="date_of_service")
    if client is None or clinician is None:
        column = "client" if client is None else "clinician"
        return _Row(number, cells, rule="missing_required", column=column)
    if client in facts.shared:
        return _Row(number, cells, rule="shared_name", column="client")
    return _Row(number, cells, _Day(client, clinician, moment[0]), moment[1])


def _attendance(
    table: VendorTable,
    rows: list[_Row],
    times: dict[_Day, set[time | None]],
    codes: dict[_Day, set[str]],
    facts: Facts,
) -> Extract:
    records = table.records("sessions")
    rows, stated = _without_summary(table, rows)
    if stated:
        records.leave_out("summary_row")
    often = Counter(row.day for row in rows)
    nth: Counter[_Day] = Counter()
    said: Counter[str] = Counter()
    for row in rows:
        if row.day is None:
            records.reject(row.number, row.rule, row.column)
            continue
        nth[row.day] += 1
        word = row.cells["status"]
        status = STATUSES.get(folded_name(word), UNKNOWN) if word else BOOKED
        at, is_refused = _time_of(row, often[row.day], times.get(row.day, set()))
        is_past = facts.is_past(row.day.on, at)
        said["refused"] += is_refused
        said["timeless"] += at is None
        said["undated"] += status == "attended" and is_past is None
        if status == "attended" and is_past is False:
            status = BOOKED
        records.add(
            row.number,
            session_id=row.day.session_id(nth[row.day]),
            client_id=row.day.client,
            clinician_id=row.day.clinician,
            started_at=facts.started_at(row.day.on, at),
            status=status,
            format=facts.format(row.day.client, codes.get(row.day, set())),
            location_id=name_id(row.cells.get("office")),
        )
    return records.extract(
        table.rows_read,
        dropped_columns=table.dropped,
        warnings=(
            *table.warnings,
            *_shared_names(table, rows, stated),
            *_sentences(table.file.label, said, facts),
        ),
    )


def _time_of(row: _Row, often: int, times: set[time | None]) -> tuple[time | None, bool]:
    """The session's time, and whether joining it to the appointments was refused."""
    if row.at is not None:
        return row.at, False
    if len(times) == 1 and often == 1:
        return next(iter(times)), False
    return None, bool(times)


def _without_summary(table: VendorTable, rows: list[_Row]) -> tuple[list[_Row], dict[str, int]]:
    """The rows that are data, and what the summary row counts ("807 appointments").

    Raises:
        DeliveryRejected: the file does not have as many appointments as it says.
    """
    for place, row in enumerate(rows):
        stated = _counts(row.cells)
        if row.day is None and "appointment" in stated:
            held = table.rows_read - table.blank - 1
            if stated["appointment"] != held:
                said = (
                    f"its summary counts {stated['appointment']} appointments and it has {held} "
                    "rows; it may have been cut off or edited"
                )
                raise DeliveryRejected("stated_total", table.file.label, said, row.number)
            return [*rows[:place], *rows[place + 1 :]], stated
    return rows, {}


def _counts(cells: dict[str, str | None]) -> dict[str, int]:
    found = (_COUNTED.fullmatch(cell) for cell in cells.values() if cell)
    return {match[2].lower(): int(match[1].replace(",", "")) for match in found if match}


def _shared_names(table: VendorTable, rows: list[_Row], stated: dict[str, int]) -> Iterator[str]:
    """More clients than names mean that two clients share one."""
    names = {name_id(row.cells["client"]) for row in rows} - {None}
    if stated.get("client", 0) > len(names) and not table.broken:
        yield (
            f"{table.file.label}: its summary counts {stated['client']} clients and it has "
            f"{len(names)} names; clients who share a name are read as one. Lay the client details "
            "report beside it, and they are held back instead"
        )


def _appointments(table: VendorTable, rows: list[_Row], known: set[_Day], facts: Facts) -> Extract:
    """Sessions that stand in the appointment status report alone."""
    records = table.records("sessions")
    days = [day.on for day in known]
    nth = _order_of_times(rows)
    seen: set[tuple[_Day, time | None]] = set()
    said: Counter[str] = Counter()
    for row in rows:
        if row.day is None:
            records.reject(row.number, row.rule, row.column)
        elif row.day in known:
            records.leave_out("in_attendance_report")
        elif days and min(days) <= row.day.on <= max(days):
            # The attendance report lists every appointment of its time; this is a fee of its own.
            said["unattended"] += 1
            records.leave_out("not_in_attendance_report")
        elif (row.day, row.at) in seen:
            records.leave_out("further_billing_line")
        else:
            seen.add((row.day, row.at))
            status = _status_of(row, row.day, facts)
            said["timeless"] += row.at is None
            said["unknown"] += status == BOOKED and facts.is_past(row.day.on, row.at) is not False
            records.add(
                row.number,
                session_id=row.day.session_id(nth[row.day, row.at]),
                client_id=row.day.client,
                clinician_id=row.day.clinician,
                started_at=facts.started_at(row.day.on, row.at),
                status=status,
                format=facts.format(row.day.client, {row.cells["code"] or ""}),
            )
    return records.extract(
        table.rows_read,
        dropped_columns=table.dropped,
        warnings=(*table.warnings, *_sentences(table.file.label, said, facts)),
    )


def _order_of_times(rows: list[_Row]) -> dict[tuple[_Day, time | None], int]:
    """The how-manieth session of its day each time is."""
    times: dict[_Day, set[time | None]] = defaultdict(set)
    for row in rows:
        if row.day:
            times[row.day].add(row.at)
    return {
        (day, at): nth
        for day, found in times.items()
        for nth, at in enumerate(sorted(found, key=lambda at: at or time.max), start=1)
    }


def _status_of(row: _Row, day: _Day, facts: Facts) -> str:
    """What a billing line gives away of a session; nothing, unless the practice says it does."""
    code = (row.cells["code"] or "").casefold()
    if code in {each.casefold() for each in facts.options.no_show_codes}:
        return "no_show"
    fee = _MONEY.fullmatch((row.cells.get("fee") or "").replace(" ", ""))
    is_charged = fee is not None and any(digit in "123456789" for digit in fee[0])
    if facts.options.assume_attended and is_charged and facts.is_past(day.on, row.at):
        return "attended"
    return BOOKED


def _sentences(label: str, said: Counter[str], facts: Facts) -> Iterator[str]:
    """What a person should know of how the sessions were made."""
    at = facts.options.session_time
    if count := said["timeless"]:
        yield f"{label}: {count} sessions have a day and no time; they stand at {at} (session_time)"
    if count := said["refused"]:
        yield (
            f"{label}: of {count} of these, the appointment status report has times, but several "
            "of one day, and which is which cannot be known"
        )
    if count := said["undated"]:
        yield (
            f"{label}: nothing says when the report was made, so booked appointments, which also "
            f"say Show, cannot be told from attended ones ({count} sessions). Put the date into "
            "the folder's name, such as 2026-03-31"
        )
    if count := said["unattended"]:
        yield (
            f"{label}: {count} rows have no appointment in the attendance report; they are not "
            "read as sessions"
        )
    if count := said["unknown"]:
        undated = (
            "; assume_attended needs to know when the report was made: put the date into the "
            "folder's name, such as 2026-03-31"
        )
        yield (
            f"{label}: sessions that stand in this report alone, which does not say what came of "
            f"them: {count}; deliver the attendance report beside it, or set no_show_codes and "
            f"assume_attended{'' if facts.delivery.latest else undated}"
        )
