"""Cliniko's patient forms: a form of the practice's own making, read as a questionnaire.

Here: which answers of which form are scores. Not here: the form's wording, which is licensed or the
practice's own and is never looked at: a question is known by its place in the form, an answer by
its place among the answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from orchestration.readers.cliniko_records import (
    BOOKINGS,
    BadFieldError,
    Record,
    begin,
    link_of,
    text_of,
)

_NUMBER = re.compile(r"[+-]?[0-9]{1,4}(?:\.[0-9]{1,3})?")

Scale = Annotated[str, StringConstraints(pattern=r"^([a-z][a-z0-9_]{0,39})?$")]


class FormOptions(BaseModel):
    """``[[sources.<name>.options.forms]]``: one of the practice's forms that is a questionnaire.

    Attributes:
        name: the form's name in Cliniko.
        instrument: which questionnaire it is.
        questions: the scale of each question of the form, section after section; an empty one is
            not read.
        scores: the score of each answer to choose from, in their order; by default 0, 1, 2 ...
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=255)
    instrument: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_:]{0,39}$")]
    instrument_version: str | None = None
    respondent: Literal["client", "clinician", "observer", "caregiver"] = "client"
    timing: Literal["pre_session", "post_session", "between"] | None = None
    questions: tuple[Scale, ...] = Field(min_length=1, max_length=400)
    scores: tuple[float, ...] | None = Field(default=None, min_length=2)

    @model_validator(mode="after")
    def _scales(self) -> FormOptions:
        if not self.scales or len(set(self.scales)) < len(self.scales):
            raise ValueError("questions names no scale, or one twice")
        return self

    @property
    def scales(self) -> tuple[str, ...]:
        """Scales of the questions that are read."""
        return tuple(scale for scale in self.questions if scale)


def form_of(record: object, forms: Mapping[str, FormOptions]) -> FormOptions | None:
    """The settings of a completed form; None where there are none, or it is not completed."""
    if not isinstance(record, dict) or not record.get("completed_at"):
        return None
    name = record.get("name")
    return forms.get(name.strip().casefold()) if isinstance(name, str) else None


def form(record: Mapping[str, Any], row: int, options: FormOptions) -> Record:
    """A completed form: one answer per scale."""
    made = begin(record, row, ("patient_forms",), "response_id")
    made.is_deleted |= text_of(record, "archived_at") is not None
    made.answers = dict.fromkeys(options.scales)
    if made.is_deleted:
        return made
    made.booking = link_of(record, "booking", BOOKINGS, "session_id")
    made.cells |= {
        "client_id": link_of(record, "patient", ("patients",), "client_id"),
        "completed_at": text_of(record, "completed_at"),
        "session_id": link_of(record, "attendee", ("attendees",), "session_id"),
        "instrument": options.instrument,
        "instrument_version": options.instrument_version,
        "respondent": options.respondent,
        "timing": options.timing,
    }
    questions = _questions(record)
    if len(questions) != len(options.questions):
        raise BadFieldError("unexpected_form", "scale")
    for scale, question in zip(options.questions, questions, strict=True):
        if scale:
            made.answers[scale] = _score(question, options.scores)
    return made


def _questions(record: Mapping[str, Any]) -> list[Any]:
    """The questions of all sections, in their order."""
    content = record.get("content")
    sections = content.get("sections") if isinstance(content, dict) else None
    found: list[Any] = []
    for section in sections if isinstance(sections, list) else []:
        questions = section.get("questions") if isinstance(section, dict) else None
        found += questions if isinstance(questions, list) else []
    return found


def _score(question: object, scores: tuple[float, ...] | None) -> str | None:
    """The score of an answer, None where the question was left out."""
    kind = question.get("type") if isinstance(question, dict) else None
    if kind == "text":
        answer = text_of(question, "answer")
        if answer is None:
            return None
        if not _NUMBER.fullmatch(answer.strip()):
            raise BadFieldError("not_a_number", "score")
        return answer.strip()
    answers = question.get("answers") if isinstance(question, dict) else None
    if kind not in ("radiobuttons", "checkboxes") or not isinstance(answers, list):
        raise BadFieldError("unexpected_form", "scale")
    chosen = [
        place
        for place, answer in enumerate(answers)
        if isinstance(answer, dict) and answer.get("selected") is True
    ]
    if len(chosen) > 1:
        raise BadFieldError("several_answers", "score")
    if scores is not None and len(answers) != len(scores):
        raise BadFieldError("unexpected_form", "scale")
    if not chosen:
        return None
    return f"{chosen[0] if scores is None else scores[chosen[0]]:g}"
