"""A sound delivery for every reader, with people in it who must come out nowhere.

Belongs here: the smallest deliveries that a reader takes whole. Does not belong here: how they are
spoiled (`mutations.py`). Who adds a reader adds its example here: a test asks for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.bad_inputs.cases import MAIL, MAPPED, MAPPED_HEADER, NAME, PHONE, parquet, workbook


@dataclass(frozen=True)
class Example:
    """One sound delivery.

    Attributes:
        reader: that reads it.
        name: of the example.
        settings: TOML of the source's table, without `reader`.
        files: by name.
        is_row_wise: whether each row of a table stands for itself, so that a row that nobody
            touched must land whatever becomes of the others.
        is_planted: whether somebody can be found in its bytes as they are (packed, nobody can).
    """

    reader: str
    name: str
    files: dict[str, bytes] = field(repr=False)
    settings: str = ""
    is_row_wise: bool = False
    is_planted: bool = True


def _text(text: str) -> bytes:
    return text.encode()


def _canonical() -> list[Example]:
    head = "client_name,session_id,client_id,clinician_id,started_at,status,email,notes\n"
    rows = "".join(
        f"{NAME},s{i},c{i % 5},t{i % 2},2026-01-{i % 28 + 1:02d}T10:00:00Z,"
        f"{('attended', 'no_show', 'late_cancel')[i % 3]},{MAIL},saw {NAME} on {PHONE}\n"
        for i in range(30)
    )
    forms = "response_id,client_id,completed_at,instrument,scale,score,respondent,tel\n" + "".join(
        f"r{i // 2},c{i % 5},2026-01-{i % 28 + 1:02d}T11:00,srs,item_0{i % 2 + 1},{i % 10},client,"
        f"{PHONE}\n"
        for i in range(24)
    )
    files = {
        "sessions.csv": _text(rows and head + rows),
        "feedback.csv": _text(forms),
    }
    packed = {"sessions.parquet": parquet(client_name=[NAME, NAME])}
    return [
        Example("canonical", "csv", files, is_row_wise=True),
        Example("canonical", "parquet", packed),
    ]


def _mapped() -> list[Example]:
    rows = "".join(
        f"v{i},c{i % 5},t1,{i % 28 + 1:02d}/01/2026 10:00,{'Kept' if i % 2 else 'Missed'},{NAME},"
        f"{MAIL}\n"
        for i in range(30)
    )
    head = MAPPED_HEADER.replace("\n", ",Name,E-mail\n")
    settings = MAPPED.replace('reader = "mapped"\n', "")
    forms = """
[options]
null_tokens = ["NA"]
[[feeds]]
feed = "feedback"
files = "forms*"
columns = { client_id = "Client", completed_at = "At" }
compose = { response_id = "{Client}-{At}-{@instrument}" }
constants = { instrument = "srs", respondent = "client" }
[[feeds.melt]]
column = "Q1"
scale = "item_01"
[[feeds.melt]]
column = "Q2"
scale = "item_02"
"""
    answers = "At,Client,Q1,Q2,Who\n" + "".join(
        f"2026-01-{i + 1:02d}T10:00,c{i % 5},{i % 10},{'NA' if i % 4 == 0 else i % 7},{NAME}\n"
        for i in range(20)
    )
    cells = [[*line.split(",")] for line in (head + rows).splitlines()]
    return [
        Example("mapped", "csv", {"visits.csv": _text(head + rows)}, settings, is_row_wise=True),
        Example("mapped", "melt", {"forms.csv": _text(answers)}, forms, is_row_wise=True),
        Example("mapped", "xlsx", {"visits.xlsx": workbook(*cells)}, settings, is_planted=False),
    ]


def _simplepractice() -> list[Example]:
    words = ("Show", "No show", "Canceled", "Late canceled", "Clinician canceled")
    attendance = (
        "client_name,clinician_name,date_of_service,office_name,status\n"
        "5 clients,1 clinicians,20 appointments,1 office,5 statuses\n"
    ) + "".join(
        f"{NAME}{chr(97 + i % 5)},Theo Quimbytherapist,1/{i + 1}/26,Main,{words[i % 5]}\n"
        for i in range(20)
    )
    status = (
        "Date of Service,Client,Clinician,Billing Code,Rate Per Unit,Units,Total Fee,"
        "Client Payment Status,Charge,Uninvoiced,Paid,Unpaid\n"
    ) + "".join(
        f"01/{i + 1:02d}/2026 1{i % 10}:00,{NAME}{chr(97 + i % 5)},Theo Quimbytherapist,90834,"
        "150,1,150,PAID,150,0,150,0\n"
        for i in range(10)
    )
    details = (
        "Client,Client type,Date added,Primary clinician,Last appointment,Next appointment,"
        "Address,City,State,ZIP,Phone number,Email,Contact name,Contact phone,Contact email,"
        "Primary insurance,Insurance ID,Status\n"
    ) + "".join(
        f"{NAME}{chr(97 + i)},Adult,1/{i + 2}/2025,Theo Quimbytherapist,--,--,1 Quimby Road,X,NY,"
        f"10001,{PHONE},{MAIL},--,--,--,--,--,Active\n"
        for i in range(5)
    )
    files = {
        "client_attendance_report.csv": _text(attendance),
        "appointment-status-report.csv": _text(status),
        "client_details_report.csv": _text(details),
    }
    return [Example("simplepractice", "reports", files)]


MAKERS: tuple[Callable[[], list[Example]], ...] = (_canonical, _mapped, _simplepractice)
EXAMPLES: list[Example] = [example for make in MAKERS for example in make()]
