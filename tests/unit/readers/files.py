"""Deliveries made of bytes, and workbooks made for one trap."""

from __future__ import annotations

import hashlib
import io
import tomllib
import zipfile
from collections.abc import Callable
from datetime import date, datetime

import pytest
import xlsxwriter

from orchestration.errors import DeliveryRejected
from orchestration.readers import READERS
from orchestration.readers.base import Delivery, DeliveryFile, Extract
from orchestration.settings import SourceConfig

SESSIONS = """
reader = "mapped"
[[feeds]]
feed = "sessions"
columns = { session_id = "Visit", client_id = "Client", clinician_id = "Therapist" }
constants = { status = "attended" }
compose = { started_at = "{Day}" }
dates = { started_at = { format = "%d/%m/%Y" } }
"""
SESSIONS_CSV = "Visit,Client,Therapist,Day\n1,c1,t1,05/03/2024\n2,c2,t1,06/03/2024\n"

HEADER = ["Visit", "Client", "Therapist", "Day"]


def data_file(name: str, data: bytes | str) -> DeliveryFile:
    content = data.encode() if isinstance(data, str) else data
    return DeliveryFile(
        name, name, hashlib.sha256(content).hexdigest(), len(content), lambda: io.BytesIO(content)
    )


def config(toml: str) -> SourceConfig:
    """A `[sources.<name>]` table, as rapport.toml would hold it."""
    return SourceConfig.model_validate(tomllib.loads(toml))


def read(
    toml: str,
    *files: tuple[str, bytes | str],
    zone: str = "Europe/London",
    latest: datetime | None = None,
) -> list[Extract]:
    """Check the map as the settings do, then read a delivery of these files."""
    source = config(toml)
    READERS["mapped"].validate("clinic", source)
    delivery = Delivery(
        "clinic", "delivery", zone, tuple(data_file(*file) for file in files), latest
    )
    return list(READERS["mapped"].read(delivery, source))


def balance(extract: Extract) -> int:
    """Rows handed on, rejected and left out; the landing demands that it equals rows_read."""
    return extract.frame.height + extract.rejects.height + sum(extract.rows_filtered.values())


def workbook(fill: Callable[[xlsxwriter.Workbook], None], **options: object) -> bytes:
    """A workbook that xlsxwriter makes in memory."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, **options}) as book:
        book.set_properties({"created": datetime(2024, 1, 1)})  # so that bytes are the same
        fill(book)
    return buffer.getvalue()


def repacked(data: bytes, changes: dict[str, Callable[[bytes], bytes]]) -> bytes:
    """The same archive with some parts changed, or added where they were not."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in [*old.namelist(), *(n for n in changes if n not in old.namelist())]:
            content = old.read(name) if name in old.namelist() else b""
            new.writestr(name, changes.get(name, lambda same: same)(content))
    return buffer.getvalue()


def sheet_of(*rows: list[object], name: str = "Sheet1", **options: object) -> bytes:
    """A workbook with one sheet of these cells; dates are typed cells."""

    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet(name)
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for number, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, date):
                    sheet.write_datetime(number, column, cell, day)
                elif cell is not None:
                    sheet.write(number, column, cell)

    return workbook(fill, **options)


def rejected_workbook(data: bytes, toml: str = SESSIONS) -> DeliveryRejected:
    """The rejection that reading these bytes as a workbook ends in; it names the file."""
    with pytest.raises(DeliveryRejected) as caught:
        read(toml, ("export.xlsx", data))
    assert "export.xlsx" in str(caught.value)
    return caught.value
