"""Exports of practice systems that are another report, another version, or cut off.

Belongs here: for every reader of tables, its sound example spoiled on purpose. Does not belong
here: JSON (`json_cases.py`), what a reader makes of a sound file (`tests/unit/readers`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.bad_inputs import vendor_examples as sound
from tests.bad_inputs.cases import MAIL, NAME, Case
from tests.bad_inputs.example import Example

PAGE = f"<!DOCTYPE html><html><title>{NAME}, please sign in</title></html>".encode()


def cases() -> list[Case]:
    """All of them."""
    made = [*_simplepractice(), *_openfit(), *_redcap(), *_qualtrics(), *_google_forms()]
    return made


class Maker:
    """Cases of one reader, made of its example."""

    def __init__(self, example: Example, file: str, name: str = "") -> None:
        self.example = example
        self.file = file
        self.name = (name or example.reader).replace("_", "-")

    def case(self, name: str, status: str, change: Callable[[str], str | bytes], **more) -> Case:
        """The example with one file changed."""
        text = self.example.files[self.file].decode()
        changed = change(text)
        assert changed != text, f"{self.example.reader} {name} changes nothing"
        return Case(
            f"{self.name}-{name}",
            {**self.example.files, self.file: changed},
            status,
            settings=f'reader = "{self.example.reader}"\n{self.example.settings}',
            **more,
        )

    def no(self, name: str, rule: str, change: Callable[[str], str | bytes]) -> Case:
        """One that must be rejected."""
        return self.case(name, "rejected", change, rule=rule)

    def yes(self, name: str, change: Callable[[str], str | bytes], **more) -> Case:
        """One of which something must land, with a warning or without some rows."""
        return self.case(name, "accepted_with_warnings", change, **more)

    def other_files(self, rule: str, files: dict[str, bytes], name: str = "other-file") -> Case:
        """Files that are not the reader's at all."""
        return Case(
            f"{self.name}-{name}",
            files,
            "rejected",
            rule,
            settings=f'reader = "{self.example.reader}"\n{self.example.settings}',
        )


def without_column(text: str, name: str) -> str:
    """The table without one column, by its name; cells hold no quotes."""
    rows = [line.split(",") for line in text.splitlines()]
    place = rows[0].index(name)
    return "".join(",".join(row[:place] + row[place + 1 :]) + "\n" for row in rows)


def last_cut(text: str) -> str:
    """The table cut off in its last row."""
    return text.rstrip("\n").rpartition(",")[0].rpartition(",")[0]


def _simplepractice() -> Iterator[Case]:
    made = Maker(sound.simplepractice()[0], "client_attendance_report.csv")
    good = {"sessions": 19, "clients": 5}
    yield made.no("page", "not_csv_html", lambda _: PAGE)
    yield made.no("column-gone", "header_mismatch", lambda text: without_column(text, "status"))
    yield made.no("renamed", "header_mismatch", lambda t: t.replace("client_name", "who", 1))
    yield made.yes(
        "unknown-status",
        lambda text: text.replace("Late canceled", NAME, 1),
        bad=((6, "not_in_list"),),
        good=good,
    )
    yield made.no("cut", "stated_total", lambda text: "\n".join(text.splitlines()[:9]) + "\n")
    yield made.no("other-total", "stated_total", lambda t: t.replace("20 app", "807 app"))
    yield made.other_files("no_feed_file", {f"{NAME}.csv": f"a,b\n1,{MAIL}\n".encode()})


def _openfit() -> Iterator[Case]:
    made = Maker(sound.openfit()[0], "openfit.csv")
    rest = {"clients": 4, "episodes": 4}
    yield made.no("page", "no_feed_file", lambda _: PAGE)
    yield made.no("column-gone", "header_mismatch", lambda t: without_column(t, "Session_Date"))
    yield made.no("cut-early", "no_rows", lambda text: text.splitlines()[0] + "\n")
    yield made.yes(
        "unknown-skip",
        lambda text: text.replace(",N,9.1", f",{NAME},9.1", 1),
        bad=((2, "not_in_list"),),
        good={"sessions": 12, "feedback": 56, **rest},
    )
    good = {"sessions": 11, "feedback": 55, **rest}
    yield made.yes("cut", last_cut, bad=((13, "structure:missing_columns"),), good=good)
    yield made.other_files("no_feed_file", {f"{NAME}.pdf": b"%PDF-1.7"})


def _redcap() -> Iterator[Case]:
    made = Maker(sound.redcap()[0], "data.csv")
    yield made.no("page", "not_csv_html", lambda _: PAGE)
    yield made.no("column-gone", "header_mismatch", lambda text: without_column(text, "gad_3"))
    yield made.no("state-gone", "header_mismatch", lambda t: without_column(t, "worry_complete"))
    good = {"feedback": 72}
    yield made.yes("cut", last_cut, bad=((11, "structure:missing_columns"),), good=good)
    yield made.other_files("unknown_format", {f"{NAME}.pdf": b"%PDF-1.7"})


def _qualtrics() -> Iterator[Case]:
    made = Maker(sound.qualtrics()[0], "responses.csv")
    yield made.no("page", "not_csv_html", lambda _: PAGE)
    yield made.no("column-gone", "header_mismatch", lambda t: t.replace("ResponseId", "x", 1))
    yield made.no(
        "words", "answers_in_words", lambda t: t.replace(",1,2,0,1,2,3,1,", f",{NAME}" * 7 + ",")
    )
    yield made.yes(
        "unknown-status",
        lambda text: text.replace("10:00:00,0,", "10:00:00,77,", 1),
        bad=((4, "unknown_status"),),
        good={"feedback": 49},
    )
    good = {"feedback": 49}
    yield made.yes("cut", last_cut, bad=((11, "structure:missing_columns"),), good=good)
    yield made.other_files("unknown_format", {f"{NAME}.pdf": b"%PDF-1.7"})


def _google_forms() -> Iterator[Case]:
    made = Maker(sound.google_forms()[0], "answers.csv")
    yield made.no("page", "not_csv_html", lambda _: PAGE)
    yield made.no(
        "narrow", "header_mismatch", lambda _: f"Tijdstempel,{NAME}\n1-1-2026 10:00:00,c1\n"
    )
    yield made.no("month-first", "too_many_bad_rows", lambda t: t.replace("-1-2026", "-13-2026"))
    good = {"feedback": 36}
    yield made.yes("cut", last_cut, bad=((11, "structure:missing_columns"),), good=good)
    yield made.other_files("unknown_format", {f"{NAME}.pdf": b"%PDF-1.7"})
