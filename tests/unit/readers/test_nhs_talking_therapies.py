"""NHS Talking Therapies: tables put together, codes, completeness. All people are invented."""

from __future__ import annotations

import pytest

from orchestration.contracts.feeds import EPISODES, SESSIONS
from orchestration.errors import DeliveryRejected, SettingsError
from orchestration.extract.row_checks import check_rows
from orchestration.readers import READERS
from orchestration.readers.base import Delivery, Extract
from orchestration.settings import SourceConfig
from tests.unit.ingest.making import memory_file

READER = READERS["nhs_talking_therapies"]
HEADERS = {
    "000": (
        "DatSetVer,OrgIDProv,OrgIDSubmit,PrimSystemInUse,ReportingPeriodStartDate,"
        "ReportingPeriodEndDate,DateTimeDatSetCreate,UniqueID_IDS000,File_Type,TotalRecords,"
        "UniqueSubmissionID,Total_IDS001,Total_IDS101,Total_IDS201,Total_IDS202,Total_IDS606,"
        "Total_IDS607,Total_IDS902"
    ),
    "001": (
        "LocalPatientId,OrgIDLocalPatientId,OrgIDResidenceResp,NHSNumber,NHSNumberStatus,"
        "PersonBirthDate,Postcode,Gender,EthnicCategory,Person_ID,LSOA"
    ),
    "101": (
        "ServiceRequestId,LocalPatientId,OrgIDComm,ReferralRequestReceivedDate,SourceOfReferralMH,"
        "OnsetDate,PrevDiagCondInd,EndCode,ServDischDate,Person_ID,Unique_ServiceRequestID"
    ),
    "201": (
        "CareContactId,ServiceRequestId,CareContDate,CareContTime,OrgIDComm,"
        "PlannedCareContIndicator,AttendOrDNACode,Cancellation,ClinContDurOfCareCont,AppType,"
        "ConsMediumUsed,CareContPatientTherMode,NumGroupTherParticipants,SiteIDOfTreat,Person_ID"
    ),
    "202": "CareActId,CareContactId,CarePersLocalId,ClinContactDurOfCareAct,CodeFind,ObsValue",
    "606": "ServiceRequestId,CodedAssToolType,PersScore,AssToolCompDate,AssToolCompTime,Person_ID",
    "607": "CareActId,CodedAssToolType,PersScore,Unique_CareContactID",
}
PHQ9, GAD7, PEQ = "720433000", "445455005", "747901000000107"
PLAIN: dict[str, list[dict[str, str]]] = {
    "000": [
        {
            "OrgIDProv": "RX1",
            "ReportingPeriodStartDate": "2026-03-01",
            "ReportingPeriodEndDate": "2026-03-31",
            "DateTimeDatSetCreate": "2026-04-14 09:00:00",
            "File_Type": "Primary",
        }
    ],
    "001": [
        {
            "LocalPatientId": "P1",
            "NHSNumber": "0000000000",
            "PersonBirthDate": "1984-05-17",
            "Postcode": "ZZ99 3VZ",
            "Gender": "2",
        }
    ],
    "101": [
        {
            "ServiceRequestId": "R1",
            "LocalPatientId": "P1",
            "ReferralRequestReceivedDate": "2026-02-01",
        }
    ],
    "201": [
        {
            "CareContactId": "K1",
            "ServiceRequestId": "R1",
            "CareContDate": "2026-03-04",
            "CareContTime": "15:30:00",
            "PlannedCareContIndicator": "Y",
            "AttendOrDNACode": "5",
            "ClinContDurOfCareCont": "50",
            "AppType": "02",
            "ConsMediumUsed": "01",
            "CareContPatientTherMode": "1",
        }
    ],
    "202": [{"CareActId": "A1", "CareContactId": "K1", "CarePersLocalId": "T1"}],
    "606": [
        {
            "ServiceRequestId": "R1",
            "CodedAssToolType": GAD7,
            "PersScore": "9",
            "AssToolCompDate": "2026-03-01",
        }
    ],
    "607": [{"CareActId": "A1", "CodedAssToolType": PHQ9, "PersScore": "14"}],
}
CONTACT = PLAIN["201"][0]


def submission(
    headers: dict[str, str] | None = None, **tables: list[dict[str, str]]
) -> dict[str, str]:
    """Files of a submission; tables are given as `t201=[...]` and replace the plain ones."""
    rows = PLAIN | {name.removeprefix("t"): table for name, table in tables.items()}
    counts = {f"Total_IDS{name}": str(len(table)) for name, table in rows.items()}
    rows = rows | {"000": [counts | rows["000"][0], *rows["000"][1:]]}
    files = {}
    for name, header in (HEADERS | (headers or {})).items():
        columns = header.split(",")
        lines = [",".join(row.get(column, "") for column in columns) for row in rows[name]]
        files[f"RX1_IDS{name}Table_202603.csv"] = "\n".join([header, *lines]) + "\n"
    return files


def read(files: dict[str, str], **options: object) -> dict[str, list[Extract]]:
    config = SourceConfig(reader="nhs_talking_therapies", options=options)
    READER.validate("iapt", config)
    made = tuple(memory_file(*each) for each in sorted(files.items()))
    found: dict[str, list[Extract]] = {}
    for each in READER.read(Delivery("iapt", "d", "Europe/London", made), config):
        filtered = sum(each.rows_filtered.values())
        assert each.rows_read == each.frame.height + each.rejects.height + filtered
        assert "ZZ99" not in repr(each.frame.rows())
        assert "0000000000" not in repr(each.frame.rows())
        found.setdefault(each.feed, []).append(each)
    return found


def sessions(*contacts: dict[str, str], **tables: list[dict[str, str]]) -> Extract:
    rows = [CONTACT | each for each in contacts]
    (extract,) = read(submission(t201=rows, **tables))["sessions"]
    return extract


def test_a_submission_becomes_sessions_scores_clients_and_episodes() -> None:
    found = read(submission())
    (session,) = found["sessions"][0].frame.rows(named=True)
    assert session == {
        "row_number": 2,
        "session_id": "RX1:K1",
        "client_id": "RX1:P1",
        "clinician_id": "RX1:T1",
        "started_at": "2026-03-04T15:30:00",
        "status": "attended",
        "duration_minutes": "50",
        "modality": "in_person",
        "format": "individual",
        "appointment_type": "treatment",
        "episode_id": "RX1:R1",
        "location_id": None,
    }
    assert found["clients"][0].frame.rows() == [(2, "RX1:P1", "1984", "female", "2026-02-01")]
    (episode,) = found["episodes"][0].frame.rows(named=True)
    assert (episode["clinician_id"], episode["opened_on"], episode["closed_on"]) == (
        "RX1:T1",
        "2026-02-01",
        None,
    )
    referral, activity = (each.frame.row(0, named=True) for each in found["feedback"])
    assert (referral["instrument"], referral["score"], referral["completed_at"]) == (
        "gad7",
        "9",
        "2026-03-01T12:00",
    )
    assert (activity["instrument"], activity["session_id"], activity["completed_at"]) == (
        "phq9",
        "RX1:K1",
        "2026-03-04T15:30:00",
    )


@pytest.mark.parametrize(
    ("code", "planned", "meant"),
    [
        ("2", "Y", "cancelled_client"),
        ("3", "Y", "no_show"),
        ("03", "Y", "no_show"),
        (" 3", "Y", "no_show"),
        ("03 ", "Y", "no_show"),
        ("4", "Y", "cancelled_clinician"),
        ("5", "Y", "attended"),
        ("6", "Y", "attended_late"),
        ("7", "Y", "arrived_not_seen"),
        ("0", "Y", "scheduled"),
        ("", "Y", "scheduled"),
        ("", "N", "attended"),
        ("", "n ", "attended"),
        ("6", "N", "attended_late"),
    ],
)
def test_what_came_of_a_contact(code: str, planned: str, meant: str) -> None:
    frame = sessions({"AttendOrDNACode": code, "PlannedCareContIndicator": planned}).frame
    assert frame["status"].to_list() == [meant]


@pytest.mark.parametrize(
    ("cells", "rule", "column"),
    [
        ({"CareContDate": "04/03/2026"}, "not_a_date", "CareContDate"),
        ({"ServiceRequestId": "R9"}, "no_parent", "ServiceRequestId"),
        ({"CareContactId": ""}, "missing_required", "CareContactId"),
    ],
)
def test_contacts_that_cannot_be_used_are_named(
    cells: dict[str, str], rule: str, column: str
) -> None:
    assert sessions(cells).rejects.rows() == [(2, rule, column)]


@pytest.mark.parametrize(
    ("cells", "column"),
    [({"AttendOrDNACode": "9"}, "status"), ({"CareContPatientTherMode": "8"}, "format")],
)
def test_unknown_codes_are_never_guessed(cells: dict[str, str], column: str) -> None:
    checked = check_rows(SESSIONS, sessions(cells).frame, zone="Europe/London", latest=None)
    assert checked.bad.rows() == [(2, "not_in_list", column)]


@pytest.mark.parametrize(
    ("code", "meant"),
    [("01", "assessment"), ("3", "treatment"), ("05", "treatment"), ("99", "other"), ("", None)],
)
def test_the_kind_of_appointment(code: str, meant: str | None) -> None:
    assert sessions({"AppType": code}).frame["appointment_type"].to_list() == [meant]


def test_version_2_1_tells_the_mechanism_and_another_source_of_referral() -> None:
    headers = {
        "101": HEADERS["101"].replace("SourceOfReferralMH", "SourceOfReferralIAPT"),
        "201": HEADERS["201"].replace("ConsMediumUsed", "ConsMechanism"),
        "607": f"{HEADERS['607']},AssToolCompDate,AssToolCompTime",
    }
    score = PLAIN["607"][0] | {"AssToolCompDate": "2026-03-05", "AssToolCompTime": "08:15"}
    contact = CONTACT | {"ConsMechanism": "11"}
    found = read(submission(headers, t201=[contact], t607=[score]))
    assert found["sessions"][0].frame["modality"].to_list() == ["video"]
    assert found["feedback"][1].frame["completed_at"].to_list() == ["2026-03-05T08:15"]


def test_a_missed_contact_counts_for_the_therapist_before_it() -> None:
    missed = {"AttendOrDNACode": "3", "CareContTime": "09:00"}
    extract = sessions(
        {"CareContactId": "K0", "CareContDate": "2026-03-01"} | missed,
        {},
        {"CareContactId": "K2", "CareContDate": "2026-03-11"},
        {"CareContactId": "K3", "CareContDate": "2026-03-09"} | missed,
        {"CareContactId": "K4", "CareContDate": "2026-03-18"} | missed,
        {"CareContactId": "K5", "CareContDate": "2026-03-19", "ServiceRequestId": "R2"} | missed,
        t202=[
            *PLAIN["202"],
            {"CareActId": "A2", "CareContactId": "K2", "CarePersLocalId": "T2"},
            {"CareActId": "A3", "CareContactId": "K2", "CarePersLocalId": "T3"},
        ],
        t101=[*PLAIN["101"], PLAIN["101"][0] | {"ServiceRequestId": "R2"}],
    )
    assert extract.frame["clinician_id"].to_list() == [
        "RX1:T1",
        "RX1:T1",
        "RX1:T2",
        "RX1:T1",
        "RX1:T2",
        None,
    ]
    said = " ".join(extract.warnings)
    assert "3 contacts have no care activity" in said
    assert "1 contacts have no care activity, nor has another" in said
    assert "1 contacts have care activities of several therapists" in said


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        ("46", "completed"),
        ("47", "dropout_client"),
        ("48", "ended_by_clinician"),
        ("49", "deceased"),
        ("16", "dropout_client"),
        ("12", "mutual"),
        ("13", "referred_on"),
        ("96", "unknown"),
        ("", "unknown"),
    ],
)
def test_why_a_referral_was_closed(code: str, meant: str) -> None:
    row = PLAIN["101"][0] | {"ServDischDate": "2026-03-20", "EndCode": code}
    frame = read(submission(t101=[row]))["episodes"][0].frame
    assert frame.select("closed_on", "closure_reason").rows() == [("2026-03-20", meant)]


def test_a_referral_closed_without_a_contact_is_an_episode_without_a_therapist() -> None:
    row = PLAIN["101"][0] | {
        "ServiceRequestId": "R2",
        "ServDischDate": "2026-03-20",
        "EndCode": "47",
    }
    frame = read(submission(t101=[*PLAIN["101"], row]))["episodes"][0].frame
    assert frame["clinician_id"].to_list() == ["RX1:T1", None]
    wrong = row | {"EndCode": "33"}
    frame = read(submission(t101=[*PLAIN["101"], wrong]))["episodes"][0].frame
    leaves_open = READER.about.leaves_open["episodes"]
    checked = check_rows(
        EPISODES, frame, zone="Europe/London", latest=None, leaves_open=leaves_open
    )
    assert checked.bad.rows() == [(3, "not_in_list", "closure_reason")]


def test_only_totals_of_known_instruments_are_scores() -> None:
    rows = [
        PLAIN["607"][0],
        {"CareActId": "A1", "CodedAssToolType": PEQ, "PersScore": "4"},
        {"CareActId": "A1", "CodedAssToolType": GAD7, "PersScore": "NA"},
        {"CareActId": "A9", "CodedAssToolType": GAD7, "PersScore": "7"},
        {"CareActId": "A1", "CodedAssToolType": PHQ9, "PersScore": "13"},
        {"CareActId": "A1", "CodedAssToolType": "0000001", "PersScore": "20"},
    ]
    extract = read(submission(t607=rows), tools={"0000001": "wsas"})["feedback"][1]
    assert extract.rows_filtered == {"other_questionnaire": 1, "no_score": 1}
    assert extract.rejects.rows() == [(5, "no_parent", "CareActId")]
    assert extract.frame["response_id"].to_list() == [
        f"RX1:607|A1|{PHQ9}|1",
        f"RX1:607|A1|{PHQ9}|2",
        "RX1:607|A1|0000001|1",
    ]
    assert extract.frame["instrument"].to_list() == ["phq9", "phq9", "wsas"]


def test_the_header_counts_every_table() -> None:
    files = submission()
    name = "RX1_IDS607Table_202603.csv"
    with pytest.raises(DeliveryRejected, match=r"stated_total.*counts 1 rows of IDS607, and 0"):
        read({each: text for each, text in files.items() if each != name})
    cut = files["RX1_IDS201Table_202603.csv"].splitlines()[0] + "\n"
    with pytest.raises(DeliveryRejected, match="stated_total"):
        read(files | {"RX1_IDS201Table_202603.csv": cut})
    two = submission(t000=[*PLAIN["000"], *PLAIN["000"]])
    with pytest.raises(DeliveryRejected, match="one submission is one delivery"):
        read(two)


def test_a_table_that_is_counted_as_empty_is_whole() -> None:
    found = read(submission(t606=[], t607=[]))
    assert set(found) == {"sessions", "episodes", "clients"}
    uncounted = {"000": HEADERS["000"].replace(",Total_IDS607", "")}
    assert read(submission(uncounted, t607=[]))["feedback"][1].rows_read == 0  # refused later


def test_needed_tables_and_columns_are_asked_for() -> None:
    files = submission()
    without = {name: text for name, text in files.items() if "202T" not in name}
    with pytest.raises(DeliveryRejected, match="no file is named for IDS202"):
        read(without)
    name = "RX1_IDS201Table_202603.csv"
    with pytest.raises(DeliveryRejected, match="header_mismatch"):
        read(files | {name: files[name].replace("AttendOrDNACode", "Attended")})


def test_bars_between_cells_and_other_tables_beside_are_no_trouble() -> None:
    files = {name: text.replace(",", "|") for name, text in submission().items()}
    found = read(files | {"RX1_IDS902CarePersQual_202603.csv": "CarePersLocalId\nT1\n"})
    assert found["sessions"][0].frame.height == 1
    assert any("unknown_file" in said for said in found["sessions"][0].warnings)
    made = [memory_file(*each) for each in files.items()]
    assert READER.recognise(made) == "tables of an NHS Talking Therapies submission"


def test_identifiers_are_dropped_and_said() -> None:
    dropped = read(submission())["clients"][0].dropped_columns
    assert {"NHSNumber", "Postcode", "EthnicCategory"} <= set(dropped)


def test_wrong_options_are_named() -> None:
    with pytest.raises(SettingsError, match=r"sources\.iapt\.options\.session_time"):
        read(submission(), session_time="25:00")
