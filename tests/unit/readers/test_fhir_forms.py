"""Questionnaire responses and observations of a FHIR server as answers to forms.

Belongs here: which form, which item, which number, which administration. Does not belong here:
scoring (dbt), real files (`tests/integration/test_real_fhir.py`).
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.readers.fhir_files import (
    GAD7,
    PHQ9,
    Resource,
    appointment,
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

ANSWERS = ["LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9"]
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
STRUCTURE = "http://hl7.org/fhir/StructureDefinition/"


def phq9(**elements: Any) -> Resource:
    items = [item(f"/{code}", coded(ANSWERS[n % 4])) for n, code in enumerate(PHQ9)]
    return response("r1", items, **elements)


def scores(*resources: Resource, **terms: Any) -> dict[str, str | None]:
    found = rows(read(*resources, **terms)["feedback"])
    return {row["scale"]: row.get("score") for row in found}


# --- which item -------------------------------------------------------------------------------


def test_items_stand_in_the_order_of_the_instrument() -> None:
    assert scores(phq9()) == {f"item_{n + 1:02d}": str(n % 4) for n in range(9)}
    answers = [item(f"/{code}", {"valueInteger": n}) for n, code in enumerate(GAD7)]
    found = rows(read(response("r1", answers))["feedback"])
    assert [(row["scale"], row["score"]) for row in found] == [
        (f"item_{n + 1:02d}", str(n)) for n in range(7)
    ]
    assert {row["instrument"] for row in found} == {"gad7"}


def test_a_form_with_gaps_beside_answers_nobody_knows_is_said() -> None:
    def said(*links: str) -> list[str]:
        answers = [item(link, {"valueInteger": 1}) for link in links]
        warnings = read(response("r1", answers))["feedback"].warnings
        return [each for each in warnings if each.startswith("forms that lack")]

    assert said(*PHQ9[4:], "1", "2", "3", "4")[0].endswith(": 1")
    assert said(*PHQ9, "1") == said(*PHQ9[4:]) == []


def test_an_administration_is_one_row_per_answer() -> None:
    first = rows(read(phq9(meta={"lastUpdated": "2026-03-05T00:00:00Z"}))["feedback"])[0]
    assert first == {
        "response_id": "Response/r1|phq9",
        "client_id": "p1",
        "completed_at": "2026-03-04T09:00:00Z",
        "instrument": "phq9",
        "scale": "item_01",
        "score": "0",
        "respondent": "client",
        "record_updated_at": "2026-03-05T00:00:00Z",
    }


@pytest.mark.parametrize(
    "elements",
    [
        {"linkId": "/44260-8"},
        {"linkId": "44260-8"},
        {"linkId": "9", "definition": "http://loinc.org/fhir/DataElement/44260-8"},
        {"linkId": "phq-q09", "definition": "http://loinc.orgfhir/DataElement/44260-8"},
    ],
)
def test_an_item_is_known_by_its_definition_or_the_end_of_its_link(elements: Resource) -> None:
    assert scores(response("r1", [item("", coded(ANSWERS[2])) | elements])) == {"item_09": "2"}


def test_a_number_alone_says_nothing_of_an_item() -> None:
    answers = [item(str(n), coded(ANSWERS[1])) for n in range(1, 10)]
    found = read(response("r1", answers))["feedback"]
    assert found.rows_filtered == {"other_questionnaire": 1}


def questionnaire(code: str, **elements: Any) -> Resource:
    nested = [{"linkId": "PHQ.1", "code": [{"code": code}], **elements}]
    return resource(
        "Questionnaire", "q1", url="http://ehr.example/q", item=[{"linkId": "g", "item": nested}]
    )


@pytest.mark.parametrize(
    "reference",
    [
        "http://ehr.example/q",
        "http://ehr.example/q|2.1",
        "Questionnaire/q1",
        {"reference": "https://ehr.example/fhir/Questionnaire/q1"},
    ],
)
def test_the_questionnaire_says_which_item_a_link_means(reference: Any) -> None:
    answer = [item("g", item=[item("PHQ.1", coded(ANSWERS[3]))])]
    filled = response("r1", answer, questionnaire=reference)
    assert scores(questionnaire("44260-8"), filled) == {"item_09": "3"}


def test_the_questionnaire_holds_over_what_a_link_seems_to_say() -> None:
    answer = [item("/44250-9", coded(ANSWERS[3]))]
    told = {"linkId": "/44250-9"}
    filled = response("r1", answer, questionnaire="Questionnaire/q1")
    assert scores(questionnaire("44260-8", **told), filled) == {"item_09": "3"}
    other = read(questionnaire("12345-6", **told), filled)["feedback"]
    assert other.rows_filtered == {"other_questionnaire": 1}


def test_a_contained_questionnaire_is_asked_too() -> None:
    inside = questionnaire("44260-8") | {"id": "inner"}
    answer = [item("PHQ.1", coded(ANSWERS[3]))]
    filled = response("r1", answer, questionnaire="#inner", contained=[inside])
    assert scores(filled) == {"item_09": "3"}


@pytest.mark.parametrize("codes", [PHQ9[:2], ["55757-9", *PHQ9[:2], "55758-7"], PHQ9[:8]])
def test_a_shorter_form_of_the_same_items_is_not_the_whole(codes: list[str]) -> None:
    """The PHQ-2 and PHQ-8 would be scored as a PHQ-9 with items missing."""
    answers = [item(f"/{code}", coded(ANSWERS[1])) for code in codes]
    found = read(response("r1", answers))["feedback"]
    assert found.rows_filtered == {"other_questionnaire": 1}
    unanswered = [*answers, {"linkId": "/44260-8"}]
    assert len(scores(response("r1", unanswered))) == sum(code in PHQ9 for code in codes)


def test_two_forms_in_one_response_are_two_administrations() -> None:
    answers = [item(f"/{code}", coded(ANSWERS[1])) for code in (*PHQ9, *GAD7, "69722-7")]
    found = rows(read(response("r1", answers))["feedback"])
    assert {row["response_id"] for row in found} == {"Response/r1|phq9", "Response/r1|gad7"}
    assert len(found) == 16


@pytest.mark.parametrize(
    ("answers", "rule"),
    [
        (
            [item("/69737-5", {"valueInteger": 2}), item("/69725-0", {"valueInteger": 1})],
            "panel_code_as_item",
        ),
        (
            [item("/44260-8", coded(ANSWERS[1])), item("44260-8", coded(ANSWERS[2]))],
            "duplicate_item",
        ),
    ],
)
def test_items_that_cannot_be_told_apart_hold_the_response_back(answers: Any, rule: str) -> None:
    found = read(response("r1", answers))["feedback"]
    assert (rules(found), found.frame.height) == ([rule], 0)


# --- which number -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["iso21090-CO-value", "ordinalValue", "questionnaire-ordinalValue", "itemWeight"]
)
@pytest.mark.parametrize("place", ["coding", "answer"])
def test_a_number_beside_the_code_is_the_answer(name: str, place: str) -> None:
    answer = coded(ANSWERS[0])
    stated = [{"url": STRUCTURE + name, "valueDecimal": 3}]
    if place == "coding":
        answer["valueCoding"]["extension"] = stated
    else:
        answer["extension"] = stated
    found = read(response("r1", [item("/44260-8", answer)]))["feedback"]
    assert found.frame["score"].to_list() == ["3"]
    assert [said.rpartition(": ")[2] for said in found.warnings] == ["1"]


@pytest.mark.parametrize(
    ("answer", "score"),
    [
        ({"valueInteger": 2}, "2"),
        ({"valueDecimal": 2.0}, "2.0"),
        ({"valueString": "2"}, "2"),
        ({"valueQuantity": {"value": 2, "unit": "score"}}, "2"),
        (coded("LA6570-1"), "2"),
    ],
)
def test_every_way_to_write_a_number_is_one(answer: Resource, score: str) -> None:
    assert scores(response("r1", [item("/44260-8", answer)])) == {"item_09": score}


@pytest.mark.parametrize(
    "answer",
    [coded("LA0000-0"), {"valueString": "often"}, {"valueBoolean": True}, {"valueString": "1e5"}],
)
def test_what_is_no_number_is_held_back_and_the_others_land(answer: Resource) -> None:
    found = read(response("r1", [item("/44250-9", coded(ANSWERS[1])), item("/44260-8", answer)]))
    assert found["feedback"].rejects.rows() == [(1, "unknown_answer", "score")]
    assert found["feedback"].frame["scale"].to_list() == ["item_01"]


def test_two_answers_to_one_question_are_none() -> None:
    both = [item("/44260-8", coded(ANSWERS[1]), coded(ANSWERS[2]))]
    assert rules(read(response("r1", both))["feedback"]) == ["several_answers"]


def test_the_questionnaires_own_numbers_come_before_loincs() -> None:
    options = [
        {
            "valueCoding": {"code": code},
            "extension": [{"url": STRUCTURE + "ordinalValue", "valueDecimal": n}],
        }
        for code, n in (("often", 3), ("LA6568-5", 1))
    ]
    asked = questionnaire("44260-8", answerOption=options)
    for code, score in (("often", "3"), ("LA6568-5", "1")):
        filled = response("r1", [item("PHQ.1", coded(code))], questionnaire="Questionnaire/q1")
        assert scores(asked, filled) == {"item_09": score}


@pytest.mark.parametrize(
    "declined",
    [
        {"linkId": "/44260-8", "extension": [{"url": ABSENT, "valueCode": "asked-declined"}]},
        item(
            "/44260-8",
            {"_valueInteger": {"extension": [{"url": ABSENT, "valueCode": "asked-declined"}]}},
        ),
        item(
            "/44260-8",
            {"valueCoding": {"extension": [{"url": ABSENT, "valueCode": "asked-declined"}]}},
        ),
        item("/44260-8", coded("asked-declined")),
    ],
)
def test_an_answer_that_was_declined_is_a_skipped_one(declined: Resource) -> None:
    (row,) = rows(read(response("r1", [declined]))["feedback"])
    assert (row["skipped"], row["skip_reason"], row.get("score")) == (
        "true",
        "asked-declined",
        None,
    )


def test_a_reason_that_is_not_on_the_list_is_not_repeated() -> None:
    odd = {"linkId": "/44260-8", "extension": [{"url": ABSENT, "valueCode": "fell asleep"}]}
    assert rows(read(response("r1", [odd]))["feedback"])[0]["skip_reason"] == "unknown"


def test_a_stated_total_lands_beside_its_items_and_is_compared_with_them() -> None:
    def warned(total: int) -> list[str]:
        filled = phq9()
        filled["item"].append(item("/44261-6", {"valueInteger": total}))
        found = read(filled)["feedback"]
        assert rows(found)[-1]["scale"] == "total"
        return [said.split(":")[0].split(";")[0] for said in found.warnings]

    assert warned(12) == []
    assert warned(11) == ["stated totals that are not the sum of their items"]
    assert warned(28)[1] == "stated totals that the form cannot reach"


# --- which administration ---------------------------------------------------------------------


@pytest.mark.parametrize("status", ["in-progress", "stopped"])
def test_an_unfinished_response_is_left_out(status: str) -> None:
    assert read(phq9(status=status))["feedback"].rows_filtered == {"not_completed": 1}


def test_a_response_entered_in_error_takes_its_answers_back() -> None:
    found = rows(read(phq9(status="entered-in-error"))["feedback"])
    assert [row["is_deleted"] for row in found] == ["true"] * 9
    assert rules(read(phq9(status="done"))["feedback"]) == ["not_in_list"]


def test_a_response_says_who_answered_and_in_which_session() -> None:
    booked = appointment(status="booked")
    contact = encounter(appointment=[to("Appointment/a1")])
    filled = phq9(encounter=to("Encounter/e1"), source=to("RelatedPerson/m"))
    row = rows(read(booked, contact, filled)["feedback"])[0]
    assert (row["session_id"], row["respondent"]) == ("Appointment/a1", "caregiver")
    old = rows(read(contact, phq9(context=to("Encounter/e1")))["feedback"])[0]
    assert old["session_id"] == "Appointment/a1"
    care = rows(read(phq9(context=to("EpisodeOfCare/x1")))["feedback"])[0]
    assert care["episode_id"] == "x1"


def test_a_session_that_is_not_here_is_not_named() -> None:
    """A form that names a session nobody knows would wait for it for ever."""
    assert "session_id" not in rows(read(phq9(encounter=to("Encounter/e1")))["feedback"])[0]
    inpatient = encounter(**{"class": {"code": "IMP"}})
    found = rows(read(inpatient, phq9(encounter=to("Encounter/e1")))["feedback"])
    assert "session_id" not in found[0]
    other = encounter(subject=to("Patient/p9"))
    found = rows(read(other, phq9(encounter=to("Encounter/e1")))["feedback"])
    assert "session_id" not in found[0]


def test_a_day_without_a_time_needs_an_hour_from_the_practice() -> None:
    filled = phq9(authored="2026-03-04")
    assert rows(read(filled)["feedback"])[0]["completed_at"] == "2026-03-04"
    found = read(filled, options={"form_time": "09:30"})["feedback"]
    assert found.frame["completed_at"].unique().to_list() == ["2026-03-04T09:30"]


SRS = {
    "questionnaires": {
        "http://practice.example/srs": {
            "instrument": "srs",
            "items": {"1": "item_01", "2": "item_02", "sum": "total"},
            "answers": {"good": 9.5},
            "timing": "post_session",
        }
    }
}


def test_a_form_without_loinc_codes_is_read_by_the_practices_map() -> None:
    answers = [
        item("1", {"valueDecimal": 8.1}),
        item("2", coded("good")),
        item("sum", {"valueInteger": 17}),
        item("remark", {"valueString": "free text"}),
    ]
    filled = response("r1", answers, questionnaire="http://practice.example/srs|1")
    found = rows(read(filled, options=SRS)["feedback"])
    assert [(row["scale"], row["score"]) for row in found] == [
        ("item_01", "8.1"),
        ("item_02", "9.5"),
        ("total", "17"),
    ]
    assert {(r["instrument"], r["timing"], r["response_id"]) for r in found} == {
        ("srs", "post_session", "Response/r1|srs")
    }
    identifier = {"identifier": {"system": "http://practice.example", "value": "srs"}}
    options = {
        "questionnaires": {
            "http://practice.example|srs": SRS["questionnaires"]["http://practice.example/srs"]
        }
    }
    assert (
        scores(response("r1", answers, questionnaire=identifier), options=options)["item_01"]
        == "8.1"
    )
