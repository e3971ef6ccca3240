"""Deliveries of vendors' tables, landed: who is where, and that no name is anywhere.

Not here: what a reader makes of a file (tests/unit/readers). All people are invented.
"""

from __future__ import annotations

from orchestration.commands.erase import _find
from tests.unit.ingest.making import Practice

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
    person = _find(practice.settings, "petra  PROBE", "clinic")
    assert landed["client_key"][1] in person.client_keys
    assert len(person.client_keys) == 2  # the new name too
