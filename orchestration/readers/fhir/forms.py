"""Questionnaire responses and observations as answers to forms.

Here: which form a record belongs to, and its answers and stated total as rows. Not here: what one
answer is worth (answers.py).

An item is known by the code that the Questionnaire gives it, by its ``definition``, by a LOINC code
at the end of its ``linkId``, or by the settings; never by a ``linkId`` such as ``1`` alone. Forms
that borrow items of another (the PHQ-2 of the PHQ-9) are told apart by what the whole form has and
they have not. An observation that was taken from a response is the same administration.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from orchestration.readers.fhir import codes
from orchestration.readers.fhir.answers import (
    Answer,
    Questionnaires,
    answer_of,
    items_of,
    loinc_in,
    observed,
    without_version,
)
from orchestration.readers.fhir.elements import (
    LeaveOut,
    Refuse,
    as_dict,
    as_list,
    as_text,
    codes_of,
    timestamp,
    updated_at,
)
from orchestration.readers.fhir.files import Entry
from orchestration.readers.fhir.options import FhirOptions, QuestionnaireMap
from orchestration.readers.fhir.references import Directory, Ref, identifier_text
from orchestration.readers.fhir.sessions import Cells, Sessions

LOINC_CODES = frozenset({*codes.SCALES, *codes.PANELS})

Scale = tuple[str, str]


@dataclass
class Forms:
    """The answered forms of one delivery.

    Attributes:
        directory: who is meant by a reference.
        questionnaires: of the delivery.
        sessions: of the delivery, read before.
        options: of the source.
        said: counts of what the person should know, by word.
        _told: administrations that responses of the delivery tell.
        _whole: administrations that have what only the whole form has.
        _administrations: of an observation, by ``id`` of its entry.
    """

    directory: Directory
    questionnaires: Questionnaires
    sessions: Sessions
    options: FhirOptions
    said: Counter[str] = field(default_factory=Counter)
    _told: set[str] = field(default_factory=set)
    _whole: set[str] = field(default_factory=set)
    _administrations: dict[int, str] = field(default_factory=dict)

    # --- responses ------------------------------------------------------------------------------

    def response(self, entry: Entry) -> list[Cells | Refuse]:
        """The rows of a QuestionnaireResponse: one per answered item and stated total.

        Raises:
            LeaveOut: it is no form that Rapport knows, or not a finished one.
            Refuse: it cannot be understood.
        """
        resource = entry.resource
        status = as_text(resource.get("status"))
        if status in codes.RESPONSE_LEFT_OUT:
            raise LeaveOut("not_completed")
        if status not in (*codes.RESPONSE_TAKEN, codes.IN_ERROR):
            raise Refuse("not_in_list", "status")
        names = self._names(entry)
        maps = self.options.questionnaires
        form = next((maps[name] for name in names if name in maps), None)
        found = self._items(entry, names, form)
        if not found:
            raise LeaveOut("other_questionnaire")
        common = self._common(entry, form) | {
            "completed_at": timestamp(resource.get("authored"), self.options.form_time)
        }
        if status == codes.IN_ERROR:
            common["is_deleted"] = "true"
        numbers = self._numbers(names, form)
        rows: list[Cells | Refuse] = []
        for (instrument, scale), item in found:
            identity = _response_id(entry.identity, instrument)
            self._told.add(identity)
            row = common | {"response_id": identity, "instrument": instrument, "scale": scale}
            rows += self._row(row, lambda item=item: answer_of(item, numbers))
        if not rows:
            raise LeaveOut("nothing_answered")
        self._compare(rows)
        return rows

    def _names(self, entry: Entry) -> list[str]:
        """The names under which the response's Questionnaire may be known."""
        given = entry.resource.get("questionnaire")
        reference = as_dict(given)
        texts = (as_text(given), as_text(reference.get("reference")))
        names = [name for text in texts if (name := without_version(text))]
        names += [name.rpartition("/")[2] for name in names if "/" in name]
        if identifier := identifier_text(reference.get("identifier")):
            names.append(identifier)
        for each in entry.resource["contained"]:
            if each["resourceType"] == "Questionnaire" and f"#{each.get('id')}" in names:
                self.questionnaires.add_resource(each, f"#{each.get('id')}")
        return names

    def _numbers(self, names: list[str], form: QuestionnaireMap | None) -> Mapping[str, str]:
        told = {code: f"{value:g}" for code, value in form.answers.items()} if form else {}
        return {**self.questionnaires.numbers(names), **told}

    def _items(
        self, entry: Entry, names: list[str], form: QuestionnaireMap | None
    ) -> list[tuple[Scale, dict[str, Any]]]:
        """Scale and item of everything that belongs to a form Rapport knows."""
        found: list[tuple[Scale, dict[str, Any]]] = []
        given: dict[str, set[str]] = defaultdict(set)
        unknown = 0
        for item in items_of(entry.resource):
            link = as_text(item.get("linkId")) or ""
            if form is not None:
                if link in form.items:
                    found.append(((form.instrument, form.items[link]), item))
                continue
            code = self._code(names, link, item)
            unknown += code is None and bool(item.get("answer"))
            instrument = codes.PANELS.get(code or "") or codes.SCALES.get(code or "", ("", ""))[0]
            given[instrument].add(code or "")
            if code in codes.PANELS and item.get("answer"):
                raise Refuse("panel_code_as_item", "scale")
            if code in codes.SCALES:
                found.append((codes.SCALES[code], item))
        if form is None:
            found = [each for each in found if given[each[0][0]] & codes.TELLING[each[0][0]]]
            self._count_gaps({scale for scale, _ in found}, unknown)
        scales = Counter(scale for scale, item in found if item.get("answer"))
        if any(count > 1 for count in scales.values()):
            raise Refuse("duplicate_item", "scale")
        return found

    def _count_gaps(self, scales: set[Scale], unknown: int) -> None:
        """Count forms that lack items while the response answers what nobody knows."""
        for instrument, count in codes.ITEM_COUNT.items():
            items = [name for code, name in scales if code == instrument and name != "total"]
            self.said["gaps"] += bool(unknown) and 0 < len(items) < count

    def _code(self, names: list[str], link: str, item: dict[str, Any]) -> str | None:
        given = self.questionnaires.codes(names, link)
        known = [code for code in given if code in LOINC_CODES]
        if given:
            return known[0] if known else None
        for text in (item.get("definition"), link):
            code = loinc_in(text)
            if code in LOINC_CODES:
                return code
        return None

    # --- observations ---------------------------------------------------------------------------

    def group(self, entries: list[Entry]) -> None:
        """Find out which observations are one administration; call it before any is read.

        In this order: the response they were taken from, the panel they are members of, and the
        same client, time, encounter and instrument.
        """
        panels = {}
        for entry in entries:
            for member in _related(entry.resource, "hasMember", "has-member"):
                ref = self._maybe(member, entry)
                if ref is not None:
                    panels[ref.id] = entry
        for entry in entries:
            panel = panels.get(str(entry.identity))
            for instrument in _instruments(entry):
                administration = self._administration(entry, panel, instrument)
                self._administrations[id(entry)] = administration
                if codes.TELLING[instrument] & set(_all_codes(entry.resource)):
                    self._whole.add(administration)

    def _administration(self, entry: Entry, panel: Entry | None, instrument: str) -> str:
        for each in (entry, panel):
            if each is not None:
                for origin in _related(each.resource, "derivedFrom", "derived-from"):
                    ref = self._maybe(origin, each)
                    if ref is not None and ref.kind == "QuestionnaireResponse":
                        return _response_id(ref.id, instrument)
        if panel is not None or _is_panel(entry):
            return f"Observation/{(panel or entry).identity}|{instrument}"
        parts = (
            str(self._maybe(entry.resource.get("subject"), entry)),
            str(_effective(entry.resource)),
            str(self._maybe(entry.resource.get("encounter"), entry)),
            instrument,
        )
        return f"obs-{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:32]}"

    def observation(self, entry: Entry) -> list[Cells | Refuse]:
        """The rows of an Observation: its own value, or those of its components.

        Raises:
            LeaveOut: it is told by a response, not final, or part of another form.
            Refuse: it cannot be understood.
        """
        administration = self._administrations[id(entry)]
        resource = entry.resource
        status = as_text(resource.get("status"))
        if status in codes.OBSERVATION_LEFT_OUT:
            raise LeaveOut("not_final")
        if status not in (*codes.OBSERVATION_TAKEN, *codes.OBSERVATION_WITHDRAWN):
            raise Refuse("not_in_list", "status")
        if administration in self._told:
            raise LeaveOut("taken_from_a_response")
        if administration not in self._whole:
            raise LeaveOut("part_of_another_form")
        common = self._common(entry, None) | {
            "response_id": administration,
            "completed_at": timestamp(_effective(resource), self.options.form_time),
        }
        if status in codes.OBSERVATION_WITHDRAWN:
            common["is_deleted"] = "true"
        rows: list[Cells | Refuse] = []
        for code, element in _measured(resource):
            instrument, scale = codes.SCALES[code]
            row = common | {"instrument": instrument, "scale": scale}
            rows += self._row(row, lambda element=element: observed(element, {}))
        if not rows:
            raise LeaveOut("panel" if _is_panel(entry) else "nothing_answered")
        return rows

    # --- both -----------------------------------------------------------------------------------

    def _row(self, row: Cells, answered: Any) -> list[Cells | Refuse]:
        """The row of one answer; none where there is none, a Refuse for what is no number."""
        try:
            answer: Answer | None = answered()
        except Refuse as problem:
            # What was withdrawn needs no answer.
            key = {name: row[name] for name in ("response_id", "scale")}
            return [row] if row.get("is_deleted") else [Refuse(problem.rule, problem.column, key)]
        if answer is None:
            return [row] if row.get("is_deleted") else []
        self.said["contradicted"] += answer.is_contradicted
        if answer.score is None:
            return [row | {"skipped": "true", "skip_reason": answer.skip_reason}]
        return [row | {"score": answer.score}]

    def _common(self, entry: Entry, form: QuestionnaireMap | None) -> Cells:
        resource = entry.resource
        subject = {"type": "Patient", **as_dict(resource.get("subject"))}
        client = self.directory.resolve(subject, entry, "client_id")
        if client is None or client.kind != "Patient":
            raise LeaveOut("no_client")
        source = self._maybe(resource.get("source"), entry)
        respondent = codes.RESPONDENTS.get(source.kind) if source else None
        place = self._maybe(resource.get("encounter") or resource.get("context"), entry)
        session = self.sessions.of_encounter.get(place.id) if place else None
        is_episode = place is not None and place.kind == "EpisodeOfCare"
        return {
            "client_id": client.id,
            "respondent": respondent or (form.respondent if form else "client"),
            # Named only where the session is in this delivery too: a form must not wait for one.
            "session_id": session[0] if session and session[1] == client.id else None,
            "episode_id": place.id if place and is_episode else None,
            "instrument_version": form.instrument_version if form else None,
            "timing": form.timing if form else None,
            "record_updated_at": updated_at(resource),
        }

    def _maybe(self, reference: Any, entry: Entry) -> Ref | None:
        try:
            return self.directory.resolve(reference, entry)
        except Refuse:
            return None

    def _compare(self, rows: list[Cells | Refuse]) -> None:
        """Count stated totals that their own items contradict; Rapport adds the items up itself."""
        for instrument, count in codes.ITEM_COUNT.items():
            scores = {
                str(row["scale"]): float(row["score"])
                for row in rows
                if isinstance(row, dict) and row["instrument"] == instrument and row.get("score")
            }
            total = scores.pop("total", None)
            if total is None:
                continue
            self.said["total_out_of_range"] += not 0 <= total <= codes.MAXIMUM[instrument]
            self.said["total_mismatch"] += len(scores) == count and total != sum(scores.values())


def deleted_rows(entry: Entry, options: FhirOptions) -> Iterator[Cells]:
    """All that a deleted response may have told: its rows are known by instrument and scale."""
    scales = {*codes.SCALES.values()}
    for form in options.questionnaires.values():
        scales |= {(form.instrument, scale) for scale in form.items.values()}
    for instrument, scale in sorted(scales):
        yield {
            "response_id": _response_id(entry.identity, instrument),
            "scale": scale,
            "is_deleted": "true",
            "record_updated_at": entry.deleted_at,
        }


def is_form(resource: dict[str, Any]) -> bool:
    """Whether an Observation belongs to a form that Rapport knows."""
    return any(code in LOINC_CODES for code in _all_codes(resource))


def _response_id(identity: str | None, instrument: str) -> str:
    # One response may hold two forms, whose items have the same names.
    return f"Response/{identity}|{instrument}"


def _all_codes(resource: dict[str, Any]) -> Iterator[str]:
    yield from codes_of(resource.get("code"))
    for component in as_list(resource.get("component")):
        yield from codes_of(as_dict(component).get("code"))


def _instruments(entry: Entry) -> set[str]:
    found = {codes.PANELS.get(code) for code in _all_codes(entry.resource)}
    found |= {codes.SCALES[code][0] for code in _all_codes(entry.resource) if code in codes.SCALES}
    return {each for each in found if each}


def _is_panel(entry: Entry) -> bool:
    return any(code in codes.PANELS for code in codes_of(entry.resource.get("code")))


def _measured(resource: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Code and element of each item or total that an Observation holds."""
    for element in (resource, *(as_dict(each) for each in as_list(resource.get("component")))):
        code = next((code for code in codes_of(element.get("code")) if code in codes.SCALES), None)
        if code:
            yield code, element


def _related(resource: dict[str, Any], name: str, stu3: str) -> Iterator[Any]:
    """References of one kind; STU3 keeps all kinds in ``related``."""
    yield from as_list(resource.get(name))
    for each in as_list(resource.get("related")):
        related = as_dict(each)
        if related.get("type") == stu3:
            yield related.get("target")


def _effective(resource: dict[str, Any]) -> Any:
    """When an Observation was made."""
    period = as_dict(resource.get("effectivePeriod"))
    return (
        resource.get("effectiveDateTime") or resource.get("effectiveInstant") or period.get("start")
    )
