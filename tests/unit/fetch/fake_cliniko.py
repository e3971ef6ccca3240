"""A Cliniko on this machine: lists with pages, filters and hidden records, as documented.

Belongs here: what the API does. Does not belong here: records (cliniko_documents.py), assertions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support_server import Asked, LocalServer, Reply
from tests.unit.readers.cliniko_documents import page

RESOURCES = (
    "individual_appointments",
    "group_appointments",
    "attendees",
    "patients",
    "practitioners",
    "patient_forms",
)
_HIDING = ("deleted_at", "archived_at", "cancelled_at")
_VARIANTS = {"deleted": "deleted_at", "archived": "archived_at", "cancelled": "cancelled_at"}


class FakeCliniko:
    """Answers like Cliniko; ``records`` are changed by the tests, also while pages turn.

    Attributes:
        records: by list.
        per_page: entries of a page.
        before: called with each question before it is answered.
        has_wildcards: whether ``archived_at:*`` shows what is hidden, as since 2022.
        has_variants: whether there are lists of deleted, cancelled and archived ones, as before.
    """

    def __init__(self, server: LocalServer) -> None:
        self.server = server
        self.records: dict[str, list[dict[str, Any]]] = {name: [] for name in RESOURCES}
        self.per_page = 2
        self.before: Callable[[Asked], None] = lambda asked: None
        self.has_wildcards = True
        self.has_variants = True
        for name in RESOURCES:
            self._serve(name, name, None)
            for variant, column in _VARIANTS.items():
                self._serve(name, f"{name}/{variant}", column)
        self._serve("practitioners", "practitioners/inactive", "inactive_at")

    def put(self, resource: str, record: dict[str, Any]) -> None:
        """Add a record, or replace the one with its id."""
        kept = [each for each in self.records[resource] if each["id"] != record["id"]]
        self.records[resource] = [*kept, record]

    def drop(self, resource: str, identifier: str) -> None:
        """Take a record away without a trace."""
        kept = [each for each in self.records[resource] if each["id"] != identifier]
        self.records[resource] = kept

    def _serve(self, resource: str, path: str, only: str | None) -> None:
        self.server.answer_by(
            f"/v1/{path}", lambda asked: self._answer(resource, path, only, asked)
        )

    def _answer(self, resource: str, path: str, only: str | None, asked: Asked) -> Reply:
        self.before(asked)
        if only is not None and only != "inactive_at" and not self.has_variants:
            return Reply(404, {"message": "not found"})
        filters = [value for name, value in asked.query if name == "q[]"]
        chosen = [each for each in self.records[resource] if self._shows(each, only, filters)]
        chosen.sort(key=lambda each: each["created_at"])
        number = int(asked.one("page") or 1)
        start = (number - 1) * self.per_page
        more = len(chosen) > start + self.per_page
        query = "&".join(f"q[]={value}" for value in filters)
        host = f"{self.server.url}/v1"
        following = f"{host}/{path}?page={number + 1}&{query}" if more else None
        entries = chosen[start : start + self.per_page]
        return Reply(
            body=page(
                resource, entries, total=len(chosen), path=path, following=following, host=host
            )
        )

    def _shows(self, record: dict[str, Any], only: str | None, filters: list[str]) -> bool:
        shown = {each.split(":")[0] for each in filters if each.endswith(":*")}
        if only is not None:
            return bool(record.get(only)) and _passes(record, filters)
        shown = shown if self.has_wildcards else set()
        hidden = any(record.get(name) for name in _HIDING if name not in shown)
        if record.get("archived_at") and "archived_at" in shown:
            hidden = bool(record.get("cancelled_at")) and "cancelled_at" not in shown
        return not hidden and not record.get("inactive_at") and _passes(record, filters)


def _passes(record: dict[str, Any], filters: list[str]) -> bool:
    for each in filters:
        name, _, value = each.partition(":")
        if value.startswith(">=") and record[name] < value[2:]:
            return False
        if value.startswith("<=") and record[name] > value[2:]:
            return False
        if value.startswith("="):
            wanted = value[1:].split(",")
            links = record.get("booking", {}).get("links", {})
            own = links.get("self", "").rsplit("/", 1)[-1] if name == "booking_id" else record[name]
            if str(own) not in wanted:
                return False
    return True
