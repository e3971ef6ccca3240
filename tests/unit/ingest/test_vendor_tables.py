"""Deliveries of vendors' tables, landed: who is where, and that no name is anywhere.

Not here: what a reader makes of a file (tests/unit/readers). All people are invented.
"""

from __future__ import annotations

from orchestration.commands.erase import _find
from review_log.location import url_of
from review_log.store import ReviewLog
from tests.unit.ingest.making import Practice
from tests.unit.readers.test_nhs_talking_therapies import submission
from tests.unit.readers.test_openfit import file_of

ATTENDANCE = (
    "client_name,clinician_name,date_of_service,office_name,status\n"
    "2 clients,1 clinicians,2 appointments,1 office,2 statuses\n"
    "Tessa Testcase,Theo Therapist,4/7/26,Main,Show\n"
    "Petra Probe,Theo Therapist,4/8/26,Main,No show\n"
)
LINKS = (
    "entity,source_system,old_id,new_id,relation\nclient,clinic,Petra Probe,Petra Newname,renamed\n"
)
NAMES = (b"Testcase", b"Petra", b"Theo", b"testcase")


def test_simplepractice_lands_without_names_and_is_erased_by_name(practice: Practice) -> None:
    practice.configure('[sources.clinic]\nreader = "simplepractice"\n')
    practice.put(
        "clinic/2026-04-30", {"client_attendance_report.csv": ATTENDANCE, "id_links.csv": LINKS}
    )
    report = practice.land()["clinic/2026-04-30"]
    assert report.status == "accepted_with_warnings"
    landed = practice.landed("sessions")
    assert landed["status"].to_list() == ["attended", "no_show"]
    assert practice.landed("id_links")["old_key"].item() == landed["client_key"][1]
    for path in practice.home.path.rglob("*.parquet"):
        assert not any(name in path.read_bytes() for name in NAMES)
    log = ReviewLog(url_of(practice.home.path))
    person = _find(practice.settings, "petra  PROBE", "clinic", log)
    assert landed["client_key"][1] in person.client_keys
    assert len(person.client_keys) == 2  # the new name too


def test_openfit_lands_sessions_with_their_forms(practice: Practice) -> None:
    practice.configure('[sources.fit]\nreader = "openfit"\n')
    rows = [{}, {"Session_ID": "2", "Session_Date": "2026-01-16", "SRSQ2": ""}]
    practice.put("fit/2026-03-31", {"openfit.csv": file_of(*rows)})
    report = practice.land()["fit/2026-03-31"]
    assert report.status == "accepted_with_warnings"
    assert practice.landed("sessions").height == 2
    forms = practice.landed("feedback")
    assert set(forms["session_key"]) == set(practice.landed("sessions")["session_key"])
    assert practice.quarantine()["rule"].unique().to_list() == ["partial_scores"]


def test_a_refresh_replaces_the_primary_of_its_month(practice: Practice) -> None:
    practice.configure('[sources.iapt]\nreader = "nhs_talking_therapies"\n')
    practice.put("iapt/2026-04-14", submission())
    practice.put("iapt/2026-05-14", submission(t001=[{"LocalPatientId": "P1", "Gender": "3"}]))
    reports = practice.land()
    assert {each.status for each in reports.values()} == {"accepted_with_warnings"}
    for feed in ("sessions", "episodes"):
        assert practice.landed(feed)["clinician_key"].n_unique() == 1
    # The same ids in both: the younger submission's word holds.
    assert practice.landed("sessions")["session_key"].n_unique() == 1
    assert practice.landed("clients")["gender"].sort().to_list() == ["female", "non-binary"]
