"""Cliniko's patient forms: scores by place, and forms that are not as declared.

Belongs here: feedback and the reader's options. Does not belong here: sessions and people
(test_cliniko.py).
"""

from __future__ import annotations

from typing import Any

import pytest

from orchestration.errors import SettingsError
from orchestration.readers import READERS
from orchestration.settings import SourceConfig
from tests.unit.readers.cliniko_documents import CANARY, group, link, patient_form, saved
from tests.unit.readers.cliniko_reading import read, rows

FORM = {"name": "mood, Weekly ", "instrument": "phq9", "questions": ["item_01", "", "item_03", ""]}


def test_a_form_is_scored_by_place_alone() -> None:
    booking = "543342507031791275"
    pages = [
        saved(
            "patient_forms",
            [
                patient_form("7", 3, 1, 0),
                patient_form("8", None, 1, 2),
                patient_form("9", 1, 1, 1, name="Intake"),
                patient_form("10", 1, 1, 1, completed_at=None),
                patient_form("11", 1, 1, 1, archived_at="2026-03-05T00:00:00Z"),
            ],
        )
    ]
    extracts = read(*pages, options={"forms": [FORM]})
    found = rows(extracts, "feedback")
    scores = [(each["response_id"], each["scale"], each.get("score")) for each in found]
    assert scores == [
        ("7", "item_01", "3"),
        ("7", "item_03", "0"),
        ("8", "item_01", None),
        ("8", "item_03", "2"),
        ("11", "item_01", None),
        ("11", "item_03", None),
    ]
    assert [each["skipped"] for each in found] == [None, None, "true", None, None, None]
    assert [each["is_deleted"] for each in found[-2:]] == ["true", "true"]
    assert found[0]["session_id"] == booking
    assert (found[0]["client_id"], found[0]["completed_at"]) == ("82", "2026-03-04T09:50:00Z")
    assert extracts[0].rows_filtered == {"form_not_wanted": 1, "form_not_completed": 1}
    assert extracts[0].file_rows == 5


def test_a_form_of_a_group_belongs_to_the_attendees_session() -> None:
    pages = [
        saved("group_appointments", [group("543342507031791275")]),
        saved("patient_forms", [patient_form("7", 3, 1, 0)]),
    ]
    found = rows(read(*pages, options={"forms": [FORM]}), "feedback")
    assert found[0]["session_id"] == "543342507652548177"


def test_scores_of_a_forms_answers_may_be_given() -> None:
    options = {"forms": [FORM | {"scores": [4, 3, 2.5, 0]}]}
    found = rows(
        read(saved("patient_forms", [patient_form("7", 0, 0, 2)]), options=options), "feedback"
    )
    assert [each["score"] for each in found] == ["4", "2.5"]


def _changed(**question: Any) -> dict[str, Any]:
    made = patient_form("7", 1, 1, 1)
    made["content"]["sections"][0]["questions"][0] |= question
    return made


@pytest.mark.parametrize(
    ("record", "rule"),
    [
        (patient_form("7", 1, 1), "unexpected_form"),
        (patient_form("7", 1, 1, 1, content=None), "unexpected_form"),
        (_changed(type="signature"), "unexpected_form"),
        (_changed(type="paragraph", answer=CANARY), "unexpected_form"),
        (_changed(type="text", answer=f"{CANARY} 3"), "not_a_number"),
        (_changed(answers=[{"selected": True}, {"selected": True}]), "several_answers"),
        (patient_form("7", 1, 1, 1, patient=link("users/1")), "foreign_link"),
    ],
)
def test_a_form_that_is_not_as_declared_is_held_back(record: dict[str, Any], rule: str) -> None:
    extracts = read(saved("patient_forms", [record]), options={"forms": [FORM]})
    assert {row[1] for row in extracts[0].rejects.rows()} == {rule}
    assert extracts[0].frame.height == 0


def test_a_number_typed_into_a_form() -> None:
    record = _changed(type="text", answer=" 7.5 ")
    found = rows(read(saved("patient_forms", [record]), options={"forms": [FORM]}), "feedback")
    assert found[0]["score"] == "7.5"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"appointment_types": {"2": "first"}}, "options.appointment_types.2"),
        ({"cancellation_reasons": {"50": "attended"}}, "options.cancellation_reasons.50"),
        ({"forms": [FORM | {"questions": [""]}]}, "options.forms.0"),
        ({"forms": [FORM | {"questions": ["item_01", "item_01"]}]}, "options.forms.0"),
        ({"forms": [FORM, FORM]}, "two have the same name"),
        ({"names": True}, "options.names: unknown key"),
    ],
)
def test_options_are_checked(options: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        READERS["cliniko"].validate("clinic", SourceConfig(reader="cliniko", options=options))
    assert said in str(caught.value)
    with pytest.raises(SettingsError):
        READERS["cliniko"].validate("clinic", SourceConfig(reader="cliniko", feeds=[]))
