"""Qualtrics exports: header rows that are no data, kinds of responses, the older export."""

from __future__ import annotations

import pytest

from orchestration.readers import READERS
from tests.unit.readers.files import data_file
from tests.unit.readers.surveys import read, rejected, said, scores, text

TOML = """
reader = "qualtrics"
[options]
client = "code"
[[options.forms]]
instrument = "gad7"
items = "Q{n}"
"""
OWN = ["EndDate", "Status", "IPAddress", "Finished", "ResponseId", "RecipientLastName"]
HEADER = [*OWN, *(f"Q{n}" for n in range(1, 8)), "code"]
WORDING = [*OWN, *["a question,\nof two lines"] * 7, "code"]
IMPORT = [f'{{"ImportId":"{name}"}}' for name in HEADER]


def row(
    number: int, *, status: object = 0, finished: object = 1, answers: object = 2, code: str = "c1"
) -> list[object]:
    end = f"2026-03-0{number} 10:00:00"
    return [end, status, "203.0.113.9", finished, f"R_{number}", "Doe", *[answers] * 7, code]


def responses(*rows: list[object]) -> tuple[str, str]:
    return "responses.csv", text(HEADER, WORDING, IMPORT, *rows)


def test_three_header_rows_are_no_responses() -> None:
    (extract,) = read(TOML, responses(row(1), row(2)))
    assert extract.file_rows == 2
    # A record of several lines is one row of a spreadsheet.
    assert extract.frame["row_number"].unique(maintain_order=True).to_list() == [4, 5]
    assert extract.frame["response_id"].unique(maintain_order=True).to_list() == [
        "R_1|gad7-client",
        "R_2|gad7-client",
    ]
    everything = str(extract.frame.to_dicts()) + said(extract)
    for secret in ("question", "203.0.113.9", "Doe"):
        assert secret not in everything
    assert "IPAddress" in extract.dropped_columns


def test_previews_and_unfinished_responses_are_counted() -> None:
    rows = [row(1), row(2, status=1), row(3, finished=0), row(4, status="Survey Preview")]
    (extract,) = read(TOML, responses(*rows))
    assert extract.frame["row_number"].unique(maintain_order=True).to_list() == [4]
    assert extract.rows_filtered == {"preview": 14, "unfinished": 7}
    assert "preview 2, unfinished 1" in said(extract)


def test_kinds_that_nobody_declared_are_not_guessed() -> None:
    rows = [row(1), row(2, status=8), row(3, finished="Wahr"), row(4, status="", finished="")]
    (extract,) = read(TOML, responses(*rows))
    assert set(extract.rejects.select("row_number", "rule").rows()) == {
        (5, "unknown_status"),
        (6, "unknown_finished"),
        (7, "unknown_status"),
    }
    toml = TOML.replace("[options]", "[options]\nstatuses = [0, 8]")
    (lenient,) = read(toml, responses(*rows[:2]))
    assert not lenient.rejects.height


def test_true_and_false_are_read_like_1_and_0() -> None:
    rows = [row(1, finished="True", status="IP Address"), row(2, finished="False")]
    (extract,) = read(TOML, responses(*rows))
    assert extract.frame["row_number"].unique(maintain_order=True).to_list() == [4]


def test_choice_texts_are_refused_with_the_way_out() -> None:
    error = rejected(TOML, responses(row(1, answers="rather often", finished="True")))
    assert error.rule == "answers_in_words"
    assert "numeric values" in str(error)
    assert "rather" not in str(error)


def test_a_response_without_a_code_stays_without() -> None:
    (extract,) = read(TOML, responses(row(1), row(2, code="")))
    assert (
        extract.frame.filter(extract.frame["row_number"] == 5)["client_id"].to_list() == [None] * 7
    )


def test_the_external_reference_is_the_code_by_default() -> None:
    header = ["ExternalReference" if name == "code" else name for name in HEADER]
    file = ("responses.csv", text(header, WORDING, IMPORT, row(1)))
    (extract,) = read(TOML.replace('client = "code"', ""), file)
    assert extract.frame["client_id"].unique(maintain_order=True).to_list() == ["c1"]


OLD = [f"V{n}" for n in range(1, 11)]
OLD_NAMES = [
    "ResponseID", "ResponseSet", "Name", "ExternalDataReference", "EmailAddress", "IPAddress",
    "Status", "StartDate", "EndDate", "Finished",
]  # fmt: skip
OLD_TOML = """
reader = "qualtrics"
[[options.forms]]
instrument = "custom:x"
items = ["Q1", "Q2"]
"""
OLD_ROW = ["R_1", "Set", "A Name", "c7", "", "203.0.113.9", 0, "2026-03-04 09:59:00"]
OLD_ROW += ["2026-03-04 10:00:00", 1, 3, 4]


def test_the_older_export_has_two_header_rows_and_numbers_for_names() -> None:
    body = text([*OLD, "Q1", "Q2", ""], [*OLD_NAMES, "wording", "wording", ""], [*OLD_ROW, ""])
    (extract,) = read(OLD_TOML, ("old.csv", "\ufeff" + body))
    assert scores(extract) == [(3, "item_01", "3"), (3, "item_02", "4")]
    assert extract.frame["client_id"].unique(maintain_order=True).to_list() == ["c7"]
    assert extract.frame["completed_at"].unique(maintain_order=True).to_list() == [
        "2026-03-04 10:00:00"
    ]
    assert "wording" not in said(extract)
    assert "A Name" not in said(extract)


def test_an_older_export_with_other_columns_is_refused() -> None:
    names = [*OLD_NAMES[:6], "EndDate", "StartDate", "Status", "Finished"]
    body = text([*OLD, "Q1", "Q2"], [*names, "wording", "wording"], OLD_ROW)
    error = rejected(OLD_TOML, ("old.csv", body))
    assert error.rule == "header_mismatch"
    assert "Status under V7" in str(error)


@pytest.mark.parametrize("rows", [[], [row(1)], [WORDING, row(1)], [IMPORT, WORDING, row(1)]])
def test_without_its_header_rows_it_is_not_an_export(rows: list[list[object]]) -> None:
    error = rejected(TOML, ("responses.csv", text(HEADER, *rows)))
    assert error.rule == "header_mismatch"
    assert "question" not in str(error)


def test_tabs_and_utf_16() -> None:
    """As Qualtrics writes its tab-separated export."""
    rows = [HEADER, ["wording"] * len(HEADER), IMPORT, row(1)]
    body = "\r\n".join("\t".join(map(str, cells)) for cells in rows[:2])
    imports = "\t".join('"' + str(cell).replace('"', '""') + '"' for cell in IMPORT)
    body += f"\r\n{imports}\r\n" + "\t".join(map(str, rows[3])) + "\r\n"
    file = ("responses.tsv", body.encode("utf-16"))
    (extract,) = read(TOML, file)
    assert extract.frame["row_number"].unique(maintain_order=True).to_list() == [4]
    assert READERS["qualtrics"].recognise([data_file(*file)]) is not None


def test_recognised_by_its_header_rows() -> None:
    reader = READERS["qualtrics"]
    assert "Qualtrics" in str(reader.recognise([data_file(*responses(row(1)))]))
    old = data_file("old.csv", text(OLD, OLD_NAMES))
    assert "older" in str(reader.recognise([old]))
    assert reader.recognise([data_file("a.csv", "a,b\n1,2\n")]) is None
