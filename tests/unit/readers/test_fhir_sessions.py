"""Appointments and encounters of a FHIR server as sessions.

Belongs here: statuses, people of a session, the two that are one. Does not belong here: files and
references (`test_fhir.py`), forms (`test_fhir_forms.py`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.unit.readers.fhir_files import (
    END,
    LATEST,
    PPRF,
    START,
    Resource,
    appointment,
    encounter,
    part,
    read,
    rows,
    rules,
    to,
)

SYSTEM = "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason"
HALAXY = "https://terminology.halaxy.com/StructureDefinition/appointment-participant-status"
BEFORE = datetime(2026, 3, 1)


def session(*resources: Resource, **terms: Any) -> Resource:
    (row,) = rows(read(*resources, **terms)["sessions"])
    return row


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("pending", "scheduled"),
        ("booked", "scheduled"),
        ("arrived", "attended"),
        ("checked-in", "attended"),
        ("fulfilled", "attended"),
        ("cancelled", "cancelled_unknown"),
        ("noshow", "no_show"),
        ("entered-in-error", "entered_in_error"),
    ],
)
def test_every_status_of_an_appointment_has_one_meaning(word: str, expected: str) -> None:
    assert session(appointment(status=word))["status"] == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("planned", "scheduled"),
        ("arrived", "attended"),
        ("triaged", "attended"),
        ("in-progress", "attended"),
        ("onleave", "attended"),
        ("finished", "attended"),
        ("cancelled", "cancelled_unknown"),
        ("entered-in-error", "entered_in_error"),
        ("unknown", "unknown"),
    ],
)
def test_every_status_of_an_encounter_has_one_meaning(word: str, expected: str) -> None:
    assert session(encounter(status=word))["status"] == expected


@pytest.mark.parametrize("make", [appointment, encounter])
@pytest.mark.parametrize("word", ["attended", "completed", "discharged", "Booked"])
def test_a_status_that_is_none_is_never_guessed(make: Any, word: str) -> None:
    sessions = read(make(status=word))["sessions"]
    assert (rows(sessions), rules(sessions)) == ([], ["not_in_list"])


def test_a_client_who_has_arrived_before_the_time_has_not_been_seen_yet() -> None:
    assert session(appointment(status="arrived"), latest=BEFORE)["status"] == "scheduled"
    assert session(encounter(status="in-progress"), latest=BEFORE)["status"] == "scheduled"
    assert session(appointment(status="arrived"), latest=None)["status"] == "attended"


@pytest.mark.parametrize("word", ["proposed", "waitlist"])
def test_a_proposal_is_no_session_and_takes_back_what_was_one(word: str) -> None:
    assert session(appointment(status=word, start=None)) == {
        "session_id": "Appointment/a1",
        "is_deleted": "true",
    }


@pytest.mark.parametrize(
    ("coding", "expected"),
    [
        ({"system": SYSTEM, "code": "prov-pers"}, "cancelled_clinician"),
        ({"system": SYSTEM, "code": "prov"}, "cancelled_clinician"),
        ({"system": SYSTEM, "code": "pat"}, "cancelled_client"),
        ({"system": SYSTEM, "code": "pat-fb"}, "cancelled_client"),
        ({"system": SYSTEM, "code": "oth-weath"}, "cancelled_unknown"),
        ({"system": "http://example.org/reasons", "code": "pat"}, "cancelled_unknown"),
        ({"system": "http://example.org/reasons", "code": "LC"}, "late_cancel"),
    ],
)
@pytest.mark.parametrize("name", ["cancelationReason", "cancellationReason"])
def test_who_cancelled_is_what_the_reason_says(name: str, coding: Any, expected: str) -> None:
    booked = appointment(status="cancelled", **{name: {"coding": [coding]}})
    options = {"cancellation_reasons": {"LC": "late_cancel"}}
    assert session(booked, options=options)["status"] == expected


def test_times_lengths_and_bookings_are_taken_as_they_stand() -> None:
    booked = appointment(
        created="2026-02-01T08:00:00Z", meta={"lastUpdated": "2026-03-05T00:00:00Z"}
    )
    assert session(booked) == {
        "session_id": "Appointment/a1",
        "client_id": "p1",
        "clinician_id": "c1",
        "started_at": START,
        "duration_minutes": "50",
        "status": "attended",
        "booked_at": "2026-02-01T08:00:00Z",
        "record_updated_at": "2026-03-05T00:00:00Z",
    }
    assert session(appointment(minutesDuration=45))["duration_minutes"] == "45"
    assert "booked_at" not in session(appointment(created="2026-02-01"))
    # The clocks go forward between start and end: fifty minutes all the same.
    night = {"start": "2026-03-29T00:50:00+00:00", "end": "2026-03-29T02:40:00+01:00"}
    assert session(encounter(period=night))["duration_minutes"] == "50"


def test_a_date_alone_becomes_a_time_only_where_the_practice_says_which() -> None:
    dated = encounter(period={"start": "2026-03-04"})
    assert session(dated)["started_at"] == "2026-03-04"
    assert session(dated, options={"session_time": "12:00"})["started_at"] == "2026-03-04T12:00"


def test_a_meeting_without_a_client_is_left_out() -> None:
    meeting = appointment(participant=[part("Practitioner/c1"), part("Location/l1")])
    found = read(meeting, appointment("a2"))["sessions"]
    assert found.rows_filtered == {"no_client": 1}
    assert found.frame["session_id"].to_list() == ["Appointment/a2"]


def test_several_clients_each_have_a_row_and_the_lone_session_is_taken_back() -> None:
    people = [part("Patient/p1"), part("Patient/p2"), part("Practitioner/c1")]
    found = rows(read(appointment(participant=people))["sessions"])
    assert [row["session_id"] for row in found] == [
        "Appointment/a1|p1",
        "Appointment/a1|p2",
        "Appointment/a1",
    ]
    assert {row.get("group_session_id") for row in found} == {"Appointment/a1", None}
    assert [row.get("format") for row in found] == ["group", "group", None]
    assert [row.get("is_deleted") for row in found] == [None, None, "true"]


def test_a_client_of_a_group_who_declined_was_not_there() -> None:
    people = [
        part("Patient/p1"),
        {"actor": to("Patient/p2"), "status": "declined"},
        part("Practitioner/c1"),
    ]
    found = rows(read(appointment(participant=people))["sessions"])
    assert [row.get("status") for row in found] == ["attended", "cancelled_client", None]


def test_the_clinician_is_who_leads_else_the_only_one() -> None:
    two = [part("Practitioner/c1"), part("Practitioner/c2", type=PPRF), part("Patient/p1")]
    assert session(appointment(participant=two))["clinician_id"] == "c2"
    attender = [{"coding": [{"code": "ATND"}]}]
    three = [*two, part("Practitioner/c3", type=attender)]
    assert session(appointment(participant=three))["clinician_id"] == "c2"
    gone = [part("Practitioner/c1", status="declined"), part("Practitioner/c2"), part("Patient/p1")]
    assert session(appointment(participant=gone))["clinician_id"] == "c2"


def test_two_clinicians_of_whom_none_leads_are_not_guessed_between() -> None:
    two = [part("Practitioner/c1"), part("Practitioner/c2"), part("Patient/p1")]
    held = read(appointment(participant=two))["sessions"]
    assert held.rejects.rows() == [(1, "several_clinicians", "clinician_id")]
    first = {"several_clinicians": "first"}
    assert session(appointment(participant=two), options=first)["clinician_id"] == "c1"


def test_classes_and_types_that_are_no_sessions_are_counted_by_name() -> None:
    found = read(
        encounter("e1"),
        encounter("e2", **{"class": {"code": "IMP"}}),
        encounter("e3", **{"class": {"code": "my own"}}),
        encounter("e4", **{"class": None}),
        encounter("e5", type=[{"coding": [{"code": "check"}]}]),
        options={"session_types": ["talk"]},
    )["sessions"]
    assert found.rows_filtered == {"class_inpatient": 1, "class_other": 1, "other_type": 3}
    talk = encounter("e1", type=[{"coding": [{"code": "talk"}]}])
    assert session(talk, options={"session_types": ["talk"]})["session_id"] == "Encounter/e1"


def test_sessions_before_the_first_day_wanted_are_left_out() -> None:
    found = read(
        encounter("e1", period={"start": "1989-10-04T02:25:16-04:00"}),
        encounter("e2"),
        options={"since": "1990-01-01"},
    )["sessions"]
    assert (found.rows_filtered, found.frame.height) == ({"before_since": 1}, 1)


def test_codes_mean_what_the_practice_says_and_nothing_by_themselves() -> None:
    virtual = encounter(
        type=[{"coding": [{"code": "intake"}, {"code": "pair"}]}], **{"class": {"code": "VR"}}
    )
    assert not {"modality", "appointment_type", "format"} & set(session(virtual))
    options = {
        "modalities": {"VR": "video"},
        "appointment_types": {"intake": "intake"},
        "formats": {"pair": "couple"},
    }
    found = session(virtual, options=options)
    assert (found["modality"], found["appointment_type"], found["format"]) == (
        "video",
        "intake",
        "couple",
    )


# --- an encounter and its appointment ---------------------------------------------------------


def told_by(appointment_id: str, **elements: Any) -> Resource:
    return encounter(appointment=[to(f"Appointment/{appointment_id}")], **elements)


def test_an_encounter_and_its_appointment_are_one_session() -> None:
    contact = told_by(
        "a1",
        participant=[{"individual": to("Practitioner/c9")}],
        period={"start": "2026-03-04T10:07:00Z", "end": "2026-03-04T10:55:00Z"},
        episodeOfCare=[to("EpisodeOfCare/x1")],
        meta={"lastUpdated": "2026-03-06T00:00:00Z"},
    )
    booked = appointment(status="booked", meta={"lastUpdated": "2026-03-05T00:00:00+10:00"})
    found = read(contact, booked)["sessions"]
    assert found.rows_filtered == {"same_session_as_appointment": 1}
    assert rows(found) == [
        {
            "session_id": "Appointment/a1",
            "client_id": "p1",
            "clinician_id": "c9",
            "started_at": START,
            "duration_minutes": "50",
            "status": "attended",
            "episode_id": "x1",
            "record_updated_at": "2026-03-06T00:00:00Z",
        }
    ]


@pytest.mark.parametrize(
    ("booked", "contact", "expected"),
    [
        ("noshow", "cancelled", "no_show"),
        ("noshow", "finished", "attended"),
        ("booked", "cancelled", "cancelled_unknown"),
        ("fulfilled", "planned", "attended"),
        ("cancelled", "entered-in-error", "cancelled_unknown"),
    ],
)
def test_of_the_two_words_the_one_that_knows_the_outcome_holds(
    booked: str, contact: str, expected: str
) -> None:
    found = rows(read(appointment(status=booked), told_by("a1", status=contact))["sessions"])
    (one,) = [row for row in found if row["session_id"] == "Appointment/a1"]
    assert one["status"] == expected


def test_stu3_refers_to_an_appointment_without_a_list() -> None:
    contact = encounter(appointment=to("Appointment/a1"))
    assert session(appointment(status="booked"), contact)["status"] == "attended"


def test_an_encounter_of_a_group_joins_the_row_of_its_own_client() -> None:
    people = [part("Patient/p1"), part("Patient/p2"), part("Practitioner/c1")]
    booked = appointment(status="booked", participant=people)
    found = rows(read(booked, told_by("a1", subject=to("Patient/p2")))["sessions"])
    assert [row.get("status") for row in found] == ["scheduled", "attended", None]


def test_an_encounter_of_somebody_else_is_a_session_of_its_own() -> None:
    found = read(appointment(), told_by("a1", subject=to("Patient/p7")))["sessions"]
    assert sorted(found.frame["session_id"].to_list()) == ["Appointment/a1", "Encounter/e1"]


def test_an_encounter_whose_appointment_comes_another_time_lands_under_its_id() -> None:
    assert session(told_by("a1"))["session_id"] == "Appointment/a1"
    planned = read(told_by("a1", status="planned"), encounter("e2"))["sessions"]
    assert planned.rows_filtered == {"told_by_its_appointment": 1}
    wrong = session(told_by("a1", status="entered-in-error"))
    assert wrong["session_id"] == "Encounter/e1"


# --- Halaxy, and modifiers --------------------------------------------------------------------


def halaxy(code: str, **elements: Any) -> Resource:
    modifier = {"url": HALAXY, "valueCoding": {"code": code, "display": code}}
    client = part("Patient/p1", modifierExtension=[modifier])
    people = [client, part("PractitionerRole/PR-1")]
    return appointment(status=None, participant=people, **elements)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("booked", "scheduled"),
        ("confirmed", "scheduled"),
        ("attended", "attended"),
        ("did not attend", "no_show"),
        ("cancelled", "cancelled_unknown"),
        ("cancelled (no charge)", "cancelled_unknown"),
    ],
)
def test_halaxy_tells_the_outcome_at_the_client(code: str, expected: str) -> None:
    found = session(halaxy(code))
    assert (found["status"], found["clinician_id"]) == (expected, "PractitionerRole/PR-1")


def test_halaxys_cancellation_holds_over_the_appointments_own_word() -> None:
    cancelled = halaxy("cancelled") | {"status": "booked"}
    assert session(cancelled)["status"] == "cancelled_unknown"
    assert session(halaxy("booked") | {"status": "noshow"})["status"] == "no_show"


def test_a_modifier_that_is_not_known_holds_the_record_back() -> None:
    modifier = [{"url": "http://example.org/negated", "valueBoolean": True}]
    found = read(
        halaxy("something new"),
        appointment("a2", modifierExtension=modifier),
        appointment("a3", participant=[part("Patient/p1", modifierExtension=modifier)]),
        appointment("a4", implicitRules="http://example.org/rules"),
        appointment("a5"),
    )["sessions"]
    assert rules(found) == ["modifier_extension"] * 4
    assert found.frame["session_id"].to_list() == ["Appointment/a5"]


def test_the_test_data_is_in_the_past() -> None:
    assert datetime.fromisoformat(END).replace(tzinfo=None) < LATEST
