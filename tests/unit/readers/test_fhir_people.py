"""Who is meant in a FHIR delivery, and what is said of them.

Belongs here: references, clients, clinicians, episodes, links. Does not belong here: files and
deletions (`test_fhir.py`).
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.readers.fhir_files import (
    NPI,
    appointment,
    bundle,
    encounter,
    link,
    part,
    patient,
    practitioner,
    read,
    read_files,
    rejected,
    resource,
    rows,
    rules,
    to,
)


@pytest.mark.parametrize(
    "reference",
    [
        "Patient/p1",
        "Patient/p1/_history/3",
        "https://ehr.example/fhir/Patient/p1",
        "/main/Patient/p1",
        "Patient/p1/_history/v_2",
    ],
)
def test_one_person_has_one_id_however_they_are_pointed_at(reference: str) -> None:
    found = rows(read(encounter(subject=to(reference)))["sessions"])
    assert found[0]["client_id"] == "p1"


def test_a_urn_means_the_resource_of_its_own_bundle() -> None:
    def of(identity: str | None, session: str) -> str:
        entries = [
            {"fullUrl": "urn:uuid:77", "resource": patient(identity)},
            {"fullUrl": "urn:uuid:88", "resource": encounter(session, subject=to("urn:uuid:77"))},
        ]
        return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries})

    found = read_files(
        ("1.json", of("p1", "e1")), ("2.json", of("p2", "e2")), ("3.json", of(None, "e3"))
    )
    sessions = [row for each in found if each.feed == "sessions" for row in rows(each)]
    assert [row["client_id"] for row in sessions] == ["p1", "p2", "urn:uuid:77"]


def test_a_clinician_by_identifier_is_the_one_who_has_it() -> None:
    by_search = encounter(
        "e1", participant=[{"individual": to(f"Practitioner?identifier={NPI}|9")}]
    )
    logical = {"identifier": {"system": NPI, "value": "9"}, "type": "Practitioner"}
    by_identifier = encounter("e2", participant=[{"individual": logical}])
    inside = practitioner("x", identifier=[{"system": NPI, "value": "9"}])
    contained = encounter("e3", participant=[{"individual": to("#x")}], contained=[inside])
    known = practitioner("c1", identifier=[{"system": NPI, "value": "9"}, {"value": "unused"}])
    here = read(by_search, by_identifier, contained, known)
    assert set(here["sessions"].frame["clinician_id"]) == {"c1"}
    assert rows(here["id_links"]) == [
        {
            "entity": "clinician",
            "source_system": "ehr",
            "old_id": f"{NPI}|9",
            "new_id": "c1",
            "relation": "same_person",
        }
    ]
    alone = read(by_search, by_identifier, contained)
    assert set(alone["sessions"].frame["clinician_id"]) == {f"{NPI}|9"}
    assert "id_links" not in alone


def test_an_identifier_that_two_have_says_nobody() -> None:
    seen = encounter(participant=[{"individual": to(f"Practitioner?identifier={NPI}|9")}])
    twins = [
        practitioner(name, identifier=[{"system": NPI, "value": "9"}]) for name in ("c1", "c2")
    ]
    found = read(seen, *twins)
    assert set(found["sessions"].frame["clinician_id"]) == {f"{NPI}|9"}
    assert "id_links" not in found


def test_a_role_stands_for_the_clinician_who_has_it() -> None:
    role = resource("PractitionerRole", "r7", practitioner=to("Practitioner/c1"))
    booked = appointment(participant=[part("Patient/p1"), part("PractitionerRole/r7")])
    here = read(role, booked)
    assert rows(here["sessions"])[0]["clinician_id"] == "c1"
    (link,) = rows(here["id_links"])
    alone = rows(read(booked)["sessions"])[0]["clinician_id"]
    assert (link["old_id"], link["new_id"]) == (alone, "c1") == ("PractitionerRole/r7", "c1")


@pytest.mark.parametrize("reference", ["urn:uuid:nowhere", "#nobody", "Quillfeather", "Patient/"])
def test_a_reference_to_nothing_is_held_back(reference: str) -> None:
    found = read(encounter(subject=to(reference)), encounter("e2"))["sessions"]
    assert found.rejects.rows() == [(1, "unresolved_reference", "client_id")]


def test_a_group_or_device_is_no_client() -> None:
    found = read(encounter(subject=to("Group/g1")), encounter("e2", subject=None))["sessions"]
    assert found.rows_filtered == {"no_client": 2}


def test_a_person_of_another_server_is_somebody_else() -> None:
    here, there = "https://ehr.example/fhir/Patient/p1", "https://other.example/fhir/Patient/p1"
    files = ("all.json", bundle(encounter(subject=to(here)), encounter("e2", subject=to(there))))
    assert rejected(files).rule == "several_servers"
    (found,) = read_files(files, options={"base_url": "https://ehr.example/fhir"})
    assert found.frame["client_id"].to_list() == ["p1", "other.example/fhir/p1"]
    both = {"base_url": ["https://ehr.example/fhir/", "http://other.example/fhir"]}
    (found,) = read_files(files, options=both)
    assert found.frame["client_id"].to_list() == ["p1", "p1"]
    same = bundle(encounter(subject=to(here)), encounter("e2", subject=to(here.replace("s:", ":"))))
    (found,) = read_files(("all.json", same))
    assert found.frame["client_id"].to_list() == ["p1", "p1"]


# --- people -----------------------------------------------------------------------------------


def test_links_of_a_patient_join_two_records() -> None:
    found = read(
        patient("old", active=False, link=link("replaced-by", "Patient/new")),
        patient("p3", link=link("replaces", "Patient/p2")),
        patient("p4", link=link("seealso", "Patient/p5")),
        patient("p6", link=link("refer", "Patient/p7")),
        patient("p8", link=link("seealso", "RelatedPerson/m")),
    )
    clients = {row["client_id"]: row.get("merged_into_client_id") for row in rows(found["clients"])}
    assert clients == {"old": "new", "p3": None, "p4": None, "p6": None, "p8": None}
    joined = [(row["old_id"], row["new_id"], row["relation"]) for row in rows(found["id_links"])]
    assert joined == [
        ("p2", "p3", "merged_into"),
        ("p4", "p5", "same_person"),
        ("p6", "p7", "same_person"),
    ]


@pytest.mark.parametrize(
    ("text", "year"), [("1980", "1980"), ("1980-05", "1980"), ("80", None), (7, None)]
)
def test_of_a_birth_date_only_the_year_is_read(text: Any, year: str | None) -> None:
    assert rows(read(patient(birthDate=text))["clients"])[0].get("birth_year") == year


@pytest.mark.parametrize(
    ("status", "closed", "reason"),
    [
        ("active", None, None),
        ("onhold", None, None),
        ("finished", "2026-05-02", "unknown"),
        ("cancelled", "2026-05-02", "unknown"),
    ],
)
def test_an_episode_is_closed_when_it_says_so(
    status: str, closed: str | None, reason: str | None
) -> None:
    episode = resource(
        "EpisodeOfCare",
        "x1",
        status=status,
        patient=to("Patient/p1"),
        careManager=to("Practitioner/c1"),
        # Half past eleven at night in New York is the next day in London.
        period={"start": "2026-01-05", "end": "2026-05-01T23:30:00-04:00"},
    )
    (row,) = rows(read(episode)["episodes"])
    assert (row["opened_on"], row.get("closed_on"), row.get("closure_reason")) == (
        "2026-01-05",
        closed,
        reason,
    )


def test_the_end_of_an_episode_may_stand_in_its_history() -> None:
    history = [{"status": "finished", "period": {"start": "2026-05-03"}}]
    episode = resource(
        "EpisodeOfCare",
        "x1",
        status="finished",
        patient=to("Patient/p1"),
        period={"start": "2026-01-05"},
        statusHistory=history,
    )
    assert rows(read(episode)["episodes"])[0]["closed_on"] == "2026-05-03"


@pytest.mark.parametrize("status", ["planned", "waitlist", "entered-in-error"])
def test_an_episode_that_has_not_begun_is_none(status: str) -> None:
    episode = resource("EpisodeOfCare", "x1", status=status, patient=to("Patient/p1"))
    assert rows(read(episode)["episodes"]) == [{"episode_id": "x1", "is_deleted": "true"}]
    wrong = read(episode | {"status": "closed"})["episodes"]
    assert rules(wrong) == ["not_in_list"]
