"""The committed examples, and the map in their README, are maps that the settings accept."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path

import pytest

from orchestration.contracts.feeds import FEEDS
from orchestration.errors import SettingsError
from orchestration.extract.row_checks import check_rows
from orchestration.readers import READERS
from orchestration.readers.base import Delivery, Extract
from orchestration.readers.names import name_id
from orchestration.settings import SourceConfig, load_settings
from tests.support import REPO
from tests.unit.readers.files import balance, config, data_file, read

EXAMPLES = REPO / "docs" / "examples"
SNIPPET = re.search(r"```toml\n(.*?)```", (EXAMPLES / "README.md").read_text(), re.DOTALL)[1]


NAMES = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_a_sound_configuration_without_data(name: str, tmp_path: Path) -> None:
    shutil.copy(EXAMPLES / name / "rapport.toml", tmp_path)
    settings = load_settings(tmp_path)
    assert settings.sources[name].reader == "mapped"
    assert {path.name for path in (EXAMPLES / name).iterdir()} == {"README.md", "rapport.toml"}
    feeds = settings.sources[name].feeds
    used = {
        cell["instrument"]
        for feed in feeds
        for cell in feed.get("melt", [])
        if cell.get("instrument")
    }
    used |= {
        feed["constants"]["instrument"]
        for feed in feeds
        if "instrument" in feed.get("constants", {})
    }
    assert {code for code in used if code.startswith("custom:")} == set(settings.instruments)


def test_the_map_in_the_readme_reads_what_it_says() -> None:
    source = SourceConfig.model_validate(tomllib.loads(SNIPPET)["sources"]["practice"])
    READERS["mapped"].validate("practice", source)
    bare = SNIPPET.replace("[sources.practice]", "").replace("sources.practice.", "")
    bare = bare.replace('"appointments*.xlsx"', '"appointments*.csv"')
    text = (
        "Appointment,Patient,Therapist,Start,State\n"
        "1,230 clients,,,\n"
        "2,c1,t1,05/03/2024 09:30,Show\n"
        "3,c1,t1,12/03/2024 09:30,Late canceled\n"
        "4,c2,t1,12/03/2024 11:00,Break\n"
        "5,c2,t1,13/03/2024 11:00,Somehow\n"
    )
    (extract,) = read(bare, ("Appointments March.csv", text))
    assert extract.frame["status"].to_list() == ["attended", "late_cancel"]
    assert extract.rows_filtered == {"summary_row": 1, "breaks": 1}
    assert extract.rejects.rows() == [(6, "not_in_list", "status")]
    assert extract.rows_read == balance(extract) == 5


JANE = (
    "Patient Name,Staff,Start Time,State,Invoice #,Email\n"
    "Ann Invented,Dr Made Up,2026-03-04 09:00,Arrived,17,a@example.org\n"
    "Ann Invented,Dr Made Up,2026-03-11 09:00,Cancelled,18,a@example.org\n"
    "Ann Invented,Dr Made Up,2026-03-18 09:00,Cancelled,,a@example.org\n"
    "Bob Invented,Dr Made Up,2026-03-18 10:00,Archived,,a@example.org\n"
    "Bob Invented,Dr Made Up,2026-03-25 10:00,Waitlisted,,a@example.org\n"
    ",,2026-03-25 11:00,Breaks,,\n"
)
THERAPYNOTES = (
    "Record Type,Patient,Provider,Date,Code,Amount\n"
    "Charge,Ann Invented,Made Up,03/04/2026,90834,$120.00\n"
    "Adjustment,Ann Invented,Made Up,03/04/2026,90834,(20.00)\n"
    "Payment,Ann Invented,Made Up,03/05/2026,,$100.00\n"
    "Charge,Ann Invented,Made Up,03/11/2026,No Show,$60.00\n"
)
ZANDA = (
    "Client ID,Practitioner,Appointment ID,Start,Status,Notes\n"
    "7,Made Up,901,04/03/2026 09:00,Attended,private\n"
    "7,Made Up,902,11/03/2026 02:30 PM,Did Not Arrive,private\n"
)
OQ = (
    "MRN,Date Administered,Measure,Total Score,SD,IR,SR\n"
    "7,03/04/2026 08:40 AM,OQ-45.2,81,47,19,15\n"
    "7,03/11/2026,OQ-45.2,74,43,18,13\n"
    "7,03/11/2026,PHQ-9,12,,,\n"
)


def _example(name: str, file: str, text: str) -> list[Extract]:
    toml = tomllib.loads((EXAMPLES / name / "rapport.toml").read_text())
    source = SourceConfig.model_validate(toml["sources"][name])
    zone = toml["practice"]["time_zone"]
    return list(READERS["mapped"].read(Delivery(name, "x", zone, (data_file(file, text),)), source))


def test_jane_tells_a_late_cancellation_by_its_invoice_and_keeps_no_name() -> None:
    (extract,) = _example("jane", "Appointments.csv", JANE)
    assert extract.frame.select("status", "is_deleted").rows() == [
        ("attended", "false"),
        ("late_cancel", "false"),
        ("cancelled_client", "false"),
        ("entered_in_error", "true"),
    ]
    assert extract.rejects.rows() == [(6, "not_in_list", "status")]
    assert extract.rows_filtered == {"breaks": 1}
    assert extract.frame["client_id"][0] == name_id("ann  invented")
    assert extract.frame["session_id"].n_unique() == 4
    assert "Invented" not in repr(extract.frame.rows())
    assert extract.rows_read == balance(extract) == 6


def test_therapynotes_counts_a_service_once_and_its_payment_never() -> None:
    (extract,) = _example("therapynotes", "transactions.csv", THERAPYNOTES)
    assert extract.frame.select("started_at", "status").rows() == [
        ("2026-03-04T12:00:00", "attended"),
        ("2026-03-11T12:00:00", "no_show"),
    ]
    assert extract.rows_filtered == {"no_service": 1, "duplicate_record": 1}


@pytest.mark.parametrize(
    ("name", "file", "text", "accepted"),
    [
        ("jane", "Appointments.csv", JANE, 4),
        ("therapynotes", "transactions.csv", THERAPYNOTES.replace("No Show", "NO SHOW"), 2),
        ("zanda", "Appointments.csv", ZANDA, 2),
        ("oq_measures", "scores.csv", OQ, 8),
    ],
)
def test_what_an_example_reads_passes_the_checks_of_a_build(name, file, text, accepted) -> None:
    for extract in _example(name, file, text):
        checked = check_rows(FEEDS[extract.feed], extract.frame, zone="UTC", latest=None)
        assert checked.bad.rows() == []
        assert checked.good.height == accepted


def test_zanda_reads_appointments_and_no_more_of_a_client_than_the_id() -> None:
    (sessions,) = _example("zanda", "Appointments.csv", ZANDA)
    assert sessions.frame.select("session_id", "client_id", "started_at", "status").rows() == [
        ("901", "7", "2026-03-04T09:00:00", "attended"),
        ("902", "7", "2026-03-11T14:30:00", "no_show"),
    ]
    (clients,) = _example("zanda", "Clients.csv", "Client ID,Name\n7,Ann Invented\n")
    assert (clients.feed, clients.frame.columns) == ("clients", ["row_number", "client_id"])


def test_oq_scores_land_with_their_subscales() -> None:
    (extract,) = _example("oq_measures", "scores.csv", OQ)
    rows = extract.frame.select("completed_at", "instrument", "scale", "score").rows()
    assert rows[:2] == [
        ("2026-03-04T08:40:00", "oq45", "total", "81"),
        ("2026-03-04T08:40:00", "oq45", "symptom_distress", "47"),
    ]
    assert {row[0] for row in rows[4:]} == {"2026-03-11T12:00:00"}
    assert extract.rows_filtered == {"other_measure": 4}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('names = ["status"]', "`status` is no id of a person"),
        ('names = ["client_id"]', "'Client' holds names"),
    ],
)
def test_a_map_that_would_keep_a_name_is_refused(line: str, said: str) -> None:
    toml = f"""
reader = "mapped"
[[feeds]]
feed = "sessions"
{line}
columns = {{ client_id = "Client", clinician_id = "T", started_at = "Day" }}
constants = {{ status = "attended" }}
compose = {{ session_id = "{{Client}}-{{Day}}" }}
"""
    with pytest.raises(SettingsError, match=re.escape(said)):
        READERS["mapped"].validate("x", config(toml))
