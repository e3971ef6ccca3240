"""Cliniko's saved pages: statuses, groups, merged patients, repeated records.

Belongs here: what the reader makes of documents. Does not belong here: fetching them
(tests/unit/fetch/test_cliniko.py), forms
(test_cliniko_forms.py).
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from orchestration.errors import DeliveryRejected
from orchestration.readers import READERS
from tests.unit.ingest.making import memory_file
from tests.unit.readers.cliniko_documents import (
    CANARY,
    HOST,
    appointment,
    attendee,
    group,
    link,
    patient,
    practitioner,
    saved,
)
from tests.unit.readers.cliniko_reading import read, rows


def session(**fields: Any) -> dict[str, Any]:
    entry = appointment("1010101010101010101", **fields)
    return rows(read(saved("individual_appointments", [entry])), "sessions")[0]


def test_an_individual_appointment() -> None:
    assert session(patient_arrived=True) == {
        "row_number": 1,
        "session_id": "1010101010101010101",
        "client_id": "82",
        "clinician_id": "514810972972521916",
        "started_at": "2026-03-04T10:00:00Z",
        "status": "attended",
        "duration_minutes": "50",
        "cancelled_at": None,
        "format": "individual",
        "appointment_type": None,
        "location_id": "1",
        "booked_at": "2026-01-02T03:04:05Z",
        "record_updated_at": "2026-03-01T00:00:00Z",
    }


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"patient_arrived": True}, "attended"),
        ({"did_not_arrive": True}, "no_show"),
        ({"did_not_arrive": True, "patient_arrived": True}, "no_show"),
        ({"did_not_arrive": None, "patient_arrived": ""}, "unknown"),
        ({}, "unknown"),
        ({"starts_at": "2026-03-11T10:00:00Z"}, "scheduled"),
        ({"cancelled_at": "2026-03-01T00:00:00Z"}, "cancelled_unknown"),
        ({"cancelled_at": "2026-03-01T00:00:00Z", "patient_arrived": True}, "cancelled_unknown"),
        ({"cancelled_at": "2026-03-01T00:00:00Z", "cancellation_reason": 30}, "cancelled_client"),
        ({"cancelled_at": "2026-03-01T00:00:00Z", "cancellation_reason": "60"}, "cancelled_client"),
        ({"cancelled_at": "2026-03-01T00:00:00Z", "cancellation_reason": 50}, "cancelled_unknown"),
        ({"cancelled_at": "", "cancellation_reason": 30, "patient_arrived": True}, "attended"),
    ],
)
def test_status_in_its_order(fields: dict[str, Any], status: str) -> None:
    assert session(**fields)["status"] == status


def test_a_practice_may_mark_only_those_who_did_not_come() -> None:
    entries = [
        appointment("11"),
        appointment("12", did_not_arrive=True),
        appointment("13", starts_at="2026-03-11T10:00:00Z"),
    ]
    extracts = read(saved("individual_appointments", entries), options={"assume_attended": True})
    found = [each["status"] for each in rows(extracts, "sessions")]
    assert found == ["attended", "no_show", "scheduled"]


def test_a_late_cancellation_keeps_its_time_for_the_warehouse_to_judge() -> None:
    found = session(cancelled_at="2026-03-04T08:00:00Z", cancellation_reason=40)
    assert (found["status"], found["cancelled_at"]) == ("cancelled_client", "2026-03-04T08:00:00Z")


def test_a_practice_may_say_what_its_reasons_and_types_mean() -> None:
    entries = [
        appointment("11", cancelled_at="2026-03-01T00:00:00Z", cancellation_reason=50),
        appointment("12", cancelled_at="2026-03-01T00:00:00Z", cancellation_reason=99),
    ]
    page = saved("individual_appointments", entries)
    options = {
        "cancellation_reasons": {"50": "cancelled_clinician"},
        "appointment_types": {"2": "intake"},
    }
    extracts = read(page, options=options)
    found = rows(extracts, "sessions")
    assert [each["status"] for each in found] == ["cancelled_clinician", "cancelled_unknown"]
    assert {each["appointment_type"] for each in found} == {"intake"}
    assert "a code that Rapport does not know: 1" in extracts[0].warnings[0]


@pytest.mark.parametrize("field", ["deleted_at", "archived_at"])
def test_a_deleted_or_archived_appointment_is_gone(field: str) -> None:
    found = session(**{field: "2026-03-02T00:00:00Z", "patient_arrived": True})
    assert found["is_deleted"] == "true"
    assert found["session_id"] == "1010101010101010101"
    assert "client_id" not in found


def test_a_deleted_record_may_be_no_more_than_an_address() -> None:
    stub = {
        "deleted_at": "2026-03-05T14:38:48Z",
        "links": {"self": f"{HOST}/individual_appointments/7"},
    }
    found = rows(read(saved("individual_appointments", [stub])), "sessions")
    assert found == [
        {
            "row_number": 1,
            "session_id": "7",
            "record_updated_at": "2026-03-05T14:38:48Z",
            "is_deleted": "true",
        }
    ]


def test_a_group_gives_one_row_per_attendee() -> None:
    big, other = "1010101010101010102", "1010101010101010103"
    pages = [
        saved("individual_appointments", [appointment("5")]),
        saved("group_appointments", [group("9"), group("10", deleted_at="2026-03-06T00:00:00Z")]),
        saved(
            "attendees",
            [
                attendee(big, "9", arrived=True),
                attendee("3", "9", arrived=False, updated_at="2026-03-09T00:00:00Z"),
                attendee("4", "9", cancelled_at="2026-03-05T17:00:00Z", cancellation_reason=20),
                attendee(other, "10", arrived=True),
                attendee("6", "5", arrived=True),
                attendee("8", "9", deleted_at="2026-03-06T00:00:00Z"),
            ],
        ),
    ]
    extracts = read(*pages)
    found = {each["session_id"]: each for each in rows(extracts, "sessions")}
    statuses = {key: each["status"] for key, each in found.items() if not each.get("is_deleted")}
    assert statuses == {
        "5": "unknown",
        big: "attended",
        "attendee-3": "no_show",
        "attendee-4": "cancelled_client",
    }
    assert {key for key, each in found.items() if each.get("is_deleted")} == {other, "attendee-8"}
    row = found[big]
    assert (row["group_session_id"], row["format"], row["duration_minutes"]) == ("9", "group", "90")
    assert row["clinician_id"] == "514810972972521916"
    assert row["started_at"] == "2026-03-05T18:00:00Z"
    assert extracts[1].rows_filtered == {"group_appointment": 2}
    assert extracts[2].rows_filtered == {"attendee_of_individual_appointment": 1}


def test_a_moved_group_makes_its_attendees_new() -> None:
    pages = [
        saved("group_appointments", [group("9", updated_at="2026-03-08T00:00:00Z")]),
        saved("attendees", [attendee("3", "9")]),
    ]
    assert rows(read(*pages), "sessions")[0]["record_updated_at"] == "2026-03-08T00:00:00Z"


def test_attendees_without_any_group_page_are_said() -> None:
    extracts = read(saved("attendees", [attendee("3", "9")]))
    assert "no page of group_appointments" in extracts[0].warnings[0]
    assert rows(extracts, "sessions") == []


def test_groups_without_any_page_of_attendees_are_said() -> None:
    extracts = read(saved("group_appointments", [group("9")]))
    assert "no page of attendees" in extracts[0].warnings[0]
    assert read(saved("group_appointments", [group("9")]), saved("attendees", []))[0].warnings == ()
    assert read(saved("group_appointments", []))[0].warnings == ()


def test_patients_and_whom_they_were_merged_into() -> None:
    merged = {"merged_at": "2026-02-01T00:00:00Z", "merged_with_patient": link("patients/1001")}
    entries = [
        patient("82"),
        patient("83", archived_at="2026-02-01T00:00:00Z", deleted_at="2026-02-01T00:00:00Z")
        | merged,
        patient("84", archived_at="2026-02-01T00:00:00Z", gender_identity="it is complicated"),
        patient("85", deleted_at="2026-03-02T00:00:00Z"),
        patient("86", date_of_birth="", sex="Male", gender_identity=""),
    ]
    extracts = read(saved("patients", entries))
    found = {each["client_id"]: each for each in rows(extracts, "clients")}
    assert [found[key]["birth_year"] for key in found] == ["1991", "1991", "1991", None, None]
    assert [found[key]["gender"] for key in found] == ["female", "female", None, None, "male"]
    assert [key for key in found if found[key]["is_deleted"]] == ["85"]
    assert rows(extracts, "id_links") == [
        {
            "row_number": 2,
            "entity": "client",
            "source_system": "clinic",
            "old_id": "83",
            "new_id": "1001",
            "relation": "merged_into",
            "effective_at": "2026-02-01T00:00:00Z",
            "record_updated_at": "2026-03-01T00:00:00Z",
        }
    ]
    assert [each.file_rows for each in extracts] == [5, 5]


def test_a_patient_merged_into_itself_is_counted_and_left() -> None:
    extracts = read(saved("patients", [patient("82", merged_with_patient=link("patients/82"))]))
    assert extracts[1].rows_filtered == {"merged_into_itself": 1}


def test_practitioners_are_ids_alone() -> None:
    page = saved(
        "practitioners", [practitioner("514810972972521916")], path="practitioners/inactive"
    )
    assert rows(read(page), "clinicians") == [
        {
            "row_number": 1,
            "clinician_id": "514810972972521916",
            "record_updated_at": "2026-03-01T00:00:00Z",
            "is_deleted": None,
        }
    ]


def test_a_record_that_stands_on_several_pages_counts_once() -> None:
    older = appointment("1", updated_at="2026-03-01T00:00:00Z")
    newer = appointment("1", updated_at="2026-03-02T00:00:00Z", patient_arrived=True)
    stub = {
        "deleted_at": "2026-03-03T00:00:00Z",
        "links": link("individual_appointments/2")["links"],
    }
    extracts = read(
        saved("individual_appointments", [older, appointment("2")]),
        saved("individual_appointments", [newer, newer]),
        saved("individual_appointments", [stub], path="individual_appointments/deleted"),
    )
    found = {each["session_id"]: each for each in rows(extracts, "sessions")}
    assert found["1"]["status"] == "attended"
    assert found["2"]["is_deleted"] == "true"
    assert [dict(each.rows_filtered) for each in extracts] == [{"repeated": 2}, {"repeated": 1}, {}]


def test_a_record_restored_after_its_deletion_is_there() -> None:
    stub = {
        "deleted_at": "2026-03-03T00:00:00Z",
        "links": link("individual_appointments/2")["links"],
    }
    back = appointment("2", updated_at="2026-03-04T00:00:00Z")
    extracts = read(
        saved("individual_appointments", [stub]), saved("individual_appointments", [back])
    )
    assert rows(extracts, "sessions")[0]["status"] == "unknown"


def test_missing_pages_are_said() -> None:
    extracts = read(saved("patients", [patient("1"), patient("2")], total=240))
    assert extracts[0].warnings == (
        "patients: the pages hold 2 of 240 entries; some pages are missing",
    )
    whole = [saved("patients", [patient(str(n))], total=2) for n in (1, 2)]
    assert all(not each.warnings for each in read(*whole))


@pytest.mark.parametrize(
    ("fields", "rule", "column"),
    [
        ({"id": 5.148e17}, "excel_id", "session_id"),
        ({"id": "abc"}, "bad_characters", "session_id"),
        ({"id": True}, "bad_characters", "id"),
        ({"id": None, "links": {}}, "foreign_link", "session_id"),
        ({"patient": link("users/5")}, "foreign_link", "client_id"),
        (
            {"patient": {"links": {"self": f"{HOST}/patients/{CANARY}"}}},
            "foreign_link",
            "client_id",
        ),
        ({"patient": {"links": {"self": f"{HOST}/patients/5?x=1"}}}, "foreign_link", "client_id"),
        ({"patient": CANARY}, "foreign_link", "client_id"),
        ({"patient_arrived": "yes"}, "not_a_boolean", "patient_arrived"),
        ({"starts_at": ["x"]}, "bad_characters", "starts_at"),
    ],
)
def test_a_field_that_cannot_be_what_it_should_rejects_its_row(
    fields: dict[str, Any], rule: str, column: str
) -> None:
    entries = [appointment("1", **fields), appointment("2")]
    extracts = read(saved("individual_appointments", entries))
    assert extracts[0].rejects.rows() == [(1, rule, column)]
    assert extracts[0].frame["session_id"].to_list() == ["2"]


def test_an_entry_that_is_no_record_is_rejected() -> None:
    extracts = read(saved("patients", [CANARY, None, patient("1")]))
    assert [row[1] for row in extracts[0].rejects.rows()] == ["json:syntax"] * 2


def test_ids_stay_exact_whether_text_or_number() -> None:
    entries = [appointment(9007199254740993), appointment("1010101010101010101")]
    found = rows(read(saved("individual_appointments", entries)), "sessions")
    assert [each["session_id"] for each in found] == ["9007199254740993", "1010101010101010101"]


@pytest.mark.parametrize(
    "document",
    [
        [],
        {"message": f"{CANARY} is not allowed", "errors": []},
        {"patients": {}},
        {"patients": [], "attendees": [], "links": {}},
        {"patients": []},
        "x",
        3,
        None,
    ],
)
def test_what_is_no_page_is_rejected(document: object) -> None:
    with pytest.raises(DeliveryRejected) as caught:
        read(json.dumps(document).encode())
    assert CANARY not in str(caught.value)


def test_a_list_that_is_not_needed_is_said_and_passed_over() -> None:
    extracts = read(saved("invoices", [{"id": "1"}]), saved("patients", [patient("1")]))
    assert extracts[0].warnings == ("page-0000.json: a list that is not needed (unknown_file)",)


def test_fields_that_are_not_read_are_named_once() -> None:
    one, two = read(saved("patients", [patient("1")]), saved("patients", [patient("2")]))
    assert "last_name" in one.dropped_columns
    assert "date_of_birth" not in one.dropped_columns
    assert two.dropped_columns == ()


def test_recognises_its_pages_by_how_they_begin() -> None:
    reader = READERS["cliniko"]
    files = [memory_file("a.json", saved("patients", [])), memory_file("b.csv", "a,b\n")]
    assert reader.recognise(files) == "pages of Cliniko's API (patients)"
    assert reader.recognise(files[1:]) is None
