"""The declaration that the readers of survey tools share, and what becomes of declared columns."""

from __future__ import annotations

import pytest

from orchestration.errors import SettingsError
from orchestration.readers import READERS
from orchestration.readers.forms import Form, letters_of, place_of
from orchestration.readers.names import name_id
from tests.unit.readers.files import config
from tests.unit.readers.surveys import read, rejected, said, scores, text

# One answer of one person, as three tools would hold it.
GOALS = """
[[options.forms]]
instrument = "srs"
timing = "post_session"
"""
GOOGLE = f"""
reader = "google_forms"
[options]
client = "B"
date_format = "%d-%m-%Y %H:%M:%S"
{GOALS}
items = "C:F"
"""
QUALTRICS = f"""
reader = "qualtrics"
{GOALS}
items = "Q{{n}}"
"""
REDCAP = f"""
reader = "redcap"
{GOALS}
form = "srs_survey"
items = "srs_{{nn}}"
"""
TITLES = ["Tijdstempel", "Client Code", "wording one", "wording two", "wording 3", "wording 4"]


def sheet(*rows: list[object]) -> tuple[str, str]:
    return "answers.csv", text(TITLES, *rows)


def refusal(toml: str) -> str:
    source = config(toml)
    with pytest.raises(SettingsError) as caught:
        READERS[source.reader].validate("survey", source)
    return str(caught.value)


def form(**keys: object) -> Form:
    return Form.model_validate({"instrument": "phq9", **keys})


def test_three_tools_give_the_same_rows() -> None:
    google = sheet(["14-5-2014 22:22:29", "c1", 8, 7.5, "", 10])
    qualtrics = text(
        [
            "EndDate",
            "Status",
            "Finished",
            "ResponseId",
            "ExternalReference",
            "Q1",
            "Q2",
            "Q3",
            "Q4",
        ],
        ["End", "Type", "Done", "Id", "Reference", "wording", "wording", "wording", "wording"],
        [f'{{"ImportId":"{n}"}}' for n in range(9)],
        ["2014-05-14 22:22:29", 0, 1, "R_1", "c1", 8, 7.5, "", 10],
    )
    redcap = text(
        [
            "record_id",
            "srs_survey_timestamp",
            *(f"srs_0{n}" for n in range(1, 5)),
            "srs_survey_complete",
        ],
        ["c1", "2014-05-14 22:22:29", 8, 7.5, "", 10, 2],
    )
    found = []
    for toml, file in (
        (GOOGLE, google),
        (QUALTRICS, ("responses.csv", qualtrics)),
        (REDCAP, ("data.csv", redcap)),
    ):
        (extract,) = read(toml, file)
        assert extract.frame["response_id"].n_unique() == 1
        frame = extract.frame.drop("row_number", "response_id")
        found.append(
            [{**row, "completed_at": row["completed_at"][:19]} for row in frame.to_dicts()]
        )
    for row in found[1] + found[2]:
        row["completed_at"] = row["completed_at"].replace(" ", "T")
    assert found[0] == found[1] == found[2]
    assert [row["scale"] for row in found[0]] == ["item_01", "item_02", "item_04"]
    assert {row["respondent"] for row in found[0]} == {"client"}
    assert {row["timing"] for row in found[0]} == {"post_session"}


def test_items_are_declared_by_pattern_list_table_or_range() -> None:
    assert form(items="phq9_{n}").item_columns["item_09"] == "phq9_9"
    assert form(items="p{nn}_raw").item_columns["item_03"] == "p03_raw"
    assert form(items=["a", "b"]).item_columns == {"item_01": "a", "item_02": "b"}
    assert form(items={"9": "risk"}).item_columns == {"item_09": "risk"}
    assert form(instrument="gad7", items="Z:AF").item_columns["item_02"] == "AA"
    assert form(instrument="custom:mood", item_count=2, items="m{n}").items == {1: "m1", 2: "m2"}


def test_letters_and_places_are_each_others_inverse() -> None:
    assert [letters_of(place) for place in (1, 26, 27, 52, 53, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ",
    ]  # fmt: skip
    assert all(place_of(letters_of(place)) == place for place in range(1, 703))


@pytest.mark.parametrize(
    ("keys", "key", "words"),
    [
        ('instrument = "phq7"\ntotal = "t"', "forms.0.instrument", "no instrument has the code"),
        ('instrument = "phq9"', "forms.0", "needs `items`, `total` or `scales`"),
        ('instrument = "phq9"\nitems = "phq9_1"', "forms.0.items", "needs {n}"),
        ('instrument = "phq9"\nitems = "C:F"', "forms.0.items", "4 columns for 9 items"),
        ('instrument = "custom:x"\nitems = "x{n}"', "forms.0.items", "needs `item_count`"),
        ('instrument = "phq9"\nitems = { "10" = "x" }', "forms.0.items", "from 1 to 9"),
        ('instrument = "phq9"\nitems = ["a", "a"]', "forms.0", "stands twice"),
        ('instrument = "srs"\nscales = { bond = "b" }', "forms.0.scales", "not one of approach"),
        (
            'instrument = "custom:x"\nscales = { score = "b" }',
            "forms.0.scales",
            "no code of a scale",
        ),
        ('instrument = "phq9"\ntotal = "t"\ntotl = "t"', "forms.0.totl", "unknown key"),
        ('instrument = "phq9"\ntotal = "t"\nrespondent = "mother"', "forms.0.respondent", "client"),
        ('instrument = "phq9"\ntotal = "t"\nchoices = { a = 1 }', "forms.0", "needs `items`"),
        (
            'instrument = "phq9"\nitems = ["x"]\nchoices = { "Not" = 1, "not " = 2 }',
            "forms.0.choices",
            "only in case or spaces",
        ),
    ],
)
def test_each_wrong_key_is_named_with_its_path(keys: str, key: str, words: str) -> None:
    message = refusal(f'reader = "qualtrics"\n[[options.forms]]\n{keys}\n')
    assert f"rapport.toml: sources.survey.options.{key}: " in message
    assert words in message


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("", "options.forms: is needed"),
        ('date_format = "%d-%m"', "options.date_format: '%d-%m' has no year"),
        ('date_format = ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"]', "different dates"),
        ('date_format = "%d/%m/%Y"', "no time of day"),
        ('encoding = "latin"', "options.encoding"),
    ],
)
def test_wrong_options_are_named(options: str, words: str) -> None:
    forms = '[[options.forms]]\ninstrument = "phq9"\ntotal = "t"\n' if options else ""
    assert words in refusal(f'reader = "google_forms"\n[options]\n{options}\n{forms}')


def test_two_forms_of_one_instrument_need_names() -> None:
    twice = 2 * '[[options.forms]]\ninstrument = "ors"\ntotal = "t"\n'
    assert "ors-client stands twice" in refusal(f'reader = "qualtrics"\n{twice}')


def test_mapped_feeds_do_not_belong_to_a_survey() -> None:
    toml = 'reader = "qualtrics"\n[[feeds]]\nfeed = "feedback"\n'
    assert "sources.survey.feeds" in refusal(toml)


def test_a_stated_total_stands_beside_its_items() -> None:
    toml = GOOGLE.replace('items = "C:F"', 'items = ["C", "D"]\ntotal = "E"')
    (extract,) = read(toml, sheet(["1-2-2024 9:00:00", "c1", 5, 6, 11, ""]))
    assert scores(extract) == [(2, "item_01", "5"), (2, "item_02", "6"), (2, "total", "11")]


def test_words_become_the_numbers_that_the_practice_gives_them() -> None:
    toml = GOOGLE + 'choices = { "never ever" = 0, "always" = 10 }\n'
    (extract,) = read(toml, sheet(["1-2-2024 9:00:00", "c1", "Never  EVER", "always", 7, "maybe"]))
    assert [score for *_, score in scores(extract)] == ["0", "10", "7", "maybe"]


def test_answers_in_words_are_refused_without_being_repeated() -> None:
    error = rejected(GOOGLE, sheet(["1-2-2024 9:00:00", "c1", "rather", "rather", "rather", 1]))
    assert error.rule == "answers_in_words"
    assert "choices" in str(error)
    assert "rather" not in str(error)


def test_a_decimal_comma_is_a_setting() -> None:
    file = sheet(["1-2-2024 9:00:00", "c1", "7,5", "8,1", "9,9", "1.5"])
    assert rejected(GOOGLE, file).rule == "decimal_comma"
    (extract,) = read(GOOGLE.replace("[options]", "[options]\ndecimal_comma = true"), file)
    assert [score for *_, score in scores(extract)] == ["7.5", "8.1", "9.9"]
    # Where commas are the rule, 1.5 may be one and a half or fifteen hundred.
    assert extract.rejects.rows() == [(2, "not_a_number", "score")]


def test_nothing_that_is_not_declared_leaves_the_reader() -> None:
    header = [*TITLES, "E-mail address", "What made you sad?"]
    row = ["1-2-2024 9:00:00", "c1", 1, 2, 3, 4, "a@example.org", "felt low"]
    (extract,) = read(GOOGLE, ("answers.csv", text(header, row)))
    everything = str(extract.frame.to_dicts()) + said(extract)
    for secret in ("wording", "sad", "felt low", "example.org", "E-mail"):
        assert secret not in everything
    assert extract.dropped_columns == ("column G", "column H")
    assert "looks like identity or free text: column G" in said(extract)


def test_people_known_by_name_become_ids_before_anything_is_made_of_them() -> None:
    toml = GOOGLE.replace("[options]", '[options]\nnames = ["client"]')
    (extract,) = read(toml, sheet(["1-2-2024 9:00:00", "Zara  Canary", 1, 2, 3, 4]))
    assert extract.frame["client_id"].unique(maintain_order=True).to_list() == [
        name_id("zara canary")
    ]
    assert "anary" not in str(extract.frame.to_dicts())


def test_a_file_that_no_form_fits_is_said() -> None:
    toml = GOOGLE + 'files = "srs*.csv"\n'
    row = ["1-2-2024 9:00:00", "c1", 1, 2, 3, 4]
    (extract,) = read(toml, ("SRS 2024.csv", text(TITLES, row)), ("old.csv", text(TITLES, row)))
    assert "old.csv: not read" in said(extract)
    assert rejected(toml, ("old.csv", text(TITLES, row))).rule == "no_feed_file"


def test_a_missing_column_is_named_by_its_scale_and_letter() -> None:
    error = rejected(GOOGLE, ("answers.csv", text(TITLES[:5], ["1-2-2024 9:00:00", "c1", 1, 2, 3])))
    assert error.rule == "header_mismatch"
    assert "item_04 (F)" in str(error)
    assert "wording" not in str(error)
