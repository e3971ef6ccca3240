"""Cliniko from question to landed rows: full, changes, deletions, merges.

Belongs here: the fetcher against a Cliniko of our own, through to the landing. Does not belong
here: faults (test_cliniko_faults.py), what a record means (tests/unit/readers/test_cliniko.py).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from orchestration.errors import SettingsError
from orchestration.fetch.cliniko import ClinikoFetcher, _address_for
from orchestration.fetch.cursor import read_cursor
from orchestration.settings import SourceConfig
from tests.support_server import Asked, Reply
from tests.unit.fetch.cliniko_practice import (
    OUR_PEOPLE,
    ago,
    configure,
    fetch,
    key_of,
    land,
    newest,
    questions,
)
from tests.unit.fetch.fake_cliniko import FakeCliniko
from tests.unit.ingest.making import Practice
from tests.unit.readers.cliniko_documents import (
    attendee,
    group,
    link,
    patient,
    patient_form,
)


def test_everything_then_what_changed(practice: Practice, cliniko: FakeCliniko) -> None:
    first = fetch(practice)
    assert first.problem is None
    assert first.kind == "full"
    land(practice)
    sessions = newest(practice, "sessions", "session")
    assert len(sessions) == 5
    assert {row["status"] for row in sessions.values()} == {"attended"}
    assert practice.landed("clients").height == 5
    assert practice.landed("clinicians").height == 2
    one = sessions[key_of("session", "2000000000000000001")]
    assert one["client_key"] == key_of("client", "1000000000000000001")
    assert one["clinician_key"] == key_of("clinician", OUR_PEOPLE)
    headers = cliniko.server.asked[0].headers
    assert headers["User-Agent"] == "Rapport (office@example.org)"

    moved = cliniko.records["individual_appointments"][1]
    cliniko.put(
        "individual_appointments",
        moved | {"patient_arrived": False, "did_not_arrive": True, "updated_at": ago(minutes=5)},
    )
    gone = cliniko.records["individual_appointments"][1]
    deleted = {"deleted_at": ago(minutes=4), "updated_at": ago(minutes=4)}
    cliniko.put("individual_appointments", gone | deleted)
    kept = "1000000000000000001"
    merged = {"merged_at": ago(minutes=3), "merged_with_patient": link(f"patients/{kept}")}
    two = next(each for each in cliniko.records["patients"] if each["id"].endswith("2"))
    changed = {"archived_at": ago(minutes=3), "updated_at": ago(minutes=3)}
    cliniko.put("patients", two | merged | changed)
    second = fetch(practice)
    assert second.kind == "delta"
    assert second.rows < first.rows
    land(practice)
    sessions = newest(practice, "sessions", "session")
    assert sessions[key_of("session", moved["id"])]["status"] == "no_show"
    assert sessions[key_of("session", gone["id"])]["is_deleted"] is True
    links = practice.landed("id_links").select("old_key", "new_key", "relation").rows()
    assert links == [(key_of("client", two["id"]), key_of("client", kept), "merged_into")]
    assert practice.landed("sessions").height == 7


def test_the_day_of_a_session_is_the_practices_and_not_the_servers(
    practice: Practice, cliniko: FakeCliniko
) -> None:
    configure(practice, cliniko, 'time_zone = "Australia/Sydney"')
    one = cliniko.records["individual_appointments"][0]
    night = {"starts_at": "2026-03-04T22:00:00Z", "ends_at": "2026-03-04T22:50:00Z"}
    cliniko.put("individual_appointments", one | night)
    fetch(practice)
    land(practice)
    rows = newest(practice, "sessions", "session")
    assert rows[key_of("session", one["id"])]["started_on"] == date(2026, 3, 5)


def test_a_delta_asks_for_changes_since_before_the_last_fetch(
    practice: Practice, cliniko: FakeCliniko
) -> None:
    fetch(practice)
    first = read_cursor(practice.home.fetch, "clinic")
    assert first is not None
    cliniko.server.asked.clear()
    fetch(practice)
    asked = questions(cliniko, "individual_appointments")[0]
    since = datetime.fromisoformat(asked.pop().removeprefix("updated_at:>="))
    assert since == first.fetched_at - timedelta(days=3)
    assert asked == ["archived_at:*", "cancelled_at:*"]
    assert questions(cliniko, "practitioners") == [[]]


def test_an_appointment_whose_time_has_come_is_asked_for_again(
    practice: Practice, cliniko: FakeCliniko
) -> None:
    one = cliniko.records["individual_appointments"][0]
    plan = {"patient_arrived": False, "starts_at": ago(hours=-1), "ends_at": ago(hours=-2)}
    cliniko.put("individual_appointments", one | plan)
    fetch(practice)
    land(practice)
    key = key_of("session", one["id"])
    assert newest(practice, "sessions", "session")[key]["status"] == "scheduled"
    # Time goes by: nobody marks it, so nothing of it is updated.
    begun = {"starts_at": ago(hours=1), "ends_at": ago(minutes=10)}
    cliniko.put("individual_appointments", one | plan | begun)
    fetch(practice)
    land(practice)
    mine = practice.landed("sessions").filter(pl.col("session_key") == key)
    assert sorted(mine["status"]) == ["scheduled", "unknown"]


def test_what_is_hidden_is_found_both_ways(practice: Practice, cliniko: FakeCliniko) -> None:
    first, second, third, fourth, _ = cliniko.records["individual_appointments"]
    cancelled = {"cancelled_at": ago(days=51), "cancellation_reason": 40}
    cliniko.put("individual_appointments", first | cancelled)
    cliniko.put("individual_appointments", second | {"deleted_at": ago(days=1)})
    cliniko.put("individual_appointments", third | {"archived_at": ago(days=1)})
    cliniko.put("individual_appointments", fourth | cancelled | {"archived_at": ago(days=1)})
    found = []
    for wildcards, variants in ((True, False), (False, True), (True, True)):
        cliniko.has_wildcards, cliniko.has_variants = wildcards, variants
        assert fetch(practice, full=True).problem is None
        land(practice)
        rows = newest(practice, "sessions", "session")
        found.append(
            (
                rows[key_of("session", first["id"])]["status"],
                rows.get(key_of("session", second["id"]), {}).get("is_deleted"),
            )
        )
    assert found[1] == found[2] == ("cancelled_client", True)
    assert found[0][0] == "cancelled_client"


def test_groups_and_what_they_lean_on(practice: Practice, cliniko: FakeCliniko) -> None:
    old = {"created_at": ago(days=80), "updated_at": ago(days=70)}
    times = {"starts_at": ago(days=30), "ends_at": ago(days=30, minutes=-90)}
    cliniko.put("group_appointments", group("3000000000000000001", **old, **times))
    cliniko.put("group_appointments", group("3000000000000000002", **old, **times))
    people = {"patient": link("patients/1000000000000000001")}
    for number in (1, 2):
        for place in (1, 2):
            made = attendee(
                f"40000000000000000{number}{place}", f"300000000000000000{number}", **old, **people
            )
            cliniko.put("attendees", made)
    booked = attendee("4000000000000000099", "2000000000000000001", **old, **people)
    cliniko.put("attendees", booked)
    fetch(practice)
    land(practice)
    rows = newest(practice, "sessions", "session")
    assert rows[key_of("session", "4000000000000000011")]["status"] == "unknown"
    # One attendee is marked; the other group is moved. Cliniko names the changed record alone.
    one = next(each for each in cliniko.records["attendees"] if each["id"].endswith("11"))
    cliniko.put("attendees", one | {"arrived": True, "updated_at": ago(minutes=2)})
    two = cliniko.records["group_appointments"][1]
    later = {"starts_at": ago(days=29), "ends_at": ago(days=29, minutes=-60)}
    cliniko.put("group_appointments", two | later | {"updated_at": ago(minutes=2)})
    fetch(practice)
    land(practice)
    rows = newest(practice, "sessions", "session")
    assert rows[key_of("session", "4000000000000000011")]["status"] == "attended"
    for place in (1, 2):
        row = rows[key_of("session", f"400000000000000002{place}")]
        assert row["duration_minutes"] == 60
    assert rows[key_of("session", "4000000000000000012")]["duration_minutes"] == 90
    assert key_of("session", "4000000000000000099") not in rows
    asked = [each for each in questions(cliniko, "group_appointments") if "id:=" in str(each)]
    assert asked == [["archived_at:*", "id:=3000000000000000001"]]


def test_forms_are_asked_for_only_where_they_are_wanted(
    practice: Practice, cliniko: FakeCliniko
) -> None:
    person = {"patient": link("patients/1000000000000000001")}
    done = {"completed_at": ago(days=2), "created_at": ago(days=3), "updated_at": ago(days=2)}
    booking = {"booking": link("bookings/2000000000000000001")}
    cliniko.put(
        "patient_forms", patient_form("7000000000000000001", 3, 1, **person, **done, **booking)
    )
    fetch(practice)
    assert questions(cliniko, "patient_forms") == []
    form = 'name = "Mood, weekly"\ninstrument = "phq9"\nquestions = ["item_01", "item_02", ""]'
    configure(practice, cliniko, f"[[sources.clinic.options.forms]]\n{form}")
    assert fetch(practice).kind == "full"
    land(practice)
    forms = practice.landed("feedback").sort("scale").to_dicts()
    assert [(row["scale"], row["score"]) for row in forms] == [("item_01", 3.0), ("item_02", 1.0)]
    assert forms[0]["session_key"] == key_of("session", "2000000000000000001")


def test_a_record_added_while_pages_turn_is_neither_lost_nor_doubled(
    practice: Practice, cliniko: FakeCliniko
) -> None:
    def add(asked: Asked) -> None:
        if asked.path.endswith("/individual_appointments") and asked.one("page") == "2":
            early = cliniko.records["individual_appointments"][0]
            new = {"id": "2000000000000000009", "created_at": ago(days=100)}
            cliniko.put("individual_appointments", early | new)

    cliniko.before = add
    outcome = fetch(practice)
    assert outcome.problem is None
    reports = land(practice)
    assert [each.status for each in reports] == ["accepted"]
    keys = practice.landed("sessions")["session_key"]
    present = {each["id"] for each in cliniko.records["individual_appointments"]}
    assert sorted(keys) == sorted(key_of("session", each) for each in present)
    assert len(present) == 6


def test_a_list_that_lost_an_entry_while_pages_turned_is_read_again(
    practice: Practice, cliniko: FakeCliniko
) -> None:
    turned = []

    def drop(asked: Asked) -> None:
        is_second = asked.path.endswith("/individual_appointments") and asked.one("page") == "2"
        if is_second and not turned:
            turned.append(asked)
            cliniko.drop("individual_appointments", "2000000000000000001")  # made first

    cliniko.before = drop
    outcome = fetch(practice)
    assert outcome.problem is None
    land(practice)
    keys = set(practice.landed("sessions")["session_key"])
    present = {each["id"] for each in cliniko.records["individual_appointments"]}
    assert len(present) == 4
    assert {key_of("session", each) for each in present} <= keys


def test_a_list_that_never_holds_what_it_says_is_not_delivered(
    practice: Practice, cliniko: FakeCliniko
) -> None:
    body = {"patients": [patient("1")], "total_entries": 5, "links": {"self": ""}}
    cliniko.server.answer("/v1/patients", Reply(body=body))
    assert "change faster than they can be read" in (fetch(practice).problem or "")


def test_the_key_names_the_shard() -> None:
    assert _address_for("MS0xLWl4SzYY-uk1") == "https://api.uk1.cliniko.com/v1"
    assert _address_for("MS0xLWl4SzYY") == "https://api.au1.cliniko.com/v1"
    assert _address_for("MS0x-evil.example/x") == "https://api.au1.cliniko.com/v1"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({}, "contact: is needed"),
        ({"contact": "office"}, "contact"),
        ({"contact": "a@b.example\r\nX: y"}, "contact"),
        ({"contact": "a@b.example", "base_url": "https://api.example.org"}, "of Cliniko"),
        ({"contact": "a@b.example", "base_url": "http://api.au1.cliniko.com"}, "https"),
        ({"contact": "a@b.example", "api_key": "x"}, "unknown key"),
    ],
)
def test_the_fetch_table_is_checked(table: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        ClinikoFetcher().options("clinic", SourceConfig(reader="cliniko", fetch=table))
    assert said in str(caught.value)
    assert "sources.clinic.fetch" in str(caught.value)
