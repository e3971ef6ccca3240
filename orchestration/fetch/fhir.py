"""Asking a FHIR server for its records; the reader of the same name reads the saved pages.

Here: which kinds of resource are asked for and how, and that a page is the list that was asked for.
Not here: HTTP (web.py), what a resource means (readers/fhir).

Each kind is one search, `Appointment?_lastUpdated=ge...&_count=...`, whose pages are followed by
their links. Clinicians and their roles are always asked for in full: changed sessions refer to
them. A record that is added meanwhile may come twice, and the reader counts it once; where a search
ends with fewer records than it says it has, it is read again, and the pages of all readings are
kept. A server that refuses some of its records does so in a page that looks like an empty one (an
OperationOutcome), which ends the fetch.

An appointment that has changed is asked for together with its encounters, changed or not: what came
of the session is what they say, and the appointment alone would take it back.

Left out: signing in by SMART backend services (a token must be given), `_history`, `$export`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, Self
from urllib.parse import parse_qsl

from pydantic import Field, model_validator

from orchestration.fetch.base import BaseUrl, FetchError, FetchOptions, Job, read_options
from orchestration.fetch.web import Answer, Web
from orchestration.readers.fhir.codes import PANELS, SCALES
from orchestration.settings import SourceConfig

Kind = Literal[
    "Patient",
    "Practitioner",
    "PractitionerRole",
    "Appointment",
    "Encounter",
    "EpisodeOfCare",
    "Questionnaire",
    "QuestionnaireResponse",
    "Observation",
]
# Others refer to them, whether they have changed or not.
_ALWAYS_WHOLE = ("Practitioner", "PractitionerRole", "Questionnaire")
_READINGS = 3
_IDS_AT_ONCE = 50
_REFUSALS = ("error", "fatal")


class FhirFetchOptions(FetchOptions):
    """``[sources.<name>.fetch]`` of a FHIR server.

    Attributes:
        base_url: of the server (``https://ehr.example.org/fhir/R4``).
        auth: how the key is sent: as a bearer token, as the password of ``user``, or not at all.
        user: for ``basic``.
        resources: kinds of resource to ask for.
        search: by kind, more of the query (``"status:not=cancelled"``), as the server allows it.
        page_size: records asked for at once.
        trust_total: whether a search must show as many records as it says it has.
    """

    base_url: BaseUrl
    auth: Literal["bearer", "basic", "none"] = "bearer"
    user: str | None = Field(default=None, min_length=1, max_length=200)
    resources: tuple[Kind, ...] = Field(
        default=(
            "Patient",
            "Practitioner",
            "PractitionerRole",
            "Appointment",
            "Encounter",
            "EpisodeOfCare",
            "QuestionnaireResponse",
            "Observation",
        ),
        min_length=1,
    )
    search: dict[Kind, str] = Field(default_factory=dict)
    page_size: int = Field(default=100, ge=1, le=1000)
    trust_total: bool = True

    @model_validator(mode="after")
    def _user_for_basic(self) -> Self:
        if (self.auth == "basic") != (self.user is not None):
            raise ValueError('`user` belongs to auth = "basic"')
        return self


class FhirFetcher:
    """Asks any FHIR server, one search per kind of resource."""

    name = "fhir"

    def options(self, source: str, config: SourceConfig) -> FhirFetchOptions:
        """The checked fetch table."""
        return read_options(FhirFetchOptions, source, config)

    def needs_secret(self, options: FetchOptions) -> bool:
        """Only a server that is open to everybody needs none."""
        return not isinstance(options, FhirFetchOptions) or options.auth != "none"

    def fetch(self, job: Job) -> datetime:
        """Save every page of every kind; see ``Fetcher.fetch``."""
        options = self.options(job.source, job.config)
        headers = {"Accept": "application/fhir+json", "User-Agent": "Rapport"}
        if options.auth == "bearer":
            headers["Authorization"] = f"Bearer {job.secret}"
        basic = (options.user or "", job.secret or "") if options.auth == "basic" else None
        web = Web(
            job.source,
            options.base_url,
            patience=job.patience,
            max_bytes=job.max_bytes,
            headers=headers,
            auth=basic,
        )
        for kind in dict.fromkeys(options.resources):
            ids = _save(job, web, options, kind)
            if kind == "Appointment" and job.since is not None and "Encounter" in options.resources:
                _save_encounters_of(job, web, options, sorted(ids))
        if not job.pages.files:
            words = "the server knows none of these records: check base_url in rapport.toml"
            raise FetchError(job.source, None, words)
        return web.started or datetime.now(UTC)


def _save(job: Job, web: Web, options: FhirFetchOptions, kind: str) -> set[str]:
    """Write every page of one kind, again where a reading did not show all; gives the ids."""
    query = _query(job, options, kind)
    held: set[str] = set()
    number = 0
    for _ in range(_READINGS):
        total = 0
        for answer, page in web.follow(kind, kind, query, _next, may_be_missing=True):
            entries = _entries(answer, page)
            number += 1
            job.pages.write(f"{kind.lower()}-{number:04}.json", answer.body, len(entries))
            held |= _ids(entries, kind)
            said = page.get("total")
            total = said if isinstance(said, int) else 0
        if len(held) >= total or not options.trust_total:
            break
    else:
        words = (
            "the server shows fewer records than it says it has: try again later; if it stays so, "
            "its count is an estimate, and trust_total = false in rapport.toml passes over it"
        )
        raise FetchError(job.source, kind, words)
    job.say(f"{kind}: {len(held)} records" if number else f"{kind}: the server does not have this")
    return held


def _save_encounters_of(
    job: Job, web: Web, options: FhirFetchOptions, appointments: list[str]
) -> None:
    """Write the encounters of these appointments, where the server can be asked for them."""
    number = 0
    for start in range(0, len(appointments), _IDS_AT_ONCE):
        asked = {f"Appointment/{each}" for each in appointments[start : start + _IDS_AT_ONCE]}
        query = [("_count", str(options.page_size)), ("appointment", ",".join(sorted(asked)))]
        link: str | None = "Encounter"
        while link is not None:
            answer = web.get("Encounter", link, query, expect=(200, 400, 404))
            page = answer.json() if answer.status == 200 else None
            if page is None or not _are_of(_entries(answer, page), asked):
                job.say("Encounter: the server does not tell which belong to an appointment")
                return
            number += 1
            name = f"encounter-of-appointments-{number:04}.json"
            job.pages.write(name, answer.body, len(_entries(answer, page)))
            link, query = _next(page), []


def _are_of(entries: list[Any], appointments: set[str]) -> bool:
    """Whether each encounter belongs to one of these: some servers pass over the question."""
    encounters = [
        each for each in map(_resource, entries) if each.get("resourceType") == "Encounter"
    ]
    return all(_appointments_of(each) & appointments for each in encounters)


def _appointments_of(encounter: dict[str, Any]) -> set[str]:
    given = encounter.get("appointment")
    references = given if isinstance(given, list) else [given]
    texts = [each.get("reference") for each in references if isinstance(each, dict)]
    return {"/".join(text.split("/")[-2:]) for text in texts if isinstance(text, str)}


def _query(job: Job, options: FhirFetchOptions, kind: str) -> list[tuple[str, str]]:
    query = [("_count", str(options.page_size))]
    if job.since is not None and kind not in _ALWAYS_WHOLE:
        query.append(("_lastUpdated", f"ge{job.since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"))
    if kind == "Observation":
        # Of a hospital's observations only those of forms that Rapport knows.
        codes = ",".join(f"http://loinc.org|{code}" for code in sorted({*SCALES, *PANELS}))
        query.append(("code", codes))
    return query + parse_qsl(options.search.get(kind, ""), keep_blank_values=True)


def _entries(answer: Answer, page: object) -> list[Any]:
    """The entries of a page; FetchError where it is something else, or a refusal."""
    if not isinstance(page, dict) or page.get("resourceType") == "OperationOutcome":
        raise answer.wrong(_REFUSED)
    entries = page.get("entry", [])
    if page.get("resourceType") != "Bundle" or not isinstance(entries, list):
        raise answer.wrong("the answer is no FHIR Bundle: check base_url in rapport.toml")
    if any(_is_refusal(entry) for entry in entries):
        raise answer.wrong(_REFUSED)
    return entries


_REFUSED = (
    "the server refuses to show some or all of these records: give the key the permission (scope) "
    "to read them, or leave them out of `resources` in rapport.toml"
)


def _resource(entry: object) -> dict[str, Any]:
    resource = entry.get("resource") if isinstance(entry, dict) else None
    return resource if isinstance(resource, dict) else {}


def _is_refusal(entry: object) -> bool:
    resource = _resource(entry)
    if resource.get("resourceType") != "OperationOutcome":
        return False
    issues = resource.get("issue")
    return any(
        isinstance(issue, dict) and issue.get("severity") in _REFUSALS
        for issue in (issues if isinstance(issues, list) else [])
    )


def _ids(entries: list[Any], kind: str) -> set[str]:
    """Ids of the records of this kind; others come along with them and are not counted."""
    resources = [each for each in map(_resource, entries) if each.get("resourceType") == kind]
    return {str(each.get("id")) for each in resources}


def _next(page: Mapping[str, Any]) -> str | None:
    links = page.get("link")
    for link in links if isinstance(links, list) else []:
        if isinstance(link, dict) and link.get("relation") == "next":
            url = link.get("url")
            return url if isinstance(url, str) and url else None
    return None
