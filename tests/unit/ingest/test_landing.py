"""The landing: what stands there depends on the set of deliveries, never on order or accidents.

Belongs here: landing, quarantine and ledger after one or more runs. Does not belong here: rules.
"""

from __future__ import annotations

import re
import shutil
from datetime import datetime
from itertools import permutations

import polars as pl
import pytest

from orchestration.contracts.feeds import FEEDS, LEDGER_SCHEMA, QUARANTINE_SCHEMA
from orchestration.errors import RapportError
from orchestration.extract import check_path
from orchestration.extract.pseudonyms import Pseudonymiser
from tests.support import REPO
from tests.unit.ingest.making import GOOD, KEY, LATE, SESSIONS, forget


def files_of(practice, folder="landing"):
    place = practice.home.path / folder
    return sorted(path.relative_to(place).as_posix() for path in place.rglob("*.parquet"))


def test_rows_land_with_keys_and_types(practice):
    practice.put("clinic/2026-03-06", {"sessions.csv": GOOD})
    (report,) = practice.land().values()
    landed = practice.landed("sessions")
    assert dict(landed.schema) == FEEDS["sessions"].landed_schema()
    key = Pseudonymiser(KEY).one
    assert landed.row(0, named=True) | {"delivery_id": None} == {
        **dict.fromkeys(landed.columns),
        "source": "clinic",
        "row_number": 2,
        "session_key": key("session", "clinic", "s1"),
        "client_key": key("client", "clinic", "c1"),
        "clinician_key": key("clinician", "clinic", "t1"),
        "started_at": datetime(2026, 3, 4, 10),
        "started_on": datetime(2026, 3, 4).date(),
        "status": "attended",
        "is_deleted": False,
    }
    assert set(landed["delivery_id"]) == {report.delivery_id}


def test_every_feed_lands_with_its_contract(practice):
    texts = {
        "sessions": GOOD,
        "feedback": "response_id,client_id,completed_at,instrument,scale,score,respondent\n"
        "r1,c1,2026-03-04T11:00,SRS,total,36.5,client\n",
        "clients": "client_id,birth_year,preference_met,merged_into_client_id\nc1,1980,true,c0\n",
        "clinicians": "clinician_id,role,site_id,started_on\nt1,staff,north,2020-01-01\n",
        "episodes": "episode_id,client_id,clinician_id,opened_on\ne1,c1,t1,2026-01-05\n",
        "supervision": "supervision_id,supervisor_id,supervisee_id,kind,started_on\n"
        "v1,t9,t1,assignment,2026-01-01\n",
        "id_links": "entity,source_system,old_id,target_source_system,new_id,relation\n"
        "client,Clinic,c1,forms,f1,same_person\nclinician,clinic,t1,,t2,renamed\n",
    }
    practice.put("clinic/2026-03-06", {f"{name}.csv": text for name, text in texts.items()})
    practice.configure('[sources.forms]\nid_namespace = "shared"\n')
    (report,) = practice.land().values()
    assert [feed.feed for feed in report.feeds] == list(FEEDS)
    for name, feed in FEEDS.items():
        assert dict(practice.landed(name).schema) == feed.landed_schema()
    key = Pseudonymiser(KEY).one
    assert practice.landed("id_links").select("old_key", "new_key").rows() == [
        (key("client", "clinic", "c1"), key("client", "shared", "f1")),
        (key("clinician", "clinic", "t1"), key("clinician", "clinic", "t2")),
    ]
    assert practice.landed("supervision")["supervisor_key"].item() == key(
        "clinician", "clinic", "t9"
    )
    assert practice.landed("clients")["merged_into_client_key"].item() == key(
        "client", "clinic", "c0"
    )
    assert practice.landed("feedback")["instrument"].item() == "srs"


def test_an_empty_inbox_leaves_schemas_for_dbt(practice):
    assert practice.land() == {}
    assert dict(practice.landed("delivery").schema) == LEDGER_SCHEMA
    assert dict(practice.quarantine().schema) == QUARANTINE_SCHEMA
    assert all(practice.landed(name).is_empty() for name in FEEDS)


def test_everything_is_for_its_owner_alone(practice):
    practice.put("clinic/2026-03-06", {"sessions.csv": GOOD + "s3,,t1,x,y\n"})
    practice.land()
    for folder in (practice.home.landing, practice.home.quarantine):
        for path in (folder, *folder.rglob("*")):
            assert path.stat().st_mode & 0o077 == 0, path


def test_a_second_run_changes_nothing(practice):
    practice.put("clinic/2026-03-06", {"sessions.csv": GOOD + "s3,,t1,x,y\n"})
    (first,) = practice.land().values()
    before = practice.state()
    (second,) = practice.land().values()
    assert practice.state() == before
    assert (first.is_new, second.is_new) == (True, False)
    assert (first.feeds, first.warnings) == (second.feeds, second.warnings)
    assert first.bad_rows.rows() == second.bad_rows.rows()


def test_the_same_bytes_under_another_name_land_once(practice):
    practice.put("clinic/2026-03-06", {"sessions.csv": GOOD})
    practice.land()
    before = files_of(practice)
    practice.put("clinic/2026-03-07", {"sessions_2026-03-07.csv": GOOD})
    reports = practice.land()
    assert [each.status for each in reports.values()] == ["accepted", "duplicate"]
    assert [name for name in files_of(practice) if not name.startswith("delivery/")] == [
        name for name in before if not name.startswith("delivery/")
    ]
    ledger = practice.landed("delivery")
    assert ledger["delivery_id"].n_unique() == 1
    assert ledger["sighting_id"].n_unique() == 2


def test_the_same_bytes_of_another_source_are_another_delivery(practice):
    practice.put("clinic/2026-03-06", {"sessions.csv": GOOD})
    practice.put("other/2026-03-06", {"sessions.csv": GOOD})
    practice.land()
    assert practice.landed("sessions")["session_key"].n_unique() == 4


@pytest.mark.parametrize("order", list(permutations(["2026-03-06", "2026-06-01", "undated"])))
def test_the_order_of_arrival_does_not_matter(practice, tmp_path, order):
    """The youngest name decides which attended sessions were still to come."""
    for name in order:
        practice.put(f"clinic/{name}", {"sessions.csv": LATE})
        practice.land()
    arrived = practice.state()
    forget(practice)
    practice.land()
    assert practice.state() == arrived
    assert practice.landed("sessions")["row_number"].to_list() == [2, 3]


def test_a_session_still_to_come_is_judged_anew_when_younger_bytes_arrive(practice):
    practice.put("clinic/2026-03-06", {"sessions.csv": LATE})
    practice.land()
    assert practice.quarantine()["rule"].to_list() == ["future_attended"]
    shutil.rmtree(practice.home.inbox / "clinic")
    practice.put("clinic/2026-06-01", {"sessions.csv": LATE})
    practice.land()
    assert practice.quarantine().is_empty()
    ledger = practice.landed("delivery").sort("delivery")
    assert ledger.select("delivery", "rows_accepted", "rows_quarantined").rows() == [
        ("2026-03-06", 2, 0),
        ("2026-06-01", 2, 0),
    ]


def test_other_settings_replace_what_the_older_ones_made(practice):
    practice.put("clinic/2026-03-06", {"sessions.csv": GOOD})
    practice.put("clinic/2026-03-08", {"sessions.csv": GOOD})
    practice.put("clinic/2026-03-09", {"clients.csv": "client_id\nc1\n"})
    practice.land()
    shutil.rmtree(practice.home.inbox / "clinic" / "2026-03-08")
    shutil.rmtree(practice.home.inbox / "clinic" / "2026-03-09")
    practice.configure('[sources.clinic]\ntime_zone = "Europe/Paris"\n')
    practice.land()
    assert practice.landed("sessions")["started_at"].min() == datetime(2026, 3, 4, 9)
    assert practice.landed("clients").height == 1
    ledger = practice.landed("delivery")
    assert sorted(ledger["delivery"]) == ["2026-03-06", "2026-03-08", "2026-03-09"]
    assert ledger.filter(pl.col("feed") == "sessions")["delivery_id"].n_unique() == 1


def test_settings_that_refuse_a_delivery_leave_what_landed(practice):
    practice.put("clinic/2026-03-06", {"sessions.csv": GOOD})
    practice.land()
    practice.configure('[sources.clinic]\nreader = "mapped"\nfeeds = []\n')
    with pytest.raises(RapportError):
        practice.land()
    practice.configure('[practice]\ntime_zone = "Europe/London"\n')
    practice.put("clinic/2026-03-06", {"manifest.json": "{"})
    (report,) = practice.land().values()
    assert report.status == "rejected"
    assert practice.landed("sessions").height == 2
    assert sorted(practice.landed("delivery")["status"]) == ["accepted", "rejected"]


def test_a_rejected_delivery_leaves_everything_else_alone(practice):
    practice.put("clinic/a", {"sessions.csv": GOOD})
    practice.put("clinic/b", {"sessions.csv": "<html>"})
    practice.put("clinic/c", {"clients.csv": "client_id\nc1\n"})
    reports = practice.land()
    assert [each.status for each in reports.values()] == ["accepted", "rejected", "accepted"]
    assert practice.landed("sessions").height == 2
    (row,) = practice.landed("delivery").filter(pl.col("status") == "rejected").rows(named=True)
    assert (row["feed"], row["rows_read"], row["reason"].split(":")[0]) == (None, 0, "not_csv_html")


def test_one_bad_file_rejects_the_delivery_as_a_whole(practice):
    practice.put("clinic/a", {"sessions.csv": GOOD, "clients.csv": "<html>"})
    practice.land()
    assert practice.landed("sessions").is_empty()
    assert practice.landed("clients").is_empty()


@pytest.mark.parametrize(("bad", "status"), [(2, "accepted_with_warnings"), (3, "rejected")])
def test_too_many_bad_rows_reject_the_delivery(practice, bad, status):
    rows = [f"s{i},c1,t1,2026-03-04T10:00,attended" for i in range(10 - bad)]
    rows += [f"b{i},c1,t1,soon,attended" for i in range(bad)]
    practice.put("clinic/a", {"sessions.csv": "\n".join([SESSIONS, *rows])})
    (report,) = practice.land().values()
    assert report.status == status
    assert status == "accepted_with_warnings" or report.reason == (
        "too_many_bad_rows: sessions.csv: 3 of 10 rows are bad, more than 20%"
    )


def test_small_files_are_spared_and_the_share_is_a_setting(practice):
    bad = f"{SESSIONS}\ns1,c1,t1,soon,attended\n"
    practice.put("clinic/a", {"sessions.csv": bad})
    assert [each.status for each in practice.land().values()] == ["accepted_with_warnings"]
    practice.configure("[intake]\nbad_share_min_rows = 1\n")
    practice.put("clinic/b", {"sessions.csv": bad + "\n"})
    assert practice.land()["clinic/b"].reason.startswith("too_many_bad_rows")


def test_a_file_is_small_by_its_records_however_many_rows_each_gives(practice):
    practice.configure(
        '[sources.forms]\nreader = "redcap"\n\n[[sources.forms.options.forms]]\n'
        'instrument = "phq9"\nform = "mood"\nitems = "q{n}"\n'
    )
    header = ",".join(["record_id", "mood_timestamp", *(f"q{n}" for n in range(1, 10))])
    answers = ",".join("012301230")
    rows = [f"{n},2026-03-0{n} 10:00:00,{answers},2" for n in (1, 2)]
    text = "\n".join([f"{header},mood_complete", *rows, rows[0].replace("1,2026", "3,soon 2026")])
    practice.put("forms/a", {"data.csv": text + "\n"})
    (report,) = practice.land().values()
    assert (report.status, report.feeds[0].rows_accepted) == ("accepted_with_warnings", 18)
    assert report.feeds[0].rows_quarantined == 9


def test_duplicates_collapse_and_contradictions_are_both_held_back(practice):
    text = (
        f"{SESSIONS},record_updated_at,client_name\n"
        "s1,c1,t1,2026-03-04T10:00,attended,,A\n"  # 2
        "S1,c1,t1,2026-03-04 10:00:00Z,Attended,,B\n"  # 3: equal where it counts
        "s2,c1,t1,2026-03-05T10:00,attended,,A\n"  # 4: contradicted by 5
        "s2,c1,t1,2026-03-05T10:00,no_show,,A\n"  # 5
        "s3,c1,t1,2026-03-06T10:00,scheduled,2026-03-01T10:00,A\n"  # 6: a history with 7
        "s3,c1,t1,2026-03-06T10:00,attended,2026-03-07T10:00,A\n"  # 7
        "s4,c1,t1,2026-03-08T10:00,attended,,A\n"  # 8: its twin is bad for another reason
        "s4,c1,t1,soon,attended,,A\n"  # 9
    )
    practice.put("clinic/2026-03-09", {"sessions.csv": text})
    (report,) = practice.land().values()
    assert practice.landed("sessions")["row_number"].to_list() == [2, 6, 7, 8]
    assert report.bad_rows.select("row_number", "rule", "column_name").sort(
        "row_number"
    ).rows() == [
        (4, "conflicting_duplicate", "session_id"),
        (5, "conflicting_duplicate", "session_id"),
        (9, "not_a_timestamp", "started_at"),
    ]
    (feed,) = report.feeds
    assert (feed.rows_read, feed.rows_accepted, feed.rows_quarantined, feed.rows_collapsed) == (
        8,
        4,
        3,
        1,
    )


def test_duplicates_are_found_across_the_parts_of_a_feed(practice):
    other = f"{SESSIONS}\ns1,c1,t1,2026-03-04T10:00,attended\ns2,c2,t1,2026-03-05T10:00,attended\n"
    practice.put("clinic/a", {"sessions_1.csv": GOOD, "sessions_2.csv": other})
    (report,) = practice.land().values()
    assert practice.landed("sessions")["row_number"].to_list() == [2]
    assert report.bad_rows.select("file", "row_number", "rule").rows() == [
        ("sessions_1.csv", 3, "conflicting_duplicate"),
        ("sessions_2.csv", 3, "conflicting_duplicate"),
    ]


def test_blank_rows_are_counted_as_filtered(practice):
    practice.put("clinic/a", {"sessions.csv": GOOD + ",,,,\n\n,,,,\n"})
    (report,) = practice.land().values()
    (feed,) = report.feeds
    assert (feed.rows_read, feed.rows_accepted, feed.rows_filtered) == (4, 2, 2)


def test_a_check_says_the_same_and_writes_nothing(practice):
    folder = practice.put("clinic/2026-03-06", {"sessions.csv": GOOD + "s3,,t1,x,y\n"})
    before = sorted(practice.home.path.rglob("*"))
    checked = check_path(folder, None, practice.settings)
    assert sorted(practice.home.path.rglob("*")) == before
    (landed,) = practice.land().values()
    assert (checked.source, checked.feeds, checked.status) == (
        "clinic",
        landed.feeds,
        landed.status,
    )
    assert checked.bad_rows.rows() == landed.bad_rows.rows()


def test_a_check_takes_a_file_from_anywhere(practice, tmp_path):
    (tmp_path / "sessions.csv").write_text("<html>")
    report = check_path(tmp_path / "sessions.csv", "clinic", practice.settings)
    assert (report.source, report.status) == ("clinic", "rejected")
    with pytest.raises(RapportError, match="no file or folder"):
        check_path(tmp_path / "none.csv", "clinic", practice.settings)
    with pytest.raises(RapportError, match="source's name"):
        check_path(tmp_path / "sessions.csv", "../clinic", practice.settings)


def test_the_example_of_id_links_in_the_docs_lands_as_it_stands(practice):
    page = (REPO / "docs" / "operators.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```csv\n(entity,.*?)```", page, re.DOTALL)
    practice.configure(
        '[sources.practice]\nreader = "canonical"\n[sources.feedback_tool]\nreader = "canonical"\n'
    )
    practice.put("practice/links-2026-05-04", {"id_links.csv": text})
    (report,) = practice.land().values()
    assert (report.status, report.warnings) == ("accepted", ())
    assert practice.landed("id_links").height == len(text.strip().splitlines()) - 1
