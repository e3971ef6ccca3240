"""Cliniko: the pages of its REST API as they were saved, one JSON document per page.

Here: records that stand on several pages, and the feeds they make. Not here: one page
(cliniko_pages.py), what a field means (cliniko_records.py, cliniko_forms.py), fetching
(fetch/cliniko.py).

    {"individual_appointments": [...], "total_entries": 952, "links": {"self": ..., "next": ...}}

A page is known by its one list, not by its name, so pages that somebody saved by hand are read too.
A record may stand on several pages: in the lists of cancelled and deleted ones as well, or twice
because something was added while pages were turned. Of such readings the newest holds; the others
are counted as repeated.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from orchestration.readers.base import (
    About,
    Delivery,
    DeliveryFile,
    DeliveryHeld,
    DeliveryRejected,
    Extract,
)
from orchestration.readers.cliniko_pages import (
    RESOURCES,
    ClinikoOptions,
    Page,
    missing_pages,
    read_page,
)
from orchestration.readers.cliniko_records import (
    CANCELLATION_REASONS,
    Record,
    attendee_session,
    status_of,
)
from orchestration.readers.options import read_options
from orchestration.readers.records import Records
from orchestration.settings import SourceConfig

_FEED_OF = {
    "individual_appointments": "sessions",
    "group_appointments": "sessions",
    "attendees": "sessions",
    "patients": "clients",
    "practitioners": "clinicians",
    "patient_forms": "feedback",
}
_LOOKED_AT = 200
_BEGINS = re.compile(rb'^\s*\{\s*"(' + "|".join(RESOURCES).encode() + rb')"\s*:\s*\[')


class ClinikoReader:
    """Reads saved pages of Cliniko's API."""

    name = "cliniko"
    about = About(
        system="Cliniko",
        takes="Pages of Cliniko's API, which `rapport fetch` saves: appointments, group "
        "appointments and who attended, patients, practitioners, and patient forms on request.",
        feeds=("sessions", "clients", "clinicians", "feedback", "id_links"),
        needs=(
            "An API key of a Cliniko user, in secrets/<source>.key.",
            "An e-mail address of the practice, which Cliniko asks for with every question.",
        ),
    )

    def recognise(self, files: Sequence[DeliveryFile]) -> str | None:
        """A page begins with the name of its list."""
        found = {match[1].decode() for file in files if (match := _BEGINS.match(_start(file)))}
        return f"pages of Cliniko's API ({', '.join(sorted(found))})" if found else None

    def validate(self, source: str, config: SourceConfig) -> None:
        """Check the source's options."""
        read_options(ClinikoOptions, source, config)

    def read(self, delivery: Delivery, config: SourceConfig) -> Iterator[Extract]:
        """Yield the extracts of each page.

        Raises:
            DeliveryRejected: a file is no page of a list.
        """
        options = read_options(ClinikoOptions, delivery.source, config)
        pages, warnings = [], []
        for file in delivery.files:
            page = read_page(file, options)
            if page is None:
                warnings.append(f"{file.label}: a list that is not needed (unknown_file)")
            else:
                pages.append(page)
        whole = _Whole(delivery, options, pages)
        warnings += missing_pages(pages) + whole.warnings()
        said: dict[str, set[str]] = defaultdict(set)
        for page in pages:
            for extract in whole.extracts(page):
                fields = tuple(name for name in page.unread if name not in said[page.resource])
                said[page.resource].update(fields)
                yield replace(extract, dropped_columns=fields, warnings=tuple(warnings))
                warnings = []


def _start(file: DeliveryFile) -> bytes:
    try:
        with file.open() as stream:
            return stream.read(_LOOKED_AT)
    except (DeliveryHeld, DeliveryRejected):
        return b""


class _Whole:
    """All pages of one delivery, because their records lean on each other."""

    def __init__(self, delivery: Delivery, options: ClinikoOptions, pages: list[Page]) -> None:
        self.delivery = delivery
        self.reasons = {**CANCELLATION_REASONS, **options.cancellation_reasons}
        self.past = "attended" if options.assume_attended else "unknown"
        self.newest: dict[tuple[str, str | None], Record] = {}
        for page in pages:
            for record in page.records:
                key = (page.resource, record.id)
                if record.id is None:
                    continue
                if key not in self.newest or record.rank > self.newest[key].rank:
                    self.newest[key] = record
        self.has_groups = any(page.resource == "group_appointments" for page in pages)
        self.has_attendees = any(page.resource == "attendees" for page in pages)

    def warnings(self) -> list[str]:
        """Sentences about the delivery as a whole."""
        said = []
        if self.has_attendees and not self.has_groups:
            said.append("attendees: left out, for there is no page of group_appointments with them")
        if not self.has_attendees and any(kind == "group_appointments" for kind, _ in self.newest):
            said.append(
                "group_appointments: left out, for there is no page of attendees to say who came"
            )
        presences = [record.presence for record in self.newest.values() if record.presence]
        unknown = sum(
            each.cancelled_at is not None
            and each.reason is not None
            and each.reason not in self.reasons
            for each in presences
        )
        if unknown:
            said.append(
                f"cancellations whose reason has a code that Rapport does not know: {unknown}; "
                "options.cancellation_reasons can say what it means"
            )
        return said

    def extracts(self, page: Page) -> Iterator[Extract]:
        """The extracts of one page."""
        rows = Records(_FEED_OF[page.resource], page.file)
        for record, weight in zip(page.records, page.weights, strict=True):
            if record.problem is not None:
                for _ in range(weight):
                    rows.reject(record.row, *record.problem)
            elif record.left_out is not None:
                rows.leave_out(record.left_out, weight)
            elif self.newest[page.resource, record.id] is not record:
                rows.leave_out("repeated", weight)
            else:
                getattr(self, f"_add_{page.resource}")(rows, record)
        yield rows.extract(sum(page.weights), file_rows=len(page.records))
        if page.merged:
            yield self._links(page)

    def _add_individual_appointments(self, rows: Records, record: Record) -> None:
        if record.is_deleted:
            rows.add(record.row, **record.cells, is_deleted="true")
        else:
            rows.add(record.row, **record.cells, **self._session(record, record))

    def _add_group_appointments(self, rows: Records, record: Record) -> None:
        rows.leave_out("group_appointment")

    def _add_attendees(self, rows: Records, record: Record) -> None:
        group = self.newest.get(("group_appointments", record.booking))
        if record.booking is not None and group is None:
            rows.leave_out("attendee_of_individual_appointment")
        elif record.is_deleted or (group is not None and group.is_deleted):
            rows.add(record.row, session_id=record.cells["session_id"], **_gone(record, group))
        elif group is None:
            rows.reject(record.row, "missing_required", "group_session_id")
        else:
            changed = max(record.changed, group.changed) or None
            cells = record.cells | {"record_updated_at": changed}
            rows.add(record.row, **cells, **self._session(group, record))

    def _add_patients(self, rows: Records, record: Record) -> None:
        is_deleted = "true" if record.is_deleted else None
        rows.add(record.row, **record.cells, is_deleted=is_deleted)

    def _add_practitioners(self, rows: Records, record: Record) -> None:
        self._add_patients(rows, record)

    def _add_patient_forms(self, rows: Records, record: Record) -> None:
        cells = dict(record.cells)
        if ("group_appointments", record.booking) in self.newest:
            attendee = cells.get("session_id")
            cells["session_id"] = attendee and attendee_session(attendee)
        elif not record.is_deleted:
            cells["session_id"] = record.booking
        for scale, score in record.answers.items():
            if record.is_deleted:
                rows.add(record.row, **cells, scale=scale, is_deleted="true")
            else:
                skipped = "true" if score is None else None
                rows.add(record.row, **cells, scale=scale, score=score, skipped=skipped)

    def _session(self, slot_of: Record, presence_of: Record) -> dict[str, str | None]:
        slot, presence = slot_of.slot, presence_of.presence
        if slot is None or presence is None:
            raise AssertionError
        latest = self.delivery.latest
        status = status_of(presence, slot.started_at, latest, self.reasons, self.past)
        return {
            "clinician_id": slot.clinician_id,
            "started_at": slot.started_at,
            "duration_minutes": slot.minutes,
            "location_id": slot.location_id,
            "appointment_type": slot.appointment_type,
            "status": status,
            "cancelled_at": presence.cancelled_at,
        }

    def _links(self, page: Page) -> Extract:
        """Merged patients: one statement per record that points to another."""
        rows = Records("id_links", page.file)
        for row in page.merged:
            record = page.records[row - 1]
            if record.problem is not None:
                rows.reject(row, *record.problem)
            elif self.newest[page.resource, record.id] is not record:
                rows.leave_out("repeated")
            elif record.merged_into is None:
                rows.leave_out("merged_into_itself")
            else:
                rows.add(
                    row,
                    entity="client",
                    source_system=self.delivery.source,
                    old_id=record.id,
                    new_id=record.merged_into,
                    relation="merged_into",
                    effective_at=record.merged_at,
                    record_updated_at=record.cells["record_updated_at"],
                )
        return rows.extract(len(page.merged), file_rows=len(page.records))


def _gone(record: Record, group: Record | None) -> dict[str, str | None]:
    changed = max(record.changed, group.changed if group is not None else "")
    return {"record_updated_at": changed or None, "is_deleted": "true"}
