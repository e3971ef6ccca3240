"""Clients, clinicians, episodes, and which ids belong to one person.

Here: Patient, Practitioner, PractitionerRole and EpisodeOfCare as rows. Not here: how a reference
is read (references.py).

``replaced-by`` fills ``merged_into_client_id`` of the client, which a later delivery can take back.
The other links of a Patient say something of another record and become rows of id_links.
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.readers.fhir import codes
from orchestration.readers.fhir.elements import (
    LeaveOut,
    Refuse,
    as_dict,
    as_list,
    as_text,
    birth_year,
    day,
    updated_at,
)
from orchestration.readers.fhir.files import Entry
from orchestration.readers.fhir.references import Directory, Ref, identifiers_of
from orchestration.readers.fhir.sessions import Cells

_SAME = ("seealso", "refer")


@dataclass(frozen=True)
class People:
    """The people of one delivery.

    Attributes:
        directory: who is meant by a reference.
        source: its name, which stands in each row of id_links.
        zone: in which a time is a date.
    """

    directory: Directory
    source: str
    zone: str

    def client(self, entry: Entry) -> list[Cells]:
        """The row of a Patient."""
        resource = entry.resource
        survivors = {other for kind, other in self._links(entry) if kind == "replaced-by"}
        if len(survivors) > 1:
            raise Refuse("several_links", "merged_into_client_id")
        return [
            {
                "client_id": entry.identity,
                "birth_year": birth_year(resource.get("birthDate")),
                "gender": as_text(resource.get("gender")),
                "merged_into_client_id": next(iter(survivors), None),
                "record_updated_at": updated_at(resource),
            }
        ]

    def clinician(self, entry: Entry) -> list[Cells]:
        """The row of a Practitioner."""
        updated = updated_at(entry.resource)
        return [{"clinician_id": entry.identity, "record_updated_at": updated}]

    def episode(self, entry: Entry) -> list[Cells]:
        """The row of an EpisodeOfCare."""
        resource = entry.resource
        status = as_text(resource.get("status"))
        updated = updated_at(resource)
        if status in (codes.IN_ERROR, *codes.EPISODE_NOT_BEGUN):
            gone = {"episode_id": entry.identity, "is_deleted": "true"}
            return [{**gone, "record_updated_at": updated}]
        if status not in (*codes.EPISODE_OPEN, *codes.EPISODE_CLOSED):
            raise Refuse("not_in_list", "status")
        client = self.directory.resolve(
            {"type": "Patient", **as_dict(resource.get("patient"))}, entry, "client_id"
        )
        if client is None or client.kind != "Patient":
            raise LeaveOut("no_client")
        manager = self.directory.resolve(
            {"type": "Practitioner", **as_dict(resource.get("careManager"))}, entry, "clinician_id"
        )
        period = as_dict(resource.get("period"))
        is_closed = status in codes.EPISODE_CLOSED
        return [
            {
                "episode_id": entry.identity,
                "client_id": client.id,
                "clinician_id": manager.id if manager and manager.kind == "Practitioner" else None,
                "opened_on": day(period.get("start"), self.zone),
                "closed_on": self._closed_on(entry) if is_closed else None,
                "closure_reason": "unknown" if is_closed else None,
                "record_updated_at": updated,
            }
        ]

    def links(self, entry: Entry) -> list[Cells]:
        """What a resource says of two ids that are one person."""
        if entry.kind == "Patient":
            return self._links_of_client(entry)
        if entry.kind == "PractitionerRole":
            found = self.directory.role_links(entry)
            return [self._link("clinician", *found, "same_person")] if found else []
        if entry.kind != "Practitioner" or entry.identity is None:
            return []
        return [
            self._link("clinician", text, entry.identity, "same_person")
            for text in identifiers_of(entry.resource)
            if Ref(entry.kind, text) in self.directory.aliases
        ]

    def _links_of_client(self, entry: Entry) -> list[Cells]:
        own = str(entry.identity)
        rows = [
            self._link("client", other, own, "merged_into")
            for kind, other in self._links(entry)
            if kind == "replaces"
        ]
        rows += [
            self._link("client", own, other, "same_person")
            for kind, other in self._links(entry)
            if kind in _SAME
        ]
        return rows + [
            self._link("client", text, own, "same_person")
            for text in identifiers_of(entry.resource)
            if Ref(entry.kind, text) in self.directory.aliases
        ]

    def _links(self, entry: Entry) -> list[tuple[str, str]]:
        """Kind of link and the other Patient, of each link to one."""
        found = []
        for each in as_list(entry.resource.get("link")):
            link = as_dict(each)
            kind = as_text(link.get("type"))
            other = self.directory.resolve(
                {"type": "Patient", **as_dict(link.get("other"))}, entry, "merged_into_client_id"
            )
            if kind and other is not None and other.kind == "Patient":
                found.append((kind, other.id))
        return found

    def _link(self, entity: str, old: str, new: str, relation: str) -> Cells:
        return {
            "entity": entity,
            "source_system": self.source,
            "old_id": old,
            "new_id": new,
            "relation": relation,
        }

    def _closed_on(self, entry: Entry) -> str | None:
        """The end of the period, else the day since which the history calls it closed."""
        end = as_dict(entry.resource.get("period")).get("end")
        for each in as_list(entry.resource.get("statusHistory")):
            step = as_dict(each)
            if end is None and step.get("status") == entry.resource.get("status"):
                end = as_dict(step.get("period")).get("start")
        return day(end, self.zone)
