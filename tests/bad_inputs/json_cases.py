"""JSON deliveries (FHIR, Cliniko) and the NHS data set that are broken, cut off or something else.

Belongs here: trust.md 3.2, cases 78 to 80, and the vendors' own. Does not belong here: tables
(`vendor_cases.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.bad_inputs import vendor_examples as sound
from tests.bad_inputs.cases import NAME, Case
from tests.bad_inputs.vendor_cases import PAGE, Maker, last_cut, without_column


def cases() -> list[Case]:
    """All of them."""
    return [*_fhir_bulk(), *_fhir_bundle(), *_cliniko(), *_nhs()]


def _line(text: str, number: int, new: str) -> str:
    """The lines with one replaced; the first is 1."""
    lines = text.splitlines()
    lines[number - 1] = new
    return "\n".join([*lines, ""])


def _fhir_bulk() -> Iterator[Case]:
    made = Maker(sound.fhir()[0], "Appointment.000.ndjson")
    good = {"sessions": 12, "feedback": 24, "clients": 4, "clinicians": 1, "id_links": 1}
    yield made.no("page", "web_page", lambda _: PAGE)
    for name, line in {
        "line-cut": '{"resourceType": "Appointment", "id": "a',
        "line-nan": '{"resourceType": "Appointment", "minutesDuration": NaN}',
        "line-key-twice": '{"resourceType": "Appointment", "id": "a1", "id": "a2"}',
        "line-deep": "[" * 5_000 + "]" * 5_000,
        "line-lone-surrogate": '{"resourceType": "Appointment", "id": "\\ud800"}',
        "line-name": f"{NAME} was here",
    }.items():
        yield made.yes(
            name,
            lambda text, line=line: _line(text, 2, line),
            bad=((2, "json:syntax"),),
            good=good | {"sessions": 11},
            trust="78 79",
        )
    yield made.yes(
        "unknown-status",
        lambda text: text.replace('"fulfilled"', f'"{NAME}"', 1),
        bad=((1, "not_in_list"),),
        good=good | {"sessions": 11},
        trust="58",
    )
    yield made.yes(
        "nul",
        lambda text: text.replace('"a1"', '"a\0"'),
        bad=((2, "json:syntax"),),
        good=good | {"sessions": 11},
        trust="5",
    )
    refusal = {"resourceType": "OperationOutcome", "issue": [{"diagnostics": NAME}]}
    yield made.no("refusal", "operation_outcome", lambda _: json.dumps(refusal))
    yield made.other_files("no_feed_file", {f"{NAME}.pdf": b"%PDF-1.7"})


def _fhir_bundle() -> Iterator[Case]:
    made = Maker(sound.fhir()[1], "export.json", "fhir-bundle")
    yield made.no("cut", "not_json", lambda text: text[: len(text) // 2])
    yield made.no("nan", "not_json", lambda text: text.replace("50", "NaN", 1))
    yield made.no("deep", "not_json", lambda _: "[" * 100_000)
    yield made.no("page", "web_page", lambda _: PAGE)
    yield made.no("empty", "empty_file", lambda _: "")
    yield made.no("latin", "encoding", lambda text: text.encode() + b"\xe9")


def _cliniko() -> Iterator[Case]:
    made = Maker(sound.cliniko()[0], "individual_appointments-0001.json")
    yield made.no("page", "not_json", lambda _: PAGE)
    yield made.no("cut", "not_json", lambda text: text[: len(text) // 2])
    yield made.no("list", "header_mismatch", lambda _: "[]")
    yield made.no("number", "header_mismatch", lambda _: "4711")
    yield made.other_files("not_json", {f"{NAME}.csv": b"a\n1\n"})


def _nhs() -> Iterator[Case]:
    made = Maker(sound.nhs_talking_therapies()[0], "IDS201CareContact.csv")
    good = {"sessions": 11, "feedback": 12, "clients": 4, "episodes": 4}
    yield made.no("page", "not_csv_html", lambda _: PAGE)
    yield made.no("column-gone", "header_mismatch", lambda t: without_column(t, "CareContDate"))
    yield made.no("cut", "stated_total", lambda text: "\n".join(text.splitlines()[:9]) + "\n")
    yield made.yes(
        "unknown-status",
        lambda text: text.replace(",Y,02,", f",Y,{NAME},", 1),
        bad=((2, "not_in_list"),),
        good=good,
    )
    yield made.yes(
        "cut-in-a-row",
        last_cut,
        bad=((13, "structure:missing_columns"), (13, "no_parent")),
        good=good | {"feedback": 11},
    )
    yield made.other_files("no_feed_file", {f"{NAME}.csv": b"a\n1\n"})
