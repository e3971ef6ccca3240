"""From a file to its records, and which part of a resource is looked at at all.

Here: NDJSON, Bundles and single resources; deletions; pages that are no data; the allow-list of
elements. Not here: what a resource means.

Whatever is not on the allow-list is gone before anybody looks at the resource: names, addresses,
narrative, notes, and every ``display`` and ``text`` at any depth. Row numbers are the line of
NDJSON, the place of an entry in its Bundle, and 1 for a resource that is a whole file.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from orchestration.readers.base import DeliveryFile, DeliveryRejected
from orchestration.readers.fhir.elements import as_dict, as_list, as_text
from orchestration.readers.json_text import NotJsonError, read_document, read_lines

LINES = (".ndjson", ".jsonl")
DOCUMENT = ".json"

# Besides resourceType, id, meta, contained, modifierExtension and implicitRules.
_KEPT: dict[str, tuple[str, ...]] = {
    "Patient": ("identifier", "gender", "birthDate", "link"),
    "Practitioner": ("identifier",),
    "PractitionerRole": ("practitioner",),
    "Appointment": (
        "status",
        "cancelationReason",
        "cancellationReason",
        "cancellationDate",
        "serviceType",
        "appointmentType",
        "start",
        "end",
        "minutesDuration",
        "created",
        "participant",
    ),
    "Encounter": (
        "status",
        "class",
        "type",
        "serviceType",
        "subject",
        "participant",
        "appointment",
        "period",
        "episodeOfCare",
    ),
    "EpisodeOfCare": ("status", "statusHistory", "patient", "careManager", "period"),
    "Questionnaire": ("url", "identifier", "item"),
    "QuestionnaireResponse": (
        "status",
        "questionnaire",
        "subject",
        "source",
        "authored",
        "encounter",
        "context",
        "item",
    ),
    "Observation": (
        "status",
        "code",
        "subject",
        "encounter",
        "context",
        "effectiveDateTime",
        "effectiveInstant",
        "effectivePeriod",
        "valueQuantity",
        "valueInteger",
        "valueDecimal",
        "valueString",
        "valueCodeableConcept",
        "dataAbsentReason",
        "hasMember",
        "derivedFrom",
        "related",
        "component",
    ),
}
_ALWAYS = ("resourceType", "id", "meta", "contained", "modifierExtension", "implicitRules")
_NEVER = frozenset({"display", "text", "div", "note", "comment", "description", "title", "name"})

FEED_OF = {
    "Appointment": "sessions",
    "Encounter": "sessions",
    "QuestionnaireResponse": "feedback",
    "Observation": "feedback",
    "Patient": "clients",
    "Practitioner": "clinicians",
    "EpisodeOfCare": "episodes",
}
READ = (*_KEPT,)


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of a file.

    Attributes:
        file: that it stands in.
        row_number: its place there.
        scope: tells Bundles apart: a ``urn:uuid`` means something within its Bundle only.
        kind: type of the resource, or of what is deleted; empty where that is not known.
        resource: what is kept of it; empty for a deletion.
        identity: its id on the server; for a resource without one the ``fullUrl`` of its entry.
        full_url: of its entry.
        is_deletion: whether it says that the resource is gone.
        deleted_at: when, if that is said.
        problem: rule under which the record is held back.
    """

    file: DeliveryFile
    row_number: int
    scope: int
    kind: str = ""
    resource: dict[str, Any] = field(default_factory=dict)
    identity: str | None = None
    full_url: str | None = None
    is_deletion: bool = False
    deleted_at: str | None = None
    problem: str | None = None


class _NoResourceError(Exception):
    """A file of sound JSON that is not FHIR."""


@dataclass
class Content:
    """What the files of a delivery hold.

    Attributes:
        entries: records of the kinds that are read, and broken ones.
        records: number of records by file, counted before any is looked at.
        left_out: number of records by file and kind that is not read.
        searches: pages of a search seen.
        unfinished: those of them that name a next page.
        warnings: sentences.
    """

    entries: list[Entry] = field(default_factory=list)
    records: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, dict[str, int]] = field(default_factory=dict)
    searches: int = 0
    unfinished: int = 0
    warnings: list[str] = field(default_factory=list)
    _scope: int = 0

    def read(self, file: DeliveryFile, is_wanted: Callable[[str, dict[str, Any]], bool]) -> None:
        """Add the records of a file.

        Args:
            file: it.
            is_wanted: whether a resource of a kind that is read is worth keeping.

        Raises:
            DeliveryRejected: it holds no FHIR data, or the answer of a server that gave none.
        """
        suffix = PurePath(file.name).suffix.lower()
        if suffix not in (*LINES, DOCUMENT):
            self._not_read(file, "its name does not end in .ndjson or .json")
            return
        try:
            found = [
                entry
                for entry in (self._lines(file) if suffix in LINES else self._document(file))
                if self._counted(file, entry, is_wanted)
            ]
        except _NoResourceError:
            self.records.pop(file.label, None)
            self.left_out.pop(file.label, None)
            self._not_read(file, "it holds no FHIR resource")
            return
        self.entries += found

    def _lines(self, file: DeliveryFile) -> Iterator[Entry]:
        lines = broken = resources = outcomes = 0
        self.records[file.label] = 0
        for number, each in read_lines(file):
            lines += 1
            broken += isinstance(each, NotJsonError)
            kind = as_text(as_dict(each).get("resourceType"))
            resources += kind is not None
            outcomes += kind == "OperationOutcome"
            self.records[file.label] += 1
            yield from self._record(file, number, each)
        if broken == lines:
            raise _no_data(file)
        if not resources:
            raise _NoResourceError
        if outcomes == lines and file.name.startswith(READ):
            # Named for appointments, say, and holds none: it must not pass for a quiet week.
            raise _refused(file)

    def _record(self, file: DeliveryFile, number: int, record: Any) -> Iterator[Entry]:
        """Entries of one line: more than one where it is a Bundle, of deletions mostly."""
        if isinstance(record, NotJsonError):
            yield Entry(file, number, 0, problem="json:syntax")
        elif as_dict(record).get("resourceType") == "Bundle":
            entries = list(self._bundle(file, record, number))
            self.records[file.label] += len(entries) - 1
            yield from entries
        else:
            yield _entry(file, number, 0, as_dict(record))

    def _document(self, file: DeliveryFile) -> Iterator[Entry]:
        document = _parsed_document(file)
        kind = as_text(as_dict(document).get("resourceType"))
        if kind is None:
            raise _NoResourceError
        if kind == "OperationOutcome":
            raise _refused(file)
        if kind == "Bundle":
            entries = document.get("entry")
            self.records[file.label] = len(entries) if isinstance(entries, list) else 0
            yield from self._bundle(file, document, None)
        else:
            self.records[file.label] = 1
            yield _entry(file, 1, 0, document)

    def _bundle(
        self, file: DeliveryFile, bundle: dict[str, Any], line: int | None
    ) -> Iterator[Entry]:
        """Entries of a Bundle; those of a Bundle on a line have the line's number."""
        self._scope += 1
        if bundle.get("type") == "searchset":
            self.searches += 1
            links = [as_dict(link).get("relation") for link in as_list(bundle.get("link"))]
            self.unfinished += "next" in links
        entries = bundle.get("entry")
        for place, each in enumerate(entries if isinstance(entries, list) else [], start=1):
            entry = as_dict(each)
            resource = as_dict(entry.get("resource"))
            if resource.get("resourceType") == "OperationOutcome" and _is_error(resource):
                raise _refused(file)
            request = as_dict(entry.get("request"))
            if not resource and request.get("method") == "DELETE":
                known_by = as_text(as_dict(bundle.get("meta")).get("lastUpdated"))
                yield _deletion(file, line or place, self._scope, entry, known_by)
                continue
            full_url = as_text(entry.get("fullUrl"))
            yield _entry(file, line or place, self._scope, resource, full_url)

    def _counted(
        self, file: DeliveryFile, entry: Entry, is_wanted: Callable[[str, dict[str, Any]], bool]
    ) -> bool:
        """Whether a record is kept; what is not is counted."""
        is_read = entry.kind in _KEPT
        if entry.problem or (is_read and entry.is_deletion):
            return True
        if is_read and is_wanted(entry.kind, entry.resource):
            return True
        counts = self.left_out.setdefault(file.label, {})
        counts[entry.kind] = counts.get(entry.kind, 0) + 1
        return False

    def _not_read(self, file: DeliveryFile, why: str) -> None:
        self.warnings.append(f"{file.label}: not read, because {why} (unknown_file)")


def _entry(
    file: DeliveryFile,
    number: int,
    scope: int,
    resource: dict[str, Any],
    full_url: str | None = None,
) -> Entry:
    kind = as_text(resource.get("resourceType"))
    if kind is None:
        return Entry(file, number, scope, problem="no_resource_type")
    if kind not in _KEPT:
        return Entry(file, number, scope, kind)
    kept = _kept(resource, kind)
    identity = as_text(kept.get("id")) or _id_in(full_url)
    return Entry(file, number, scope, kind, kept, identity, full_url)


def _id_in(full_url: str | None) -> str | None:
    """The id of a resource that says none itself; a ``urn:uuid`` is one as it stands."""
    if full_url and full_url.startswith("http"):
        return full_url.rpartition("/")[2] or None
    return full_url


def _deletion(
    file: DeliveryFile, number: int, scope: int, entry: dict[str, Any], known_by: str | None
) -> Entry:
    url = as_text(as_dict(entry.get("request")).get("url")) or ""
    kind, _, identity = url.removeprefix("/").partition("/")
    known = kind in _KEPT and identity and "?" not in url
    return Entry(
        file,
        number,
        scope,
        kind if known else "",
        identity=identity if known else None,
        is_deletion=True,
        deleted_at=as_text(as_dict(entry.get("response")).get("lastModified")) or known_by,
    )


def _kept(resource: dict[str, Any], kind: str) -> dict[str, Any]:
    """The elements on the allow-list, without anything written for people to read."""
    kept = {
        name: _without_words(resource[name])
        for name in (*_ALWAYS, *_KEPT[kind])
        if name in resource and name != "contained"
    }
    contained = [as_dict(each) for each in as_list(resource.get("contained"))]
    kept["contained"] = [
        _kept(each, kind) if kind in _KEPT else {"resourceType": kind, "id": each.get("id")}
        for each in contained
        if (kind := as_text(each.get("resourceType")))
    ]
    return kept


def _without_words(value: Any) -> Any:
    """The same without what is written for people; equal texts are kept once, to spare memory."""
    if isinstance(value, str):
        return sys.intern(value)
    if isinstance(value, dict):
        return {
            sys.intern(key): _without_words(each)
            for key, each in value.items()
            if key not in _NEVER
        }
    if isinstance(value, list):
        return [_without_words(each) for each in value]
    return value


def _parsed_document(file: DeliveryFile) -> Any:
    try:
        return read_document(file)
    except DeliveryRejected as problem:
        if problem.rule != "not_json":
            raise
        raise _no_data(file) from None


def _no_data(file: DeliveryFile) -> DeliveryRejected:
    """Why a file that should be JSON is none."""
    with file.open() as stream:
        start = stream.read(2000)
    text = start.decode("utf-8", "replace").lstrip("\ufeff \t\r\n").lower()
    if text.startswith("<") and "http://hl7.org/fhir" in text:
        return DeliveryRejected("not_json", file.label, "is FHIR as XML; export it as JSON")
    if text.startswith("<"):
        said = (
            "is a web page, not data: often the page for signing in, saved in place of the export"
        )
        return DeliveryRejected("web_page", file.label, said)
    said = "is not sound JSON; the file may have been cut off"
    return DeliveryRejected("not_json", file.label, said)


def _is_error(outcome: dict[str, Any]) -> bool:
    issues = [as_dict(issue).get("severity") for issue in as_list(outcome.get("issue"))]
    return any(severity in ("fatal", "error") for severity in issues)


def _refused(file: DeliveryFile) -> DeliveryRejected:
    return DeliveryRejected(
        "operation_outcome",
        file.label,
        "is the server's refusal, not data: most often the sign-in has run out, or the permission "
        "(scope) to read these records is missing, which otherwise looks like an empty result",
    )
