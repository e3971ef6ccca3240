"""SimplePractice's reports: joins, names, summary row, header variants. All people are invented."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
import xlsxwriter

from orchestration.contracts.feeds import SESSIONS
from orchestration.errors import DeliveryRejected, SettingsError
from orchestration.extract.row_checks import check_rows
from orchestration.readers import READERS
from orchestration.readers.base import Delivery, Extract
from orchestration.readers.names import name_id
from orchestration.settings import SourceConfig
from tests.unit.ingest.making import memory_file

READER = READERS["simplepractice"]
ATTENDANCE = "client_name,clinician_name,date_of_service,office_name,status"
FULL = (
    "Date of Service,Client,Clinician,Billing Code,Primary Insurance,Secondary Insurance,"
    "Rate per Unit,Units,Total Fee,Progress Note Status,Client Payment Status,Charge,Uninvoiced,"
    "Paid,Unpaid,Insurance Payment Status,Charge,Paid,Write Off,Unpaid"
)
SHORT = (
    "Date of Service,Client,Clinician,Billing Code,Rate Per Unit,Units,Total Fee,"
    "Client Payment Status,Charge,Uninvoiced,Paid,Unpaid"
)
DETAILS = (
    "Client,Client type,Date added,Primary clinician,Last appointment,Next appointment,Address,"
    "City,State,ZIP,Phone number,Email,Contact name,Contact phone,Contact email,"
    "Primary insurance,Insurance ID,Status"
)
TESSA, PETRA, THEO = "Tessa Testcase", "Petra Probe", "Theo Therapist"
LATEST = datetime(2026, 4, 30, 22, 0)


def attendance(*rows: str, summary: str | None = None) -> tuple[str, str]:
    lines = [ATTENDANCE, *([summary] if summary else []), *rows]
    return "client_attendance_report.csv", "\n".join(lines) + "\n"


def status(*rows: tuple[str, ...], header: str = FULL) -> tuple[str, str]:
    """Rows of date, client, clinician, code, fee; every other cell is `x`."""
    names = header.split(",")
    lines = [header]
    for day, client, clinician, code, fee in rows:
        cells = dict.fromkeys(range(len(names)), "x") | {0: day, 1: client, 2: clinician, 3: code}
        cells[names.index("Total Fee")] = fee
        lines.append(",".join(cells[place] for place in range(len(names))))
    return "appointment-status-report.csv", "\n".join(lines) + "\n"


def read(
    *files: tuple[str, str | bytes], latest: datetime | None = LATEST, **options: object
) -> list[Extract]:
    config = SourceConfig(reader="simplepractice", options=options)
    READER.validate("clinic", config)
    made = tuple(memory_file(*file) for file in files)
    delivery = Delivery("clinic", "april", "America/New_York", made, latest)
    extracts = list(READER.read(delivery, config))
    for each in extracts:
        filtered = sum(each.rows_filtered.values())
        assert each.rows_read == each.frame.height + each.rejects.height + filtered
        assert "Testcase" not in repr(each.warnings)
    return extracts


def sessions(*files: tuple[str, str | bytes], **options: object) -> list[tuple]:
    columns = ("row_number", "started_at", "status")
    return [
        row
        for extract in read(*files, **options)
        if extract.feed == "sessions" and extract.frame.height
        for row in extract.frame.select(columns).rows()
    ]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("Show", "attended"),
        ("No show", "no_show"),
        ("Canceled", "cancelled_client"),
        ("Cancelled", "cancelled_client"),
        ("Late canceled", "late_cancel"),
        ("LATE CANCELLED", "late_cancel"),
        ("Clinician canceled", "cancelled_clinician"),
        ("--", "scheduled"),
    ],
)
def test_what_came_of_a_session_is_read_from_attendance(word: str, meant: str) -> None:
    found = sessions(attendance(f"{TESSA},{THEO},4/7/26,Main,{word}"))
    assert found == [(2, "2026-04-07T12:00", meant)]


def test_an_unknown_status_is_never_guessed() -> None:
    (extract,) = read(attendance(f"{TESSA},{THEO},4/7/26,Main,Rescheduled"))
    checked = check_rows(SESSIONS, extract.frame, zone="UTC", latest=None)
    assert checked.bad.rows() == [(2, "not_in_list", "status")]


def test_a_show_after_the_export_is_a_booking() -> None:
    later = attendance(f"{TESSA},{THEO},5/4/2026,Main,Show")
    assert sessions(later) == [(2, "2026-05-04T12:00", "scheduled")]
    (extract,) = read(later, latest=None)
    assert extract.frame["status"].to_list() == ["attended"]
    assert any("nothing says when the report was made" in said for said in extract.warnings)


def test_no_name_leaves_the_reader() -> None:
    (extract,) = read(attendance(f"{TESSA},{THEO},4/7/26,Main Street Office,Show"))
    (row,) = extract.frame.rows(named=True)
    assert row["client_id"] == name_id(TESSA)
    assert row["clinician_id"] == name_id(THEO)
    assert row["location_id"] == name_id("Main Street Office")
    assert not {"Tessa", "Theo", "Main"} & set(repr(row).split())


SUMMARY = "2 clients,1 clinicians,2 appointments,1 office,2 statuses"
TWO = (f"{TESSA},{THEO},4/7/26,Main,Show", f"{PETRA},{THEO},4/8/26,Main,No show")


def test_the_summary_row_is_counted_and_checked() -> None:
    (extract,) = read(attendance(*TWO, summary=SUMMARY))
    assert extract.rows_filtered == {"summary_row": 1}
    assert extract.frame["row_number"].to_list() == [3, 4]
    with pytest.raises(DeliveryRejected, match="stated_total"):
        read(attendance(*TWO, summary=SUMMARY.replace("2 appointments", "807 appointments")))


def test_more_clients_than_names_are_said() -> None:
    (extract,) = read(attendance(*TWO, summary=SUMMARY.replace("2 clients", "3 clients")))
    assert any("counts 3 clients and it has 2 names" in said for said in extract.warnings)


def test_times_come_from_the_appointment_status_report() -> None:
    found = sessions(
        attendance(f"{TESSA},{THEO},4/7/26,Main,Show"),
        status(("04/07/2026 15:30", TESSA, THEO, "90834", "150.00")),
    )
    assert found == [(2, "2026-04-07T15:30:00", "attended")]


@pytest.mark.parametrize("header", [FULL, SHORT, FULL.replace("Write Off", "Write-off")])
def test_header_variants_of_the_appointment_status_report(header: str) -> None:
    extracts = read(
        attendance(f"{TESSA},{THEO},4/7/26,Main,Show"),
        status(("5/2/2026 14:30", PETRA, THEO, "90834", "150"), header=header),
    )
    assert [each.frame["started_at"].to_list() for each in extracts] == [
        ["2026-04-07T12:00"],
        ["2026-05-02T14:30:00"],
    ]


def test_a_day_with_several_times_is_not_joined() -> None:
    files = (
        attendance(*[f"{TESSA},{THEO},4/7/26,Main,{word}" for word in ("Canceled", "Show")]),
        status(("04/07/2026 15:30", TESSA, THEO, "90834", "150.00")),
    )
    extract = read(*files)[0]
    assert extract.frame["started_at"].to_list() == ["2026-04-07T12:00"] * 2
    assert any("which is which cannot be known" in said for said in extract.warnings)
    assert extract.frame["session_id"].n_unique() == 2


def test_a_session_keeps_its_id_with_and_without_the_other_report() -> None:
    row = f"{TESSA},{THEO},4/7/26,Main,Show"
    line = ("04/07/2026 15:30", TESSA, THEO, "90834", "150.00")
    ids = [
        read(attendance(row))[0].frame["session_id"].item(),
        read(attendance(row), status(line))[0].frame["session_id"].item(),
        read(status(line))[0].frame["session_id"].item(),
        read(status(("4/7/26 16:00", TESSA, THEO, "90837", "")))[0].frame["session_id"].item(),
    ]
    assert len(set(ids)) == 1


def test_appointments_alone_do_not_say_what_came_of_them() -> None:
    lines = (
        ("04/07/2026 10:00", TESSA, THEO, "90834", "150.00"),
        ("04/07/2026 10:00", TESSA, THEO, "90785", "15.00"),
        ("04/08/2026 10:00", TESSA, THEO, "NS", "75.00"),
        ("04/09/2026 10:00", TESSA, THEO, "90834", "0"),
        ("05/09/2026 10:00", TESSA, THEO, "90834", "150.00"),
    )
    (plain,) = read(status(*lines))
    assert plain.frame["status"].to_list() == ["scheduled"] * 4
    assert plain.rows_filtered == {"further_billing_line": 1}
    assert any("does not say what came" in said for said in plain.warnings)
    (told,) = read(status(*lines), no_show_codes=["ns"], assume_attended=True)
    assert told.frame["status"].to_list() == ["attended", "no_show", "scheduled", "scheduled"]
    (undated,) = read(status(*lines), latest=None, assume_attended=True)
    assert "attended" not in undated.frame["status"].to_list()
    assert any("the date into the folder's name" in said for said in undated.warnings)
    assert not any("the folder's name" in said for said in plain.warnings)


def test_a_fee_without_an_appointment_is_no_session() -> None:
    rows = [f"{TESSA},{THEO},4/{day}/26,Main,Show" for day in (1, 20)]
    extract = read(attendance(*rows), status(("04/10/2026 09:00", TESSA, THEO, "LETTER", "40.00")))[
        1
    ]
    assert extract.frame.is_empty()
    assert extract.rows_filtered == {"not_in_attendance_report": 1}


def test_group_codes_and_couples_say_who_is_in_the_room() -> None:
    couple = "Ann & Bob Invented"
    extract = read(
        attendance(*[f"{who},{THEO},4/7/26,Main,Show" for who in (TESSA, PETRA, couple)]),
        status(
            ("04/07/2026 10:00", TESSA, THEO, "90853", "40.00"),
            ("04/07/2026 11:00", PETRA, THEO, "90834", "150.00"),
        ),
        details((couple, "Couple", "1/5/2026")),
    )[0]
    assert extract.frame["format"].to_list() == ["group", None, "couple"]


def details(*rows: tuple[str, str, str]) -> tuple[str, str]:
    empty = ",".join(["secret"] * 14)
    lines = [DETAILS, *[f"{','.join(row)},{empty},Active" for row in rows]]
    return "client_details_report (3).csv", "\n".join(lines) + "\n"


DEMOGRAPHICS = "Client,Contact,Age,Date of birth,Sex,Gender identity,Race"


def test_clients_are_described_by_year_of_birth_gender_and_day_of_adding() -> None:
    demographics = (
        "client_demographics_report.csv",
        f"{DEMOGRAPHICS}\n{TESSA},secret,41,05/17/1984,Female,--,secret\n"
        f"{PETRA},secret,30,02/01/1996,Male,Non Binary,secret\n"
        "Nora Nodate,secret,30,sometime,Male,--,secret\n",
    )
    first, second = read(details((TESSA, "Adult", "01/05/2026")), demographics)
    assert first.frame.rows() == [(2, name_id(TESSA), "1984", "female", "2026-01-05")]
    assert second.frame.select("client_id", "birth_year", "gender").rows() == [
        (name_id(PETRA), "1996", "non binary")
    ]
    assert second.rows_filtered == {"joined_to_client_details": 1}
    assert second.rejects.rows() == [(4, "not_a_date", "date_of_birth")]
    assert "Phone number" in first.dropped_columns
    assert "secret" not in repr(first.frame.rows() + second.frame.rows())
    (plain,) = read(details((TESSA, "Adult", "--")), added_is_referral=False)
    assert plain.frame["referred_on"].to_list() == [None]


def test_clients_who_share_a_name_are_held_back() -> None:
    extracts = read(
        attendance(*TWO),
        details((TESSA, "Adult", "1/5/2026"), (TESSA.upper(), "Minor", "2/5/2026")),
    )
    assert extracts[0].rejects.rows() == [(2, "shared_name", "client")]
    assert extracts[1].rejects["rule"].to_list() == ["shared_name"] * 2
    assert any("share their name" in said for said in extracts[1].warnings)


def test_the_preprocessed_variant_has_other_names() -> None:
    file = (
        "attendance.csv",
        f"patient_name,clinician_name,date_of_service,location,status\n{TESSA},{THEO},2026-04-07,,Show\n",
    )
    assert sessions(file) == [(2, "2026-04-07T12:00", "attended")]


def test_excel_reports_are_read_with_typed_dates() -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("Report")
    sheet.write_row(0, 0, ATTENDANCE.split(","))
    sheet.write_row(1, 0, ["1 client", "1 clinician", "1 appointment", "1 office", "1 status"])
    sheet.write_row(2, 0, [TESSA, THEO])
    style = book.add_format({"num_format": "m/d/yy"})
    sheet.write_datetime(2, 2, datetime(2026, 4, 7), style)
    sheet.write_row(2, 3, ["Main", "Show"])
    book.close()
    files = [("client_attendance_report.xlsx", buffer.getvalue())]
    assert sessions(*files) == [(3, "2026-04-07T12:00", "attended")]
    made = [memory_file(*file) for file in files]
    assert READER.recognise(made) == "SimplePractice (client attendance report)"


@pytest.mark.parametrize(
    ("text", "rule", "column"),
    [
        (f"{TESSA},{THEO},13/4/26,Main,Show", "not_a_date", "date_of_service"),
        (f"{TESSA},{THEO},,Main,Show", "missing_required", "date_of_service"),
        (f"--,{THEO},4/7/26,Main,Show", "missing_required", "client"),
        (f"{TESSA},,4/7/26,Main,Show", "missing_required", "clinician"),
    ],
)
def test_rows_that_cannot_be_used_are_named(text: str, rule: str, column: str) -> None:
    (extract,) = read(attendance(text))
    assert extract.rejects.rows() == [(2, rule, column)]


def test_a_renamed_column_rejects_the_report() -> None:
    name, text = attendance(*TWO)
    with pytest.raises(DeliveryRejected, match=r"header_mismatch.*date_of_service"):
        read((name, text.replace("date_of_service", "service_date")))


def test_another_table_is_not_taken_for_a_report() -> None:
    with pytest.raises(DeliveryRejected, match="no_feed_file"):
        read(("income.csv", "Month,Income\nMay,100\n"))
    extract = read(attendance(*TWO), ("income.csv", "Month,Income\nMay,100\n"))[0]
    assert extract.warnings[0] == "income.csv: not read, it is none of the reports (unknown_file)"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"session_time": "noon"}, "sources.clinic.options.session_time"),
        ({"colour": 1}, "sources.clinic.options.colour"),
    ],
)
def test_wrong_options_are_named(options: dict, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        read(attendance(*TWO), **options)
