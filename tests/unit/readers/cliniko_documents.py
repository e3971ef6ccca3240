"""Documents as Cliniko's API reference shows them, about people who do not exist.

Belongs here: one function per kind of record, and pages of them. Does not belong here: assertions.
Every name, note and address is a canary, so that a test may look for it anywhere.
"""

from __future__ import annotations

import json
from typing import Any

HOST = "https://api.au1.cliniko.com/v1"
CANARY = "Zyxcanary"
_TIMES = {"created_at": "2026-01-02T03:04:05Z", "updated_at": "2026-03-01T00:00:00Z"}


def link(path: str, host: str = HOST) -> dict[str, Any]:
    return {"links": {"self": f"{host}/{path}"}}


def appointment(identifier: str | int, **fields: Any) -> dict[str, Any]:
    """An individual appointment that is still to come."""
    made = {
        "id": identifier,
        **_TIMES,
        "archived_at": None,
        "booking_ip_address": None,
        "cancellation_note": f"{CANARY} cancelled",
        "cancellation_reason": None,
        "cancellation_reason_description": "",
        "did_not_arrive": False,
        "notes": f"{CANARY} talked of her mother",
        "patient_arrived": False,
        "patient_name": f"{CANARY} Example",
        "repeat_rule": {},
        "telehealth_url": f"https://telehealth.example/{CANARY}",
        "deleted_at": None,
        "starts_at": "2026-03-04T10:00:00Z",
        "ends_at": "2026-03-04T10:50:00Z",
        "cancelled_at": None,
        "appointment_type": link("appointment_types/2"),
        "business": link("businesses/1"),
        "practitioner": link("practitioners/514810972972521916"),
        "patient": link("patients/82"),
        "attendees": link(f"individual_appointments/{identifier}/attendees"),
        "links": {"self": f"{HOST}/individual_appointments/{identifier}"},
    }
    return made | fields


def group(identifier: str | int, **fields: Any) -> dict[str, Any]:
    """A group appointment."""
    made = {
        "id": identifier,
        **_TIMES,
        "max_attendees": 13,
        "notes": CANARY,
        "patient_ids": [48],
        "deleted_at": None,
        "starts_at": "2026-03-05T18:00:00Z",
        "ends_at": "2026-03-05T19:30:00Z",
        "appointment_type": link("appointment_types/7"),
        "business": link("businesses/1"),
        "practitioner": link("practitioners/514810972972521916"),
        "attendees": link(f"group_appointments/{identifier}/attendees"),
        "links": {"self": f"{HOST}/group_appointments/{identifier}"},
    }
    return made | fields


def attendee(identifier: str | int, booking: str | int, **fields: Any) -> dict[str, Any]:
    """One person's place in an appointment."""
    made = {
        "id": identifier,
        **_TIMES,
        "arrived": None,
        "cancellation_note": f"{CANARY} is ill",
        "cancellation_reason": None,
        "notes": CANARY,
        "deleted_at": None,
        "cancelled_at": None,
        "booking": link(f"bookings/{booking}"),
        "patient": link("patients/82"),
        "links": {"self": f"{HOST}/attendees/{identifier}"},
    }
    return made | fields


def patient(identifier: str | int, **fields: Any) -> dict[str, Any]:
    """A patient."""
    made = {
        "id": identifier,
        **_TIMES,
        "address_1": f"1 {CANARY} Street",
        "archived_at": "",
        "custom_fields": {"sections": [{"name": CANARY}]},
        "date_of_birth": "1991-05-26",
        "deleted_at": "",
        "email": f"{CANARY}@example.com",
        "first_name": CANARY,
        "gender_identity": "Woman",
        "last_name": "Example",
        "notes": CANARY,
        "sex": "",
        "time_zone": "Australia/Melbourne",
        "patient_phone_numbers": [{"phone_type": "Mobile", "number": "61400000000"}],
        "links": {"self": f"{HOST}/patients/{identifier}"},
    }
    return made | fields


def practitioner(identifier: str | int, **fields: Any) -> dict[str, Any]:
    """A practitioner."""
    made = {
        "id": identifier,
        **_TIMES,
        "designation": "Psychologist",
        "first_name": CANARY,
        "last_name": "Example",
        "label": f"{CANARY} Example",
        "user": link("users/1"),
        "links": {"self": f"{HOST}/practitioners/{identifier}"},
    }
    return made | fields


def patient_form(identifier: str | int, *chosen: int | None, **fields: Any) -> dict[str, Any]:
    """A completed form of questions with four answers each, and a text question at its end."""
    answers = [{"value": f"{CANARY} {number}"} for number in range(4)]
    questions = [
        {
            "name": f"{CANARY} wording {place}",
            "type": "radiobuttons",
            "required": False,
            "answers": [
                answer | {"selected": True} if number == choice else answer
                for number, answer in enumerate(answers)
            ],
        }
        for place, choice in enumerate(chosen)
    ]
    last = {"name": f"{CANARY}?", "type": "paragraph", "answer": f"{CANARY} wrote this"}
    made = {
        "id": identifier,
        **_TIMES,
        "name": "Mood, weekly",
        "url": f"https://x.cliniko.com/f/{CANARY}",
        "completed_at": "2026-03-04T09:50:00Z",
        "content": {
            "sections": [
                {"name": CANARY, "questions": questions[:1]},
                {"name": CANARY, "questions": [*questions[1:], last], "description": CANARY},
            ]
        },
        "attendee": link("attendees/543342507652548177"),
        "booking": link("bookings/543342507031791275"),
        "patient": link("patients/82"),
        "links": {"self": f"{HOST}/patient_forms/{identifier}"},
    }
    return made | fields


def page(
    resource: str,
    entries: list[Any],
    *,
    total: int | None = None,
    path: str | None = None,
    following: str | None = None,
    host: str = HOST,
) -> dict[str, Any]:
    """A page of a list."""
    links = {"self": f"{host}/{path or resource}?page=1"}
    if following is not None:
        links["next"] = following
    stated = len(entries) if total is None else total
    return {resource: entries, "total_entries": stated, "links": links}


def saved(resource: str, entries: list[Any], **parts: Any) -> bytes:
    """A page as it is saved."""
    return json.dumps(page(resource, entries, **parts)).encode()
