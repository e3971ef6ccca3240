"""Rows of an NHS Talking Therapies submission: sessions, scores, clients, episodes.

Here: how the tables belong together, and what a row of each becomes. Not here: files and whether
they are whole (nhs_talking_therapies.py), codes (nhs_codes.py).

Ids are the provider's code and the service's own number, ``RX1:12345``: local numbers repeat
between providers. A therapist stands with the care activity alone. A contact that did not take
place may have none, and then the therapist of the referral's contact before it is taken, or of the
first after it: the client missed somebody's appointment, and it was most likely theirs. Without any
the row is held back, as one that lacks its clinician. A referral whose client was not seen in the
month is an episode without a clinician; the warehouse takes that of its sessions.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict

from orchestration.readers import nhs_codes as codes
from orchestration.readers.base import Delivery, Extract
from orchestration.readers.nhs_codes import plain
from orchestration.readers.records import Records
from orchestration.readers.vendor_table import (
    UNKNOWN,
    ClockTime,
    VendorTable,
    day_and_time,
    joined_id,
)

Cells = Mapping[str, str | None]

_CLOCK = re.compile(r"(?:^|[ T])([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.[0-9]+)?$")
_NO_SCORE = ("na", "n/a")


class NhsOptions(BaseModel):
    """``[sources.<name>.options]`` of an NHS Talking Therapies source.

    Attributes:
        session_time: of a contact or score without a time of day.
        tools: further SNOMED CT codes of totals and the instruments they are.
        encoding: of CSV text without a byte-order mark.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    session_time: ClockTime = "12:00"
    tools: dict[str, str] = {}
    encoding: Literal["utf-8", "cp1252", "iso-8859-1"] = "utf-8"


@dataclass(frozen=True)
class Submission:
    """The tables of one submission.

    Attributes:
        delivery: where they came in.
        options: of the source.
        provider: the provider's code.
        tables: by number.
    """

    delivery: Delivery
    options: NhsOptions
    provider: str
    tables: Mapping[str, list[VendorTable]]

    def rows(self, table: str) -> Iterator[Cells]:
        """The rows of all files of a table."""
        return (cells for each in self.tables[table] for _, cells in each.rows)

    def id(self, local: str | None) -> str | None:
        """A local number with the provider's code."""
        return None if local is None else f"{self.provider}:{local}"

    def moment(self, day: str | None, clock: str | None) -> str | None:
        """Local time of a contact or score; None where the day is no date."""
        on = _day(day)
        if on is None:
            return None
        found = _CLOCK.search(clock or "")
        return f"{on}T{found[1] if found else self.options.session_time}"


@dataclass(frozen=True)
class _Links:
    """How the tables belong together, by local number.

    Attributes:
        patients: referral -> patient.
        referrals: contact -> referral.
        starts: contact -> local time.
        contacts: activity -> contact.
        therapists: contact -> therapist.
        teams: contacts that several therapists share.
        known: referral -> (time, therapist) of its contacts with a therapist, in order.
    """

    patients: dict[str, str] = field(default_factory=dict)
    referrals: dict[str, str] = field(default_factory=dict)
    starts: dict[str, str] = field(default_factory=dict)
    contacts: dict[str, str] = field(default_factory=dict)
    therapists: dict[str, str] = field(default_factory=dict)
    teams: set[str] = field(default_factory=set)
    known: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))

    def therapist_at(self, referral: str, moment: str) -> str | None:
        """The therapist of the contact before a moment, else of the first after it."""
        known = self.known.get(referral)
        if not known:
            return None
        place = bisect_right(known, (moment, "\U0010ffff"))
        return known[max(place - 1, 0)][1]


def extracts_of(submission: Submission) -> Iterator[Extract]:
    """One extract per file and feed."""
    links = _link(submission)
    latest = _latest_referrals(submission)
    for table in submission.tables["201"]:
        yield _sessions(submission, links, table)
    for table in submission.tables["101"]:
        yield _episodes(submission, links, table)
    for table in submission.tables["001"]:
        yield _clients(submission, latest, table)
    for number in ("606", "607"):
        for table in submission.tables[number]:
            yield _scores(submission, links, table, number)


def _link(submission: Submission) -> _Links:
    links = _Links()
    for cells in submission.rows("101"):
        if cells["referral"] and cells["patient"]:
            links.patients[cells["referral"]] = cells["patient"]
    for cells in submission.rows("202"):
        contact, therapist = cells["contact"], cells["professional"]
        if contact and cells["activity"]:
            links.contacts[cells["activity"]] = contact
        if contact and therapist and links.therapists.setdefault(contact, therapist) != therapist:
            links.teams.add(contact)
    for cells in submission.rows("201"):
        contact, referral = cells["contact"], cells["referral"]
        moment = submission.moment(cells["day"], cells.get("time"))
        if not (contact and referral and moment):
            continue
        links.referrals[contact], links.starts[contact] = referral, moment
        if contact in links.therapists:
            links.known[referral].append((moment, links.therapists[contact]))
    for known in links.known.values():
        known.sort()
    return links


def _latest_referrals(submission: Submission) -> dict[str, str]:
    """Day of each patient's latest referral."""
    latest: dict[str, str] = {}
    for cells in submission.rows("101"):
        received = _day(cells["received"])
        if cells["patient"] and received:
            latest[cells["patient"]] = max(received, latest.get(cells["patient"], ""))
    return latest


def _sessions(submission: Submission, links: _Links, table: VendorTable) -> Extract:
    records = table.records("sessions")
    said: Counter[str] = Counter()
    for number, cells in table.rows:
        contact, referral = cells["contact"], cells["referral"]
        moment = submission.moment(cells["day"], cells.get("time"))
        problem = _session_problem(links, cells, moment)
        if problem:
            records.reject(number, *problem)
            continue
        therapist = links.therapists.get(contact or "")
        said["teams"] += contact in links.teams
        if therapist is None:
            therapist = links.therapist_at(referral or "", moment or "")
            said["inferred" if therapist else "unnamed"] += 1
        kind = plain(cells.get("type"))
        records.add(
            number,
            session_id=submission.id(contact),
            client_id=submission.id(links.patients[referral or ""]),
            clinician_id=submission.id(therapist),
            started_at=moment,
            status=_status(cells),
            duration_minutes=cells.get("minutes"),
            modality=codes.MEDIUM.get(plain(cells.get("medium")))
            or codes.MECHANISM.get(plain(cells.get("mechanism"))),
            format=codes.THERAPY_MODE.get(plain(cells["mode"]), UNKNOWN) if cells["mode"] else None,
            appointment_type=codes.APPOINTMENT_TYPES.get(kind, codes.OTHER_APPOINTMENT)
            if kind
            else None,
            episode_id=submission.id(referral),
            location_id=cells.get("site"),
        )
    return _extract(records, table, _said_of_therapists(table, said))


def _said_of_therapists(table: VendorTable, said: Counter[str]) -> Iterator[str]:
    label = table.file.label
    if count := said["inferred"]:
        yield (
            f"{label}: {count} contacts have no care activity and so no therapist; they count for "
            "the therapist of the referral's contact before or after"
        )
    if count := said["unnamed"]:
        yield (
            f"{label}: {count} contacts have no care activity, nor has another of their referral; "
            "they wait until a submission names a therapist"
        )
    if count := said["teams"]:
        yield (
            f"{label}: {count} contacts have care activities of several therapists; they count for "
            "the first"
        )


def _session_problem(links: _Links, cells: Cells, moment: str | None) -> tuple[str, str] | None:
    if cells["contact"] is None:
        return "missing_required", "CareContactId"
    if moment is None:
        return ("not_a_date" if cells["day"] else "missing_required"), "CareContDate"
    if (cells["referral"] or "") not in links.patients:
        return "no_parent", "ServiceRequestId"
    return None


def _status(cells: Cells) -> str:
    """What came of a contact; a contact without a code is a booking until one says more."""
    status = "scheduled"
    if cells["attended"]:
        status = codes.ATTENDANCE.get(plain(cells["attended"]), UNKNOWN)
    if plain(cells.get("planned")) == codes.UNPLANNED and status != "attended_late":
        return "attended"
    return status


def _episodes(submission: Submission, links: _Links, table: VendorTable) -> Extract:
    """Referrals; whose client was not seen yet, or not this month, names no therapist."""
    records = table.records("episodes")
    for number, cells in table.rows:
        opened, closed = _day(cells["received"]), _day(cells["discharged"])
        reason = "unknown"
        if cells["end"]:
            reason = codes.CLOSURE_REASONS.get(plain(cells["end"]), UNKNOWN)
        if cells["referral"] is None or cells["patient"] is None:
            column = "ServiceRequestId" if cells["referral"] is None else "LocalPatientId"
            records.reject(number, "missing_required", column)
        elif opened is None or (cells["discharged"] and closed is None):
            records.reject(number, *_wrong_date(cells, opened))
        else:
            known = links.known.get(cells["referral"])
            records.add(
                number,
                episode_id=submission.id(cells["referral"]),
                client_id=submission.id(cells["patient"]),
                clinician_id=submission.id(known[-1][1]) if known else None,
                opened_on=opened,
                closed_on=closed,
                closure_reason=reason if closed else None,
            )
    return _extract(records, table)


def _wrong_date(cells: Cells, opened: str | None) -> tuple[str, str]:
    if opened is not None:
        return "not_a_date", "ServDischDate"
    rule = "not_a_date" if cells["received"] else "missing_required"
    return rule, "ReferralRequestReceivedDate"


def _clients(submission: Submission, latest: Mapping[str, str], table: VendorTable) -> Extract:
    records = table.records("clients")
    for number, cells in table.rows:
        born = _day(cells.get("born"))
        if cells["patient"] is None:
            records.reject(number, "missing_required", "LocalPatientId")
        elif cells.get("born") and born is None:
            records.reject(number, "not_a_date", "PersonBirthDate")
        else:
            records.add(
                number,
                client_id=submission.id(cells["patient"]),
                birth_year=born[:4] if born else None,
                gender=codes.GENDER.get(plain(cells.get("gender"))),
                referred_on=latest.get(cells["patient"]),
            )
    return _extract(records, table)


@dataclass(frozen=True)
class _Place:
    """Where a score belongs."""

    patient: str
    referral: str
    contact: str | None
    moment: str


def _scores(submission: Submission, links: _Links, table: VendorTable, number: str) -> Extract:
    """Totals of known instruments; 606 belongs to a referral, 607 to a care activity."""
    records = table.records("feedback")
    tools = codes.TOOLS | submission.options.tools
    parent = "activity" if number == "607" else "referral"
    nth: Counter[tuple[str, ...]] = Counter()
    for row, cells in table.rows:
        tool = (cells["tool"] or "").strip()
        if tool not in tools:
            records.leave_out("other_questionnaire")
        elif (cells["score"] or "").casefold() in ("", *_NO_SCORE):
            records.leave_out("no_score")
        elif isinstance(place := _place(submission, links, cells, parent), tuple):
            records.reject(row, *place)
        else:
            # A care activity is one occasion; of a referral, the time tells occasions apart.
            key = (number, cells[parent] or "", tool, "" if place.contact else place.moment)
            nth[key] += 1
            records.add(
                row,
                response_id=submission.id(joined_id(*filter(None, key), str(nth[key]))),
                client_id=submission.id(place.patient),
                completed_at=place.moment,
                instrument=tools[tool],
                scale="total",
                score=cells["score"],
                respondent="client",
                clinician_id=submission.id(links.therapists.get(place.contact or "")),
                session_id=submission.id(place.contact),
                episode_id=submission.id(place.referral),
            )
    return _extract(records, table)


def _place(
    submission: Submission, links: _Links, cells: Cells, parent: str
) -> _Place | tuple[str, str]:
    """Where a score belongs, or the rule and column for which that cannot be told."""
    contact, referral = None, cells[parent]
    if parent == "activity":
        contact = links.contacts.get(cells[parent] or "")
        referral = links.referrals.get(contact or "")
    patient = links.patients.get(referral or "")
    if referral is None or patient is None:
        return "no_parent", "CareActId" if parent == "activity" else "ServiceRequestId"
    moment = submission.moment(cells.get("day"), cells.get("time"))
    if contact and cells.get("day") is None:
        moment = links.starts[contact]
    if moment is None:
        return ("not_a_date" if cells.get("day") else "missing_required"), "AssToolCompDate"
    return _Place(patient, referral, contact, moment)


def _day(text: str | None) -> str | None:
    """An ISO date; the data set has no other, and 03/04 would be March or April."""
    found = day_and_time(text) if text and "/" not in text else None
    return found[0].isoformat() if found else None


def _extract(records: Records, table: VendorTable, said: Iterable[str] = ()) -> Extract:
    return records.extract(
        table.rows_read, dropped_columns=table.dropped, warnings=(*table.warnings, *said)
    )
