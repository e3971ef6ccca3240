"""OpenFIT's file: which scores are a form, what names a session. All people are invented."""

from __future__ import annotations

import pytest

from orchestration.errors import DeliveryRejected
from orchestration.readers import READERS
from orchestration.readers.base import Delivery, Extract
from orchestration.readers.names import name_id
from orchestration.settings import SourceConfig
from tests.unit.ingest.making import memory_file

READER = READERS["openfit"]
COLUMNS = (
    "Service_Location,Provider_Email,Provider_FirstName,Provider_LastName,Provider_ID,Client_ID,"
    "Client_FirstName,Client_LastName,Client_Gender,Client_Group,Case_ID,Case_Date,Session_ID,"
    "Session_Date,ORS_Skip,ORSQ1,ORSQ2,ORSQ3,ORSQ4,Total_ORS,SRS_Skip,SRSQ1,SRSQ2,SRSQ3,SRSQ4,"
    "Total_SRS,Notes,Episode_Has there been a change"
)
HEADER = COLUMNS.split(",")
PLAIN = {
    "Service_Location": "Main Street",
    "Provider_Email": "theo@example.org",
    "Provider_FirstName": "Theo",
    "Provider_LastName": "Therapist",
    "Provider_ID": "P1",
    "Client_ID": "C1",
    "Client_FirstName": "Tessa",
    "Client_LastName": "Testcase",
    "Client_Gender": "Female",
    "Client_Group": "Adult",
    "Case_ID": "K1",
    "Case_Date": "2026-01-02",
    "Session_ID": "1",
    "Session_Date": "2026-01-09",
    "ORS_Skip": "N",
    "Total_ORS": "21.3",
    "SRS_Skip": "N",
    **dict(zip(("SRSQ1", "SRSQ2", "SRSQ3", "SRSQ4"), ("9.1", "8.7", "9.4", "9.0"), strict=True)),
    "Notes": "secret",
}
EMPTY = dict.fromkeys(("SRSQ1", "SRSQ2", "SRSQ3", "SRSQ4"), "")


def file_of(*rows: dict[str, str], header: list[str] = HEADER) -> str:
    lines = [",".join((PLAIN | row).get(name, "") for name in header) for row in rows]
    return "\n".join([",".join(header), *lines]) + "\n"


def read(
    *rows: dict[str, str], header: list[str] = HEADER, **options: object
) -> dict[str, Extract]:
    config = SourceConfig(reader="openfit", options=options)
    READER.validate("fit", config)
    text = file_of(*rows, header=header)
    delivery = Delivery("fit", "d", "UTC", (memory_file("openfit.csv", text),))
    extracts = list(READER.read(delivery, config))
    for each in extracts:
        filtered = sum(each.rows_filtered.values())
        assert each.rows_read == each.frame.height + each.rejects.height + filtered
        assert "secret" not in repr(each)
    return {each.feed: each for each in extracts}


def scores(found: dict[str, Extract], form: str) -> list[tuple[str | None, ...]]:
    rows = found["feedback"].frame.rows(named=True)
    return [(r["scale"], r.get("score")) for r in rows if r["response_id"].endswith(f"|{form}")]


def test_four_scores_or_a_total_are_a_form() -> None:
    found = read({})
    assert scores(found, "ors") == [("total", "21.3")]
    assert scores(found, "srs") == [
        ("item_01", "9.1"),
        ("item_02", "8.7"),
        ("item_03", "9.4"),
        ("item_04", "9.0"),
    ]
    row = found["feedback"].frame.rows(named=True)[1]
    assert (row["instrument"], row["respondent"], row["timing"]) == (
        "srs",
        "client",
        "post_session",
    )
    assert row["session_id"] == found["sessions"].frame["session_id"].item()


@pytest.mark.parametrize("flag", ["Y", "1", "yes"])
def test_a_skipped_form_is_told_as_skipped(flag: str) -> None:
    frame = read({"SRS_Skip": flag, **EMPTY})["feedback"].frame
    assert frame.filter(instrument="srs").select("scale", "skipped").rows() == [("total", "true")]


def test_zeros_beside_a_skip_flag_mean_nothing() -> None:
    zeros = dict.fromkeys(EMPTY, "0")
    frame = read({"SRS_Skip": "Y", **zeros, "Total_SRS": "0"})["feedback"].frame
    assert frame.filter(instrument="srs").height == 1


@pytest.mark.parametrize(
    ("cells", "rule", "columns"),
    [
        ({"SRSQ3": ""}, "partial_scores", ["SRSQ1", "SRSQ2", "SRSQ4"]),
        ({"Total_SRS": "36.2"}, "scores_and_total", ["SRSQ1", "SRSQ2", "SRSQ3", "SRSQ4"]),
        ({"Total_SRS": "0"}, "zeros_for_missing", ["SRSQ1", "SRSQ2", "SRSQ3", "SRSQ4"]),
        ({**dict.fromkeys(EMPTY, "0")}, "zeros_for_missing", ["SRSQ1"]),
        ({**dict.fromkeys(EMPTY, "0"), "Total_SRS": "36.2"}, "zeros_for_missing", ["SRSQ1"]),
        ({**EMPTY, "Total_SRS": "0.0"}, "zeros_for_missing", ["Total_SRS"]),
        (EMPTY, "no_scores", ["Total_SRS"]),
        ({"SRS_Skip": "Y"}, "skipped_with_scores", ["SRSQ1"]),
        ({"SRS_Skip": "maybe"}, "not_in_list", ["SRS_Skip"]),
        ({"Client_Group": "Pirate"}, "not_in_list", ["Client_Group"]),
        ({"Client_Group": ""}, "missing_required", ["Client_Group"]),
    ],
)
def test_scores_that_are_no_form_are_held_back_and_the_session_is_read(
    cells: dict[str, str], rule: str, columns: list[str]
) -> None:
    found = read(cells)
    rejects = found["feedback"].rejects
    assert set(rejects["rule"]) == {rule}
    assert set(columns) <= set(rejects["column_name"])
    assert found["sessions"].frame.height == 1
    if rule not in ("not_in_list", "missing_required") or "SRS_Skip" in columns:
        assert scores(found, "ors") == [("total", "21.3")]


def test_nothing_and_no_flag_is_no_form() -> None:
    found = read({**EMPTY, "SRS_Skip": ""})
    assert scores(found, "srs") == []
    assert found["feedback"].rejects.is_empty()


def test_zeros_may_be_declared_genuine_and_one_zero_always_is() -> None:
    assert scores(read({"SRSQ2": "0"}), "srs")[1] == ("item_02", "0")
    zeros = read(dict.fromkeys(EMPTY, "0"), zeros_are_scores=True)
    assert [score for _, score in scores(zeros, "srs")] == ["0"] * 4


def test_a_comma_may_stand_for_the_point() -> None:
    text = file_of({"Total_ORS": "21COMMA3"}).replace(",", ";").replace("COMMA", ",")
    delivery = Delivery("fit", "d", "UTC", (memory_file("openfit.csv", text),))
    found = {each.feed: each for each in READER.read(delivery, SourceConfig(reader="openfit"))}
    assert scores(found, "ors") == [("total", "21.3")]


@pytest.mark.parametrize(
    ("group", "options", "instruments"),
    [
        ("Child", {}, {"cors", "csrs"}),
        ("ADULT", {}, {"ors", "srs"}),
        ("Adolescent", {}, {"ors", "srs"}),
        ("Kids", {"client_groups": {"kids": "child"}}, {"cors", "csrs"}),
        ("", {"no_client_group": "adult"}, {"ors", "srs"}),
    ],
)
def test_the_clients_group_says_whose_form_it_is(
    group: str, options: dict, instruments: set[str]
) -> None:
    frame = read({"Client_Group": group}, **options)["feedback"].frame
    assert set(frame["instrument"]) == instruments


def test_a_session_keeps_its_id_when_the_vendor_numbers_anew() -> None:
    before = read({"Session_ID": "1", "Session_Date": "2026-01-09"})["sessions"].frame
    after = read(
        {"Session_ID": "1", "Session_Date": "2026-01-05"},
        {"Session_ID": "2", "Session_Date": "2026-01-09"},
    )["sessions"].frame
    assert before["session_id"].item() == after["session_id"][1]
    assert after["session_id"].n_unique() == 2


def test_two_sessions_of_a_day_are_two_and_a_repeated_row_is_one() -> None:
    rows = [{"Session_ID": each} for each in ("10", "9", "9")]
    ids = read(*rows)["sessions"].frame["session_id"].to_list()
    assert [each[-1] for each in ids] == ["2", "1", "1"]


def test_clients_of_one_case_share_a_session() -> None:
    frame = read({}, {"Client_ID": "C2"}, {"Client_ID": "C3", "Session_Date": "2026-01-16"})[
        "sessions"
    ].frame
    assert frame["format"].to_list() == ["family", "family", None]
    assert frame["group_session_id"].n_unique() == 2
    assert frame["group_session_id"][2] is None
    assert read({}, {"Client_ID": "C2"}, shared_sessions="group")["sessions"].frame[
        "format"
    ].to_list() == ["group", "group"]


def test_cases_and_clients_are_told_once() -> None:
    later = {"Session_ID": "2", "Session_Date": "2026-01-16", "Provider_ID": "P2"}
    found = read(later, {})
    assert found["episodes"].frame.select("client_id", "clinician_id", "opened_on").rows() == [
        ("C1", "P1", "2026-01-02")
    ]
    assert found["episodes"].rows_filtered == {"told_before": 1}
    assert found["clients"].frame.select("client_id", "gender").rows() == [("C1", "female")]
    sessions = found["sessions"].frame
    assert set(sessions["episode_id"]) == {found["episodes"].frame["episode_id"].item()}


def test_clinicians_without_an_id_are_known_by_name() -> None:
    header = [name for name in HEADER if name != "Provider_ID"]
    assert read({}, header=header)["sessions"].frame["clinician_id"].to_list() == [
        name_id("Theo Therapist")
    ]
    # One row of the same clinician lacks the id: it is the same clinician.
    found = read({}, {"Provider_ID": "", "Session_Date": "2026-01-16"})
    assert found["sessions"].frame["clinician_id"].to_list() == ["P1", "P1"]


def test_sessions_may_come_from_elsewhere() -> None:
    found = read({}, {"Client_ID": ""}, sessions=False)
    assert set(found) == {"feedback", "clients"}
    frame = found["feedback"].frame
    assert frame["session_id"].null_count() == frame.height
    assert frame["completed_at"].unique().sort().to_list() == [
        "2026-01-09T06:00",
        "2026-01-09T22:00",
    ]
    assert set(found["feedback"].rejects.rows()) == {(3, "missing_required", "Client_ID")}


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"Session_Date": "1/9/2026"}, "not_a_date"),
        ({"Session_Date": "2026-02-30"}, "not_a_date"),
        ({"Case_ID": ""}, "missing_required"),
    ],
)
def test_rows_without_a_session_are_named_once(cells: dict[str, str], rule: str) -> None:
    found = read(cells)
    assert found["sessions"].rejects["rule"].to_list() == [rule]
    assert found["feedback"].rejects.is_empty()


def test_names_notes_and_the_practices_own_columns_are_dropped() -> None:
    dropped = read({})["sessions"].dropped_columns
    assert {"Provider_Email", "Client_FirstName", "Client_LastName", "Notes"} <= set(dropped)


def test_a_template_without_sessions_and_other_files_are_refused() -> None:
    header = [name for name in HEADER if not name.startswith("Session")]
    with pytest.raises(DeliveryRejected, match=r"header_mismatch.*Session_ID, Session_Date"):
        read({}, header=header)
    with pytest.raises(DeliveryRejected, match=r"header_mismatch.*SRSQ2"):
        read({}, header=[name for name in HEADER if name != "SRSQ2"])
    other = Delivery("fit", "d", "UTC", (memory_file("x.csv", "a,b\n1,2\n"),))
    with pytest.raises(DeliveryRejected, match="no_feed_file"):
        list(READER.read(other, SourceConfig(reader="openfit")))


def test_a_file_of_sessions_alone_is_read() -> None:
    header = [name for name in HEADER if "RS" not in name]
    assert set(read({}, header=header)) == {"sessions", "episodes", "clients"}
