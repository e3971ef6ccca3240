"""The public REDCap projects and Qualtrics files that nobody here made, read where they lie.

Belongs here: their quirks, from the reader to the landing; every figure comes a second way, by
Python's csv module or from the data sets' READMEs. Does not belong here: traps made by hand
(`tests/unit/readers`). The projects hold no questionnaire that Rapport ships, so a few numeric
fields play one.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.extract import check_path
from orchestration.readers.base import DeliveryRejected, Extract
from orchestration.settings import load_settings
from tests.integration.real_files import plain
from tests.support import absent
from tests.unit.readers.surveys import read

HOUR = 'reader = "redcap"\n[options]\ntime_of_day = "12:00"\n'


@pytest.fixture(scope="module")
def redcap(real_data: Path) -> Path:
    return _folder(real_data / "redcap")


@pytest.fixture(scope="module")
def qualtrics(real_data: Path) -> Path:
    return _folder(real_data / "qualtrics")


def _folder(path: Path) -> Path:
    if not path.is_dir():
        absent(f"{path} not found (set RAPPORT_REALDATA)")
    return path


def form(instrument: str, rest: str) -> str:
    return f'[[options.forms]]\ninstrument = "custom:{instrument}"\n{rest}\n'


def project(folder: Path, toml: str, *, dictionary: bool = True) -> list[Extract]:
    """All files of a project as one delivery."""
    files = [
        (path.name, path.read_bytes())
        for path in sorted(folder.glob("*.csv"))
        if dictionary or not path.name.startswith("dictiona")
    ]
    extracts = read(toml, *files)
    for extract in extracts:
        assert extract.file == "data.csv"
        assert extract.file_rows == len(plain(folder / "data.csv"))
    return extracts


def test_repeating_instruments(redcap: Path) -> None:
    """The base row of each record is blank where the instrument repeats."""
    folder = redcap / "repeating-instruments"
    scales = 'scales = { high = "bp_systolic", low = "bp_diastolic" }'
    (extract,) = project(
        folder, HOUR + form("bp", f'form = "bp"\ncompleted_at = "date_bp"\n{scales}')
    )
    rows = plain(folder / "data.csv")
    base = [row for row in rows if not row["redcap_repeat_instance"]]
    instances = [row for row in rows if row["redcap_repeat_instrument"] == "bp"]
    assert (len(base), len(instances)) == (2, 4)
    assert extract.rows_filtered == {"no_answers": 2 * len(base)}
    assert extract.frame["score"].to_list() == [
        row[name] for row in instances for name in ("bp_systolic", "bp_diastolic")
    ]
    assert extract.frame["response_id"].n_unique() == len(instances)
    assert "first_name" in extract.dropped_columns


def test_a_longitudinal_project_with_two_arms(redcap: Path) -> None:
    folder = redcap / "longitudinal"
    wanted = ["pmq1", "pmq2", "pmq3", "pmq4"]
    toml = HOUR + form("pmq", f'form = "patient_morale_questionnaire"\nitems = {wanted}')
    toml += 'completed_at = "date_enrolled"\nevents = ["*visit*", "*dose*"]\n'
    (extract,) = project(folder, toml)
    rows = plain(folder / "data.csv")
    assert next(iter(rows[0])) == "study_id"
    answered = [row for row in rows if any(row[name] for name in wanted)]
    complete = [row for row in answered if row["patient_morale_questionnaire_complete"] == "2"]
    assert (len(rows), len(answered), len(complete)) == (18, 10, 7)
    assert extract.rows_filtered == {
        "incomplete": 4 * (len(answered) - len(complete)),
        "no_answers": 4 * (len(rows) - len(answered)),
    }
    assert extract.frame.height == 4 * len(complete)
    # The date of enrolment stands in another event: these forms have no time of their own.
    assert extract.frame["completed_at"].null_count() == extract.frame.height


def test_the_last_event_of_the_longitudinal_project(redcap: Path) -> None:
    folder = redcap / "longitudinal"
    toml = HOUR + form(
        "cpq",
        'form = "completion_project_questionnaire"\ncompleted_at = "cpq1"\n'
        'items = ["cpq10", "cpq11", "cpq12", "cpq13"]',
    )
    (extract,) = project(folder, toml)
    answered = [row for row in plain(folder / "data.csv") if row["cpq10"]]
    assert extract.frame["completed_at"].unique(maintain_order=True).to_list() == [
        f"{row['cpq1']}T12:00:00" for row in answered
    ]
    assert extract.frame["client_id"].unique(maintain_order=True).to_list() == ["100", "220"]


def test_checkboxes_are_columns_of_their_own(redcap: Path) -> None:
    folder = redcap / "longitudinal"
    names = [f"gym___{n}" for n in range(5)]
    toml = HOUR + form(
        "gym", f'form = "demographics"\ncompleted_at = "date_enrolled"\nitems = {names}'
    )
    (extract,) = project(folder, toml)
    enrolled = [row for row in plain(folder / "data.csv") if row["gym___0"]]
    assert extract.frame["score"].to_list() == [row[name] for row in enrolled for name in names]
    others = {f"{field}___{n}" for field in ("aerobics", "eat", "drink") for n in range(5)}
    assert others <= set(extract.dropped_columns)
    assert {"email", "telephone_1", "comments"} <= set(extract.dropped_columns)


def test_what_a_project_knows_of_its_clients(redcap: Path) -> None:
    folder = redcap / "longitudinal"
    toml = HOUR + '[options.clients]\nbirth_date = "dob"\ngender = "sex"\n'
    toml += 'gender_words = { "0" = "female", "1" = "male" }\n'
    toml += form("gym", 'form = "demographics"\ncompleted_at = "date_enrolled"\ntotal = "gym___0"')
    _, clients = project(folder, toml)
    enrolled = [row for row in plain(folder / "data.csv") if row["dob"]]
    assert clients.frame.select("client_id", "birth_year", "gender").rows() == [
        (row["study_id"], row["dob"][:4], ("female", "male")[int(row["sex"])]) for row in enrolled
    ]
    assert clients.rows_filtered == {"no_details": 18 - len(enrolled)}


def test_one_arm_with_three_events(redcap: Path) -> None:
    folder = redcap / "arm-single-longitudinal"
    toml = HOUR + form(
        "weight", 'form = "collection"\ncompleted_at = "interview_date"\ntotal = "weight"'
    )
    (extract,) = project(folder, toml)
    rows = plain(folder / "data.csv")
    assert extract.frame["response_id"].n_unique() == len(rows) == 9
    assert extract.frame["score"].to_list() == [row["weight"] for row in rows]
    (two,) = project(folder, toml + 'events = ["intake_arm_1", "follow_up_arm_1"]\n')
    assert two.rows_filtered == {"other_event": 3}


def test_a_survey_knows_who_has_not_sent_it(redcap: Path) -> None:
    folder = redcap / "survey"
    morale = ["pmq1", "pmq2", "pmq3", "pmq4"]
    toml = 'reader = "redcap"\n' + form(
        "screening", 'form = "prescreening_survey"\nitems = ["has_diabetes", "consent___1"]'
    )
    toml += form("pmq", f'form = "participant_morale_questionnaire"\nitems = {morale}')
    screening, unsent = project(folder, toml)
    rows = plain(folder / "data.csv")
    times = [row["participant_morale_questionnaire_timestamp"] for row in rows]
    assert times == ["[not completed]", ""]
    assert unsent.frame.height == 0
    assert unsent.rows_filtered == {"no_answers": 8}
    assert screening.frame["completed_at"].unique(maintain_order=True).to_list() == [
        "2018-03-06 15:52:43",
        "2018-03-06 15:53:15",
    ]
    assert screening.frame["score"].to_list() == ["1", "1", "0", "0"]
    assert {"email", "redcap_survey_identifier"} <= set(screening.dropped_columns)


def test_commas_beside_a_calculated_point(redcap: Path) -> None:
    folder = redcap / "decimal-comma"
    # Without any date there is nothing to say when it was; the record's own number plays one.
    body = 'form = "demographics"\ncompleted_at = "record_id"\n'
    body += 'scales = { height = "height", weight = "weight", bmi = "bmi" }'
    toml = 'reader = "redcap"\n[options]\ndate_format = "%d-%m-%Y %H:%M"\n'
    with pytest.raises(DeliveryRejected) as caught:
        project(folder, toml + form("body", body))
    assert caught.value.rule == "decimal_comma"
    (extract,) = project(folder, toml + "decimal_comma = true\n" + form("body", body))
    rows = plain(folder / "data.csv")
    assert rows[0]["height"] == "1,54"
    assert rows[0]["bmi"] == "22.1"
    assert [float(score) for score in extract.frame["score"]] == [
        float(row[name].replace(",", ".")) for row in rows for name in ("height", "weight", "bmi")
    ]


def test_record_ids_that_are_no_numbers(redcap: Path) -> None:
    folder = redcap / "nonnumeric-record-id"
    toml = 'reader = "redcap"\n[options]\ndate_format = "%d-%m-%Y %H:%M"\ncomplete = [0, 2]\n'
    toml += form("x", 'form = "demographics"\ncompleted_at = "record_id"\ntotal = "{}"')
    (extract,) = project(folder, toml.format("demographics_complete"), dictionary=False)
    assert extract.frame["client_id"].to_list() == ["a", "b", "c"]
    with pytest.raises(DeliveryRejected) as caught:
        project(folder, toml.format("name"), dictionary=False)
    assert caught.value.rule == "answers_in_words"
    assert "Amanda" not in str(caught.value)


def test_todays_qualtrics_export_in_a_german_account(qualtrics: Path) -> None:
    toml = 'reader = "qualtrics"\n[options]\nclient = "ResponseId"\n' + form("q", 'total = "Q1"')
    (extract,) = read(toml, ("sample.csv", (qualtrics / "sample.csv").read_bytes()))
    _, _, response = plain(qualtrics / "sample.csv")
    assert extract.file_rows == 1
    assert extract.frame.select("row_number", "client_id", "completed_at", "score").rows() == [
        (4, response["ResponseId"], response["EndDate"], response["Q1"])
    ]
    assert {"IPAddress", "LocationLatitude", "RecipientEmail"} <= set(extract.dropped_columns)
    assert "multiple choice" not in str(extract.warnings)


def test_the_older_qualtrics_export(qualtrics: Path) -> None:
    toml = 'reader = "qualtrics"\n[options]\nclient = "V1"\n' + form("q", 'total = "Q1"')
    path = qualtrics / "sample_legacy.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    (extract,) = read(toml, ("sample.csv", path.read_bytes()))
    rows = plain(path)
    assert extract.file_rows == len(rows) - 1 == 1
    assert extract.frame.select("row_number", "completed_at", "score").rows() == [
        (3, rows[1]["V9"], rows[1]["Q1"])
    ]
    assert any("byte-order mark" in said for said in extract.warnings)


def test_a_real_project_goes_through_every_check(redcap: Path, tmp_path: Path) -> None:
    """What the reader hands on lands; the name of a person in the file stands in no message."""
    (tmp_path / "rapport.toml").write_text(
        '[sources.survey]\nreader = "redcap"\ntime_zone = "America/Chicago"\n'
        "[[sources.survey.options.forms]]\n"
        'instrument = "custom:screening"\nform = "prescreening_survey"\n'
        'items = ["has_diabetes", "consent___1"]\n'
    )
    report = check_path(redcap / "survey" / "data.csv", "survey", load_settings(tmp_path))
    (feed,) = report.feeds
    assert (feed.rows_read, feed.rows_accepted, feed.rows_quarantined) == (4, 4, 0)
    assert "aaa@bbb" not in str(report)
