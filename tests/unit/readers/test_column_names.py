"""Which names of columns are repeated in a message, and which dropped columns tell of people.

Belongs here: headers of vendors (exports.md) against names of people. Does not belong here: what a
reader takes.
"""

from __future__ import annotations

import polars as pl
import pytest

from orchestration.readers.column_names import dropped_warning, personal_by_value, printable_name

VENDORS = (
    "Date of Service,Client,Clinician,Billing Code,Primary Insurance,Rate per Unit,Total Fee,"
    "Progress Note Status,Client Payment Status,Uninvoiced,Write Off,Write-off,ZIP,Phone number,"
    "client_name,clinician_name,date_of_service,office_name,status,pc_hometext,q1,PHQ9_1,ORSQ1,"
    "LocalPatientId,CareContPatientTherMode,AssToolCompDate,Unique_CareContactID,"
    "redcap_event_name,gym___0,phq9_complete,Duration (in seconds),RecipientLastName,IPAddress,"
    "Service_Location,Provider_FirstName,SRS_Skip,Total_ORS,Case_Date,Client Code,Column 1,Id"
)
PEOPLE = (
    "Jane Smith,SMITH,Smith,Jane,Zyx Canary013,jane@example.org,O'Brien,Jo Ng,Ng,McDonald,"
    "JaneSmith,Jane_Smith,SMITH JANE,jane smith,Dr. House,Anne-Marie,Çağla Öz,Jane van Dijk,1980,"
    "0207 946 0958,1980-01-02,Jane.Smith,=HYPERLINK(A1),Иван Петров,A. B. Smith"
)


@pytest.mark.parametrize("cell", VENDORS.split(","))
def test_a_column_of_a_vendor_is_named(cell: str) -> None:
    assert printable_name(cell, 7) == cell


@pytest.mark.parametrize("cell", [*PEOPLE.split(","), "", "x" * 41, "Smith, Jane", "note\nof"])
def test_what_may_be_a_person_is_named_by_its_place(cell: str) -> None:
    assert printable_name(cell, 7) == "column 7"


@pytest.mark.parametrize(
    ("values", "tells"),
    [
        (["Jane Smith", "John Doe", None, "x"], True),
        (["SMITH, Jane"] * 3 + ["DOE, John"] * 3, False),  # as few as kinds of therapy
        ([f"SMITH, Jane{'abcdefghi'[i % 9]}" for i in range(900)], True),
        (["Group Therapy", "Individual Therapy"] * 40, False),
        (["a@b.org", "-", "-", "-"], True),
        (["020 7946 0958", None], True),
        (["2026-03-04T10:00", "c1"], False),
        ([None, " "], False),
    ],
)
def test_values_tell_what_a_column_s_name_hides(values: list[str | None], tells: bool) -> None:
    frame = pl.DataFrame({"x": values}, schema={"x": pl.String()})
    assert personal_by_value(frame) == ({"x"} if tells else set())


def test_the_sentence_says_which_dropped_columns_tell_of_people() -> None:
    said = dropped_warning("f.csv", ["site", "notes", "column 3"], {"column 3"})
    assert said == (
        "f.csv: columns outside the contract were dropped: site, notes, column 3 "
        "(looks like identity or free text: notes, column 3; pii_column_dropped)"
    )
    assert "pii" not in (dropped_warning("f.csv", ["site"]) or "")
