"""The rules of a single row: which cell breaks which rule, and what a good cell becomes.

Belongs here: check_rows alone. Does not belong here: files, deliveries, the landing.
"""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest

from orchestration.contracts.feeds import FEEDS
from orchestration.extract.row_checks import CheckedRows, check_rows
from orchestration.readers import READERS

SESSION = {
    "session_id": "s1",
    "client_id": "c1",
    "clinician_id": "t1",
    "started_at": "2026-03-04T10:00",
    "status": "attended",
}
FORM = {
    "response_id": "r1",
    "client_id": "c1",
    "completed_at": "2026-03-04T10:00Z",
    "instrument": "srs",
    "scale": "total",
    "respondent": "client",
}
ROWS = {
    "sessions": SESSION,
    "feedback": FORM,
    "clients": {"client_id": "c1"},
    "clinicians": {"clinician_id": "t1"},
    "episodes": {
        "episode_id": "e1",
        "client_id": "c1",
        "clinician_id": "t1",
        "opened_on": "2026-01-05",
    },
}


def check(feed: str, *rows: dict, latest: datetime | None = None, zone="Europe/London"):
    """Check rows given as changes of a good one; the first is row 2."""
    whole = [ROWS[feed] | row for row in rows]
    names = dict.fromkeys(name for row in whole for name in row)
    columns = {name: [row.get(name) for row in whole] for name in names}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String()))
    numbers = pl.int_range(2, len(rows) + 2, dtype=pl.Int64()).alias("row_number")
    return check_rows(FEEDS[feed], frame.select(numbers, pl.all()), zone=zone, latest=latest)


def broken(checked: CheckedRows) -> list[tuple[int, str, str]]:
    """The broken rules of a file that has no other rows."""
    doubts = checked.doubts.filter(~pl.col("column_name").is_in(list(checked.exact)))
    columns = ("row_number", "rule", "column_name")
    return [*checked.bad.select(columns).rows(), *doubts.select(columns).rows()]


BAD_CELLS = [
    ("sessions", "client_id", "", "missing_required"),
    ("sessions", "client_id", " \u00a0\u200b", "missing_required"),
    ("sessions", "status", None, "missing_required"),
    ("sessions", "client_id", "jane@example.org", "pii_suspected"),
    ("sessions", "client_id", "Jane Smith", "pii_suspected"),
    ("sessions", "client_id", "SMITH, Jane", "pii_suspected"),
    ("sessions", "client_id", "Jané van Dijk", "pii_suspected"),
    ("sessions", "client_id", "+44 20 7946 0000", "pii_suspected"),
    ("sessions", "client_id", "(212) 555-0100", "pii_suspected"),
    ("sessions", "client_id", "07700 900123", "pii_suspected"),
    ("sessions", "status", "jane@example.org", "pii_suspected"),
    ("sessions", "duration_minutes", "jane@example.org", "pii_suspected"),
    ("sessions", "cancelled_by", "Jane Smith", "pii_suspected"),
    ("sessions", "cancelled_by", "07700900123", "pii_suspected"),
    ("sessions", "cancelled_by", "Mary.Smith", "pii_suspected"),
    ("feedback", "instrument", "Mary_Smith", "pii_suspected"),
    ("clients", "gender", "Smith,Mary", "pii_suspected"),
    ("clinicians", "site_id", "Practice_Jané.Smith", "pii_suspected"),
    ("sessions", "cancelled_by", "rang from 07700 900123", "pii_suspected"),
    ("clinicians", "site_id", "123-45-6789", "pii_suspected"),
    ("sessions", "cancelled_by", "the client was ill and rang us to say so", None),
    ("sessions", "cancelled_by", "the client was ill and rang us to say so.", "too_long"),
    ("sessions", "client_id", "x" * 100, None),
    ("sessions", "client_id", "x" * 101, "too_long"),
    ("sessions", "client_id", "1.23E+11", "excel_id"),
    ("sessions", "client_id", "1E+15", "excel_id"),
    ("sessions", "client_id", "12E34", None),
    ("sessions", "client_id", "98.0", "excel_id"),
    ("sessions", "client_id", "123456789012345000", "excel_id"),
    ("sessions", "client_id", "123456789012345678", None),
    ("sessions", "client_id", "'; drop table clients", "bad_characters"),
    ("sessions", "client_id", "=cmd()", "bad_characters"),
    ("sessions", "client_id", 'a"b', "bad_characters"),
    ("sessions", "client_id", "a\nb", "bad_characters"),
    ("sessions", "client_id", "-", "bad_characters"),
    ("sessions", "client_id", "{1b4e28ba-2fa1-11d2}", None),
    ("sessions", "client_id", "Ж-17/3#a", None),
    ("sessions", "cancelled_by", "<script>", "bad_characters"),
    ("clients", "age_band", "<18", None),
    ("clients", "age_band", "65+", None),
    ("clients", "age_band", "18–25", None),
    ("sessions", "status", "Show", "not_in_list"),
    ("sessions", "status", "no show", "not_in_list"),
    ("sessions", "status", "ATTENDED", None),
    ("sessions", "modality", "fax", "not_in_list"),
    ("sessions", "started_at", "04/03/2026 10:00", "not_a_timestamp"),
    ("sessions", "started_at", "2026-03-04", "not_a_timestamp"),
    ("sessions", "started_at", "2026-03-04T24:00", "not_a_timestamp"),
    ("sessions", "started_at", "2026-02-31T10:00", "not_a_timestamp"),
    ("sessions", "started_at", "0000-00-00T00:00", "not_a_timestamp"),
    ("sessions", "started_at", "2026-03-04T10:00+15:30", "not_a_timestamp"),
    ("sessions", "started_at", "45352", "not_a_timestamp"),
    ("sessions", "started_at", "2026-03-29T01:30", "nonexistent_time"),
    ("sessions", "started_at", "2026-03-29T01:30Z", None),
    ("sessions", "started_at", "1989-12-31T23:59:59Z", "before_1990"),
    ("sessions", "started_at", "1990-01-01T00:00:00Z", None),
    ("sessions", "booked_at", "yesterday", "not_a_timestamp"),
    ("episodes", "opened_on", "2024-02-31", "not_a_date"),
    ("episodes", "opened_on", "45352", "not_a_date"),
    ("episodes", "opened_on", "05.01.2026", "not_a_date"),
    ("episodes", "opened_on", "2026-01-05T10:00", "not_a_date"),
    ("episodes", "opened_on", "2026-01-05T00:00:00Z", "not_a_date"),
    ("episodes", "opened_on", "2026-01-05 00:00:00", None),
    ("episodes", "opened_on", "1900-01-01", "before_1990"),
    ("clinicians", "started_on", "1985-09-01", None),
    ("feedback", "score", "36,5", "not_a_number"),
    ("feedback", "score", "1.005,00", "not_a_number"),
    ("feedback", "score", "NaN", "not_a_number"),
    ("feedback", "score", "inf", "not_a_number"),
    ("feedback", "score", "NULL", "not_a_number"),
    ("feedback", "score", "-1.50", None),
    ("feedback", "score", "3.65e1", None),
    ("sessions", "duration_minutes", "-5", "out_of_range"),
    ("sessions", "duration_minutes", "1441", "out_of_range"),
    ("sessions", "duration_minutes", "1440", None),
    ("clients", "birth_year", "1980.5", "not_an_integer"),
    ("clients", "birth_year", "１９８０", "not_an_integer"),
    ("clients", "birth_year", "1899", "out_of_range"),
    ("clients", "birth_year", "1980.0", None),
    ("clients", "preference_met", "yes", "not_a_boolean"),
    ("clients", "preference_met", "1", "not_a_boolean"),
    ("clients", "preference_met", "True", None),
    ("clients", "trauma_history", "true", "not_in_list"),
]


@pytest.mark.parametrize(("feed", "column", "value", "rule"), BAD_CELLS)
def test_a_cell_breaks_its_rule_and_only_its_row(feed, column, value, rule):
    checked = check(feed, {}, {column: value}, {})
    assert broken(checked) == ([] if rule is None else [(3, rule, column)])
    is_good = rule is None or checked.doubts.height
    assert checked.good["row_number"].to_list() == ([2, 3, 4] if is_good else [2, 4])


def test_a_row_names_every_column_that_is_wrong():
    checked = check("sessions", {"client_id": "", "status": "Show", "started_at": "x"}, {})
    assert broken(checked) == [
        (2, "missing_required", "client_id"),
        (2, "not_a_timestamp", "started_at"),
        (2, "not_in_list", "status"),
    ]


def test_a_long_number_that_ends_in_zeros_is_believed_beside_exact_ones():
    checked = check(
        "sessions", {"session_id": "514810972972521900"}, {"session_id": "514810972972521916"}
    )
    assert broken(checked) == []


def test_an_attended_session_cannot_start_after_the_export_was_made():
    late = {"started_at": "2026-05-02T10:00Z"}
    rows = [late, late | {"status": "attended_late"}, late | {"status": "scheduled"}]
    checked = check("sessions", *rows, latest=datetime(2026, 5, 2, 9, 59))
    assert broken(checked) == [
        (2, "future_attended", "started_at"),
        (3, "future_attended", "started_at"),
    ]
    assert broken(check("sessions", *rows, latest=datetime(2026, 5, 2, 10, 0))) == []
    assert broken(check("sessions", *rows, latest=None)) == []


def test_a_deleted_row_needs_no_more_than_its_key():
    gone = dict.fromkeys(SESSION) | {"is_deleted": "true"}
    checked = check("sessions", gone | {"session_id": "s9"}, gone)
    assert broken(checked) == [(3, "missing_required", "session_id")]
    assert checked.good["is_deleted"].to_list() == [True]


def test_good_cells_are_typed():
    good = check(
        "sessions",
        {
            "status": " Attended ",
            "started_at": "2026-07-04T00:30",
            "duration_minutes": "50",
            "session_id": "\ufeffs\u200b1\u00a0",
        },
        {"started_at": "2026-07-04 00:30:15.25-05:00"},
    ).good
    assert good["started_at"].to_list() == [
        datetime(2026, 7, 3, 23, 30),
        datetime(2026, 7, 4, 5, 30, 15, 250000),
    ]
    assert good["started_on"].to_list() == [date(2026, 7, 4), date(2026, 7, 4)]
    assert good["status"].to_list() == ["attended", "attended"]
    assert good["duration_minutes"].to_list() == [50.0, None]
    assert good["session_id"].to_list() == ["s1", "s1"]
    assert good["is_deleted"].to_list() == [False, False]


def test_what_was_put_right_is_counted():
    checked = check(
        "sessions",
        {"started_at": "2026-10-25T01:30", "client_id": "c\u200b1"},
        {"started_at": "2026-10-25T01:30+00:00"},
    )
    assert checked.good["started_at"].to_list() == [
        datetime(2026, 10, 25, 0, 30),
        datetime(2026, 10, 25, 1, 30),
    ]
    assert checked.counts == {
        "invisible characters were removed from cells: {count}": 1,
        "started_at: times in the hour that comes twice when clocks go back, "
        "read as the first: {count} (ambiguous_time)": 1,
    }


def test_several_words_where_a_code_is_one_may_be_a_name() -> None:
    told = ["mary smith", "smith,mary", "in_room", " paper ", "zażółć", None]
    checked = check("feedback", *({"collection_mode": each} for each in told))
    taken = ["other", "other", "in_room", "paper", "zażółć", None]
    assert checked.good["collection_mode"].to_list() == taken
    said = "collection_mode: several words where a code is one, taken over as 'other': {count}"
    assert checked.counts == {said: 2} and not checked.bad.height
    held = check("feedback", {"collection_mode": "Mary Smith"}, {"collection_mode": "on paper"})
    assert (held.counts, held.bad.height) == ({said: 1}, 1)
    spaced = check("clinicians", {"site_id": "north clinic"})
    assert spaced.good["site_id"].to_list() == ["north clinic"] and not spaced.counts


@pytest.mark.parametrize("feed", FEEDS)
def test_an_empty_extract_is_no_problem(feed):
    checked = check_rows(
        FEEDS[feed], pl.DataFrame(schema={"row_number": pl.Int64()}), zone="UTC", latest=None
    )
    assert (checked.good.height, checked.bad.height) == (0, 0)


def test_a_link_may_begin_with_a_day() -> None:
    row = {"row_number": 2, "entity": "client", "source_system": "clinic", "old_id": "c1"}
    row |= {"new_id": "c2", "relation": "renamed", "effective_at": "2026-07-01"}
    checked = check_rows(FEEDS["id_links"], pl.DataFrame([row]), zone="Europe/Paris", latest=None)
    assert checked.good["effective_at"].to_list() == [datetime(2026, 6, 30, 22)]


def test_an_episode_names_who_treats_unless_its_system_cannot_know() -> None:
    row = {"row_number": 2, "episode_id": "e1", "client_id": "c1", "opened_on": "2026-03-01"}
    frame = pl.DataFrame([row])
    strict = check_rows(FEEDS["episodes"], frame, zone="UTC", latest=None)
    assert strict.bad.select("rule", "column_name").rows() == [("missing_required", "clinician_id")]
    open_ = check_rows(
        FEEDS["episodes"], frame, zone="UTC", latest=None, leaves_open=("clinician_id",)
    )
    assert open_.good["clinician_id"].to_list() == [None]
    assert {name for name, each in READERS.items() if each.about.leaves_open} == {
        "fhir",
        "nhs_talking_therapies",
    }
