"""Sound deliveries of the systems that practices use, as their vendors write them.

Belongs here: the example of every vendor's reader. Does not belong here: Rapport's own formats
(`examples.py`).
"""

from __future__ import annotations

import json
from typing import Any

from tests.bad_inputs.cases import MAIL, NAME, PHONE, workbook
from tests.bad_inputs.example import Example

THERAPIST = "Theo Quimbytherapist"


def _table(header: str, rows: list[str]) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def simplepractice() -> list[Example]:
    words = ("Show", "No show", "Canceled", "Late canceled", "Clinician canceled")
    people = [f"{NAME}{chr(97 + i)}" for i in range(5)]
    attendance = _table(
        "client_name,clinician_name,date_of_service,office_name,status",
        [
            "5 clients,1 clinicians,20 appointments,1 office,5 statuses",
            *(f"{people[i % 5]},{THERAPIST},1/{i + 1}/26,Main,{words[i % 5]}" for i in range(20)),
        ],
    )
    status = _table(
        "Date of Service,Client,Clinician,Billing Code,Rate Per Unit,Units,Total Fee,"
        "Client Payment Status,Charge,Uninvoiced,Paid,Unpaid",
        [
            f"01/{i + 1:02d}/2026 1{i % 10}:00,{people[i % 5]},{THERAPIST},90834,"
            "150,1,150,PAID,150,0,150,0"
            for i in range(10)
        ],
    )
    details = _table(
        "Client,Client type,Date added,Primary clinician,Last appointment,Next appointment,Address,"
        "City,State,ZIP,Phone number,Email,Contact name,Contact phone,Contact email,"
        "Primary insurance,Insurance ID,Status",
        [
            f"{name},Adult,1/{i + 2}/2025,{THERAPIST},--,--,1 Quimby Road,X,NY,10001,{PHONE},"
            f"{MAIL},--,--,--,--,--,Active"
            for i, name in enumerate(people)
        ],
    )
    files = {
        "client_attendance_report.csv": attendance,
        "appointment-status-report.csv": status,
        "client_details_report.csv": details,
    }
    return [Example("simplepractice", "reports", files)]


OPENFIT = (
    "Service_Location,Provider_Email,Provider_FirstName,Provider_LastName,Provider_ID,Client_ID,"
    "Client_FirstName,Client_LastName,Client_Gender,Client_Group,Case_ID,Case_Date,Session_ID,"
    "Session_Date,ORS_Skip,ORSQ1,ORSQ2,ORSQ3,ORSQ4,Total_ORS,SRS_Skip,SRSQ1,SRSQ2,SRSQ3,SRSQ4,"
    "Total_SRS,Notes"
)


def openfit() -> list[Example]:
    rows = [
        f"Main,{MAIL},Theo,Quimby,P1,C{i % 4},Zelda,Quimby,Female,Adult,K{i % 4},2026-01-02,"
        f"{i // 4 + 1},2026-01-{5 + i // 4 * 7:02d},N,,,,,2{i % 10}.3,N,9.1,8.7,9.4,9.0,,"
        f"saw {NAME}"
        for i in range(12)
    ]
    return [Example("openfit", "csv", {"openfit.csv": _table(OPENFIT, rows)})]


def nhs_talking_therapies() -> list[Example]:
    tables = {
        "001MPI": (
            "LocalPatientId,OrgIDLocalPatientId,NHSNumber,PersonBirthDate,Postcode,Gender",
            [f"P{i},RX1,{PHONE},198{i}-05-17,{MAIL},{i % 2 + 1}" for i in range(4)],
        ),
        "101Referral": (
            "ServiceRequestId,LocalPatientId,ReferralRequestReceivedDate,SourceOfReferralMH,"
            "EndCode,ServDischDate",
            [f"R{i},P{i},2025-12-0{i + 2},{NAME},4{i + 6},2026-01-2{i}" for i in range(4)],
        ),
        "201CareContact": (
            "CareContactId,ServiceRequestId,CareContDate,CareContTime,PlannedCareContIndicator,"
            "AttendOrDNACode,ClinContDurOfCareCont,AppType,ConsMediumUsed,CareContPatientTherMode",
            [
                f"K{i},R{i % 4},2026-01-{i + 2:02d},10:30:00,Y,0{i % 6 + 2},50,02,01,1"
                for i in range(12)
            ],
        ),
        "202CareActivity": (
            "CareActId,CareContactId,CarePersLocalId,CodeFind",
            [f"A{i},K{i},T{i % 2},{NAME}" for i in range(12)],
        ),
        "607CodedScoreAssessmentAct": (
            "CareActId,CodedAssToolType,PersScore",
            [f"A{i},720433000,{i}" for i in range(12)],
        ),
    }
    names = [f"Total_IDS{table[:3]}" for table in tables]
    counts = [str(len(rows)) for _, rows in tables.values()]
    header = _table(
        f"DatSetVer,OrgIDProv,ReportingPeriodStartDate,ReportingPeriodEndDate,{','.join(names)}",
        [f"2.0,RX1,2026-01-01,2026-01-31,{','.join(counts)}"],
    )
    files = {f"IDS{name}.csv": _table(*table) for name, table in tables.items()}
    return [Example("nhs_talking_therapies", "tables", {"IDS000Header.csv": header} | files)]


REDCAP = """
[[options.forms]]
instrument = "gad7"
form = "worry"
items = "gad_{n}"
total = "gad_total"
clinician = "therapist"
"""


def redcap() -> list[Example]:
    items = ",".join(f"gad_{n}" for n in range(1, 8))
    header = (
        "client_no,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,"
        f"redcap_survey_identifier,therapist,first_name,gym___0,worry_timestamp,{items},gad_total,"
        "worry_complete"
    )
    rows = [
        f"{i},intake_arm_1,,,{MAIL},t1,{NAME},0,2026-01-{i + 1:02d} 10:00:00,0,1,2,3,2,1,0,9,2"
        for i in range(10)
    ]
    return [Example("redcap", "csv", {"data.csv": _table(header, rows)}, REDCAP, is_row_wise=True)]


QUALTRICS = """
[options]
client = "code"
[[options.forms]]
instrument = "gad7"
items = "Q{n}"
"""


def qualtrics() -> list[Example]:
    items = ",".join(f"Q{n}" for n in range(1, 8))
    names = f"EndDate,Status,IPAddress,Finished,ResponseId,RecipientLastName,{items},code"
    own = "End Date,Response Type,IP Address,Finished,Response ID,Recipient Last Name"
    wording = own + ',"a question,\nof two lines"' * 7 + ",code"
    imported = ",".join('"{""ImportId"":""' + name + '""}"' for name in names.split(","))
    rows = [
        f"2026-01-{i + 1:02d} 10:00:00,0,203.0.113.9,1,R_{i},{NAME},1,2,0,1,2,3,1,c{i % 3}"
        for i in range(8)
    ]
    return [
        Example(
            "qualtrics",
            "csv",
            {"responses.csv": _table(names, [wording, imported, *rows])},
            QUALTRICS,
            is_row_wise=True,
        )
    ]


GOOGLE_FORMS = """
[options]
client = "B"
date_format = "%d-%m-%Y %H:%M:%S"
[[options.forms]]
instrument = "ors"
items = "C:F"
"""


def google_forms() -> list[Example]:
    header = f"Tijdstempel,Client Code,secret one,secret two ,secret `three,secret 4,{NAME}"
    rows = [f"{i + 1}-1-2026 22:22:29,c{i % 4},1,2,3,4,{MAIL}" for i in range(10)]
    cells = [line.split(",") for line in [header, *rows]]
    return [
        Example("google_forms", "csv", {"answers.csv": _table(header, rows)}, GOOGLE_FORMS),
        Example(
            "google_forms",
            "xlsx",
            {"answers.xlsx": workbook(*cells)},
            GOOGLE_FORMS,
            is_planted=False,
        ),
    ]


def _resource(kind: str, identity: str, **elements: Any) -> dict[str, Any]:
    text = {"status": "generated", "div": f"<div>{NAME} {PHONE}</div>"}
    return {"resourceType": kind, "id": identity, "text": text, **elements}


def _to(target: str) -> dict[str, str]:
    return {"reference": target, "display": NAME}


def _fhir_resources() -> list[dict[str, Any]]:
    clients = [
        _resource(
            "Patient", f"p{i}", gender="female", birthDate="1980-05-06", name=[{"text": NAME}]
        )
        for i in range(4)
    ]
    booked = [
        _resource(
            "Appointment",
            f"a{i}",
            status=("fulfilled", "booked", "noshow", "cancelled")[i % 4],
            start=f"2026-01-{i + 1:02d}T10:00:00+01:00",
            minutesDuration=50,
            comment=f"saw {NAME}",
            participant=[{"actor": _to(f"Patient/p{i % 4}")}, {"actor": _to("Practitioner/c1")}],
        )
        for i in range(8)
    ]
    seen = [
        _resource(
            "Encounter",
            f"e{i}",
            status="finished",
            subject=_to(f"Patient/p{i % 4}"),
            participant=[{"individual": _to("Practitioner?identifier=urn:npi|99")}],
            period={
                "start": f"2026-01-{i + 1:02d}T10:05:00Z",
                "end": f"2026-01-{i + 1:02d}T11:00:00Z",
            },
            appointment=[_to(f"Appointment/a{i}")],
            **{"class": {"code": "AMB", "display": NAME}},
        )
        for i in range(4, 12)
    ]
    forms = [
        _resource(
            "QuestionnaireResponse",
            f"r{i}",
            status="completed",
            subject=_to(f"Patient/p{i % 4}"),
            authored=f"2026-01-{i + 1:02d}T09:00:00Z",
            encounter=_to(f"Encounter/e{i}"),
            item=[
                {"linkId": f"/{code}", "text": NAME, "answer": [{"valueInteger": i % 4}]}
                for code in ("44250-9", "44255-8", "44260-8", "44261-6")
            ],
        )
        for i in range(6)
    ]
    led = _resource("Practitioner", "c1", identifier=[{"system": "urn:npi", "value": "99"}])
    return [*clients, led, *booked, *seen, *forms]


def fhir() -> list[Example]:
    resources = _fhir_resources()
    kinds = dict.fromkeys(each["resourceType"] for each in resources)
    bulk = {
        f"{kind}.000.ndjson": "".join(
            f"{json.dumps(each)}\n" for each in resources if each["resourceType"] == kind
        ).encode()
        for kind in kinds
    }
    entries = [{"fullUrl": f"urn:uuid:{n}", "resource": each} for n, each in enumerate(resources)]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    return [
        Example("fhir", "bulk", bulk),
        Example("fhir", "bundle", {"export.json": json.dumps(bundle).encode()}),
    ]


CLINIKO = """
[options]
appointment_types = { "7" = "intake" }
[[options.forms]]
name = "Mood"
instrument = "phq9"
questions = ["item_01", "item_02", ""]
"""


def _to_cliniko(path: str) -> dict[str, Any]:
    return {"links": {"self": f"https://api.au1.cliniko.com/v1/{path}"}}


def _cliniko_record(kind: str, number: int, **fields: Any) -> dict[str, Any]:
    changed = f"2026-01-{number % 28 + 1:02d}T12:00:00Z"
    private = {"patient_name": NAME, "notes": f"saw {NAME}, {PHONE}", "email": MAIL}
    identity = f"5148109729{len(kind):02d}25{number + 1:04d}"
    own = {"id": identity, "created_at": "2025-12-01T00:00:00Z", "updated_at": changed}
    return own | private | fields | _to_cliniko(f"{kind}/{identity}")


def cliniko() -> list[Example]:
    slot = {
        "appointment_type": _to_cliniko("appointment_types/7"),
        "practitioner": _to_cliniko("practitioners/3"),
        "ends_at": "2026-01-30T11:00:00Z",
    }
    ways = ({"patient_arrived": True}, {"did_not_arrive": True}, {"cancellation_reason": 30}, {})
    answers = [{"value": NAME}, {"value": NAME, "selected": True}]
    questions = [{"name": NAME, "type": "radiobuttons", "answers": answers}] * 2
    mood = [{"questions": [*questions, {"name": NAME, "type": "text", "answer": NAME}]}]
    records = {
        "individual_appointments": [
            slot
            | {"patient": _to_cliniko(f"patients/{i % 4}"), "starts_at": "2026-01-30T10:00:00Z"}
            | ({"cancelled_at": "2026-01-29T10:00:00Z"} if i % 4 == 2 else {})
            | ways[i % 4]
            for i in range(12)
        ],
        "group_appointments": [slot | {"starts_at": "2026-01-30T10:00:00Z"}],
        "attendees": [
            {
                "arrived": (True, False, None)[i],
                "booking": _to_cliniko("bookings/514810972918250001"),
                "patient": _to_cliniko(f"patients/{i}"),
            }
            for i in range(3)
        ],
        "patients": [{"date_of_birth": "1980-05-06", "last_name": NAME} for _ in range(4)]
        + [{"merged_with_patient": _to_cliniko("patients/1"), "last_name": NAME}],
        "practitioners": [{"label": NAME}],
        "patient_forms": [
            {
                "name": "Mood",
                "completed_at": f"2026-01-{i + 1:02d}T09:00:00Z",
                "patient": _to_cliniko(f"patients/{i % 4}"),
                "content": {"sections": mood},
            }
            for i in range(4)
        ],
    }
    pages = {}
    for kind, entries in records.items():
        made = [_cliniko_record(kind, i, **entry) for i, entry in enumerate(entries)]
        page = {kind: made, "total_entries": len(made)} | _to_cliniko(kind)
        pages[f"{kind}-0001.json"] = json.dumps(page).encode()
    return [Example("cliniko", "pages", pages, CLINIKO)]


MAKERS = (
    cliniko,
    fhir,
    simplepractice,
    openfit,
    nhs_talking_therapies,
    redcap,
    qualtrics,
    google_forms,
)
