"""REDCap's API: what is asked for, batches, changes, and answers that are none.

Belongs here: the fetcher against a server on this machine that answers as REDCap's documentation
says, and the reader over what it saved. Does not belong here: HTTP in general (test_web.py), the
steps of every fetch (test_run.py), the reader by itself (tests/unit/readers).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from orchestration.errors import SettingsError
from orchestration.extract import land_inbox
from orchestration.fetch.base import Patience
from orchestration.fetch.run import Outcome, fetch_sources
from orchestration.settings import load_settings
from orchestration.settings_template import init_home
from tests.support_server import Asked, LocalServer, Reply
from tests.unit.readers.surveys import text

KEY = "0123456789ABCDEF-canary"
QUICK = Patience(retries=2, backoff=0.01, longest_wait=0.05, connect=2, read=2, whole=5)
TOML = """
[practice]
time_zone = "America/Chicago"
[sources.study]
reader = "redcap"
[sources.study.fetch]
base_url = "{url}/redcap/api/"
record_id = "client_no"
batch_size = 2
[sources.study.options]
clinician = "therapist"
[[sources.study.options.forms]]
instrument = "gad7"
form = "worry"
items = "gad_{{n}}"
[[sources.study.options.forms]]
instrument = "custom:sport"
form = "sport"
items = ["gym___0", "gym___1"]
"""
ITEMS = [f"gad_{n}" for n in range(1, 8)]
HEADER = [
    "client_no", "redcap_event_name", "redcap_survey_identifier", "therapist", "worry_timestamp",
    *ITEMS, "worry_complete", "sport_timestamp", "gym___0", "gym___1", "sport_complete",
]  # fmt: skip
AT = "2026-03-04 10:00:00"


def record(number: str) -> list[object]:
    return [number, "s_arm_1", "", "t1", AT, *[1] * 7, 2, "[not completed]", 0, 1, 0]


class Redcap:
    """A project with these records, as the documented API would answer."""

    def __init__(self) -> None:
        self.records = ["1", "2", "331-1"]
        self.changed = ["2"]
        self.forms: list[dict[str, str]] = []
        self.ids_only: list[dict[str, str]] = []

    def __call__(self, asked: Asked) -> Reply:
        """An answer by what is asked."""
        form = dict(parse_qsl(asked.body.decode(), keep_blank_values=True))
        if form.get("token") != KEY:
            return Reply(403, {"error": "You do not have permissions to use the API"})
        wanted = [value for name, value in form.items() if name.startswith("records[")]
        if wanted:
            self.forms.append(form)
            return self.batch(wanted)
        self.ids_only.append(form)
        ids = self.changed if "dateRangeBegin" in form else self.records
        return Reply(
            body=text(["client_no"], *([each] for each in ids for _ in "ab")) if ids else "\n"
        )

    def batch(self, wanted: list[str]) -> Reply:
        """The records of these ids."""
        return Reply(body=text(HEADER, *(record(each) for each in wanted)))


@pytest.fixture
def redcap() -> Redcap:
    return Redcap()


@pytest.fixture
def server(redcap: Redcap) -> Iterator[LocalServer]:
    with LocalServer() as made:
        made.answer_by("/redcap/api/", redcap)
        yield made


@pytest.fixture
def home(tmp_path: Path, server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RAPPORT_SECRET_STUDY", KEY)
    made = init_home(tmp_path / "home").path
    (made / "rapport.toml").write_text(TOML.format(url=server.url))
    return made


def fetch(home: Path, *, full: bool = False) -> Outcome:
    (outcome,) = fetch_sources(load_settings(home), full=full, patience=QUICK)
    return outcome


def pages(home: Path, outcome: Outcome) -> dict[str, str]:
    assert outcome.problem is None, outcome.problem
    folder = home / "inbox" / "study" / str(outcome.delivery)
    return {path.name: path.read_text() for path in sorted(folder.iterdir())}


def problem(home: Path) -> str:
    outcome = fetch(home)
    assert outcome.delivery is None
    assert not list((home / "inbox" / "study").iterdir())
    said = str(outcome.problem)
    assert KEY not in said
    return said


def test_only_declared_fields_are_asked_for_in_batches(home: Path, redcap: Redcap) -> None:
    outcome = fetch(home)
    assert (outcome.kind, outcome.pages, outcome.rows) == ("full", 2, 3)
    found = pages(home, outcome)
    assert found["records-0001.csv"] == text(HEADER, record("1"), record("2"))
    (ids,) = redcap.ids_only
    assert [value for name, value in ids.items() if name.startswith("fields[")] == ["client_no"]
    first, second = redcap.forms
    fields = [value for name, value in first.items() if name.startswith("fields[")]
    assert fields == ["client_no", "therapist", *ITEMS, "worry_complete", "gym", "sport_complete"]
    assert first["rawOrLabel"] == "raw"
    assert first["exportSurveyFields"] == "true"
    assert "dateRangeBegin" not in first
    assert second["records[0]"] == "331-1"


def test_fields_of_clients_are_asked_for_too(home: Path, redcap: Redcap) -> None:
    with (home / "rapport.toml").open("a") as file:
        file.write('[sources.study.options.clients]\nbirth_year = "yob"\n')
    fetch(home)
    assert "yob" in redcap.forms[0].values()


def test_what_was_fetched_lands_in_the_practices_own_zone(home: Path, redcap: Redcap) -> None:
    outcome = fetch(home)
    manifest = json.loads(pages(home, outcome)["manifest.json"])
    assert "time_zone" not in manifest
    (report,) = land_inbox(load_settings(home))
    (feed,) = report.feeds
    # 3 records of 7 items; the other form was not sent.
    assert (feed.rows_accepted, feed.rows_quarantined, feed.rows_filtered) == (21, 0, 6)


def test_the_next_fetch_asks_for_changes_whatever_the_servers_zone(
    home: Path, redcap: Redcap
) -> None:
    first, second = fetch(home), fetch(home)
    assert (second.kind, second.rows) == ("delta", 1)
    begin = datetime.fromisoformat(redcap.ids_only[1]["dateRangeBegin"])
    then = datetime.strptime(str(first.delivery), "%Y%m%dT%H%M%SZ")
    assert begin == then - timedelta(days=3, hours=14)
    assert redcap.forms[-1]["records[0]"] == "2"
    assert fetch(home, full=True).kind == "full"


def test_a_record_added_while_paging_is_in_the_next_fetch(home: Path, redcap: Redcap) -> None:
    plain = redcap.batch

    def growing(wanted: list[str]) -> Reply:
        if "9" not in redcap.records:
            redcap.records.append("9")
            redcap.changed = ["9"]
        return plain(wanted)

    redcap.batch = growing
    first = fetch(home)
    assert first.rows == 3
    assert "\n9," not in "".join(pages(home, first).values())
    second = fetch(home)
    assert "\n9," in pages(home, second)["records-0001.csv"]


def test_nothing_changed_is_a_delivery_without_rows(home: Path, redcap: Redcap) -> None:
    fetch(home)
    redcap.changed = []
    outcome = fetch(home)
    assert (outcome.kind, outcome.pages, outcome.rows) == ("delta", 1, 0)
    reports = land_inbox(load_settings(home))
    assert {report.status for report in reports} <= {"accepted", "accepted_with_warnings"}


def test_a_project_that_shows_nothing_is_no_empty_practice(home: Path, redcap: Redcap) -> None:
    redcap.records = []
    assert "shows no records to this token" in problem(home)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(body="<!DOCTYPE html><html>down</html>"), "may be under maintenance"),
        (Reply(body='{"error":"REDCap ran out of server memory"}'), "starts with client_no"),
        (Reply(body="record_id\n1\n"), "starts with client_no"),
        (Reply(body='client_no,x\n1,"a\n'), "starts with client_no"),
        (Reply(body="client_no,x\n1\n"), "starts with client_no"),
        (Reply(body=b"\xff\xfe\x00"), "starts with client_no"),
        (
            Reply(400, {"error": "The following values are not valid: secret_field"}),
            "record_id and",
        ),
        (Reply(403, {"error": "You do not have permissions"}), "the key may not read this (403)"),
        (Reply(401, {"error": "token"}), "the key is refused (401)"),
        (Reply(500), "the server fails (500)"),
        (Reply(302, headers={"Location": "/elsewhere"}), "redirects: check base_url"),
        (Reply(body="client_no\n1\n", cut=3), "breaks off before its end"),
    ],
)
def test_an_answer_that_is_none_leaves_nothing(
    home: Path, server: LocalServer, reply: Reply, words: str
) -> None:
    server.answer("/redcap/api/", reply)
    said = problem(home)
    assert words in said
    assert "secret_field" not in said


def test_a_batch_that_lacks_records_is_not_believed(home: Path, redcap: Redcap) -> None:
    redcap.batch = lambda wanted: Reply(body=text(HEADER, record(wanted[0])))
    assert "leaves out records" in problem(home)


def test_a_refusal_that_passes_is_asked_again(
    home: Path, server: LocalServer, redcap: Redcap
) -> None:
    refusals = iter([Reply(429, headers={"Retry-After": "0"}), Reply(503)])
    server.answer_by("/redcap/api/", lambda asked: next(refusals, None) or redcap(asked))
    assert fetch(home).rows == 3


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('record_id = "client_no"', "", "fetch.record_id: is needed"),
        ("{url}", "http://redcap.example.org", "must start with https://"),
        ("batch_size = 2", "batch_size = 0", "fetch.batch_size"),
        ("batch_size = 2", 'token = "x"', "fetch.token: unknown key"),
    ],
)
def test_wrong_keys_are_named(
    home: Path, server: LocalServer, old: str, new: str, words: str
) -> None:
    (home / "rapport.toml").write_text(TOML.replace(old, new).format(url=server.url))
    with pytest.raises(SettingsError, match=words):
        load_settings(home)
