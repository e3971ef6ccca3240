"""``[sources.<name>.options]`` of a source that is read as FHIR.

Here: their model. Not here: what they do (sessions.py, forms.py).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from orchestration.contracts.feeds import SESSIONS

Modality = Literal["in_person", "video", "phone", "text"]
Format = Literal["individual", "couple", "family", "group"]
AppointmentType = Literal["intake", "assessment", "treatment", "review", "followup", "other"]
Status = Literal[
    "late_cancel",
    "no_show",
    "cancelled_client",
    "cancelled_clinician",
    "cancelled_unknown",
    "rescheduled",
]
Code = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Scale = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


def _one_or_many(value: object) -> object:
    return (value,) if isinstance(value, str) else value


_CLOCK = r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]$"

if not set(get_args(Status)) <= set(SESSIONS.column("status").values):
    raise AssertionError


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class QuestionnaireMap(_Part):
    """``questionnaires."<address>"``: a form whose items have no LOINC codes.

    Attributes:
        instrument: code of the instrument.
        items: linkId -> ``item_01`` …, ``total``, or a subscale.
        answers: code of an answer -> its number, where the answers carry none.
        respondent: who answers, where the response does not say.
        instrument_version: where the instrument has several.
        timing: of the form in relation to the session.
    """

    instrument: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+(?::[a-z0-9_]+)?$")] = Field(
        max_length=30
    )
    items: dict[Code, Scale] = Field(min_length=1)
    answers: dict[Code, float] = Field(default_factory=dict)
    respondent: Literal["client", "clinician", "observer", "caregiver"] = "client"
    instrument_version: str | None = Field(default=None, max_length=40)
    timing: Literal["pre_session", "post_session", "between"] | None = None


class FhirOptions(_Part):
    """What a practice says of its FHIR export.

    Attributes:
        base_url: address or addresses of the server; a reference to another server is then another
            person.
        encounter_classes: classes of encounter (v3-ActCode) that may be sessions.
        session_types: codes of type, service type or appointment type that are sessions; empty:
            all are.
        since: sessions before this day are left out.
        appointment_types: such a code -> the contract's word.
        modalities: such a code, or a class of encounter -> the contract's word.
        formats: such a code -> the contract's word.
        cancellation_reasons: code of a reason -> the status that it means.
        several_clinicians: what becomes of a session with several clinicians of whom none leads.
        session_time: of sessions that carry a day without a time.
        form_time: of forms that carry a day without a time.
        questionnaires: by address, or ``system|value`` of the identifier.
    """

    base_url: Annotated[tuple[Code, ...], BeforeValidator(_one_or_many)] = ()
    encounter_classes: tuple[Code, ...] = ("AMB", "VR", "HH", "FLD")
    session_types: tuple[Code, ...] = ()
    since: date | None = None
    appointment_types: dict[Code, AppointmentType] = Field(default_factory=dict)
    modalities: dict[Code, Modality] = Field(default_factory=dict)
    formats: dict[Code, Format] = Field(default_factory=dict)
    cancellation_reasons: dict[Code, Status] = Field(default_factory=dict)
    several_clinicians: Literal["quarantine", "first"] = "quarantine"
    session_time: str | None = Field(default=None, pattern=_CLOCK)
    form_time: str | None = Field(default=None, pattern=_CLOCK)
    questionnaires: dict[Code, QuestionnaireMap] = Field(default_factory=dict)
