"""Reading saved pages of Cliniko in a test, and what holds of every reading.

Belongs here: the way from bytes to extracts. Does not belong here: documents
(cliniko_documents.py), what a field becomes (the tests).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from orchestration.readers import READERS
from orchestration.readers.base import Delivery, Extract
from orchestration.settings import SourceConfig
from tests.unit.ingest.making import memory_file
from tests.unit.readers.cliniko_documents import CANARY

LATEST = datetime(2026, 3, 10, 2, 0)


def read(*pages: bytes, options: dict[str, Any] | None = None) -> list[Extract]:
    """The extracts; every record is accounted for, and no canary is in them."""
    files = tuple(memory_file(f"page-{i:04}.json", data) for i, data in enumerate(pages))
    delivery = Delivery("clinic", "d", "Europe/London", files, LATEST)
    config = SourceConfig(reader="cliniko", options=options or {})
    READERS["cliniko"].validate("clinic", config)
    extracts = list(READERS["cliniko"].read(delivery, config))
    for each in extracts:
        filtered = sum(each.rows_filtered.values())
        assert each.rows_read == each.frame.height + each.rejects.height + filtered
        assert CANARY not in repr(each) + repr(each.frame.rows()) + repr(each.rejects.rows())
    return extracts


def rows(extracts: list[Extract], feed: str) -> list[dict[str, Any]]:
    """All rows of a feed."""
    return [row for each in extracts if each.feed == feed for row in each.frame.to_dicts()]
