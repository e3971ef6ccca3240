"""What ``rapport check`` says of an export that would not land, or of which nothing would.

Belongs here: the words of the command on small deliveries. Does not belong here: which verdict a
delivery gets (test_landing.py).
"""

from __future__ import annotations

from click.testing import CliRunner

from orchestration.commands.check import command
from tests.unit.ingest.making import SESSIONS


def _check(practice, *rows: str) -> str:
    path = practice.put("clinic/a", {"sessions.csv": "\n".join([SESSIONS, *rows, ""])})
    environment = {"RAPPORT_HOME": str(practice.home.path)}
    return CliRunner().invoke(command, [str(path)], env=environment, standalone_mode=False).output


def test_a_file_with_too_many_bad_rows_is_told_row_by_row_and_rule_by_rule(practice) -> None:
    good = [f"s{n},c1,t1,2026-03-04T10:00,attended" for n in range(9)]
    said = _check(practice, *good, *(f"b{n},c1,t1,soon,ghosted" for n in range(3)))
    assert "would be rejected" in said
    assert "3 of 12 rows are bad" in said
    assert "What is wrong" in said
    assert "sessions.csv: rows 11, 12, 13, in started_at" in said
    assert "sessions.csv: rows 11, 12, 13, in status" in said
    assert "soon" not in said
    assert "ghosted" not in said


def test_cells_that_break_one_rule_in_the_same_rows_are_told_together(practice) -> None:
    said = _check(practice, "s1,,,2026-03-04T10:00,attended", "s2,c1,t1,2026-03-04T10:00,attended")
    assert said.count("(missing_required)") == 1
    assert "sessions.csv: row 2, in client_id, clinician_id" in said


def test_an_export_of_which_no_row_lands_is_not_said_to_be_fit_for_loading(practice) -> None:
    said = _check(practice, "s1,c1,t1,soon,attended")
    assert "clinic/a: nothing of this export would land" in said
    assert "can be loaded" not in said
