"""REDCap records: rows without a form, states, events, instances, labels, the data dictionary."""

from __future__ import annotations

import pytest

from orchestration.errors import SettingsError
from orchestration.readers import READERS
from tests.unit.readers.files import config, data_file
from tests.unit.readers.surveys import read, rejected, said, scores, text

TOML = """
reader = "redcap"
[[options.forms]]
instrument = "gad7"
form = "worry"
items = "gad_{n}"
total = "gad_total"
clinician = "therapist"
"""
ITEMS = [f"gad_{n}" for n in range(1, 8)]
HEADER = [
    "client_no", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance",
    "redcap_survey_identifier", "therapist", "first_name", "gym___0", "gym___1", "intake_complete",
    "worry_timestamp", *ITEMS, "gad_total", "worry_complete",
]  # fmt: skip
WORRY = [0, 1, 2, 3, 2, 1, 0, 9]
AT = "2026-03-04 10:00:00"


def row(
    record: object,
    event: str = "intake_arm_1",
    *,
    instance: object = "",
    therapist: str = "",
    at: str = AT,
    answers: list[object] = WORRY,
    state: object = 2,
    instrument: str = "",
) -> list[object]:
    repeat = instrument or ("worry" if instance else "")
    return [record, event, repeat, instance, "", therapist, "", 0, 1, "", at, *answers, state]


def base(record: object, therapist: str = "") -> list[object]:
    """The row of a record that does not repeat: no form of ours is on it."""
    return [record, "intake_arm_1", "", "", "", therapist, "Zara", 1, 0, 2, "", *[""] * 8, ""]


def data(*rows: list[object], header: list[str] = HEADER) -> tuple[str, str]:
    return "data.csv", text(header, *rows)


def responses(*rows: list[object], toml: str = TOML) -> list[str]:
    (extract,) = read(toml, data(*rows))
    return extract.frame["response_id"].unique(maintain_order=True).to_list()


def test_the_first_column_names_the_record_whatever_it_is_called() -> None:
    (extract,) = read(TOML, data(row("331-1")))
    assert extract.frame["client_id"].unique(maintain_order=True).to_list() == ["331-1"]
    assert extract.frame["score"].to_list() == [str(score) for score in WORRY]
    assert extract.frame["scale"].to_list()[-2:] == ["item_07", "total"]


def test_rows_of_other_forms_are_counted_and_no_news() -> None:
    (extract,) = read(TOML, data(base(1), row(1, instance=1), row(1, instance=2), base(2)))
    assert extract.file_rows == 4
    assert extract.rows_filtered == {"no_answers": 16}
    assert extract.frame["row_number"].unique(maintain_order=True).to_list() == [3, 4]
    assert "left out" not in said(extract)


def test_record_event_instance_and_form_name_a_response() -> None:
    found = responses(
        row(1, "intake_arm_1"),
        row(1, "session_arm_1"),
        row(1, "session_arm_1", instance=2),
        row("1|session_arm_1", ""),
        row(2),
    )
    assert len(set(found)) == 5
    assert found[1] == "1|session_arm_1||gad7-client"


def test_a_project_that_becomes_longitudinal_keeps_the_key_of_the_others() -> None:
    plain = [0, 5, 10, *range(11, 20)]
    header, cells = ([source[i] for i in plain] for source in (HEADER, row("a", "")))
    (classic,) = read(TOML, data(cells, header=header))
    (later,) = read(TOML, data(row("a", "")))
    assert (
        classic.frame["response_id"].unique().item() == later.frame["response_id"].unique().item()
    )


def test_only_complete_forms_count_unless_the_practice_says_else() -> None:
    rows = [
        row(1),
        row(2, state=1),
        row(3, state=0),
        row(4, state=""),
        row(5, at="[not completed]"),
    ]
    (extract,) = read(TOML, data(*rows))
    assert extract.frame["client_id"].unique(maintain_order=True).to_list() == ["1"]
    assert extract.rows_filtered == {"incomplete": 24, "survey_not_completed": 8}
    assert "incomplete 3, survey_not_completed 1" in said(extract)
    (lenient,) = read("reader = 'redcap'\n[options]\ncomplete = [1, 2]\n" + TOML[18:], data(*rows))
    assert lenient.frame["client_id"].unique(maintain_order=True).to_list() == ["1", "2"]


def test_a_state_that_redcap_does_not_have_is_not_guessed() -> None:
    (extract,) = read(TOML, data(row(1), row(2, state=3)))
    assert set(extract.rejects["rule"]) == {"unknown_form_status"}
    assert set(extract.rejects["row_number"]) == {3}


def test_answers_in_a_row_of_another_instrument_are_refused() -> None:
    (extract,) = read(TOML, data(row(1), row(1, instance=1, instrument="mood")))
    assert set(extract.rejects["rule"]) == {"other_instrument"}


def test_events_may_be_chosen() -> None:
    toml = TOML + 'events = ["session_*"]\n'
    (extract,) = read(toml, data(row(1), row(1, "session_1_arm_1"), row(1, "session_2_arm_1")))
    assert extract.frame["row_number"].unique(maintain_order=True).to_list() == [3, 4]
    assert extract.rows_filtered == {"other_event": 8}
    without = [name for name in HEADER if name != "redcap_event_name"]
    error = rejected(toml, data(row(1)[:1] + row(1)[2:], header=without))
    assert "event (redcap_event_name)" in str(error)


def test_what_is_asked_once_holds_for_the_whole_record() -> None:
    (extract,) = read(
        TOML,
        data(
            base(1, "t1"), row(1, instance=1), row(1, instance=2, therapist="t1"),
            base(2, "t1"), row(2, instance=1), row(2, instance=2, therapist="t2"),
        ),
    )  # fmt: skip
    found = dict(extract.frame.select("row_number", "clinician_id").unique().rows())
    assert found == {3: "t1", 4: "t1", 6: None, 7: "t2"}


def test_a_value_that_breaks_validation_stays_and_fails_its_own_row() -> None:
    toml = TOML + 'completed_at = "day"\n'
    header = [*HEADER, "day"]
    rows = [[*row(1), AT], [*row(2), "before validation 1"], [*row(3), ""], [*row(4), "2026-03-04"]]
    (extract,) = read(toml, data(*rows, header=header))
    found = dict(extract.frame.select("client_id", "completed_at").unique().rows())
    assert found == {"1": AT, "2": "before validation 1", "3": None, "4": "2026-03-04"}


def test_a_date_alone_needs_an_hour() -> None:
    rows = data(row(1, at="2026-03-04"), row(2, at="2026-03-05"))
    assert rejected(TOML, rows).rule == "date_without_time"
    toml = TOML.replace("[[options", '[options]\ntime_of_day = "12:30"\n[[options', 1)
    (extract,) = read(toml, rows)
    assert extract.frame["completed_at"].unique().sort().to_list() == [
        "2026-03-04T12:30:00",
        "2026-03-05T12:30:00",
    ]


def test_a_form_typed_in_from_paper_has_a_date_of_its_own() -> None:
    toml = TOML.replace("[[options", '[options]\ntime_of_day = "12:30"\n[[options', 1)
    header = [*HEADER, "visit_date"]
    rows = [[*row(1), "2026-01-01"], [*row(2, at=""), "2026-03-05"], [*row(3, at=""), ""]]
    (extract,) = read(toml + 'completed_on = "visit_date"\n', data(*rows, header=header))
    found = dict(extract.frame.select("client_id", "completed_at").unique().rows())
    assert found == {"1": AT, "2": "2026-03-05T12:30:00", "3": None}


def test_commas_and_points_live_together_in_one_project() -> None:
    rows = data(row(1, answers=["1,5", ",5", 2, 3, 2, "0,0", 0, 9.5]))
    toml = TOML.replace("[[options", "[options]\ndecimal_comma = true\n[[options", 1)
    (extract,) = read(toml, rows)
    assert extract.frame["score"].to_list() == ["1.5", ".5", "2", "3", "2", "0.0", "0", "9.5"]


def test_checkboxes_can_be_items() -> None:
    toml = """
    reader = "redcap"
    [[options.forms]]
    instrument = "custom:sport"
    form = "worry"
    items = ["gym___0", "gym___1"]
    """
    (extract,) = read(toml, data(row(1)))
    assert scores(extract) == [(2, "item_01", "0"), (2, "item_02", "1")]


def test_semicolons_byte_order_mark_and_other_alphabets() -> None:
    body = "\ufeff" + text([*HEADER, "заметка"], [*row("ж-1"), "грустно"]).replace(",", ";")
    (extract,) = read(TOML, ("data.csv", body))
    assert extract.frame["client_id"].unique(maintain_order=True).to_list() == ["ж-1"]
    assert "грустно" not in said(extract)


@pytest.mark.parametrize(
    "file",
    [
        data(row(1, state="Complete"), row(2, state="Incomplete")),
        data(row(1), header=[*HEADER[:-1], "Complete?"]),
        data(row(1), header=["Record ID", "Event Name", "Repeat Instrument", *HEADER[3:]]),
    ],
)
def test_an_export_with_labels_is_refused_with_the_way_out(file: tuple[str, str]) -> None:
    error = rejected(TOML, file)
    assert error.rule == "label_export"
    assert "raw data" in str(error)


def test_labels_of_states_are_read_when_they_are_declared() -> None:
    toml = TOML.replace("[[options", '[options]\ncomplete = ["Complete"]\n[[options', 1)
    (extract,) = read(toml, data(row(1, state="Complete"), row(2, state="Unverified")))
    assert extract.frame["client_id"].unique(maintain_order=True).to_list() == ["1"]
    assert extract.rows_filtered == {"incomplete": 8}


DICTIONARY = [
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
]  # fmt: skip
FIELDS = [
    ["client_no", "intake", "", "text", "wording"],
    *([name, "worry", "", "radio", "wording"] for name in ITEMS),
    ["gad_total", "worry", "", "calc", "wording"],
]


def test_the_dictionary_events_and_arms_are_no_data() -> None:
    files = [
        data(row(1)),
        ("dictionary.csv", text(DICTIONARY, *FIELDS)),
        (
            "event.csv",
            text(["event_name", "arm_num", "unique_event_name"], ["Intake", 1, "i_arm_1"]),
        ),
        ("arm.csv", text(["arm_num", "name"], [1, "Arm 1"])),
    ]
    (extract,) = read(TOML, *files)
    assert extract.file == "data.csv"
    assert "wording" not in str(extract.frame.to_dicts()) + said(extract)


@pytest.mark.parametrize(
    ("place", "field", "words"),
    [
        (3, None, "no field gad_3"),
        (3, ["gad_3", "mood", "", "radio", "wording"], "gad_3 is a field of another instrument"),
        (3, ["gad_3", "worry", "", "notes", "wording"], "gad_3 holds free text"),
    ],
)
def test_the_dictionary_contradicts_a_wrong_declaration(
    place: int, field: list[str] | None, words: str
) -> None:
    fields = [*FIELDS[:place], *([field] if field else []), *FIELDS[place + 1 :]]
    error = rejected(TOML, data(row(1)), ("dictionary.csv", text(DICTIONARY, *fields)))
    assert error.rule == "dictionary_mismatch"
    assert words in str(error)
    assert "wording" not in str(error)


CLIENTS = (
    TOML
    + """
[options.clients]
birth_date = "dob"
gender = "sex"
gender_words = { 0 = "female", "1" = "male" }
"""
)


def test_a_record_tells_of_its_client_on_any_of_its_rows() -> None:
    header = [*HEADER, "dob", "sex"]
    rows = [
        [*base(1), "1983-09-23", ""],
        [*row(1, "later_arm_1"), "", 1],
        [*row(2), "", ""],
        [*row(3), "1990-01-01", 0],
        [*row(3, "later_arm_1"), "1991-01-01", 0],
        [*row(4), "secret", 7],
        [*row(5), "secret", 1],
    ]
    feedback, clients = read(CLIENTS, data(*rows, header=header))
    assert feedback.feed == "feedback"
    assert clients.feed == "clients"
    told = clients.frame.select("row_number", "client_id", "birth_year", "gender").rows()
    assert told == [(2, "1", "1983", "male"), (8, "5", "secret", "male")]
    assert clients.rows_filtered == {"no_details": 1, "same_record": 2}
    assert [each[:2] for each in clients.rejects.rows()] == [
        (5, "several_values"),
        (7, "not_in_list"),
    ]
    assert {"dob", "sex"}.isdisjoint(clients.dropped_columns)
    assert "09-23" not in str(clients.frame.to_dicts())


@pytest.mark.parametrize(
    ("clients", "words"),
    [
        ("", "names no field"),
        ('gender = "sex"', "belong together"),
        ('birth_date = "a"\nbirth_year = "b"', "not both"),
    ],
)
def test_wrong_fields_of_clients_are_named(clients: str, words: str) -> None:
    source = config(f"{TOML}\n[options.clients]\n{clients}\n")
    with pytest.raises(SettingsError, match=f"options.clients: .*{words}"):
        READERS["redcap"].validate("survey", source)


def test_recognised_by_the_columns_that_redcap_adds() -> None:
    reader = READERS["redcap"]
    assert reader.recognise([data_file(*data(row(1)))]) == "a REDCap records export"
    assert "labels" in str(reader.recognise([data_file("d.csv", "Record ID,Complete?\n1,2\n")]))
    assert reader.recognise([data_file("d.csv", "id,score\n1,2\n")]) is None
    assert reader.recognise([data_file("d.csv", b"\xff\xfe\x00"), data_file("a.pdf", "")]) is None
