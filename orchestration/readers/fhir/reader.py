"""The reader `fhir`: a whole delivery of FHIR resources as extracts of the feeds.

Here: the order in which records are looked at, and their counts. Not here: what a single resource
says (sessions.py, people.py, forms.py), asking a server (fetch/fhir.py).

References point across files, so all files are read before the first row is made. Of several
versions of one resource in a delivery the newest speaks.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from orchestration.readers.base import About, Delivery, DeliveryFile, DeliveryRejected, Extract
from orchestration.readers.fhir import codes
from orchestration.readers.fhir.answers import Questionnaires
from orchestration.readers.fhir.elements import (
    LeaveOut,
    Refuse,
    as_dict,
    as_list,
    moment,
    updated_at,
)
from orchestration.readers.fhir.files import DOCUMENT, FEED_OF, LINES, READ, Content, Entry
from orchestration.readers.fhir.forms import Forms, deleted_rows, is_form
from orchestration.readers.fhir.options import FhirOptions
from orchestration.readers.fhir.people import People
from orchestration.readers.fhir.references import Directory
from orchestration.readers.fhir.sessions import Cells, Sessions
from orchestration.readers.options import read_options
from orchestration.readers.records import Records
from orchestration.settings import SourceConfig

Made = Sequence[Cells | Refuse]
_KEY = {"sessions": "session_id", "clients": "client_id", "clinicians": "clinician_id"}
_KEY |= {"episodes": "episode_id"}


class FhirReader:
    """Reads bulk NDJSON, Bundles and single resources of FHIR R4."""

    name = "fhir"
    about = About(
        system="FHIR servers (R4; Halaxy, OpenEMR, Epic, athena and others)",
        takes="A bulk export (.ndjson), Bundles or single resources (.json), or the server itself.",
        feeds=("sessions", "feedback", "clients", "clinicians", "episodes", "id_links"),
        needs=(
            "Appointment or Encounter for sessions, Patient and Practitioner for people, "
            "QuestionnaireResponse or Observation for forms.",
            "A map of linkIds for forms without LOINC codes (SRS, ORS, WAI).",
        ),
        leaves_open={"episodes": ("clinician_id",)},
    )

    def recognise(self, files: Sequence[DeliveryFile]) -> str | None:
        """FHIR says in its first bytes what it is."""
        for file in files:
            if file.name.lower().endswith((*LINES, DOCUMENT)):
                with file.open() as stream:
                    if b'"resourceType"' in stream.read(4000):
                        return "FHIR resources"
        return None

    def validate(self, source: str, config: SourceConfig) -> None:
        """Check the source's options; FHIR has no columns to map."""
        read_options(FhirOptions, source, config)

    def read(self, delivery: Delivery, config: SourceConfig) -> Iterator[Extract]:
        """Yield one extract per file and feed.

        Raises:
            DeliveryRejected: there is no FHIR data, or not the whole of it.
        """
        content = Content()
        for file in delivery.files:
            content.read(file, _is_wanted)
        if not content.records:
            said = "no file holds FHIR resources (.ndjson, or .json)"
            raise DeliveryRejected("no_feed_file", None, said)
        if content.searches and content.unfinished == content.searches:
            said = "is the first page of several; the last page is missing"
            raise DeliveryRejected("incomplete_pages", None, said)
        whole = _Whole(delivery, read_options(FhirOptions, delivery.source, config), content)
        yield from whole.extracts()


def _is_wanted(kind: str, resource: dict[str, Any]) -> bool:
    return kind != "Observation" or is_form(resource)


@dataclass
class _Sheet:
    """What one file gives to one feed.

    Attributes:
        records: the rows.
        taken: entries of this feed in the file, counted when the file was read.
        settled: entries whose outcome is known.
        extra: rows beyond one per entry.
    """

    records: Records
    taken: int = 0
    settled: int = 0
    extra: int = 0

    def settle(self, entry: Entry, made: Made) -> None:
        """Take the rows of an entry; at least one."""
        self.settled += 1
        self.extra += len(made) - 1
        for each in made:
            if isinstance(each, Refuse):
                self.records.reject(entry.row_number, each.rule, each.column, **each.key)
            else:
                self.records.add(entry.row_number, **each)

    def leave_out(self, reason: str) -> None:
        """Count an entry that is known not to belong here."""
        self.settled += 1
        self.records.leave_out(reason)


@dataclass
class _Whole:
    """One delivery, on its way from entries to extracts."""

    delivery: Delivery
    options: FhirOptions
    content: Content
    sheets: dict[tuple[str, str], _Sheet] = field(default_factory=dict)
    unreadable: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Learn where everything points before anything is made of it."""
        options, delivery = self.options, self.delivery
        self.directory = Directory(options.base_url)
        self.questionnaires = Questionnaires()
        zone = delivery.time_zone
        self.sessions = Sessions(self.directory, options, zone, delivery.latest)
        self.people = People(self.directory, delivery.source, zone)
        self.forms = Forms(self.directory, self.questionnaires, self.sessions, options)
        for entry in self.content.entries:
            self.directory.add(entry)
            if entry.kind == "Questionnaire" and not entry.is_deletion:
                self.questionnaires.add(entry)

    def extracts(self) -> Iterator[Extract]:
        """The extracts, files in the order of their names."""
        self._fill()
        self.directory.check()
        self._check_counts()
        said = self._warnings()
        if not any(self.content.records.values()):
            # A server that has nothing new says so with empty pages; a manifest vouches for them.
            yield Records("sessions", self._first_file()).extract(0, file_rows=0)
            return
        if not self.sheets:
            kinds = "appointments, encounters, forms, clients, clinicians or episodes"
            raise DeliveryRejected("no_feed_file", None, f"there are no {kinds} in it")
        for (file, _), sheet in self.sheets.items():
            yield sheet.records.extract(
                sheet.taken + sheet.extra,
                file_rows=self.content.records[file],
                warnings=tuple(said),
            )
            said = []

    def _fill(self) -> None:
        """Settle every entry, each kind after those it needs."""
        by_kind = self._taken()
        for entry in by_kind["Appointment"]:
            self.sessions.learn(entry)
        self.forms.group(by_kind["Observation"])
        for kind, make in (
            ("Encounter", self.sessions.encounter),
            ("Appointment", self.sessions.appointment),
            ("Patient", self.people.client),
            ("Practitioner", self.people.clinician),
            ("EpisodeOfCare", self.people.episode),
            ("QuestionnaireResponse", self.forms.response),
            ("Observation", self.forms.observation),
        ):
            for entry in by_kind[kind]:
                self._settle(entry, make)
        for kind in ("Patient", "Practitioner", "PractitionerRole"):
            for entry in by_kind[kind]:
                self._link(entry)

    def _taken(self) -> dict[str, list[Entry]]:
        """Entries by kind that speak; the others are settled here."""
        newest = _newest(self.content.entries, self.delivery.time_zone)
        homes: dict[str, str] = {}
        for entry in self.content.entries:
            if entry.kind in FEED_OF:
                homes.setdefault(entry.file.label, FEED_OF[entry.kind])
        by_kind: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.content.entries:
            feed = FEED_OF.get(entry.kind) or homes.get(entry.file.label)
            if entry.kind in FEED_OF or entry.problem:
                if feed is None:
                    self.unreadable[entry.file.label] += 1
                    continue
                sheet = self._sheet(entry.file, feed)
                sheet.taken += 1
                self._first_look(sheet, entry, newest, by_kind)
            else:
                by_kind[entry.kind].append(entry)
        return by_kind

    def _first_look(
        self,
        sheet: _Sheet,
        entry: Entry,
        newest: dict[tuple[str, str | None], datetime],
        by_kind: dict[str, list[Entry]],
    ) -> None:
        """Settle what need not be understood; the rest is noted by its kind."""
        if entry.problem:
            sheet.settle(entry, [Refuse(entry.problem)])
        elif entry.is_deletion:
            rows = _rows_of_deletion(entry, self.options)
            if rows:
                sheet.settle(entry, rows)
            else:
                sheet.leave_out("deletion_without_key")
        elif entry.identity is None:
            sheet.settle(entry, [Refuse("missing_required", _KEY.get(FEED_OF[entry.kind]))])
        elif _is_modified(entry.resource):
            sheet.settle(entry, self._refused(entry, Refuse("modifier_extension")))
        elif _moment_of(entry, self.delivery.time_zone) < newest[entry.kind, entry.identity]:
            sheet.leave_out("older_version")
        else:
            by_kind[entry.kind].append(entry)

    def _settle(self, entry: Entry, make: Callable[[Entry], Made]) -> None:
        sheet = self._sheet(entry.file, FEED_OF[entry.kind])
        try:
            sheet.settle(entry, make(entry))
        except LeaveOut as reason:
            sheet.leave_out(str(reason))
        except Refuse as problem:
            sheet.settle(entry, self._refused(entry, problem))

    def _refused(self, entry: Entry, problem: Refuse) -> list[Refuse]:
        """The refusal for each row that the entry would have been, as far as that is known."""
        name = _KEY.get(FEED_OF[entry.kind], "")
        ids = self.sessions.ids(entry) if name == "session_id" else [entry.identity]
        return [Refuse(problem.rule, problem.column, {name: each} if name else {}) for each in ids]

    def _link(self, entry: Entry) -> None:
        """Rows of id_links, which an entry gives besides its own."""
        try:
            rows = self.people.links(entry)
        except Refuse:
            return  # the entry itself is held back for the same reason
        if rows:
            sheet = self._sheet(entry.file, "id_links")
            sheet.taken += 1
            sheet.settle(entry, rows)

    def _sheet(self, file: DeliveryFile, feed: str) -> _Sheet:
        return self.sheets.setdefault((file.label, feed), _Sheet(Records(feed, file)))

    def _first_file(self) -> DeliveryFile:
        return next(file for file in self.delivery.files if file.label in self.content.records)

    def _check_counts(self) -> None:
        """Every record counted when its file was read has an outcome."""
        kept = Counter(entry.file.label for entry in self.content.entries)
        for file, records in self.content.records.items():
            left_out = sum(self.content.left_out.get(file, {}).values())
            if records != kept[file] + left_out:
                raise DeliveryRejected("row_conservation", file, "records were lost while reading")
        if any(sheet.taken != sheet.settled for sheet in self.sheets.values()):
            raise DeliveryRejected("row_conservation", None, "records were lost while reading")

    def _warnings(self) -> list[str]:
        said = list(self.content.warnings)
        for file, counts in self.content.left_out.items():
            named = {
                kind: count for kind, count in counts.items() if kind in (*codes.NOT_TAKEN, *READ)
            }
            other = sum(counts.values()) - sum(named.values())
            parts = [f"{kind} {count}" for kind, count in sorted(named.items())]
            parts += [f"others {other}"] if other else []
            said.append(f"{file}: records that Rapport does not read: {', '.join(parts)}")
        for file, count in self.unreadable.items():
            said.append(
                f"{file}: records that are no sound JSON, of kinds that are not read: {count}"
            )
        for word, sentence in _SENTENCES.items():
            if count := self.forms.said[word]:
                said.append(f"{sentence}: {count}")
        return said


_SENTENCES = {
    "contradicted": "answers whose code means another number than the one stated beside it; the "
    "stated number was taken",
    "gaps": "forms that lack some of their questions while other answers have no code that Rapport "
    "knows; if these are the missing ones, say so under questionnaires in the source's settings",
    "total_mismatch": "stated totals that are not the sum of their items; Rapport uses the items",
    "total_out_of_range": "stated totals that the form cannot reach; never used",
}


def _newest(entries: list[Entry], zone: str) -> dict[tuple[str, str | None], datetime]:
    """By kind and id, when the newest version in the delivery was written."""
    found: dict[tuple[str, str | None], datetime] = {}
    for entry in entries:
        key = entry.kind, entry.identity
        found[key] = max(found.get(key, datetime.min), _moment_of(entry, zone))
    return found


def _moment_of(entry: Entry, zone: str) -> datetime:
    written = entry.deleted_at if entry.is_deletion else updated_at(entry.resource)
    return moment(written, zone) or datetime.min


def _rows_of_deletion(entry: Entry, options: FhirOptions) -> list[Cells]:
    feed = FEED_OF[entry.kind]
    if entry.kind == "QuestionnaireResponse":
        return list(deleted_rows(entry, options))
    if feed not in _KEY:
        return []
    identity = f"{entry.kind}/{entry.identity}" if feed == "sessions" else entry.identity
    return [{_KEY[feed]: identity, "is_deleted": "true", "record_updated_at": entry.deleted_at}]


def _is_modified(resource: dict[str, Any]) -> bool:
    """Whether something that Rapport does not know changes what the resource means."""
    return "implicitRules" in resource or _has_modifier(resource)


def _has_modifier(resource: dict[str, Any]) -> bool:
    known = codes.HALAXY_STATUS_URL
    waiting: list[Any] = [resource]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            modifiers = as_list(value.get("modifierExtension"))
            if any(as_dict(each).get("url") != known for each in modifiers):
                return True
            waiting += value.values()
    return False
