"""Deliveries of survey tools, made of text: what the tests of their readers have in common."""

from __future__ import annotations

import csv
import io

import pytest

from orchestration.errors import DeliveryRejected
from orchestration.readers import READERS
from orchestration.readers.base import Delivery, Extract
from tests.unit.readers.files import balance, config, data_file


def read(
    toml: str, *files: tuple[str, bytes | str], zone: str = "Europe/Amsterdam"
) -> list[Extract]:
    """Check the options as the settings do, then read a delivery; every record is accounted for."""
    source = config(toml)
    reader = READERS[source.reader]
    reader.validate("survey", source)
    delivery = Delivery("survey", "delivery", zone, tuple(data_file(*file) for file in files))
    extracts = list(reader.read(delivery, source))
    assert all(extract.rows_read == balance(extract) for extract in extracts)
    return extracts


def rejected(toml: str, *files: tuple[str, bytes | str]) -> DeliveryRejected:
    """The rejection that reading these files ends in."""
    with pytest.raises(DeliveryRejected) as caught:
        read(toml, *files)
    return caught.value


def text(*rows: list[object]) -> str:
    """CSV text of these cells."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def scores(extract: Extract) -> list[tuple[object, ...]]:
    """Row number, scale and score of each row handed on."""
    return extract.frame.select("row_number", "scale", "score").rows()


def said(extract: Extract) -> str:
    """Everything an extract says in words."""
    return " ".join([*extract.warnings, *extract.dropped_columns, str(extract.rejects.to_dicts())])
