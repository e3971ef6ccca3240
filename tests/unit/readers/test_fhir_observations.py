"""Observations of a FHIR server as answers to forms.

Belongs here: which observations are one administration, which count. Does not belong here: items
and numbers, which are those of a response (`test_fhir_forms.py`).
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.readers.fhir_files import (
    GAD7,
    PHQ9,
    START,
    Resource,
    coded,
    encounter,
    item,
    read,
    resource,
    response,
    rows,
    rules,
    to,
)


def observation(identity: str, code: str, value: Any = None, **elements: Any) -> Resource:
    common: Resource = {
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "subject": to("Patient/p1"),
        "effectiveDateTime": START,
    }
    if value is not None:
        common["valueInteger"] = value
    return resource("Observation", identity, **(common | elements))


def administered(*resources: Resource) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in rows(read(*resources)["feedback"]):
        found.setdefault(row["response_id"], {})[row["scale"]] = row.get("score")
    return found


def test_the_members_of_a_panel_are_one_administration() -> None:
    panel = observation("panel", "44249-1", hasMember=[to("Observation/i1"), to("Observation/i9")])
    items = [
        observation("i1", "44250-9", 1),
        observation("i9", "44260-8", 2, effectiveDateTime="2026-03-04T10:05:00Z"),
    ]
    assert administered(panel, *items) == {
        "Observation/panel|phq9": {"item_01": "1", "item_09": "2"}
    }
    old = observation(
        "panel",
        "44249-1",
        related=[{"type": "has-member", "target": to(f"Observation/{n}")} for n in ("i1", "i9")],
    )
    assert administered(old, *items) == administered(panel, *items)


def test_the_components_of_a_panel_are_its_items() -> None:
    parts = [
        {"code": {"coding": [{"code": code}]}, "valueInteger": n} for n, code in enumerate(GAD7)
    ]
    found = administered(observation("panel", "69737-5", component=parts))
    assert found == {"Observation/panel|gad7": {f"item_{n + 1:02d}": str(n) for n in range(7)}}


def test_observations_of_one_moment_are_one_administration() -> None:
    found = administered(
        observation("i1", "44250-9", 1),
        observation("t", "44261-6", 14),
        observation("u", "44261-6", 3, effectiveDateTime="2026-03-11T10:00:00Z"),
        observation("v", "44261-6", 4, subject=to("Patient/p2")),
        observation("pulse", "8867-4", 70),
    )
    assert sorted(found.values(), key=repr) == [
        {"item_01": "1", "total": "14"},
        {"total": "3"},
        {"total": "4"},
    ]


def test_an_observation_taken_from_a_response_is_the_same_administration() -> None:
    taken = observation("t", "44261-6", 14, derivedFrom=[to("QuestionnaireResponse/r1")])
    assert administered(taken) == {"Response/r1|phq9": {"total": "14"}}
    answered = response("r1", [item(f"/{code}", coded("LA6569-3")) for code in PHQ9])
    both = read(answered, taken)["feedback"]
    assert both.rows_filtered == {"taken_from_a_response": 1}


def test_the_phq2_among_observations_is_left_out() -> None:
    found = read(observation("i1", "44250-9", 1), observation("i2", "44255-8", 1), encounter())
    assert found["feedback"].rows_filtered == {"part_of_another_form": 2}


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("amended", "14"),
        ("corrected", "14"),
        ("preliminary", "not_final"),
        ("registered", "not_final"),
        ("entered-in-error", "deleted"),
        ("cancelled", "deleted"),
        ("done", "not_in_list"),
    ],
)
def test_only_a_final_observation_counts(status: str, outcome: str) -> None:
    found = read(observation("t", "44261-6", 14, status=status))["feedback"]
    words = [*found.rows_filtered, *rules(found)]
    words += ["deleted" if row.get("is_deleted") else row["score"] for row in rows(found)]
    assert words == [outcome]


def test_an_observation_that_is_absent_says_why() -> None:
    absent = observation("t", "44261-6", dataAbsentReason={"coding": [{"code": "asked-declined"}]})
    (row,) = rows(read(absent)["feedback"])
    assert (row["skipped"], row["skip_reason"]) == ("true", "asked-declined")
