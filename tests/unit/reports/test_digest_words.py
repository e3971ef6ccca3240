"""What a digest says to a supervisor: counts and codes of tiers, nothing about a single case."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dashboards.reports.digest import digests
from tests.unit.dashboards.small_release import ANNA, CLARA, SUPERVISOR
from tests.unit.reports import rows


def test_a_digest_counts_the_cases_of_the_own_supervisees(released: Callable[..., Path]) -> None:
    cases: rows.Rows = {}
    for episode, clinician in (("e1", ANNA), ("e2", ANNA), ("e3", CLARA)):
        for table, found in rows.full_case(episode, clinician, 2, "Fell to 12.5.").items():
            cases.setdefault(table, []).extend(found)
    released(cases)
    found = {one["key"]: one for one in digests("http://127.0.0.1:8501")}
    mine = found[SUPERVISOR]
    assert "  T2     2  Deterioration or open rupture" in mine["text"]
    assert "2 of 2 open cases" in mine["text"]
    assert "The agenda: http://127.0.0.1:8501" in mine["text"]
    assert "DEMO DATA" in mine["text"]
    assert mine["subject"].startswith("DEMO DATA")
    for one in found.values():
        for said in ("C-E", "12.5", "Clinician A1AA", ANNA):
            assert said not in one["text"] + one["subject"]
    assert "http" not in digests(None)[0]["text"]


def test_a_case_that_people_asked_for_is_not_called_off_course(
    released: Callable[..., Path],
) -> None:
    cases = rows.full_case("e1", ANNA, 3, "The supervisee asked on 1 Nov 2026.")
    for row in cases["metrics.supervision_agenda"]:
        row.update(tier="T3", tier_rank=3, is_pressing=False)
    released(cases)
    mine = next(one["text"] for one in digests(None) if one["key"] == SUPERVISOR)
    assert "  T3     0  Off course or out of contact" in mine
    assert "  T3     1  Asked for, or agreed last time" in mine
