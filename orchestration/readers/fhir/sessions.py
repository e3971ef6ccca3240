"""Appointments and encounters as sessions: one row per client and session.

Here: what a booking and a contact say, and how the two become one session. Not here: which records
there are (reader.py), who is meant by a reference (references.py).

An encounter that refers to its appointment is the same session. Its id is the appointment's, as are
the planned time and length; whether the client was seen, and by whom, is what the encounter says.
Where the appointment is not in the delivery, an encounter that took place still lands under its
id, so that both words come together. Of an appointment of several clients each has a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from orchestration.contracts.feeds import ATTENDED_STATUSES
from orchestration.readers.fhir import codes
from orchestration.readers.fhir.elements import (
    LeaveOut,
    Refuse,
    as_dict,
    as_list,
    as_text,
    codes_of,
    codings_of,
    day,
    extension_of,
    moment,
    number_text,
    timestamp,
    updated_at,
    value_of,
)
from orchestration.readers.fhir.files import Entry
from orchestration.readers.fhir.options import FhirOptions
from orchestration.readers.fhir.references import Directory, Ref

Cells = dict[str, str | None]
_OPEN = ("scheduled", "unknown")
_TYPES = ("type", "serviceType", "appointmentType")


@dataclass
class Sessions:
    """The sessions of one delivery: first learn appointments, then read encounters, then those.

    Attributes:
        directory: who is meant by a reference.
        options: of the source.
        zone: for times without an offset.
        latest: naive UTC; nothing that happened later can be in the delivery.
        of_encounter: session and client by the encounter's id, for the forms that refer to it.
    """

    directory: Directory
    options: FhirOptions
    zone: str
    latest: datetime | None
    of_encounter: dict[str, tuple[str, str]] = field(default_factory=dict)
    _booked: dict[str, dict[str, Cells]] = field(default_factory=dict)
    _seen: dict[tuple[str, str], Cells] = field(default_factory=dict)

    def learn(self, entry: Entry) -> None:
        """Note the clients of an appointment."""
        try:
            rows = self._rows_of_appointment(entry)
        except (LeaveOut, Refuse):
            rows = {}
        self._booked[str(entry.identity)] = {
            client: cells
            for client, cells in rows.items()
            if cells["status"] not in (codes.NO_SESSION, "entered_in_error")
        }

    def encounter(self, entry: Entry) -> list[Cells]:
        """The row of an encounter.

        Raises:
            LeaveOut: it is no session, or the same one as an appointment.
            Refuse: it cannot be understood.
        """
        resource = entry.resource
        self._check_class(resource)
        self._check_types(resource)
        client = self._person(resource.get("subject"), entry)
        period = as_dict(resource.get("period"))
        people = self._participants(entry)
        cells: Cells = {
            "client_id": client,
            "clinician_id": self._clinician(people),
            **self._times(period.get("start"), period.get("end"), None),
            "status": self._status(codes.ENCOUNTER_STATUS, resource, period.get("start")),
            "episode_id": self._episode(entry),
            "record_updated_at": updated_at(resource),
            **self._kinds(resource),
        }
        session = self._session_of(entry, cells, client)
        return [{"session_id": session, **cells}]

    def appointment(self, entry: Entry) -> list[Cells]:
        """The rows of an appointment, one per client.

        Raises:
            LeaveOut: it is no session of a client.
            Refuse: it cannot be understood.
        """
        rows = self._rows_of_appointment(entry)
        made = []
        for client, cells in rows.items():
            session = _session_id(entry, client, rows)
            if cells["status"] == codes.NO_SESSION:
                made.append(_gone(session, cells))
                continue
            seen = self._seen.get((str(entry.identity), client), {})
            group = {"group_session_id": _own_id(entry)} if len(rows) > 1 else {}
            made.append({"session_id": session, **self._united(cells, seen), **group})
        if len(rows) > 1:
            # It may have been known as the session of one client before others joined.
            made.append(_gone(_own_id(entry), made[0]))
        return made

    def ids(self, entry: Entry) -> list[str]:
        """The ids that the sessions of an appointment or encounter have, as far as can be seen."""
        clients: Cells = {}
        for each in as_list(entry.resource.get("participant")):
            with suppress(Refuse):
                ref = self.directory.resolve(as_dict(each).get("actor"), entry)
                clients |= {ref.id: None} if ref is not None and ref.kind == "Patient" else {}
        return [_session_id(entry, client, clients) for client in clients] or [_own_id(entry)]

    # --- one appointment, one encounter -------------------------------------------------------

    def _rows_of_appointment(self, entry: Entry) -> dict[str, Cells]:
        resource = entry.resource
        self._check_types(resource)
        people = self._participants(entry)
        clients = {ref.id: part for ref, part in people if ref.kind == "Patient"}
        if not clients:
            raise LeaveOut("no_client")
        cells: Cells = {
            "clinician_id": self._clinician(people),
            **self._times(
                resource.get("start"), resource.get("end"), resource.get("minutesDuration")
            ),
            "cancelled_at": as_text(resource.get("cancellationDate")),
            "booked_at": _time_of_day_only(resource.get("created")),
            "record_updated_at": updated_at(resource),
            **self._kinds(resource),
        }
        if len(clients) > 1:
            cells["format"] = cells["format"] or "group"
        return {
            client: {
                "client_id": client,
                **cells,
                "status": self._status_of_client(resource, part, len(clients) > 1),
            }
            for client, part in clients.items()
        }

    def _session_of(self, entry: Entry, cells: Cells, client: str) -> str:
        """The id of an encounter's session; LeaveOut where the appointment's row tells it."""
        appointment = self._appointment_of(entry)
        booked = self._booked.get(appointment or "")
        is_own = appointment is None or cells["status"] == "entered_in_error"
        if is_own or (booked is not None and client not in booked):
            session = _own_id(entry)
        elif booked is not None:
            session = f"Appointment/{appointment}" + (f"|{client}" if len(booked) > 1 else "")
        else:
            session = f"Appointment/{appointment}"
        if cells["status"] != "entered_in_error":
            self.of_encounter[str(entry.identity)] = session, client
        if session == _own_id(entry):
            return session
        if booked is None:
            if cells["status"] not in ATTENDED_STATUSES:
                # Its appointment, in another delivery, knows better what became of it.
                raise LeaveOut("told_by_its_appointment")
            return session
        self._seen.setdefault((str(appointment), client), cells)
        raise LeaveOut("same_session_as_appointment")

    def _united(self, cells: Cells, seen: Cells) -> Cells:
        """What appointment and encounter say together."""
        if not seen:
            return cells
        united = {name: value or seen.get(name) for name, value in cells.items()}
        united |= {name: value for name, value in seen.items() if name not in united}
        united["clinician_id"] = seen["clinician_id"] or cells["clinician_id"]
        if seen["status"] in ATTENDED_STATUSES or cells["status"] in _OPEN:
            united["status"] = seen["status"]
        united["record_updated_at"] = self._later(cells, seen)
        return united

    def _later(self, *rows: Cells) -> str | None:
        known = [row["record_updated_at"] for row in rows if row.get("record_updated_at")]
        return max(known, key=lambda text: moment(text, self.zone) or datetime.min, default=None)

    # --- single elements ----------------------------------------------------------------------

    def _check_class(self, resource: dict[str, Any]) -> None:
        given = list(codes_of(resource.get("class")))
        if given and not set(given) & set(self.options.encounter_classes):
            raise LeaveOut(f"class_{codes.CLASS_NAMES.get(given[0], 'other')}")

    def _check_types(self, resource: dict[str, Any]) -> None:
        wanted = self.options.session_types
        if wanted and not set(_codes(resource)) & set(wanted):
            raise LeaveOut("other_type")

    def _participants(self, entry: Entry) -> list[tuple[Ref, dict[str, Any]]]:
        people = []
        for each in as_list(entry.resource.get("participant")):
            part = as_dict(each)
            ref = self.directory.resolve(part.get("actor") or part.get("individual"), entry)
            if ref is not None:
                people.append((ref, part))
        return people

    def _person(self, reference: Any, entry: Entry) -> str:
        ref = self.directory.resolve({"type": "Patient", **as_dict(reference)}, entry, "client_id")
        if ref is None or ref.kind != "Patient":
            raise LeaveOut("no_client")
        return ref.id

    def _clinician(self, people: list[tuple[Ref, dict[str, Any]]]) -> str | None:
        """Who leads the session, else the only clinician."""
        present = [
            (ref.id, set(codes_of(part.get("type"))))
            for ref, part in people
            if ref.kind == "Practitioner" and part.get("status") != "declined"
        ]
        for rank in codes.LEADING_PARTICIPANTS:
            leading = dict.fromkeys(name for name, types in present if rank in types)
            if len(leading) == 1:
                return next(iter(leading))
        everyone = list(dict.fromkeys(name for name, _ in present))
        if len(everyone) > 1 and self.options.several_clinicians != "first":
            raise Refuse("several_clinicians", "clinician_id")
        return everyone[0] if everyone else None

    def _times(self, start: Any, end: Any, minutes: Any) -> Cells:
        since = self.options.since
        if since and (day(start, self.zone) or "9999") < since.isoformat():
            raise LeaveOut("before_since")
        begun, ended = moment(start, self.zone), moment(end, self.zone)
        length = number_text(minutes)
        if length is None and begun and ended:
            length = f"{round((ended - begun).total_seconds() / 60, 2):g}"
        return {
            "started_at": timestamp(start, self.options.session_time),
            "duration_minutes": length,
        }

    def _status(self, words: dict[str, str], resource: dict[str, Any], start: Any) -> str | None:
        """The contract's word; None where the record says none."""
        said = as_text(resource.get("status"))
        if said is not None and said not in words:
            raise Refuse("not_in_list", "status")
        return self._meaning(words[said], resource, start) if said else None

    def _meaning(self, word: str, resource: dict[str, Any], start: Any) -> str:
        if word == codes.SEEN:
            begun = moment(start, self.zone)
            is_ahead = begun is not None and self.latest is not None and begun > self.latest
            return "scheduled" if is_ahead else "attended"
        return self._cancelled(resource) if word == codes.CANCELLED else word

    def _status_of_client(
        self, resource: dict[str, Any], part: dict[str, Any], is_group: bool
    ) -> str | None:
        """What became of an appointment for one of its clients."""
        status = self._status(codes.APPOINTMENT_STATUS, resource, resource.get("start"))
        halaxy = _halaxy_status(part)
        if halaxy is not None and status != "entered_in_error":
            word = self._meaning(halaxy, resource, resource.get("start"))
            return word if status in (None, *_OPEN) or word != "scheduled" else status
        has_declined = part.get("status") == "declined"
        if has_declined and (status == "scheduled" or (is_group and status == "attended")):
            return "cancelled_client"
        return status

    def _cancelled(self, resource: dict[str, Any]) -> str:
        reason = resource.get("cancelationReason") or resource.get("cancellationReason")
        for code in codes_of(reason):
            if code in self.options.cancellation_reasons:
                return self.options.cancellation_reasons[code]
        for coding in codings_of(reason):
            if coding.get("system") == codes.CANCELLATION_SYSTEM:
                group = str(coding.get("code")).partition("-")[0]
                return codes.CANCELLED_BY.get(group, "cancelled_unknown")
        return "cancelled_unknown"

    def _kinds(self, resource: dict[str, Any]) -> Cells:
        """Words that the practice's own codes stand for; nothing is made of a code alone."""
        given = [*_codes(resource), *codes_of(resource.get("class"))]
        return {
            name: next((words[code] for code in given if code in words), None)
            for name, words in (
                ("appointment_type", self.options.appointment_types),
                ("modality", self.options.modalities),
                ("format", self.options.formats),
            )
        }

    def _appointment_of(self, entry: Entry) -> str | None:
        for each in as_list(entry.resource.get("appointment")):
            ref = self.directory.resolve(each, entry, "session_id")
            if ref is not None and ref.kind == "Appointment":
                return ref.id
        return None

    def _episode(self, entry: Entry) -> str | None:
        for each in as_list(entry.resource.get("episodeOfCare")):
            ref = self.directory.resolve(each, entry, "episode_id")
            if ref is not None and ref.kind == "EpisodeOfCare":
                return ref.id
        return None


def _codes(resource: dict[str, Any]) -> list[str]:
    return [code for name in _TYPES for code in codes_of(resource.get(name))]


def _own_id(entry: Entry) -> str:
    return f"{entry.kind}/{entry.identity}"


def _session_id(entry: Entry, client: str, clients: Mapping[str, Any]) -> str:
    return f"{_own_id(entry)}|{client}" if len(clients) > 1 else _own_id(entry)


def _gone(session: str, cells: Cells) -> Cells:
    updated = cells.get("record_updated_at")
    return {"session_id": session, "is_deleted": "true", "record_updated_at": updated}


def _time_of_day_only(text: Any) -> str | None:
    """When it was booked; a date alone is no time and is not needed."""
    written = as_text(text)
    return written if written and "T" in written else None


def _halaxy_status(part: dict[str, Any]) -> str | None:
    """What Halaxy's modifier at a participant says; Refuse where it is not understood."""
    extension = extension_of({"extension": part.get("modifierExtension")}, codes.HALAXY_STATUS_URL)
    if not extension:
        return None
    _, value = value_of(extension)
    given = list(codes_of(value)) or [as_text(value)]
    if given[0] not in codes.HALAXY_STATUS:
        raise Refuse("modifier_extension", "status")
    return codes.HALAXY_STATUS[given[0]]
