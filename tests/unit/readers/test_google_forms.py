"""Google Forms sheets: places, titles nobody may read, dates of a locale, edits by hand, tabs."""

from __future__ import annotations

from datetime import datetime

import pytest

from orchestration.extract.times import parse_moment
from orchestration.readers import READERS
from tests.unit.readers.files import data_file, workbook
from tests.unit.readers.surveys import read, rejected, said, scores, text

TOML = """
reader = "google_forms"
[options]
client = "B"
date_format = "%d-%m-%Y %H:%M:%S"
[[options.forms]]
instrument = "ors"
items = "C:F"
"""
TITLES = ["Tijdstempel", "Client Code", "secret one", "secret two ", "secret `three", "secret 4"]


def answers(*rows: list[object], titles: list[str] = TITLES) -> tuple[str, str]:
    return "answers.csv", text(titles, *rows)


def test_a_sheet_in_dutch() -> None:
    file = answers(["14-5-2014 22:22:29", "c1", 1, 2, 3, 4])
    (extract,) = read(TOML, file)
    (written,) = extract.frame["completed_at"].unique()
    moment = parse_moment(written, "Europe/Amsterdam")
    assert moment is not None
    assert moment.at == datetime(2014, 5, 14, 20, 22, 29)


@pytest.mark.parametrize(
    ("written", "candidates"),
    [
        ("14-5-2014 22:22:29", ["%d-%m-%Y %H:%M:%S", "%m-%d-%Y %H:%M:%S"]),
        ("5/4/2014 10:22 PM", ["%d/%m/%Y %I:%M %p", "%m/%d/%Y %I:%M %p"]),
        ("2014/05/14 22:22:29", ["%Y/%m/%d %H:%M:%S"]),
        ("14 mei 2014", ["%d-%m-%Y %H:%M:%S"]),
    ],
)
def test_dates_are_never_guessed(written: str, candidates: list[str]) -> None:
    toml = TOML.replace('date_format = "%d-%m-%Y %H:%M:%S"\n', "")
    error = rejected(toml, answers([written, "c1", 1, 2, 3, 4]))
    assert error.rule == "date_format"
    assert all(f'date_format = "{each}"' in str(error) for each in candidates)
    assert "2014" not in str(error)


def test_what_the_form_itself_downloads_says_its_zone() -> None:
    toml = TOML.replace('date_format = "%d-%m-%Y %H:%M:%S"\n', "")
    rows = [
        ["2026/03/04 5:06:07 PM GMT+1", "c1", 1, 2, 3, 4],
        ["2026/03/04 12:06:07 AM GMT-3:30", "c2", 1, 2, 3, 4],
        ["2026/11/14 12:06:07 PM GMT", "c3", 1, 2, 3, 4],
    ]
    (extract,) = read(toml, answers(*rows))
    assert extract.frame["completed_at"].unique(maintain_order=True).to_list() == [
        "2026-03-04T17:06:07+01:00",
        "2026-03-04T00:06:07-03:30",
        "2026-11-14T12:06:07+00:00",
    ]


def test_the_same_client_in_the_same_second_is_told_apart_by_order() -> None:
    again = ["04-05-2014 22:22:29", "C1", 5, 6, 7, 8]
    (extract,) = read(TOML, answers(["4-5-2014 22:22:29", "c1 ", 1, 2, 3, 4], again, again))
    assert extract.frame["response_id"].unique(maintain_order=True).to_list() == [
        "2014-05-04T22:22:29|c1|1|ors-client",
        "2014-05-04T22:22:29|C1|2|ors-client",
        "2014-05-04T22:22:29|C1|3|ors-client",
    ]


def test_rows_that_people_edited() -> None:
    rows = [
        ["", "c1", 1, 2, 3, 4],
        ["14-5-2014 22:22:29", "", 1, 2, 3, 4],
        ["yesterday", "c2", 1, 2, 3, 4],
        ["14-5-2014 22:22:29", "c3", "", "", "", ""],
        ["14-5-2014 22:22:29", "c4", 1, 2, 3, 4],
        ["", "", "", "", "", ""],
    ]
    (extract,) = read(TOML, answers(*rows))
    assert extract.rows_filtered == {"blank_row": 4, "no_answers": 4}
    found = extract.frame.select("row_number", "completed_at", "client_id").unique(
        maintain_order=True
    )
    assert found.rows() == [
        (2, None, "c1"),
        (3, "2014-05-14T22:22:29", None),
        (4, "yesterday", "c2"),
        (6, "2014-05-14T22:22:29", "c4"),
    ]


def test_a_title_may_be_named_and_is_never_repeated() -> None:
    items = '["secret one", "Secret  TWO", "secret three", "secret 4"]'
    toml = TOML.replace('client = "B"', 'client = "`client code"').replace('"C:F"', items)
    (extract,) = read(toml, answers(["14-5-2014 22:22:29", "c1", 1, 2, 3, 4]))
    assert [scale for _, scale, _ in scores(extract)] == [f"item_0{n}" for n in range(1, 5)]
    assert "secret" not in said(extract)
    error = rejected(toml.replace("secret 4", "secret 5"), answers(["1-1-2024", "c1", 1, 2, 3, 4]))
    assert "item_04 (by its title)" in str(error)
    assert "secret" not in str(error)


def test_moved_columns_are_noticed_once_the_titles_are_confirmed() -> None:
    row = ["14-5-2014 22:22:29", "c1", 1, 2, 3, 4]
    (extract,) = read(TOML, answers(row))
    confirmed = said(extract).split('header = "')[1][:12]
    toml = f'{TOML}header = "{confirmed}"\n'
    (quiet,) = read(toml, answers([*row, "x"], titles=["Timestamp", *TITLES[1:], "Column 1"]))
    assert "header" not in said(quiet)
    assert quiet.dropped_columns == ("column G",)
    moved = ["Timestamp", "Client Code", "new question", *TITLES[2:]]
    error = rejected(toml, answers([*row[:2], "x", *row[2:]], titles=moved))
    assert error.rule == "columns_moved"
    assert confirmed not in str(error)
    assert "secret" not in str(error)


def tabs() -> bytes:
    """A workbook with one tab per questionnaire, times as typed cells."""

    def fill(book) -> None:
        moment = book.add_format({"num_format": "d-m-yyyy h:mm:ss"})
        for name, titles in (("ORS", TITLES), ("SRS", TITLES)):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, titles)
            sheet.write_datetime(1, 0, datetime(2014, 5, 14, 22, 22, 29), moment)
            sheet.write_row(1, 1, ["c1", 1, 2.5, 3, 4])
            sheet.write_row(2, 0, ["15-5-2014 9:00:00", "c2", 1, 2, 3])
            sheet.write_formula(2, 5, "=NA()", None, "#N/A")

    return workbook(fill)


def test_tabs_of_a_workbook() -> None:
    toml = (
        TOML
        + 'sheet = "ORS"\n[[options.forms]]\ninstrument = "srs"\nitems = "C:F"\nsheet = "SRS"\n'
    )
    ors, srs = read(toml, ("answers.xlsx", tabs()))
    assert set(ors.frame["instrument"]) == {"ors"}
    assert set(srs.frame["instrument"]) == {"srs"}
    assert ors.frame["completed_at"].unique(maintain_order=True).to_list() == [
        "2014-05-14T22:22:29",
        "2014-05-15T09:00:00",
    ]
    assert ors.frame["score"].to_list() == ["1", "2.5", "3", "4", "1", "2", "3"]
    assert ors.rejects.rows() == [(3, "structure:error_cell", "item_04")]


def test_a_tab_is_not_looked_for_in_a_csv_file() -> None:
    error = rejected(TOML + 'sheet = "ORS"\n', answers(["14-5-2014 22:22:29", "c1", 1, 2, 3, 4]))
    assert error.rule == "no_such_sheet"


def test_recognised_by_the_first_title() -> None:
    reader = READERS["google_forms"]
    assert reader.recognise([data_file(*answers())]) == "a sheet of Google Forms answers"
    assert reader.recognise([data_file("a.csv", "id,score\n1,2\n")]) is None
