"""Searching for what was planted: everything that landing leaves behind or says, as one text.

Belongs here: the search. Does not belong here: what is planted (`cases.py`).
"""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl

from orchestration.extract import DeliveryReport
from tests.bad_inputs.cases import PLANTED


def planted_in(text: str) -> list[str]:
    """What of the planted stands in a text."""
    folded = text.casefold()
    return [each for each in PLANTED if each in folded]


def all_of(report: DeliveryReport) -> str:
    """A report with its rows."""
    return repr(report) + report.summary + repr(report.bad_rows.rows())


def outside_inbox(home: Path) -> str:
    """Names and contents of every file of a home but the inbox's; Parquet is unpacked."""
    text = []
    for path in sorted(home.rglob("*")):
        if path.is_relative_to(home / "inbox"):
            continue
        text.append(path.name)
        if path.suffix == ".parquet":
            unpacked = io.BytesIO()
            pl.read_parquet(path).write_parquet(unpacked, compression="uncompressed")
            text.append(unpacked.getvalue().decode("latin-1"))
        elif path.is_file():
            text.append(path.read_bytes().decode("latin-1"))
    return "\n".join(text)
