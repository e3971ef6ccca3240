"""Entries and viewings for tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from review_log.entry import Kind, NewEntry
from review_log.viewing import NewViewing


def entry(kind: Kind = Kind.ADDED, case: str = "e1", client: str = "c1", **said: Any) -> NewEntry:
    if kind is Kind.PLANNED:
        said = {"code": "ask", "done_by": "clinician", "due_on": date(2026, 12, 1), **said}
    return NewEntry(
        kind=kind,
        episode_key=case,
        client_key=client,
        clinician_key=said.pop("clinician", "k1"),
        author_role="supervisor",
        author_key=said.pop("author", "s1"),
        release_id="20261123T0010-abc123",
        **said,
    )


def viewing(case: str = "e1", client: str = "c1", page: str = "case") -> NewViewing:
    return NewViewing("supervisor", "s1", page, case, client, "k1", "20261123T0010-abc123")
