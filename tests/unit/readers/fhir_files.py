"""FHIR resources made up for tests: nobody's data, and names that must never be seen again.

Belongs here: builders, and reading them as a delivery. Does not belong here: assertions about one
rule.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from orchestration.errors import DeliveryRejected
from orchestration.readers import READERS
from orchestration.readers.base import Delivery, Extract
from orchestration.settings import SourceConfig
from tests.unit.readers.files import balance, data_file

Resource = dict[str, Any]
NAME = "Zebedee Quillfeather"
START, END = "2026-03-04T10:00:00+00:00", "2026-03-04T10:50:00+00:00"
LATEST = datetime(2026, 6, 1)
PPRF = [{"coding": [{"code": "PPRF"}]}]


NPI = "http://hl7.org/fhir/sid/us-npi"
PHQ9 = [
    "44250-9",
    "44255-8",
    "44259-0",
    "44254-1",
    "44251-7",
    "44258-2",
    "44252-5",
    "44253-3",
    "44260-8",
]
# The order in which the GAD-7 numbers its items; two public programs have the last two swapped.
GAD7 = ["69725-0", "68509-9", "69733-4", "69734-2", "69735-9", "69689-8", "69736-7"]


def resource(kind: str, identity: str | None, **elements: Any) -> Resource:
    made: Resource = {"resourceType": kind, "text": {"div": f"<div>{NAME}</div>"}}
    if identity is not None:
        made["id"] = identity
    return made | elements


def patient(identity: str | None = "p1", **elements: Any) -> Resource:
    common = {
        "name": [{"family": NAME}],
        "telecom": [{"value": "zebedee@example.org"}],
        "gender": "female",
        "birthDate": "1980-05-06",
    }
    return resource("Patient", identity, **(common | elements))


def practitioner(identity: str = "c1", **elements: Any) -> Resource:
    return resource("Practitioner", identity, name=[{"family": NAME}], **elements)


def to(target: str) -> Resource:
    return {"reference": target, "display": NAME}


def part(target: str, **elements: Any) -> Resource:
    return {"actor": to(target), "status": "accepted", **elements}


def appointment(
    identity: str = "a1", status: str | None = "fulfilled", **elements: Any
) -> Resource:
    common = {
        "start": START,
        "end": END,
        "description": NAME,
        "participant": [part("Patient/p1"), part("Practitioner/c1")],
    }
    if status is not None:
        common["status"] = status
    return resource("Appointment", identity, **(common | elements))


def encounter(identity: str = "e1", status: str = "finished", **elements: Any) -> Resource:
    common = {
        "status": status,
        "class": {"code": "AMB"},
        "subject": to("Patient/p1"),
        "participant": [{"individual": to("Practitioner/c1"), "type": PPRF}],
        "period": {"start": START, "end": END},
    }
    return resource("Encounter", identity, **(common | elements))


def response(
    identity: str = "r1", items: list[Resource] | None = None, **elements: Any
) -> Resource:
    common = {
        "status": "completed",
        "subject": to("Patient/p1"),
        "authored": "2026-03-04T09:00:00Z",
        "item": items or [],
    }
    return resource("QuestionnaireResponse", identity, **(common | elements))


def item(link: str, *answers: Resource, **elements: Any) -> Resource:
    return {"linkId": link, "text": NAME, "answer": list(answers), **elements}


def coded(code: str, ordinal: float | None = None) -> Resource:
    coding: Resource = {"system": "http://loinc.org", "code": code, "display": NAME}
    if ordinal is not None:
        url = "http://hl7.org/fhir/StructureDefinition/iso21090-CO-value"
        coding["extension"] = [{"url": url, "valueDecimal": ordinal}]
    return {"valueCoding": coding}


def bundle(*resources: Resource, kind: str = "collection", **elements: Any) -> str:
    entries = [each if "request" in each else {"resource": each} for each in resources]
    return json.dumps({"resourceType": "Bundle", "type": kind, "entry": entries, **elements})


def lines(*resources: Resource | str) -> str:
    return "".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in resources)


def deletion(url: str) -> Resource:
    return {"request": {"method": "DELETE", "url": url}}


def read_files(
    *files: tuple[str, str | bytes],
    options: Resource | None = None,
    latest: datetime | None = LATEST,
    zone: str = "Europe/London",
) -> list[Extract]:
    config = SourceConfig(reader="fhir", options=options or {})
    READERS["fhir"].validate("ehr", config)
    delivery = Delivery("ehr", "delivery", zone, tuple(data_file(*file) for file in files), latest)
    extracts = list(READERS["fhir"].read(delivery, config))
    for each in extracts:
        assert each.rows_read == balance(each)
        assert NAME.split()[1] not in repr([each.frame.rows(), each])
    return extracts


def read(*resources: Resource, **terms: Any) -> dict[str, Extract]:
    """The extracts of one Bundle by feed."""
    return {each.feed: each for each in read_files(("export.json", bundle(*resources)), **terms)}


def rows(extract: Extract) -> list[Resource]:
    """Rows without their number and without empty cells."""
    return [
        {name: value for name, value in row.items() if value is not None and name != "row_number"}
        for row in extract.frame.to_dicts()
    ]


def rules(extract: Extract) -> list[str]:
    return extract.rejects["rule"].to_list()


def link(kind: str, other: str) -> list[Resource]:
    return [{"type": kind, "other": to(other)}]


def rejected(*files: tuple[str, str | bytes]) -> DeliveryRejected:
    with pytest.raises(DeliveryRejected) as caught:
        read_files(*files)
    return caught.value
