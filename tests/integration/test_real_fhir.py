"""The public FHIR data sets that nobody here made, read where they lie.

Belongs here: their quirks, from the reader to the row checks; every figure comes a second way, by
Python's json module, or from the data sets' READMEs. Does not belong here: traps made by hand
(`tests/unit/readers`).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from orchestration.contracts.feeds import FEEDS
from orchestration.extract.row_checks import check_rows
from orchestration.readers.base import Extract
from tests.support import absent
from tests.unit.readers.fhir_files import read_files, rows

FOLDERS = ("fhir_bulk_synthea10", "fhir_us_core_phq9", "fhir_ahrq_phq9_stu3")
PHQ9_ITEMS = [f"item_{number:02d}" for number in range(1, 10)]
NEVER_READ = ("display", "text", "div", "family", "given", "line", "city", "value")


@pytest.fixture(scope="module")
def folders(real_data: Path) -> dict[str, Path]:
    found = {name: real_data / name for name in FOLDERS}
    for path in found.values():
        if not path.is_dir():
            absent(f"{path} not found (set RAPPORT_REALDATA)")
    return found


def export(folder: Path, pattern: str = "*", **terms: Any) -> dict[tuple[str, str], Extract]:
    """The extracts of a folder's files, as one delivery, by feed and file."""
    files = [(path.name, path.read_bytes()) for path in sorted(folder.glob(pattern))]
    extracts = read_files(*files, zone="America/New_York", **terms)
    return {(each.feed, each.file): each for each in extracts}


def resources(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def typed(extract: Extract) -> pl.DataFrame:
    """Rows as they would land; nothing of them may be quarantined."""
    checked = check_rows(
        FEEDS[extract.feed], extract.frame, zone="America/New_York", latest=datetime(2027, 1, 1)
    )
    assert checked.bad.is_empty()
    return checked.good


def words(value: Any, keys: tuple[str, ...]) -> Iterator[str]:
    """Every text below one of these keys."""
    if isinstance(value, list):
        for each in value:
            yield from words(each, keys)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key in keys and isinstance(each, str):
                yield each
            yield from words(each, keys)


# --- the bulk export --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bulk(folders: dict[str, Path]) -> dict[tuple[str, str], Extract]:
    return export(folders["fhir_bulk_synthea10"])


def test_outpatient_encounters_are_sessions_and_the_others_are_counted(
    folders: dict[str, Path], bulk: dict[tuple[str, str], Extract]
) -> None:
    found = bulk["sessions", "Encounter.000.ndjson"]
    given = resources(folders["fhir_bulk_synthea10"] / "Encounter.000.ndjson")
    classes = Counter(each["class"]["code"] for each in given)
    assert classes == {"AMB": 1133, "IMP": 49, "EMER": 23, "HH": 9, "VR": 1}
    assert (found.rows_read, found.frame.height) == (1215, 1143)
    assert found.rows_filtered == {"class_inpatient": 49, "class_emergency": 23}
    assert found.rejects.is_empty()
    assert set(found.frame["status"]) == {"attended"}


def test_every_clinician_is_found_by_the_number_they_are_referred_to_by(
    folders: dict[str, Path], bulk: dict[tuple[str, str], Extract]
) -> None:
    folder = folders["fhir_bulk_synthea10"]
    by_number = {
        f"{number['system']}|{number['value']}": each["id"]
        for each in resources(folder / "Practitioner.000.ndjson")
        for number in each["identifier"]
    }
    expected = {
        f"Encounter/{each['id']}": (
            each["subject"]["reference"].removeprefix("Patient/"),
            by_number[each["participant"][0]["individual"]["reference"].partition("=")[2]],
        )
        for each in resources(folder / "Encounter.000.ndjson")
        if each["class"]["code"] in ("AMB", "HH", "VR")
    }
    sessions = rows(bulk["sessions", "Encounter.000.ndjson"])
    assert {
        row["session_id"]: (row["client_id"], row["clinician_id"]) for row in sessions
    } == expected
    clinicians = bulk["clinicians", "Practitioner.000.ndjson"].frame["clinician_id"]
    clients = bulk["clients", "Patient.000.ndjson"].frame["client_id"]
    assert (len(clinicians), len(clients)) == (43, 13)
    assert {clinician for _, clinician in expected.values()} <= set(clinicians)
    assert {client for client, _ in expected.values()} == set(clients)


def test_numbers_and_roles_of_a_clinician_are_said_to_be_one_person(
    bulk: dict[tuple[str, str], Extract],
) -> None:
    numbers = rows(bulk["id_links", "Practitioner.000.ndjson"])
    roles = rows(bulk["id_links", "PractitionerRole.000.ndjson"])
    known = set(bulk["clinicians", "Practitioner.000.ndjson"].frame["clinician_id"])
    used = set(bulk["sessions", "Encounter.000.ndjson"].frame["clinician_id"])
    assert {row["new_id"] for row in numbers} == used
    assert len(roles) == 43
    assert {row["new_id"] for row in roles} == known
    assert {row["relation"] for row in [*numbers, *roles]} == {"same_person"}


def test_each_time_has_its_own_offset_and_means_one_moment(
    folders: dict[str, Path], bulk: dict[tuple[str, str], Extract]
) -> None:
    since = export(folders["fhir_bulk_synthea10"], "*.ndjson", options={"since": "1990-01-01"})
    found = since["sessions", "Encounter.000.ndjson"]
    assert found.rows_filtered["before_since"] == 700
    # Five visits of the made-up hospital last for days or weeks; the contract believes none.
    checked = check_rows(
        FEEDS["sessions"], found.frame, zone="America/New_York", latest=datetime(2027, 1, 1)
    )
    assert set(checked.bad["rule"]) <= {"out_of_range"}
    given = {
        f"Encounter/{each['id']}": each["period"]
        for each in resources(folders["fhir_bulk_synthea10"] / "Encounter.000.ndjson")
    }
    landed = checked.good.select("session_id", "started_at", "duration_minutes").rows()
    offsets = set()
    for session, started_at, minutes in landed:
        begun, ended = (datetime.fromisoformat(given[session][end]) for end in ("start", "end"))
        offsets.add(begun.utcoffset())
        assert started_at == begun.astimezone(UTC).replace(tzinfo=None)
        assert minutes == pytest.approx((ended - begun).total_seconds() / 60, abs=0.01)
    assert len(offsets) == 2
    assert len(landed) + checked.bad.height == 443


def test_no_name_or_address_is_anywhere(
    folders: dict[str, Path], bulk: dict[tuple[str, str], Extract]
) -> None:
    said = repr([(each, each.frame.rows()) for each in bulk.values()])
    for kind in ("Patient", "Practitioner", "Encounter"):
        for each in resources(folders["fhir_bulk_synthea10"] / f"{kind}.000.ndjson"):
            ids = {number["value"] for number in each.get("identifier", [])}
            private = {word for word in words(each, NEVER_READ) if len(word) > 5} - ids
            assert [word for word in private if word in said] == []


def test_what_is_no_record_of_a_practice_is_counted(
    bulk: dict[tuple[str, str], Extract],
) -> None:
    (warnings,) = [each.warnings for each in bulk.values() if each.warnings]
    assert "log.ndjson: not read, because it holds no FHIR resource (unknown_file)" in warnings
    unread = "records that Rapport does not read"
    assert f"Location.000.ndjson: {unread}: Location 44" in warnings
    assert f"Organization.000.ndjson: {unread}: Organization 43" in warnings


# --- US Core: the same PHQ-9 twice ------------------------------------------------------------


def test_the_response_and_the_observations_say_the_same(folders: dict[str, Path]) -> None:
    folder = folders["fhir_us_core_phq9"]
    told = [
        typed(each).select("response_id", "client_id", "completed_at", "scale", "score")
        for pattern in ("QuestionnaireResponse-phq-9*", "Observation-*")
        for each in export(folder, pattern).values()
        if each.frame.height
    ]
    response, observations = told[0], pl.concat(told[1:])
    assert response.sort("scale").equals(observations.sort("scale"))
    scores = dict(response.select("scale", "score").rows())
    assert scores == dict(zip(PHQ9_ITEMS, [2, 2, 2, 2, 1, 1, 2, 0, 0], strict=True)) | {"total": 12}


def test_together_they_are_one_administration(folders: dict[str, Path]) -> None:
    found = export(folders["fhir_us_core_phq9"], "*.json")
    assert sum(each.frame.height for each in found.values()) == 10
    left = sum((Counter(each.rows_filtered) for each in found.values()), Counter())
    # 9 items, a total and the panel; six other questionnaires; the difficulty is not read at all.
    assert left == {"taken_from_a_response": 11, "other_questionnaire": 6}
    assert [word for each in found.values() for word in each.warnings] == [
        "Observation-PHQ9-item-example-69722-7.json: records that Rapport does not read: "
        "Observation 1"
    ]


# --- AHRQ: one code for every answer, and totals that are wrong --------------------------------


def test_forty_five_responses_are_read_by_their_stated_numbers(folders: dict[str, Path]) -> None:
    folder = folders["fhir_ahrq_phq9_stu3"]
    found = export(folder, "*.json")
    name = "ahrq-depression-patient-phq9.json"
    entries = [each["resource"] for each in json.loads((folder / name).read_text())["entry"]]
    given = [each for each in entries if each["resourceType"] == "QuestionnaireResponse"]
    urls = {
        (each["resource"]["id"], each["fullUrl"])
        for each in json.loads((folder / name).read_text())["entry"]
        if each["resource"]["resourceType"] == "Patient"
    }
    clients = {url: identity for identity, url in urls}
    expected = {
        (f"Response/{each['id']}|phq9", clients[each["subject"]["reference"]]): [
            _stated(item["answer"][0]) for item in each["item"]
        ]
        for each in given
    }
    assert len(expected) == 45
    told: dict[tuple[str, str], list[float]] = {}
    for row in typed(found["feedback", name]).sort("row_number", "scale").to_dicts():
        told.setdefault((row["response_id"], row["client_id"]), []).append(row["score"])
    assert told == expected
    assert len({client for _, client in told}) == 18
    assert found["clients", name].frame.height == 19


def _stated(answer: dict[str, Any]) -> float:
    """An answer's own number, of which the code, the same everywhere, says nothing."""
    if "valueInteger" in answer:
        return float(answer["valueInteger"])
    assert answer["valueCoding"]["code"] == "LA6568-5"
    return float(answer["valueCoding"]["extension"][0]["valueDecimal"])


def test_totals_that_contradict_their_items_are_counted(folders: dict[str, Path]) -> None:
    found = export(folders["fhir_ahrq_phq9_stu3"], "*.json")
    feedback = typed(found["feedback", "ahrq-depression-patient-phq9.json"])
    whole = feedback.pivot("scale", index="response_id", values="score")
    items = whole.select(pl.sum_horizontal(PHQ9_ITEMS)).to_series()
    assert (whole["total"] != items).sum() == 7
    assert sorted(whole.filter(pl.col("total") > 27)["total"]) == [34, 35, 35, 36, 36]
    (warnings,) = [each.warnings for each in found.values() if each.warnings]
    by_word = {said.split(":")[0].partition(";")[0]: said.split(": ")[1] for said in warnings}
    assert by_word == {
        "answers whose code means another number than the one stated beside it": "238",
        "stated totals that are not the sum of their items": "7",
        "stated totals that the form cannot reach": "5",
    }
