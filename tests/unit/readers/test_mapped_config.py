"""A wrong map fails when the settings are read, with the path of the key and in plain words."""

from __future__ import annotations

import pytest

from orchestration.errors import SettingsError
from orchestration.readers import READERS
from orchestration.readers.mapped_options import Part, template_parts
from tests.unit.readers.files import SESSIONS, config

FEEDBACK = """
reader = "mapped"
[[feeds]]
feed = "feedback"
columns = { client_id = "Client", completed_at = "When" }
constants = { respondent = "client", instrument = "srs" }
compose = { response_id = "{Client}-{When}" }
melt = [{ column = "Q1", scale = "item_01" }, { column = "Q2", scale = "item_02" }]
"""


def complaint(toml: str) -> str:
    with pytest.raises(SettingsError) as caught:
        READERS["mapped"].validate("clinic", config(toml))
    return str(caught.value)


@pytest.mark.parametrize("toml", [SESSIONS, FEEDBACK])
def test_a_sound_map_is_accepted(toml: str) -> None:
    assert READERS["mapped"].validate("clinic", config(toml)) is None


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        (('feed = "sessions"', 'feed = "visits"'), "feeds.0", "`feed` must be one of sessions"),
        (("session_id =", "sesion_id ="), "feeds.0", "the feed sessions has no column `sesion_id`"),
        (("columns =", "colums ="), "feeds.0.colums", "unknown key"),
        (('status = "attended"', 'status = "came"'), "feeds.0", "'came' is not one of scheduled"),
        (
            ("constants = { status", 'constants = { client_id = "x", status'),
            "feeds.0",
            "`client_id` is filled twice, by columns and constants",
        ),
        (
            ('constants = { status = "attended" }', ""),
            "feeds.0",
            "nothing fills `status`, which sessions needs",
        ),
        (('"{Day}"', '"Day"'), "feeds.0", "`compose.started_at` names no column"),
        (('"{Day}"', '"{@Day}"'), "feeds.0", "`@Day` is not filled by columns, constants or melt"),
        (("%d/%m/%Y", "%d/%m"), "feeds.0.dates.started_at.format", "has no year"),
        (("%d/%m/%Y", "%d/%m/%Q%Y"), "feeds.0.dates.started_at.format", "is not a date format"),
        (
            ('format = "%d/%m/%Y"', 'format = ["%d/%m/%Y", "%m/%d/%Y"]'),
            "feeds.0.dates.started_at.format",
            "read the same text as different dates",
        ),
        (
            ('"%d/%m/%Y" }', '"%d/%m/%Y", time_zone = "Europe/Nowhere" }'),
            "feeds.0.dates.started_at.time_zone",
            "not an IANA time zone",
        ),
        (
            ('format = "%d/%m/%Y"', "start = 2024-01-01"),
            "feeds.0.dates.started_at",
            "`start` and `index` belong together",
        ),
        (
            ('{ format = "%d/%m/%Y" }', "{ step_days = 7 }"),
            "feeds.0.dates.started_at",
            "needs `format`, or `start` with `index`",
        ),
        (
            ("dates = { started_at", "dates = { status"),
            "feeds.0",
            "`dates.status`: `status` is not a date or time",
        ),
        (
            ("[[feeds]]", '[options]\naliases = { Nobody = "x" }\n[[feeds]]'),
            "sources.clinic",
            "`options.aliases`: no feed reads Nobody",
        ),
        (
            ("[[feeds]]", '[options]\naliases = { Client = "/(/" }\n[[feeds]]'),
            "options.aliases.Client",
            "is not a regular expression",
        ),
    ],
)
def test_a_wrong_key_is_named(change: tuple[str, str], path: str, words: str) -> None:
    old, new = change
    assert old in SESSIONS
    said = complaint(SESSIONS.replace(old, new, 1))
    assert path in said
    assert words in said


@pytest.mark.parametrize(
    ("added", "words"),
    [
        ('values = { status = { map = { Show = "came" } } }', "'came' is not one of scheduled"),
        ('values = { modality = { map = { Zoom = "video" } } }', "nothing fills `modality`"),
        (
            'values = { status = { map = { Show = "attended", "show " = "no_show" } } }',
            "'show ' stands twice with different meanings",
        ),
        ('filters = [{ name = "No!", any_null = ["Day"] }]', "`name` must be lower-case"),
        ('filters = [{ name = "a" }]', "needs exactly one of all_null"),
        ('filters = [{ name = "a", any_null = ["Day"], all_null = ["Day"] }]', "exactly one of"),
        ('filters = [{ name = "a", any_of = ["x"] }]', "`column` goes with any_of"),
        ('filters = [{ name = "a", column = "Day", matches = "(" }]', "not a regular expression"),
        ('filters = [{ name = "empty_cell", any_null = ["Day"] }]', "the reader itself makes"),
        ('filters = [{ name = "a", after_export = "booked_at" }]', "needs a date or time"),
        (
            'filters = [{ name = "a", any_null = ["Day"] }, { name = "a", all_null = ["Day"] }]',
            "two are named 'a'",
        ),
        ('optional = ["Room"]', "no option reads the column 'Room'"),
        ('optional = ["Client"]', "`client_id` needs the column 'Client'"),
        ('melt = [{ column = "Q1" }]', "`melt` makes feedback rows"),
        ('duplicates = "last"', "feeds.0.duplicates"),
        ("header_row = 0", "feeds.0.header_row"),
    ],
)
def test_an_option_that_does_not_fit_is_named(added: str, words: str) -> None:
    assert words in complaint(f"{SESSIONS}\n{added}\n")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('scale = "item_02"', 'scale = "item_01"', "the same scale of the same response"),
        (', scale = "item_02"', "", "every column needs `scale`"),
        ('column = "Q2"', 'column = "Q1"', "a file column stands twice"),
        (
            'column = "Q2"',
            'column = "Q2", respondent = "clinician"',
            "`respondent` is filled twice, by constants and melt",
        ),
    ],
)
def test_melted_columns_must_make_rows_that_can_be_told_apart(
    old: str, new: str, words: str
) -> None:
    assert words in complaint(FEEDBACK.replace(old, new))


def test_one_response_cannot_be_of_two_instruments() -> None:
    toml = FEEDBACK.replace(', instrument = "srs"', "").replace(
        'scale = "item_01"', 'scale = "item_01", instrument = "srs"'
    )
    toml = toml.replace('scale = "item_02"', 'scale = "item_02", instrument = "ors"')
    assert "add {@instrument}" in complaint(toml)
    told_apart = toml.replace("{Client}-{When}", "{Client}-{When}-{@instrument}")
    assert READERS["mapped"].validate("clinic", config(told_apart)) is None


def test_a_source_without_a_map_says_so() -> None:
    assert "sources.clinic.feeds: is needed" in complaint('reader = "mapped"')


def test_a_template_is_cut_into_text_and_places() -> None:
    assert template_parts("a{b c}-{@d}{e?}") == [
        "a",
        Part(name="b c"),
        "-",
        Part(name="d", is_canonical=True),
        Part(name="e", is_optional=True),
    ]
