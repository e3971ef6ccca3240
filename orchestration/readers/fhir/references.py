"""Who or what a reference means: one id for one person, however they are pointed at.

Here: relative and absolute addresses, ``urn:uuid`` within a Bundle, contained resources, and
references by identifier (``Practitioner?identifier=system|value``). Not here: what is done with the
id. What a reference is called (``display``) is never read.

A person is known by the id of their resource. Where only an identifier is given, the resource in
the delivery that has it says the id; without that resource ``system|value`` itself is the id. The
same holds for a clinician who is pointed at by one of their roles. So that the two ids of such a
person come together whichever delivery brings the resource, each such id is said to be the same
person (feed id_links).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import unquote

from orchestration.readers.base import DeliveryRejected
from orchestration.readers.fhir.elements import Refuse, as_dict, as_list, as_text
from orchestration.readers.fhir.files import Entry

_ADDRESS = re.compile(
    r"(?P<base>https?://[^?#]+/|/(?:[^/?#]+/)*)?(?P<kind>[A-Z][A-Za-z]{1,60})/"
    # FHIR allows no underscore and 64 characters; some servers are less strict.
    r"(?P<id>[A-Za-z0-9._~-]{1,100})(?:/_history/[A-Za-z0-9._~-]{1,100})?"
)
_BY_IDENTIFIER = re.compile(r"(?:https?://[^?#]+/)?([A-Z][A-Za-z]{1,60})\?identifier=([^&]+)")
_ROLE = "PractitionerRole"
_PEOPLE = ("Patient", "Practitioner", _ROLE)


class Ref(NamedTuple):
    """What is pointed at."""

    kind: str
    id: str


@dataclass
class Directory:
    """The resources of a delivery, by all the ways to point at them.

    Attributes:
        base_urls: addresses of the server, where they are known.
        aliases: identifiers by which a person was pointed at and whose resource is here.
    """

    base_urls: tuple[str, ...] = ()
    aliases: set[Ref] = field(default_factory=set)
    _by_url: dict[tuple[int, str], Ref | None] = field(default_factory=dict)
    _by_identifier: dict[Ref, str | None] = field(default_factory=dict)
    _roles: dict[str, Entry] = field(default_factory=dict)
    _bases: set[str] = field(default_factory=set)

    def add(self, entry: Entry) -> None:
        """Learn how a resource may be pointed at."""
        if entry.identity is None or entry.is_deletion:
            return
        ref = Ref(entry.kind, entry.identity)
        if entry.full_url:
            _learn(self._by_url, (entry.scope, entry.full_url), ref)
        for text in identifiers_of(entry.resource):
            _learn(self._by_identifier, Ref(entry.kind, text), entry.identity)
        if entry.kind == _ROLE:
            self._roles[entry.identity] = entry

    def resolve(self, reference: Any, entry: Entry, column: str | None = None) -> Ref | None:
        """What a Reference of an entry points at; None where there is no reference.

        Raises:
            Refuse: it points at nothing that can be known; rule ``unresolved_reference``.
        """
        element = as_dict(reference)
        text = as_text(element.get("reference"))
        if text is None:
            identifier = identifier_text(element.get("identifier"))
            kind = as_text(element.get("type"))
            if identifier is None or kind is None:
                return None
            return self._identified(Ref(kind, identifier))
        found = self._found(text, entry)
        if found is None:
            raise Refuse("unresolved_reference", column)
        return self._person_of(found) if found.kind == _ROLE else found

    def role_links(self, entry: Entry) -> tuple[str, str] | None:
        """For a PractitionerRole the id its holder has without it here, and the holder's own."""
        try:
            holder = self._holder(entry)
        except Refuse:
            return None
        if holder is None or entry.identity is None:
            return None
        return f"{_ROLE}/{entry.identity}", holder.id

    def check(self) -> None:
        """DeliveryRejected where references point to several servers and none is named ours."""
        if not self.base_urls and len(self._bases) > 1:
            said = "refers to several servers; say in base_url which one is yours"
            raise DeliveryRejected("several_servers", None, said)

    def _found(self, text: str, entry: Entry) -> Ref | None:
        if text.startswith("#"):
            return self._contained(text[1:], entry)
        if (entry.scope, text) in self._by_url:
            return self._by_url[entry.scope, text]
        if match := _BY_IDENTIFIER.fullmatch(text):
            return self._identified(Ref(match[1], _token(unquote(match[2]))))
        if match := _ADDRESS.fullmatch(text):
            return self._addressed(match)
        return None

    def _addressed(self, match: re.Match[str]) -> Ref:
        if (match["base"] or "").startswith("http"):
            base = _place(match["base"])
            if self.base_urls and base not in map(_place, self.base_urls):
                # Another server's person with the same number is somebody else.
                return Ref(match["kind"], f"{base}/{match['id']}")
            self._bases.add(base)
        return Ref(match["kind"], match["id"])

    def _contained(self, name: str, entry: Entry) -> Ref | None:
        """A contained resource has no id of its own; its identifier says who it is."""
        for each in entry.resource.get("contained", []):
            kind = each["resourceType"]
            if each.get("id") == name and kind not in _PEOPLE:
                return Ref(kind, f"#{name}")
            if each.get("id") == name:
                known = identifiers_of(each)
                return self._identified(Ref(kind, known[0])) if known else None
        return None

    def _identified(self, ref: Ref) -> Ref:
        known = self._by_identifier.get(ref)
        if known is None:
            return ref
        self.aliases.add(ref)
        return Ref(ref.kind, known)

    def _person_of(self, role: Ref) -> Ref:
        entry = self._roles.get(role.id)
        holder = self._holder(entry) if entry else None
        return holder or Ref("Practitioner", f"{_ROLE}/{role.id}")

    def _holder(self, entry: Entry) -> Ref | None:
        element = as_dict(entry.resource.get("practitioner"))
        return self.resolve({"type": "Practitioner", **element}, entry, "clinician_id")


def identifiers_of(resource: dict[str, Any]) -> list[str]:
    """The identifiers of a resource as ``system|value``."""
    found = (identifier_text(each) for each in as_list(resource.get("identifier")))
    return [text for text in found if text]


def identifier_text(identifier: Any) -> str | None:
    """An Identifier as ``system|value``; None without a value."""
    element = as_dict(identifier)
    value = as_text(element.get("value"))
    if value is None:
        return None
    return f"{as_text(element.get('system')) or 'identifier'}|{value}"


def _place(address: str) -> str:
    """A server's address without what does not tell it from others: http or https, and the end."""
    return address.partition("//")[2].rstrip("/").lower()


def _token(text: str) -> str:
    """A search by identifier as ``system|value``; without a system there is none."""
    system, _, value = text.rpartition("|")
    return f"{system or 'identifier'}|{value}"


def _learn(known: dict[Any, Any], key: Any, value: Any) -> None:
    """Two that answer to one key: neither does."""
    known[key] = value if known.get(key, value) == value else None
