"""Files, references and people of a FHIR delivery.

Belongs here: what a file may be, who is meant, what is deleted, and that no name gets through. Does
not belong here: sessions (`test_fhir_sessions.py`), forms (`test_fhir_forms.py`), real files
(`tests/integration/test_real_fhir.py`).
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from orchestration.errors import DeliveryRejected, SettingsError
from orchestration.readers import READERS
from orchestration.settings import SourceConfig
from orchestration.settings_template import init_home
from tests.unit.ingest.making import KEY, Practice
from tests.unit.readers.fhir_files import (
    NAME,
    NPI,
    START,
    Resource,
    appointment,
    bundle,
    coded,
    deletion,
    encounter,
    item,
    lines,
    link,
    part,
    patient,
    practitioner,
    read,
    read_files,
    rejected,
    resource,
    response,
    rows,
    to,
)
from tests.unit.readers.files import data_file


@pytest.fixture
def practice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Practice:
    """A fresh home with a fixed key."""
    monkeypatch.setenv("RAPPORT_PSEUDONYM_KEY", KEY.hex())
    return Practice(init_home(tmp_path / "home", time_zone="Europe/London"))


# --- files ------------------------------------------------------------------------------------


def test_ndjson_bundles_and_single_resources_say_the_same() -> None:
    one, two = patient("p1"), patient("p2")
    by_lines = read_files(("Patient.000.ndjson", lines(one, "", two)))[0]
    by_bundle = read(one, two)["clients"]
    alone = read_files(("a.json", json.dumps(one)), ("b.json", json.dumps(two)))
    assert by_lines.frame["row_number"].to_list() == [1, 3]
    assert by_bundle.frame["row_number"].to_list() == [1, 2]
    assert [each.frame["row_number"].to_list() for each in alone] == [[1], [1]]
    expected = rows(by_lines)
    assert rows(by_bundle) == expected
    assert [*rows(alone[0]), *rows(alone[1])] == expected
    assert expected[0] == {"client_id": "p1", "birth_year": "1980", "gender": "female"}


@pytest.mark.parametrize("kind", ["searchset", "transaction", "batch", "collection", "history"])
def test_every_kind_of_bundle_is_read(kind: str) -> None:
    (found,) = read_files(("export.json", bundle(patient(), kind=kind)))
    assert found.frame["client_id"].to_list() == ["p1"]


def test_a_broken_line_is_held_back_and_the_others_land() -> None:
    text = lines(patient("p1"), '{"resourceType":"Patient","id":', {"id": "x"}, patient("p2"))
    (found,) = read_files(("Patient.ndjson", text))
    assert found.frame["client_id"].to_list() == ["p1", "p2"]
    assert found.rejects.rows() == [(2, "json:syntax", None), (3, "no_resource_type", None)]
    assert (found.rows_read, found.file_rows) == (4, 4)


def test_what_is_not_read_is_counted_and_named_only_where_it_is_known() -> None:
    other = resource(NAME.split()[1], "x")
    found = read_files(
        ("all.ndjson", lines(patient(), resource("Organization", "o"), other, other)),
        ("log.ndjson", lines({"eventId": "kickoff"})),
        ("README.md", "hello"),
    )
    assert found[0].warnings == (
        "log.ndjson: not read, because it holds no FHIR resource (unknown_file)",
        "README.md: not read, because its name does not end in .ndjson or .json (unknown_file)",
        "all.ndjson: records that Rapport does not read: Organization 1, others 2",
    )
    assert found[0].file_rows == 4


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("a.json", "<!DOCTYPE html><html>Sign in</html>", "web_page"),
        ("a.ndjson", "<html>\n<body>\n", "web_page"),
        ("a.json", '<Bundle xmlns="http://hl7.org/fhir"/>', "not_json"),
        ("a.json", '{"resourceType": "Patient", "id": "p', "not_json"),
        ("a.ndjson", "p1;Quillfeather\n", "not_json"),
        ("a.json", " ", "empty_file"),
        ("a.json", json.dumps(resource("OperationOutcome", None)), "operation_outcome"),
        ("a.json", json.dumps({"error": "invalid_token"}), "no_feed_file"),
        ("a.json", bundle(resource("Organization", "o")), "no_feed_file"),
        ("notes.txt", "hello", "no_feed_file"),
    ],
)
def test_what_is_no_fhir_data_is_refused_in_plain_words(name: str, text: str, rule: str) -> None:
    problem = rejected((name, text))
    assert problem.rule == rule
    assert "Quillfeather" not in str(problem)


def test_a_refusal_inside_a_page_is_not_an_empty_result() -> None:
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "security"}],
    }
    problem = rejected(("a.json", bundle(outcome, kind="searchset")), ("b.json", bundle(patient())))
    assert problem.rule == "operation_outcome"
    assert "permission" in problem.detail
    hint = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning"}]}
    found = read_files(("a.json", bundle(patient(), hint, kind="searchset")))
    assert found[0].warnings == ("a.json: records that Rapport does not read: OperationOutcome 1",)


def test_the_first_page_alone_is_not_taken_for_the_whole() -> None:
    more = [{"relation": "next", "url": "https://ehr.example/fhir?page=2"}]
    first = bundle(patient("p1"), kind="searchset", link=more)
    assert rejected(("1.json", first)).rule == "incomplete_pages"
    last = bundle(patient("p2"), kind="searchset")
    assert len(read_files(("1.json", first), ("2.json", last))) == 2


def test_of_several_versions_in_a_delivery_the_newest_speaks() -> None:
    old = appointment(status="booked", meta={"lastUpdated": "2026-03-01T00:00:00Z"})
    new = appointment(status="noshow", meta={"lastUpdated": "2026-03-04T23:00:00+10:00"})
    found = read(new, old)["sessions"]
    assert (found.rows_filtered, found.frame["status"].to_list()) == (
        {"older_version": 1},
        ["no_show"],
    )
    # The same record on two pages, or two that claim the same moment: the landing settles them.
    assert read(new, new)["sessions"].frame.height == 2


# --- deletions --------------------------------------------------------------------------------


def test_a_bulk_exports_deletions_take_back_what_had_landed() -> None:
    gone = [
        deletion("Patient/p1"),
        deletion("Practitioner/c1"),
        deletion("Appointment/a1"),
        deletion("Encounter/e1"),
        deletion("EpisodeOfCare/x1"),
    ]
    found = {
        each.feed: each
        for each in read_files(
            ("deleted.ndjson", lines(json.loads(bundle(*gone, kind="transaction"))))
        )
    }
    assert rows(found["clients"]) == [{"client_id": "p1", "is_deleted": "true"}]
    assert rows(found["clinicians"]) == [{"clinician_id": "c1", "is_deleted": "true"}]
    assert rows(found["episodes"]) == [{"episode_id": "x1", "is_deleted": "true"}]
    assert [row["session_id"] for row in rows(found["sessions"])] == [
        "Appointment/a1",
        "Encounter/e1",
    ]


def test_a_deletion_is_newer_than_the_version_it_deletes() -> None:
    gone = deletion("Patient/p1") | {"response": {"lastModified": "2026-03-05T00:00:00Z"}}
    known = patient(meta={"lastUpdated": "2026-03-01T00:00:00Z"})
    found = read(gone, known)["clients"]
    assert found.rows_filtered == {"older_version": 1}
    assert rows(found) == [
        {"client_id": "p1", "is_deleted": "true", "record_updated_at": "2026-03-05T00:00:00Z"}
    ]


def test_a_bundle_of_deletions_says_when_they_were_known() -> None:
    gone = bundle(deletion("Patient/p1"), meta={"lastUpdated": "2026-03-05T00:00:00Z"})
    (found,) = read_files(("deleted.ndjson", lines(json.loads(gone))))
    assert rows(found)[0]["record_updated_at"] == "2026-03-05T00:00:00Z"


def test_a_deleted_form_takes_back_each_of_its_answers() -> None:
    found = rows(read(deletion("QuestionnaireResponse/r1"))["feedback"])
    assert {row["is_deleted"] for row in found} == {"true"}
    keys = {(row["response_id"], row["scale"]) for row in found}
    assert len(keys) == len(found) == 10 + 8
    assert ("Response/r1|phq9", "item_09") in keys


@pytest.mark.parametrize("url", ["Observation/o1", "Patient?identifier=x|1", "Patient", ""])
def test_a_deletion_of_what_cannot_be_known_is_counted(url: str) -> None:
    found = read(patient(), deletion(url))
    if "feedback" in found:
        assert found["feedback"].rows_filtered == {"deletion_without_key": 1}
    else:
        assert "others 1" in found["clients"].warnings[0]


# --- settings, landing, fuzz ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"encounter_class": ["AMB"]}, "encounter_class"),
        ({"modalities": {"VR": "screen"}}, "modalities.VR"),
        ({"session_time": "25:00"}, "session_time"),
        ({"questionnaires": {"u": {"instrument": "srs", "items": {}}}}, "questionnaires.u.items"),
    ],
)
def test_wrong_options_are_named_by_their_key(options: Resource, key: str) -> None:
    with pytest.raises(SettingsError, match=rf"sources\.ehr\.options\.{key}"):
        READERS["fhir"].validate("ehr", SourceConfig(reader="fhir", options=options))
    with pytest.raises(SettingsError, match=r"sources\.ehr\.feeds"):
        READERS["fhir"].validate("ehr", SourceConfig(reader="fhir", feeds=[]))


def test_fhir_is_recognised_by_its_first_bytes() -> None:
    reader = READERS["fhir"]
    assert reader.recognise([data_file("x.ndjson", lines(patient()))]) == "FHIR resources"
    assert reader.recognise([data_file("x.json", "{}"), data_file("y.csv", "resourceType")]) is None


def test_a_delivery_lands_without_any_identity(practice: Practice) -> None:
    practice.configure('[sources.ehr]\nreader = "fhir"\n')
    answers = [item(f"/{code}", coded("LA6569-3")) for code in ("44250-9", "44260-8")]
    people = [patient(), practitioner(identifier=[{"system": NPI, "value": "9"}])]
    by_npi = [{"individual": to(f"Practitioner?identifier={NPI}|9")}]
    seen = encounter(participant=by_npi)
    practice.put("ehr/2026-06-01", {"all.json": bundle(*people, seen, response("r1", answers))})
    report = practice.land()["ehr/2026-06-01"]
    assert (report.status, report.bad_rows.height) == ("accepted", 0)
    assert practice.landed("sessions").height == 1
    assert practice.landed("feedback")["score"].to_list() == [1.0, 1.0]
    (old, new) = practice.landed("id_links").select("old_key", "new_key").row(0)
    assert practice.landed("sessions")["clinician_key"].to_list() == [new] != [old]
    for feed in ("sessions", "feedback", "clients", "clinicians", "id_links"):
        text = repr(practice.landed(feed).rows())
        assert not [word for word in ("Quillfeather", NPI, "'p1'", "'c1'") if word in text]


def test_what_is_held_back_is_known_to_exist(practice: Practice) -> None:
    """Else a full export could say of nothing that it is gone, as long as one record is bad."""
    practice.configure(
        '[sources.ehr]\nreader = "fhir"\nextract_kind = "full"\n[intake]\nmax_bad_share = 1\n'
    )
    good = [patient("p1"), patient("p2"), practitioner("c1"), practitioner("c2")]
    pair = [part("Patient/p1"), part("Patient/p2"), part("Practitioner/c1")]
    both = [appointment("a1"), appointment("a2"), appointment("a3", participant=pair)]
    answers = [item("/44260-8", coded("LA6569-3"))]
    before = bundle(*good, *both, response("r1", answers))
    two = [part("Practitioner/c1"), part("Practitioner/c2")]
    bad = [
        appointment("a1", status="done"),
        appointment("a3", participant=[*pair, *two]),
        response("r1", [item("/44260-8", coded("often"))]),
    ]
    practice.put("ehr/2026-06-01", {"all.json": before})
    practice.put("ehr/2026-06-08", {"all.json": bundle(*good, *bad)})
    practice.land()
    held = practice.quarantine()
    # a2 alone is gone; the keys of the others are those under which they had landed.
    known = {*practice.landed("sessions").filter(~pl.col("is_deleted"))["session_key"]}
    assert len(known) == 4
    assert {*held.filter(pl.col("feed") == "sessions")["row_key"]} < known
    assert held.filter(pl.col("feed") == "sessions").height == 3
    assert held["row_key"].null_count() == 0


SAMPLE: list[Resource] = [
    patient(link=link("seealso", "Patient/p2")),
    practitioner(identifier=[{"system": NPI, "value": "9"}]),
    resource("PractitionerRole", "r7", practitioner=to("Practitioner/c1")),
    appointment(cancelationReason={"coding": [{"code": "pat"}]}, created=START),
    encounter(appointment=[to("Appointment/a1")], episodeOfCare=[to("EpisodeOfCare/x1")]),
    response("r1", [item("/44250-9", coded("LA6569-3", 2)), item("/44261-6", {"valueInteger": 9})]),
    resource(
        "Observation",
        "o1",
        status="final",
        code={"coding": [{"code": "44261-6"}]},
        subject=to("Patient/p1"),
        effectiveDateTime=START,
        valueInteger=4,
        hasMember=[to("Observation/o2")],
        component=[{"code": {"coding": [{"code": "44260-8"}]}}],
    ),
    resource(
        "Questionnaire", "q", url="http://q", item=[{"linkId": "1", "code": [{"code": "44250-9"}]}]
    ),
    resource(
        "EpisodeOfCare", "x1", status="active", patient=to("Patient/p1"), period={"start": START}
    ),
]
ODD: list[Any] = [
    None,
    7,
    -1.5,
    True,
    "",
    "odd",
    [],
    {},
    [[]],
    [None],
    {"coding": "x"},
    "🦊",
    10**30,
]


def mutated(value: Any, dice: random.Random) -> Any:
    """The value with one thing in it that should not be there."""
    if isinstance(value, dict) and value and dice.random() < 0.85:
        key = dice.choice(list(value))
        return value | {key: mutated(value[key], dice)}
    if isinstance(value, list) and value and dice.random() < 0.85:
        place = dice.randrange(len(value))
        return [*value[:place], mutated(value[place], dice), *value[place + 1 :]]
    return dice.choice(ODD)


def test_whatever_stands_in_an_element_nothing_is_lost_and_nothing_breaks() -> None:
    """Conservation and silence are asserted by `read_files` itself."""
    dice = random.Random(20260604)
    for _ in range(150):
        broken = [mutated(each, dice) if dice.random() < 0.4 else each for each in SAMPLE]
        text = json.dumps(
            {
                "resourceType": "Bundle",
                "type": "searchset",
                "entry": [{"fullUrl": "urn:uuid:1", "resource": each} for each in broken],
            }
        )
        data = bytearray(text.encode())
        for _ in range(dice.choice([0, 0, 1])):
            data[dice.randrange(len(data))] = dice.randrange(256)
        try:
            read_files(("all.json", bytes(data)))
        except DeliveryRejected as problem:
            assert "Quillfeather" not in str(problem)
