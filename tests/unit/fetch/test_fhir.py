"""Asking a FHIR server: every kind, every page, changes only; and its faults.

Belongs here: what is asked and saved, and that nothing is left of a fetch that failed. Does not
belong here: what a resource means (`tests/unit/readers/test_fhir*.py`), HTTP itself (test_web.py).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestration.errors import SettingsError
from orchestration.fetch.base import Patience
from orchestration.fetch.run import Outcome, fetch_sources
from orchestration.settings_template import init_home
from tests.support_server import Asked, LocalServer, Reply
from tests.unit.ingest.making import KEY, Practice
from tests.unit.readers.fhir_files import (
    NAME,
    appointment,
    encounter,
    patient,
    practitioner,
    to,
)

API_KEY = "not-a-key-7f3a"
CANARY = "quillfeather"
QUICK = Patience(retries=2, backoff=0.01, longest_wait=0.2, connect=2, read=2, whole=5)
KINDS = '["Patient", "Practitioner", "Appointment"]'


class FakeFhir:
    """Searches of three kinds, two records a page; ``records`` may change while pages turn."""

    def __init__(self, server: LocalServer) -> None:
        self.server = server
        self.records: dict[str, list[dict[str, Any]]] = {
            "Patient": [patient(f"p{n}") for n in range(1, 6)],
            "Practitioner": [practitioner("c1")],
            "Appointment": [appointment("a1")],
        }
        self.said_total: int | None = None
        for kind in self.records:
            server.answer_by(f"/fhir/{kind}", self.search)

    def search(self, asked: Asked) -> Reply:
        """A page of a search."""
        kind = asked.path.rsplit("/", 1)[-1]
        start = int(asked.one("start") or 0)
        found = self.records[kind]
        entries = [{"resource": each} for each in found[start : start + 2]]
        links = [{"relation": "self", "url": f"{self.server.url}{asked.path}"}]
        if start + 2 < len(found):
            url = f"{self.server.url}{asked.path}?start={start + 2}"
            links.append({"relation": "next", "url": url})
        return Reply(body=self.bundle(entries, links, len(found)))

    def bundle(self, entries: list[Any], links: list[Any], total: int) -> dict[str, Any]:
        """The page itself."""
        shown = total if self.said_total is None else self.said_total
        return {
            "resourceType": "Bundle",
            "type": "searchset",
            "total": shown,
            "link": links,
            "entry": entries,
        }


@pytest.fixture
def server() -> Iterator[FakeFhir]:
    with LocalServer() as local:
        yield FakeFhir(local)


@pytest.fixture
def practice(tmp_path: Path, server: FakeFhir, monkeypatch: pytest.MonkeyPatch) -> Practice:
    """A home that fetches from it, with its key."""
    monkeypatch.setenv("RAPPORT_PSEUDONYM_KEY", KEY.hex())
    monkeypatch.setenv("RAPPORT_SECRET_EHR", API_KEY)
    made = Practice(init_home(tmp_path / "home", time_zone="Europe/London"))
    configure(made, server)
    return made


def configure(practice: Practice, server: FakeFhir, more: str = "") -> None:
    practice.configure(
        f'[sources.ehr]\nreader = "fhir"\n[sources.ehr.fetch]\n'
        f'base_url = "{server.server.url}/fhir"\nresources = {KINDS}\n{more}'
    )


def fetch(practice: Practice) -> Outcome:
    (outcome,) = fetch_sources(practice.settings, patience=QUICK)
    return outcome


def saved(practice: Practice, outcome: Outcome) -> list[str]:
    folder = practice.home.inbox / "ehr" / str(outcome.delivery)
    return sorted(path.name for path in folder.iterdir())


def test_every_page_of_every_kind_is_saved_and_lands(practice: Practice, server: FakeFhir) -> None:
    outcome = fetch(practice)
    assert (outcome.problem, outcome.kind, outcome.pages, outcome.rows) == (None, "full", 5, 7)
    assert saved(practice, outcome) == [
        "appointment-0001.json",
        "manifest.json",
        "patient-0001.json",
        "patient-0002.json",
        "patient-0003.json",
        "practitioner-0001.json",
    ]
    first = server.server.asked[0]
    assert first.headers["Authorization"] == f"Bearer {API_KEY}"
    assert first.headers["Accept"] == "application/fhir+json"
    assert first.query == [("_count", "100")]
    (report,) = practice.land().values()
    assert report.status == "accepted"
    assert practice.landed("clients").height == 5
    assert practice.landed("sessions").height == 1


def test_the_next_fetch_asks_for_changes_and_for_all_clinicians(
    practice: Practice, server: FakeFhir
) -> None:
    fetch(practice)
    server.server.asked.clear()
    assert fetch(practice).kind == "delta"
    first = [each for each in server.server.asked if each.one("start") is None]
    since = {each.path.rsplit("/", 1)[-1]: each.one("_lastUpdated") for each in first}
    assert since["Practitioner"] is None
    assert since["Patient"] == since["Appointment"]
    asked = datetime.fromisoformat((since["Patient"] or "").removeprefix("ge"))
    assert timedelta(days=3) <= datetime.now(UTC) - asked < timedelta(days=3, minutes=5)


def test_a_fetch_that_finds_nothing_new_is_a_sound_delivery(
    practice: Practice, server: FakeFhir
) -> None:
    fetch(practice)
    for kind in server.records:
        server.records[kind] = []
    assert fetch(practice).problem is None
    assert [each.status for each in practice.land().values()] == ["accepted", "accepted"]
    assert practice.landed("clients").height == 5


def test_a_record_added_while_pages_turn_is_neither_lost_nor_counted_twice(
    practice: Practice, server: FakeFhir
) -> None:
    answer = server.search

    def turn(asked: Asked) -> Reply:
        if asked.one("start") == "2" and len(server.records["Patient"]) == 5:
            server.records["Patient"].insert(0, patient("p0"))
        return answer(asked)

    server.server.answer_by("/fhir/Patient", turn)
    assert fetch(practice).problem is None
    practice.land()
    # Two of the pages hold p2; the new one came before the page that was read, so all is read anew.
    assert practice.landed("clients").height == 6


def test_kinds_the_server_does_not_have_are_passed_over(
    practice: Practice, server: FakeFhir
) -> None:
    server.server.answer("/fhir/Appointment", Reply(404))
    assert fetch(practice).problem is None
    server.server.answer("/fhir/Patient", Reply(404))
    server.server.answer("/fhir/Practitioner", Reply(404))
    assert "knows none of these records" in str(fetch(practice).problem)


def test_what_is_asked_can_be_narrowed_and_a_password_sent(
    practice: Practice, server: FakeFhir
) -> None:
    more = 'auth = "basic"\nuser = "rapport"\npage_size = 20\n'
    query = "_revinclude=Encounter:appointment&status:not=proposed"
    more += f'[sources.ehr.fetch.search]\nAppointment = "{query}"\n'
    configure(practice, server, more)
    assert fetch(practice).problem is None
    asked = server.server.asked[-1]
    assert asked.headers["Authorization"].startswith("Basic ")
    assert asked.query == [
        ("_count", "20"),
        ("_revinclude", "Encounter:appointment"),
        ("status:not", "proposed"),
    ]


def test_of_observations_only_those_of_known_forms_are_asked_for(
    practice: Practice, server: FakeFhir
) -> None:
    server.records["Observation"] = []
    server.server.answer_by("/fhir/Observation", server.search)
    practice.configure(
        practice.home.settings_file.read_text().replace(KINDS, '["Patient", "Observation"]')
    )
    assert fetch(practice).problem is None
    codes = (server.server.asked[-1].one("code") or "").split(",")
    assert "http://loinc.org|44261-6" in codes
    assert len(codes) == 9 + 7 + 2 + 2


def with_encounters(practice: Practice, server: FakeFhir) -> None:
    """A server with encounters that can be asked for by their appointments."""
    visits = [encounter(f"e{n}", appointment=[to(f"Appointment/a{n}")]) for n in (1, 2)]
    server.records["Appointment"] = [appointment("a1", status="booked")]

    def answer(asked: Asked) -> Reply:
        wanted = (asked.one("appointment") or "").split(",")
        of_them = [each for each in visits if each["appointment"][0]["reference"] in wanted]
        is_changed = asked.one("_lastUpdated") is None
        server.records["Encounter"] = of_them or (visits if is_changed else [])
        return server.search(asked)

    server.server.answer_by("/fhir/Encounter", answer)
    text = practice.home.settings_file.read_text()
    practice.configure(text.replace(KINDS, '["Patient", "Appointment", "Encounter"]'))


def test_a_changed_appointment_brings_its_encounter_along(
    practice: Practice, server: FakeFhir
) -> None:
    """Alone it would say that the session is still booked."""
    with_encounters(practice, server)
    fetch(practice)
    outcome = fetch(practice)
    assert outcome.kind == "delta"
    assert "encounter-of-appointments-0001.json" in saved(practice, outcome)
    practice.land()
    assert set(practice.landed("sessions")["status"]) == {"attended"}


def test_a_server_that_cannot_be_asked_so_is_not_asked_further(
    practice: Practice, server: FakeFhir
) -> None:
    with_encounters(practice, server)
    fetch(practice)
    whole = server.bundle([{"resource": encounter("e9")}], [], 1)
    for reply in (Reply(400), Reply(body=whole)):
        server.server.answer_by(
            "/fhir/Encounter",
            lambda asked, reply=reply: reply if asked.one("appointment") else Reply(body=whole),
        )
        outcome = fetch(practice)
        assert outcome.problem is None
        assert not [name for name in saved(practice, outcome) if "of-appointments" in name]


REFUSAL = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "diagnostics": CANARY}],
}
FAULTS = {
    "expired key": (Reply(401, REFUSAL), "the key is refused (401)"),
    "no right": (Reply(403), "may not read this"),
    "no end of errors": (Reply(500, {"name": CANARY}), "the server fails (500)"),
    "no end of limits": (Reply(429, headers={"Retry-After": "99"}), "asks us to wait longer"),
    "cut short": (Reply(body={"entry": [CANARY] * 99}, cut=50), "breaks off before its end"),
    "a page to sign in": (Reply(body=f"<html>{CANARY}"), "not sound JSON"),
    "a refusal": (Reply(body=REFUSAL), "permission (scope)"),
    "a refusal among the entries": (
        Reply(body={"resourceType": "Bundle", "entry": [{"resource": REFUSAL}]}),
        "permission (scope)",
    ),
    "something else": (Reply(body={"message": CANARY}), "no FHIR Bundle"),
    "an array": (Reply(body=[CANARY]), "permission (scope)"),
    "elsewhere": (
        Reply(
            body={
                "resourceType": "Bundle",
                "link": [{"relation": "next", "url": f"https://{CANARY}.example/fhir/Patient"}],
            }
        ),
        "points to another address",
    ),
    "too few": (
        Reply(body={"resourceType": "Bundle", "total": 3, "entry": [{"resource": patient("p1")}]}),
        "fewer records than it says",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_leaves_nothing_behind_and_says_what_to_do(
    practice: Practice, server: FakeFhir, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    reply, said = FAULTS[fault]
    server.server.answer("/fhir/Practitioner", reply)
    outcome = fetch(practice)
    assert outcome.delivery is None
    assert str(outcome.problem).startswith("ehr: Practitioner: ")
    assert said in str(outcome.problem)
    assert list((practice.home.inbox / "ehr").iterdir()) == []
    assert not (practice.home.fetch / "ehr.json").exists()
    assert [
        word for word in (CANARY, API_KEY, NAME, "127.0.0.1") if word in str(outcome.problem)
    ] == []
    assert API_KEY not in caplog.text


def test_faults_that_pass_are_waited_out(practice: Practice, server: FakeFhir) -> None:
    trouble = [Reply(429, headers={"Retry-After": "0"}), Reply(500), Reply(body={"a": 1}, cut=2)]

    def answer(asked: Asked) -> Reply:
        return trouble.pop(0) if trouble and asked.one("start") else server.search(asked)

    server.server.answer_by("/fhir/Patient", answer)
    outcome = fetch(practice)
    assert (outcome.problem, outcome.rows, trouble) == (None, 7, [])
    assert server.server.times("/fhir/Patient") == 6


def test_a_total_that_is_an_estimate_can_be_passed_over(
    practice: Practice, server: FakeFhir
) -> None:
    server.said_total = 99
    assert "fewer records" in str(fetch(practice).problem)
    configure(practice, server, "trust_total = false\n")
    assert fetch(practice).problem is None


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ('auth = "basic"\n', "fetch"),
        ('user = "x"\n', "fetch"),
        ("page_size = 0\n", "fetch.page_size"),
        ('[sources.ehr.fetch.search]\nNobody = "x"\n', "fetch.search.Nobody"),
        ("retries = 3\n", "fetch.retries"),
    ],
)
def test_a_wrong_table_is_named_by_its_key(
    practice: Practice, server: FakeFhir, more: str, key: str
) -> None:
    configure(practice, server, more)
    with pytest.raises(SettingsError, match=rf"sources\.ehr\.{key}"):
        fetch(practice)
