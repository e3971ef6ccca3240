"""A sound delivery for every reader, with people in it who must come out nowhere.

Belongs here: the smallest deliveries that a reader takes whole. Does not belong here: how they are
spoiled (`mutations.py`). Who adds a reader adds its example to `vendor_examples.py`: a test asks
for it.
"""

from __future__ import annotations

from tests.bad_inputs import vendor_examples
from tests.bad_inputs.cases import MAIL, MAPPED, MAPPED_HEADER, NAME, PHONE, parquet, workbook
from tests.bad_inputs.example import Example


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


EXAMPLES: list[Example] = [
    example for make in (_canonical, _mapped, *vendor_examples.MAKERS) for example in make()
]
