"""One record of Cliniko's API: its id, its links, and the canonical cells made of it.

Here: what a field means. Not here: pages and what repeats on them (cliniko.py), questionnaires
(cliniko_forms.py). Names, notes, addresses and cancellation notes are never looked at.

Cliniko says who a record belongs to by address alone (``.../v1/patients/82``), and writes missing
as ``null`` or as ``""``. Ids are texts of 18 or 19 digits, and were numbers in old accounts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

_ID = re.compile(r"[0-9]{1,20}")
_LINK = re.compile(r"https?://[^/?#\s]+/(?:[^?#\s]*/)?([a-z_]+)/([0-9]{1,20})/?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

# Ids of one kind were counted from 1 before they became long and unique among all kinds.
_SHORT_ID = 12

BOOKINGS = ("bookings", "individual_appointments", "group_appointments")

# What Cliniko lets its users choose from. All but "other" are reasons of the client.
CANCELLATION_REASONS: Mapping[str, str] = {
    "10": "cancelled_client",  # feeling better
    "20": "cancelled_client",  # condition worse
    "30": "cancelled_client",  # sick
    "31": "cancelled_client",  # COVID-19 related
    "40": "cancelled_client",  # away
    "50": "cancelled_unknown",  # other
    "60": "cancelled_client",  # work
}

# What people write into a field that takes anything; other words are left out.
_GENDERS = {"female": "female", "woman": "female", "male": "male", "man": "male"}


class BadFieldError(Exception):
    """A field that cannot be what it should.

    Args:
        rule: as in the quarantine.
        column: of the contract, or the field's name.
    """

    def __init__(self, rule: str, column: str) -> None:
        super().__init__(rule)
        self.rule = rule
        self.column = column


@dataclass(slots=True)
class Record:
    """What is kept of one record, and where it stood.

    Attributes:
        row: its place on the page, from 1.
        id: its own.
        changed: when it was changed last, to tell which of two readings is the newer.
        is_deleted: whether Cliniko says so.
        cells: canonical cells, without those that need other records.
        slot: of an appointment.
        presence: of whoever was booked.
        booking: id of the appointment that an attendee or form belongs to.
        answers: of a form: score by scale, None where the question was left out.
        merged_into: of a patient: id of the one that was kept.
        merged_at: when.
        left_out: why no row is to be made.
        problem: why no row can be made: rule and column.
    """

    row: int
    id: str | None = None
    changed: str = ""
    is_deleted: bool = False
    cells: dict[str, str | None] = field(default_factory=dict)
    slot: Slot | None = None
    presence: Presence | None = None
    booking: str | None = None
    answers: dict[str, str | None] = field(default_factory=dict)
    merged_into: str | None = None
    merged_at: str | None = None
    left_out: str | None = None
    problem: tuple[str, str] | None = None

    @property
    def rank(self) -> tuple[str, bool, int]:
        """Higher for what tells more: the later change, then the deletion, then more cells."""
        return self.changed, self.is_deleted, len(self.cells)


@dataclass(frozen=True, slots=True)
class Slot:
    """When and with whom an appointment is."""

    started_at: str | None
    minutes: str | None
    clinician_id: str | None
    location_id: str | None
    appointment_type: str | None


@dataclass(frozen=True, slots=True)
class Presence:
    """What is known of one person's coming."""

    arrived: bool | None
    cancelled_at: str | None
    reason: str | None


def text_of(record: Mapping[str, Any], name: str) -> str | None:
    """A field as text; None where it is missing or empty."""
    value = record.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise BadFieldError("bad_characters", name)
    return str(value)


def flag_of(record: Mapping[str, Any], name: str) -> bool | None:
    """A field that is true, false or nothing."""
    value = record.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, bool):
        raise BadFieldError("not_a_boolean", name)
    return value


def link_of(
    record: Mapping[str, Any], name: str, kinds: tuple[str, ...], column: str
) -> str | None:
    """The id at the end of a link, or None where there is no link.

    Args:
        record: that holds the link.
        name: of its field.
        kinds: what the address may lead to.
        column: of the contract, for the rule.
    """
    place = record.get(name)
    if place is None or place == "":
        return None
    links = place.get("links") if isinstance(place, dict) else None
    address = links.get("self") if isinstance(links, dict) else None
    found = _LINK.fullmatch(address) if isinstance(address, str) else None
    if found is None or found[1] not in kinds:
        raise BadFieldError("foreign_link", column)
    return found[2]


def id_of(record: Mapping[str, Any], kinds: tuple[str, ...], column: str) -> str:
    """The record's own id; a deleted one may have no more than an address."""
    value = record.get("id")
    if isinstance(value, float):
        raise BadFieldError("excel_id", column)
    identifier = text_of(record, "id") or link_of({"it": record}, "it", kinds, column)
    if identifier is None or not _ID.fullmatch(identifier):
        raise BadFieldError("missing_required" if identifier is None else "bad_characters", column)
    return identifier


def begin(record: Mapping[str, Any], row: int, kinds: tuple[str, ...], column: str) -> Record:
    """What every record has: its id, and when it was changed last."""
    times = [text_of(record, name) or "" for name in ("updated_at", "deleted_at")]
    identifier = id_of(record, kinds, column)
    changed = max(times)
    cells = {column: identifier, "record_updated_at": changed or None}
    return Record(row, identifier, changed, bool(times[1]), cells)


def slot_of(record: Mapping[str, Any], types: Mapping[str, str]) -> Slot:
    """Time, length, clinician, place and type of an appointment."""
    started, ended = text_of(record, "starts_at"), text_of(record, "ends_at")
    kind = link_of(record, "appointment_type", ("appointment_types",), "appointment_type")
    return Slot(
        started_at=started,
        minutes=_minutes(started, ended),
        clinician_id=link_of(record, "practitioner", ("practitioners",), "clinician_id"),
        location_id=link_of(record, "business", ("businesses",), "location_id"),
        appointment_type=types.get(kind) if kind else None,
    )


def appointment(record: Mapping[str, Any], row: int, types: Mapping[str, str]) -> Record:
    """An individual appointment. One that was archived is gone, as a deleted one is."""
    made = begin(record, row, BOOKINGS, "session_id")
    made.is_deleted |= text_of(record, "archived_at") is not None
    if made.is_deleted:
        return made
    missed, came = flag_of(record, "did_not_arrive"), flag_of(record, "patient_arrived")
    arrived = False if missed else (True if came else None)
    made.slot = slot_of(record, types)
    made.presence = _presence(record, arrived)
    made.cells |= {
        "client_id": link_of(record, "patient", ("patients",), "client_id"),
        "booked_at": text_of(record, "created_at"),
        "format": "individual",
    }
    return made


def group(record: Mapping[str, Any], row: int, types: Mapping[str, str]) -> Record:
    """A group appointment; its rows are those of its attendees."""
    made = begin(record, row, BOOKINGS, "group_session_id")
    made.is_deleted |= text_of(record, "archived_at") is not None
    if not made.is_deleted:
        made.slot = slot_of(record, types)
    return made


def attendee(record: Mapping[str, Any], row: int) -> Record:
    """One person's place in an appointment, a group's or an individual one."""
    made = begin(record, row, ("attendees",), "session_id")
    made.is_deleted |= text_of(record, "archived_at") is not None
    made.booking = link_of(record, "booking", BOOKINGS, "group_session_id")
    made.cells["session_id"] = attendee_session(made.id or "")
    if not made.is_deleted:
        made.presence = _presence(record, flag_of(record, "arrived"))
        made.cells |= {
            "client_id": link_of(record, "patient", ("patients",), "client_id"),
            "booked_at": text_of(record, "created_at"),
            "format": "group",
            "group_session_id": made.booking,
        }
    return made


def attendee_session(identifier: str) -> str:
    """The session's id of an attendee; a short one could be an appointment's too."""
    return identifier if len(identifier) >= _SHORT_ID else f"attendee-{identifier}"


def patient(record: Mapping[str, Any], row: int) -> Record:
    """A client. One that was archived still was a client; a merged one lives on in another."""
    made = begin(record, row, ("patients",), "client_id")
    into = link_of(record, "merged_with_patient", ("patients",), "merged_into_client_id")
    if into is not None and into != made.id:
        made.merged_into, made.merged_at = into, text_of(record, "merged_at")
        made.is_deleted = False
    if made.is_deleted:
        return made
    birth = text_of(record, "date_of_birth")
    words = (text_of(record, name) for name in ("sex", "gender_identity", "gender"))
    known = [_GENDERS[word.strip().lower()] for word in words if _is_gender(word)]
    made.cells |= {
        "birth_year": birth[:4] if birth and _DATE.fullmatch(birth) else None,
        "gender": known[0] if known else None,
    }
    return made


def practitioner(record: Mapping[str, Any], row: int) -> Record:
    """A clinician. That one is inactive says not since when, so no end is made of it."""
    return begin(record, row, ("practitioners",), "clinician_id")


def status_of(
    presence: Presence,
    started_at: str | None,
    latest: datetime | None,
    reasons: Mapping[str, str],
    past: str,
) -> str:
    """The canonical status: cancelled before not arrived before arrived before what time says.

    Args:
        presence: what is known of the person's coming.
        started_at: of the session.
        latest: naive UTC; when the record was read, at the latest.
        reasons: status by code of a cancellation.
        past: status of an appointment of the past that nobody has marked.
    """
    if presence.cancelled_at is not None:
        return reasons.get(presence.reason or "", "cancelled_unknown")
    if presence.arrived is not None:
        return "attended" if presence.arrived else "no_show"
    started = _moment(started_at)
    is_past = started is not None and latest is not None and started < latest.replace(tzinfo=UTC)
    return past if is_past else "scheduled"


def _presence(record: Mapping[str, Any], arrived: bool | None) -> Presence:
    return Presence(
        arrived, text_of(record, "cancelled_at"), text_of(record, "cancellation_reason")
    )


def _is_gender(word: str | None) -> bool:
    return word is not None and word.strip().lower() in _GENDERS


def _minutes(started: str | None, ended: str | None) -> str | None:
    begin_at, end_at = _moment(started), _moment(ended)
    if begin_at is None or end_at is None:
        return None
    return f"{(end_at - begin_at).total_seconds() / 60:g}"


def _moment(text: str | None) -> datetime | None:
    """A time with its offset; None for anything else, which the row checks judge."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return None if moment.tzinfo is None else moment
