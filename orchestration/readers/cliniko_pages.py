"""A saved page of Cliniko's API: which list it is of, and what stands on it.

Here: one page, and whether pages are missing. Not here: what a field means (cliniko_records.py,
cliniko_forms.py), or records that stand on several pages (cliniko.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

from orchestration.readers import cliniko_records
from orchestration.readers.base import DeliveryFile, DeliveryRejected
from orchestration.readers.cliniko_forms import FormOptions, form, form_of
from orchestration.readers.cliniko_records import BadFieldError, Record
from orchestration.readers.column_names import printable_name
from orchestration.readers.json_text import read_document

RESOURCES = (
    "individual_appointments",
    "group_appointments",
    "attendees",
    "patients",
    "practitioners",
    "patient_forms",
)
# Fields that are looked at, by list; every other one stays on the page.
_COMMON = {"id", "created_at", "updated_at", "deleted_at", "archived_at", "links"}
_SLOT = {"starts_at", "ends_at", "appointment_type", "business", "practitioner"}
_PERSON = {"patient", "cancelled_at", "cancellation_reason"}
_READ = {
    "individual_appointments": _SLOT | _PERSON | {"patient_arrived", "did_not_arrive"},
    "group_appointments": _SLOT,
    "attendees": _PERSON | {"arrived", "booking"},
    "patients": {
        "date_of_birth",
        "sex",
        "gender_identity",
        "gender",
        "merged_at",
        "merged_with_patient",
    },
    "practitioners": set(),
    "patient_forms": {"name", "content", "completed_at", "patient", "attendee", "booking"},
}

Cancelled = Literal[
    "cancelled_client", "cancelled_clinician", "cancelled_unknown", "late_cancel", "rescheduled"
]
AppointmentType = Literal["intake", "assessment", "treatment", "review", "followup", "other"]


class ClinikoOptions(BaseModel):
    """``[sources.<name>.options]`` of a Cliniko source.

    Attributes:
        appointment_types: what kind of session an appointment type is, by its id in Cliniko.
        cancellation_reasons: the status of a cancellation, by the code of its reason.
        assume_attended: whether an appointment of the past that nobody has marked was attended, in
            a practice that marks only those who did not come.
        forms: patient forms that are questionnaires.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    appointment_types: dict[str, AppointmentType] = Field(default_factory=dict)
    cancellation_reasons: dict[str, Cancelled] = Field(default_factory=dict)
    assume_attended: bool = False
    forms: tuple[FormOptions, ...] = ()

    @model_validator(mode="after")
    def _names(self) -> ClinikoOptions:
        if len(self.form_by_name) < len(self.forms):
            raise ValueError("forms: two have the same name")
        return self

    @property
    def form_by_name(self) -> dict[str, FormOptions]:
        """The forms, by name without regard to case."""
        return {each.name.strip().casefold(): each for each in self.forms}


@dataclass(frozen=True)
class Page:
    """One saved page.

    Attributes:
        file: that it is.
        resource: name of its list.
        records: one per entry of the list.
        weights: rows that each record gives or is counted as; a form gives one per scale.
        merged: rows of the records that point to another patient.
        unread: printable names of fields that are not looked at.
        question: address of the list without the page's number, or None.
        total: entries that the list is said to have.
    """

    file: DeliveryFile
    resource: str
    records: list[Record]
    weights: list[int]
    merged: list[int]
    unread: tuple[str, ...]
    question: str | None
    total: int


def read_page(file: DeliveryFile, options: ClinikoOptions) -> Page | None:
    """What a file holds; None for a list that is not needed."""
    document = read_document(file)
    lists = (
        [name for name, value in document.items() if isinstance(value, list)]
        if isinstance(document, dict)
        else []
    )
    if len(lists) != 1 or not isinstance(document.get("links"), dict):
        said = "is no page of a list of Cliniko's API"
        raise DeliveryRejected("header_mismatch", file.label, said)
    resource = lists[0]
    if resource not in RESOURCES:
        return None
    entries, total = document[resource], document.get("total_entries")
    forms = options.form_by_name if resource == "patient_forms" else {}
    return Page(
        file=file,
        resource=resource,
        records=[_record(resource, entry, row, options) for row, entry in enumerate(entries, 1)],
        weights=[_weight(entry, forms) for entry in entries],
        merged=[row for row, entry in enumerate(entries, 1) if _points_elsewhere(entry)],
        unread=_unread(resource, entries),
        question=_question(document["links"].get("self")),
        total=total if isinstance(total, int) else 0,
    )


def _record(resource: str, entry: object, row: int, options: ClinikoOptions) -> Record:
    """What is kept of an entry; where it cannot be read, why."""
    if not isinstance(entry, dict):
        return Record(row, problem=("json:syntax", resource))
    try:
        if resource == "patient_forms":
            settings = form_of(entry, options.form_by_name)
            if settings is None:
                reason = "form_not_wanted" if entry.get("completed_at") else "form_not_completed"
                return Record(row, left_out=reason)
            return form(entry, row, settings)
        return _MAKE[resource](entry, row, options.appointment_types)
    except BadFieldError as error:
        return Record(row, problem=(error.rule, error.column))


_MAKE: dict[str, Callable[[dict[str, Any], int, Mapping[str, str]], Record]] = {
    "individual_appointments": cliniko_records.appointment,
    "group_appointments": cliniko_records.group,
    "attendees": lambda entry, row, types: cliniko_records.attendee(entry, row),
    "patients": lambda entry, row, types: cliniko_records.patient(entry, row),
    "practitioners": lambda entry, row, types: cliniko_records.practitioner(entry, row),
}


def _weight(entry: object, forms: Mapping[str, FormOptions]) -> int:
    settings = form_of(entry, forms)
    return 1 if settings is None else len(settings.scales)


def _points_elsewhere(entry: object) -> bool:
    return isinstance(entry, dict) and bool(entry.get("merged_with_patient"))


def _unread(resource: str, entries: list[Any]) -> tuple[str, ...]:
    """Printable names of fields outside the allow-list, in the order of their first appearance."""
    names = dict.fromkeys(name for entry in entries if isinstance(entry, dict) for name in entry)
    known = _COMMON | _READ[resource]
    return tuple(
        printable_name(name, place) for place, name in enumerate(names, 1) if name not in known
    )


def _question(address: object) -> str | None:
    """A list's address without the number of the page."""
    try:
        parts = urlsplit(address) if isinstance(address, str) else None
        query = sorted(parse_qsl(parts.query)) if parts else []
    except ValueError:
        return None
    asked = [(name, value) for name, value in query if name != "page"]
    return f"{parts.path}?{urlencode(asked)}" if parts else None


def missing_pages(pages: list[Page]) -> list[str]:
    """A sentence per list that is said to have more entries than its pages hold."""
    held: dict[tuple[str, str], set[str | int]] = defaultdict(set)
    stated: dict[tuple[str, str], int] = {}
    for place, page in enumerate(pages):
        if page.question is not None:
            key = (page.resource, page.question)
            held[key].update(each.id or place * 1_000_000 + each.row for each in page.records)
            # A list may grow or shrink while it is read; the smallest count is surely there.
            stated[key] = min(stated.get(key, page.total), page.total)
    return [
        f"{key[0]}: the pages hold {len(held[key])} of {total} entries; some pages are missing"
        for key, total in stated.items()
        if len(held[key]) < total
    ]
