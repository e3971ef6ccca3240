"""Which files a map reads, and how it finds its columns in a header that changes."""

from __future__ import annotations

import pytest

from orchestration.errors import DeliveryRejected
from tests.unit.readers.files import SESSIONS, SESSIONS_CSV, balance, read


def rejection(toml: str, *files: tuple[str, bytes | str]) -> DeliveryRejected:
    with pytest.raises(DeliveryRejected) as caught:
        read(toml, *files)
    return caught.value


def test_only_mapped_columns_leave_the_reader() -> None:
    text = "Visit,Client,Therapist,Day,Client Name,Note\n1,c1,t1,05/03/2024,Ann Smith,felt low\n"
    (extract,) = read(SESSIONS, ("a.csv", text))
    assert "Ann Smith" not in str(extract.frame.to_dicts())
    assert "felt low" not in str(extract.frame.to_dicts())
    assert extract.dropped_columns == ("Client Name", "Note")
    assert any("Client Name" in warning for warning in extract.warnings)


def test_headers_are_found_whatever_their_case_spaces_and_place() -> None:
    text = "\ufeffday, CLIENT ,Therapist,visit\n05/03/2024,c1,t1,1\n"
    (extract,) = read(SESSIONS, ("a.csv", text))
    assert extract.frame["client_id"].to_list() == ["c1"]


def test_a_missing_column_stops_the_feed_and_is_named() -> None:
    text = "Visit,Patient,Therapist,Day\n1,c1,t1,05/03/2024\n"
    error = rejection(SESSIONS, ("a.csv", text))
    assert error.rule == "header_mismatch"
    assert "Client" in str(error)
    assert "c1" not in str(error)


@pytest.mark.parametrize("alias", ['"Patient"', '["Person", "patient"]', '"/pat(ient)?/"'])
def test_an_alias_answers_a_renamed_column(alias: str) -> None:
    toml = SESSIONS.replace("[[feeds]]", f"[options]\naliases = {{ Client = {alias} }}\n[[feeds]]")
    text = "Visit,Patient,Therapist,Day\n1,c1,t1,05/03/2024\n"
    (extract,) = read(toml, ("a.csv", text))
    assert extract.frame["client_id"].to_list() == ["c1"]
    (same,) = read(toml, ("a.csv", SESSIONS_CSV))
    assert same.frame["client_id"].to_list() == ["c1", "c2"]


def test_two_columns_that_could_be_meant_are_a_rejection() -> None:
    toml = SESSIONS.replace("[[feeds]]", '[options]\naliases = { Client = "Patient" }\n[[feeds]]')
    text = "Visit,Client,Patient,Therapist,Day\n1,c1,p1,t1,05/03/2024\n"
    assert rejection(toml, ("a.csv", text)).rule == "duplicate_header"


def test_an_optional_column_may_come_and_go() -> None:
    toml = SESSIONS.replace('"Therapist" }', '"Therapist", modality = "Where" }')
    toml += 'optional = ["Where"]'
    (without,) = read(toml, ("a.csv", SESSIONS_CSV))
    assert without.frame["modality"].to_list() == [None, None]
    text = "Visit,Client,Therapist,Day,Where\n1,c1,t1,05/03/2024,video\n"
    (with_it,) = read(toml, ("a.csv", text))
    assert with_it.frame["modality"].to_list() == ["video"]


def test_an_optional_melted_column_that_is_absent_gives_no_rows() -> None:
    toml = """
    reader = "mapped"
    [[feeds]]
    feed = "feedback"
    columns = { client_id = "Client", completed_at = "When" }
    constants = { respondent = "client", instrument = "srs" }
    compose = { response_id = "{Client}-{When}" }
    melt = [{ column = "Q1", scale = "item_01" }, { column = "Q2", scale = "item_02" }]
    optional = ["Q2"]
    """
    (extract,) = read(toml, ("a.csv", "Client,When,Q1\nc1,2024-03-05T10:00,7\n"))
    assert extract.rows_read == balance(extract) == 1


def test_of_two_columns_with_one_name_the_second_is_asked_for_by_its_place() -> None:
    toml = SESSIONS.replace('"Therapist" }', '"Therapist", duration_minutes = "Charge__2" }')
    text = "Visit,Client,Therapist,Day,Charge,Charge\n1,c1,t1,05/03/2024,80,50\n"
    (extract,) = read(toml, ("a.csv", text))
    assert extract.frame["duration_minutes"].to_list() == ["50"]


def test_files_are_chosen_by_name_and_the_others_are_said() -> None:
    toml = SESSIONS.replace('feed = "sessions"', 'feed = "sessions"\nfiles = "visits_*.csv"')
    extracts = read(
        toml, ("Visits_1.csv", SESSIONS_CSV), ("visits_2.csv", SESSIONS_CSV), ("notes.csv", "a\n1")
    )
    assert [extract.file for extract in extracts] == ["Visits_1.csv", "visits_2.csv"]
    assert sum("notes.csv: not read" in w for e in extracts for w in e.warnings) == 1


def test_a_delivery_without_any_file_of_the_map_is_rejected() -> None:
    toml = SESSIONS.replace('feed = "sessions"', 'feed = "sessions"\nfiles = "visits_*.csv"')
    assert rejection(toml, ("other.csv", SESSIONS_CSV)).rule == "no_feed_file"


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("a.xlsm", "macro_workbook"),
        ("a.xls", "legacy_workbook"),
        ("a.xlsb", "legacy_workbook"),
        ("a.ods", "legacy_workbook"),
        ("a.pdf", "unknown_format"),
    ],
)
def test_files_of_other_kinds_are_refused_in_plain_words(name: str, rule: str) -> None:
    error = rejection(SESSIONS, (name, b"whatever"))
    assert error.rule == rule
    assert name in str(error)


def test_a_preamble_above_the_header_is_skipped_only_when_declared() -> None:
    text = "Report of our practice\nprinted on Monday\n" + SESSIONS_CSV
    assert rejection(SESSIONS, ("a.csv", text)).rule == "header_mismatch"
    (extract,) = read(f"{SESSIONS}\nheader_row = 3", ("a.csv", text))
    assert extract.frame["row_number"].to_list() == [4, 5]


def test_declared_encoding_and_delimiter() -> None:
    toml = SESSIONS.replace(
        "[[feeds]]", '[options]\nencoding = "cp1252"\ndelimiter = ";"\n[[feeds]]'
    )
    text = SESSIONS_CSV.replace(",", ";").replace("c1", "câ1").encode("cp1252")
    (extract,) = read(toml, ("a.csv", text))
    assert extract.frame["client_id"].to_list() == ["câ1", "c2"]


def test_several_feeds_from_one_file_and_dropped_columns_said_once() -> None:
    toml = SESSIONS + (
        '[[feeds]]\nfeed = "clinicians"\nduplicates = "first"\n'
        'columns = { clinician_id = "Therapist", site_id = "Site" }\n'
    )
    text = "Visit,Client,Therapist,Day,Site,Extra\n1,c1,t1,05/03/2024,north,x\n"
    text += "2,c2,t1,05/03/2024,north,x\n"
    sessions, clinicians = read(toml, ("a.csv", text))
    assert (sessions.feed, clinicians.feed) == ("sessions", "clinicians")
    assert clinicians.frame.to_dicts() == [
        {"row_number": 2, "clinician_id": "t1", "site_id": "north"}
    ]
    assert clinicians.rows_filtered == {"duplicate_record": 1}
    said = [*sessions.warnings, *clinicians.warnings]
    assert sum("columns outside the contract were dropped" in each for each in said) == 1


def test_parquet_is_read_by_the_same_map() -> None:
    import io  # noqa: PLC0415 - needed here alone

    import polars as pl  # noqa: PLC0415

    buffer = io.BytesIO()
    pl.DataFrame(
        {
            "Visit": [1, 2],
            "Client": ["c1", "c2"],
            "Therapist": ["t", "t"],
            "Day": ["05/03/2024"] * 2,
        }
    ).write_parquet(buffer)
    (extract,) = read(SESSIONS, ("a.parquet", buffer.getvalue()))
    assert extract.frame["session_id"].to_list() == ["1", "2"]
    assert extract.frame["row_number"].to_list() == [1, 2]
