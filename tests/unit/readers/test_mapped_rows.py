"""What a map does to the rows of a file, and that no row is lost without a count."""

from __future__ import annotations

import csv
import io
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.readers.files import SESSIONS, SESSIONS_CSV, balance, read

WIDE = """
reader = "mapped"
[options]
null_tokens = ["NA", "--"]
[[feeds]]
feed = "feedback"
columns = { client_id = "Client", completed_at = "When" }
constants = { respondent = "client" }
compose = { response_id = "{Client}-{Visit}-{@instrument}" }
dates = { completed_at = { format = "%Y-%m-%d" } }
filters = [{ name = "no_visit", any_null = ["Visit"] }]
duplicates = "first"
melt = [
  { column = "Q1", instrument = "srs", scale = "item_01" },
  { column = "Q2", instrument = "srs", scale = "item_02" },
  { column = "Total", instrument = "ors", scale = "total" },
]
"""


def test_columns_constants_and_row_numbers() -> None:
    (extract,) = read(SESSIONS, ("a.csv", SESSIONS_CSV))
    assert extract.feed == "sessions"
    assert extract.frame.to_dicts()[1] == {
        "row_number": 3,
        "session_id": "2",
        "client_id": "c2",
        "clinician_id": "t1",
        "started_at": "2024-03-06T00:00:00",
        "status": "attended",
    }
    assert (extract.rows_read, balance(extract)) == (2, 2)


def test_a_wide_record_becomes_one_row_per_answered_cell() -> None:
    text = "Client,Visit,When,Q1,Q2,Total\nc1,1,2024-03-05,7,NA,31.5\nc2,1,2024-03-05,,--,\n"
    (extract,) = read(WIDE, ("a.csv", text))
    assert [
        (r["row_number"], r["response_id"], r["instrument"], r["scale"], r["score"])
        for r in extract.frame.to_dicts()
    ] == [(2, "c1-1-srs", "srs", "item_01", "7"), (2, "c1-1-ors", "ors", "total", "31.5")]
    assert extract.rows_read == 6
    assert extract.rows_filtered == {"empty_cell": 4}


def test_filters_come_before_duplicates_and_count_every_row_of_the_record() -> None:
    text = (
        "Client,Visit,When,Q1,Q2,Total\n"
        "c1,NA,2024-03-05,1,1,1\n"  # left out by name, so it is not the first of anything
        "c1,1,2024-03-05,2,2,2\n"
        "C1,1,2024-03-06,3,3,3\n"  # the same client: ids are compared without case
        "c1,2,2024-03-12,4,,4\n"
    )
    (extract,) = read(WIDE, ("a.csv", text))
    assert extract.frame["score"].to_list() == ["2", "2", "2", "4", "4"]
    assert extract.rows_filtered == {"no_visit": 3, "duplicate_record": 3, "empty_cell": 1}
    assert extract.warnings == (
        "a.csv: rows left out of feedback by its map: no_visit 3, duplicate_record 3",
    )
    assert extract.rows_read == balance(extract) == 12


def test_without_first_repeated_keys_are_left_to_the_landing() -> None:
    text = "Client,Visit,When,Q1,Q2,Total\nc1,1,2024-03-05,1,1,1\nc1,1,2024-03-05,2,2,2\n"
    (extract,) = read(WIDE.replace('"first"', '"reject"'), ("a.csv", text))
    assert extract.frame.height == 6
    assert extract.rows_filtered == {}


def test_a_broken_record_counts_with_every_row_it_would_have_given() -> None:
    text = "Client,Visit,When,Q1,Q2,Total\nc1,1,2024-03-05,1,1,1,9\nc2,1,2024-03-05,1,1,1\n"
    (extract,) = read(WIDE, ("a.csv", text))
    assert extract.rejects["row_number"].to_list() == [2, 2, 2]
    assert extract.rejects["rule"].unique().to_list() == ["structure:too_many_columns"]
    assert sorted(extract.rejects["column_name"]) == ["Q1", "Q2", "Total"]
    assert extract.rows_read == balance(extract) == 6


WORDS = """
values.status = { map = { Show = "attended", "No  show" = "no_show" } }
"""


@pytest.mark.parametrize(
    ("cell", "status", "rule"),
    [
        ("Show", "attended", None),
        (" show ", "attended", None),
        ("NO SHOW", "no_show", None),
        ("Shown", None, "not_in_list"),
        ("attended", None, "not_in_list"),  # the contract's word is not the export's word
        ("", None, None),  # empty stays empty: missing_required is the landing's word for it
    ],
)
def test_a_word_that_the_map_does_not_list_is_never_guessed(
    cell: str, status: str | None, rule: str | None
) -> None:
    toml = SESSIONS.replace('constants = { status = "attended" }', "").replace(
        '"Therapist"', '"Therapist", status = "State"'
    )
    text = f"Visit,Client,Therapist,Day,State\n1,c1,t1,05/03/2024,{cell}\n"
    (extract,) = read(toml + WORDS, ("a.csv", text))
    assert extract.frame.get_column("status").to_list() == ([] if rule else [status])
    assert extract.rejects.rows() == ([(2, rule, "status")] if rule else [])
    assert balance(extract) == 1


def test_a_word_for_all_others_is_the_practices_own_decision() -> None:
    toml = SESSIONS.replace('constants = { status = "attended" }', "").replace(
        '"Therapist"', '"Therapist", status = "State"'
    )
    toml += 'values.status = { map = { Show = "attended" }, unknown = "unknown" }'
    text = "Visit,Client,Therapist,Day,State\n1,c1,t1,05/03/2024,Whatever\n"
    (extract,) = read(toml, ("a.csv", text))
    assert extract.frame["status"].to_list() == ["unknown"]


def test_a_row_is_rejected_once_for_its_first_reason() -> None:
    toml = SESSIONS.replace('constants = { status = "attended" }', "").replace(
        '"Therapist"', '"Therapist", status = "State"'
    )
    text = "Visit,Client,Therapist,Day,State\n1,c1,t1,someday,Perhaps\n"
    (extract,) = read(toml + WORDS, ("a.csv", text))
    assert extract.rejects.rows() == [(2, "not_in_list", "status")]
    assert balance(extract) == 1


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ('all_null = ["State", "Room"]', ["1", "2", "3"]),
        ('any_null = ["State", "Room"]', ["1"]),
        ('column = "State", any_of = ["show"]', ["2", "3", "4"]),
        ('column = "State", none_of = ["SHOW"]', ["1", "3", "4"]),  # empty fulfils no condition
        ('column = "State", matches = "^[0-9]+ clients"', ["1", "3", "4"]),
    ],
)
def test_filters(condition: str, kept: list[str]) -> None:
    text = (
        "Visit,Client,Therapist,Day,State,Room\n"
        "1,c1,t1,05/03/2024,Show,A\n"
        "2,c1,t1,06/03/2024,230 clients,\n"
        "3,c1,t1,07/03/2024,,B\n"
        "4,c1,t1,08/03/2024,,\n"
    )
    (extract,) = read(
        f'{SESSIONS}\nfilters = [{{ name = "left_out", {condition} }}]', ("a.csv", text)
    )
    assert extract.frame["session_id"].to_list() == kept
    assert extract.rows_filtered == {"left_out": 4 - len(kept)}


@pytest.mark.parametrize(
    ("latest", "kept", "warned"),
    [
        (datetime(2024, 3, 5, 18), ["1"], False),
        (datetime(2024, 3, 6, 18), ["1", "2"], False),
        (None, ["1", "2"], True),
    ],
)
def test_rows_dated_after_their_own_export(
    latest: datetime | None, kept: list[str], warned: bool
) -> None:
    toml = f'{SESSIONS}\nfilters = [{{ name = "ahead", after_export = "started_at" }}]'
    (extract,) = read(toml, ("a.csv", SESSIONS_CSV), latest=latest)
    assert extract.frame["session_id"].to_list() == kept
    assert any("nothing tells when the export was made" in w for w in extract.warnings) == warned


def test_composed_ids_stay_apart_and_need_all_their_parts() -> None:
    toml = SESSIONS.replace('client_id = "Client", ', "").replace(
        'compose = { started_at = "{Day}" }',
        'compose = { started_at = "{Day}", client_id = "{Therapist}-{Client}" }',
    )
    text = (
        "Visit,Client,Therapist,Day\n"
        "1,2,a-1,05/03/2024\n2,1-2,a,05/03/2024\n3,,a,05/03/2024\n4,9,b,05/03/2024\n"
    )
    (extract,) = read(toml, ("a.csv", text))
    assert extract.frame["client_id"].to_list() == ["a_2d_1-2", "a-1_2d_2", None, "b-9"]


def test_a_place_with_a_question_mark_may_be_empty() -> None:
    toml = SESSIONS.replace('constants = { status = "attended" }', "").replace(
        '"{Day}" }', '"{Day}", status = "{Arrived?}|{Cancelled?}" }'
    )
    toml += 'values.status.map = { "y|" = "attended", "|y" = "cancelled_client" }'
    text = (
        "Visit,Client,Therapist,Day,Arrived,Cancelled\n"
        "1,c1,t1,05/03/2024,y,\n2,c1,t1,06/03/2024,,y\n3,c1,t1,07/03/2024,y,y\n"
    )
    (extract,) = read(toml, ("a.csv", text))
    assert extract.frame["status"].to_list() == ["attended", "cancelled_client"]
    assert extract.rejects.rows() == [(4, "not_in_list", "status")]


@pytest.mark.parametrize(
    ("cell", "score", "rule"),
    [
        ("7,5", "7.5", None),
        ("7", "7", None),
        ("7.5", None, "not_a_number"),
        ("7,5,1", "7,5,1", None),
    ],
)
def test_decimal_commas(cell: str, score: str | None, rule: str | None) -> None:
    toml = WIDE.replace("[options]", "[options]\ndecimal_comma = true")
    text = f"Client;Visit;When;Q1;Q2;Total\nc1;1;2024-03-05;{cell};;\n"
    (extract,) = read(toml, ("a.csv", text))
    assert extract.frame["score"].to_list() == ([] if rule else [score])
    assert extract.rejects["rule"].to_list() == ([rule] if rule else [])


def test_a_date_made_from_an_index() -> None:
    toml = SESSIONS.replace('compose = { started_at = "{Day}" }', "").replace(
        'format = "%d/%m/%Y"', 'start = 2024-01-01, index = "Week", step_days = 7'
    )
    text = "Visit,Client,Therapist,Week\n1,c,t,1\n2,c,t,3\n3,c,t,3.0\n4,c,t,three\n5,c,t,\n"
    (extract,) = read(toml, ("a.csv", text))
    assert extract.frame["started_at"].to_list() == [
        "2024-01-01T00:00:00",
        "2024-01-15T00:00:00",
        "2024-01-15T00:00:00",
        None,
    ]
    assert extract.rejects.rows() == [(5, "not_an_integer", "started_at")]


CELLS = st.sampled_from(["", "NA", "--", "1", "2", "9.5", " 3 "])
RECORD = st.tuples(
    st.sampled_from(["c1", "C1", "c2", ""]),
    st.sampled_from(["1", "2", "NA"]),
    st.sampled_from(["2024-03-05", "2024-02-31", "", "5/3/2024"]),
    CELLS,
    CELLS,
    CELLS,
)


@settings(deadline=None, max_examples=60)
@given(st.lists(RECORD, min_size=1, max_size=12))
def test_no_row_is_lost_on_any_wide_file(records: list[tuple[str, ...]]) -> None:
    """A plain reading, record by record, comes to the same rows and the same counts."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([("Client", "Visit", "When", "Q1", "Q2", "Total"), *records])
    (extract,) = read(WIDE, ("a.csv", buffer.getvalue()))

    handed_on, refused, left_out, seen = [], 0, {}, set()

    def leave(name: str, count: int) -> None:
        left_out[name] = left_out.get(name, 0) + count

    for number, record in enumerate(records, start=2):
        client, visit, when, *cells = (
            None if cell.strip() in ("", "NA", "--") else cell.strip() for cell in record
        )
        key = (client or "").lower(), visit
        if visit is None:
            leave("no_visit", 3)
        elif client is not None and key in seen:
            leave("duplicate_record", 3)
        else:
            seen.add(key)
            for scale, cell in zip(("item_01", "item_02", "total"), cells, strict=True):
                if cell is None:
                    leave("empty_cell", 1)
                elif when in ("2024-02-31", "5/3/2024"):
                    refused += 1
                else:
                    handed_on.append((number, scale, cell))
    assert [
        (r["row_number"], r["scale"], r["score"]) for r in extract.frame.to_dicts()
    ] == handed_on
    assert extract.rejects.height == refused
    assert extract.rows_filtered == left_out
    assert extract.rows_read == balance(extract) == 3 * len(records)
