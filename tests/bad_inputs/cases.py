"""What a case of the corpus is, and how its files are made.

Belongs here: the shape of a case and the makers that several files of cases use. Does not belong
here: the cases (`*_cases.py`), assertions (`test_corpus.py`).

Whoever is named in a case is invented and called Quimby, has an address at quimbymail or a number
with 7946 0958: what is planted in an export must be found nowhere outside the inbox.
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import xlsxwriter

NAME = "Zelda Quimby"
MAIL = "zelda@quimbymail.example"
PHONE = "+44 20 7946 0958"
PLANTED = ("quimby", "7946 0958", "79460958")

DELIVERY = "2026-02-01"  # the day the export was made, as the folder's name tells it
HEADER = "session_id,client_id,clinician_id,started_at,status\n"
FORMS = "response_id,client_id,completed_at,instrument,scale,score,respondent\n"


@dataclass(frozen=True)
class Case:
    """One delivery and what must become of it.

    Attributes:
        name: of the case; also of its source, so letters, digits, _ and - only.
        files: by path within the delivery.
        status: accepted, accepted_with_warnings, rejected or held.
        rule: code in the reason of a rejected or held one.
        bad: (row number, rule) of every row in quarantine.
        said: codes or words that the warnings must hold.
        good: by feed, how many rows must land.
        trust: number of the case in trust.md 3.2.
        delivery: name of its folder; None for a loose file.
        settings: TOML of the source's table, without its header.
    """

    name: str
    files: Mapping[str, bytes | str] = field(repr=False)
    status: str
    rule: str = ""
    bad: tuple[tuple[int, str], ...] = ()
    said: tuple[str, ...] = ()
    good: Mapping[str, int] = field(default_factory=dict)
    trust: str = ""
    delivery: str | None = DELIVERY
    settings: str = ""

    def write(self, inbox: Path) -> Path:
        """Put the delivery into an inbox; gives its path."""
        source = inbox / self.name
        folder = source if self.delivery is None else source / self.delivery
        for name, data in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data.encode() if isinstance(data, str) else data)
        return folder if self.delivery is not None else folder / next(iter(self.files))


def settings_of(cases: list[Case]) -> str:
    """A rapport.toml in which every case's source is declared."""
    text = '[practice]\ntime_zone = "Europe/London"\n[intake]\nmax_file_mb = 120\n'
    for case in cases:
        if case.settings:
            # A table of the settings belongs to the source it stands under.
            own = case.settings.replace("[[feeds", f"[[sources.{case.name}.feeds")
            own = own.replace("[options", f"[sources.{case.name}.options")
            text += f"[sources.{case.name}]\n{own}\n"
    return text


def rejected(
    name: str, rule: str, content: str | bytes, file: str = "sessions.csv", **more: object
) -> Case:
    """A delivery of one file of which nothing may land."""
    return Case(name, {file: content}, "rejected", rule, **more)  # type: ignore[arg-type]


def warned(
    name: str, said: str, content: str | bytes, good: int = 3, file: str = "sessions.csv", **more
) -> Case:
    """A delivery of one file of sessions that lands with a warning."""
    feeds = {"sessions": good}
    return Case(name, {file: content}, "accepted_with_warnings", said=(said,), good=feeds, **more)


def accepted(name: str, content: str | bytes, good: int = 3, **more) -> Case:
    """A delivery of sessions.csv that lands without a word."""
    return Case(name, {"sessions.csv": content}, "accepted", good={"sessions": good}, **more)


def held_back(name: str, *rows: tuple[str, str], trust: str = "", **more) -> Case:
    """Sound sessions and, below them, rows that must go to quarantine: (rule, line)."""
    lines = "".join(f"{line}\n" for _, line in rows)
    return Case(
        name,
        {"sessions.csv": sessions() + lines},
        "accepted_with_warnings",
        bad=tuple((place, rule) for place, (rule, _) in enumerate(rows, start=5)),
        good={"sessions": 3},
        trust=trust,
        **more,
    )


def sessions(count: int = 3, day: str = "2026-01-{:02d}") -> str:
    """A sound sessions.csv."""
    return HEADER + "".join(
        f"s{i},c{i % 7},t1,{day.format(i % 28 + 1)}T10:00:00Z,attended\n" for i in range(count)
    )


def forms(*rows: str) -> str:
    """A feedback.csv: three sound rows, then these."""
    sound = "".join(f"r{i},c1,2026-01-0{i + 1}T10:00,srs,total,30,client\n" for i in range(3))
    return FORMS + sound + "".join(f"{row}\n" for row in rows)


def parquet(**columns: object) -> bytes:
    """A sessions.parquet of two sessions, with these columns in place of sound ones."""
    sound = {
        "session_id": ["p1", "p2"],
        "client_id": ["pc", "pc"],
        "clinician_id": ["t1", "t1"],
        "started_at": ["2026-01-05T10:00:00Z", "2026-01-06T10:00:00Z"],
        "status": ["attended", "attended"],
    }
    buffer = io.BytesIO()
    pl.DataFrame({**sound, **columns}).write_parquet(buffer)
    return buffer.getvalue()


def zipped(files: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def gzipped(text: str) -> bytes:
    """A gzip of a text."""
    return gzip.compress(text.encode())


def manifest(**facts: object) -> str:
    """A manifest.json."""
    return json.dumps(facts)


def workbook(*rows: list[object], sheets: tuple[str, ...] = ("Sheet1",), **options) -> bytes:
    """A workbook with these cells in its first sheet; other sheets hold one cell."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, **options}) as book:
        for place, name in enumerate(sheets):
            sheet = book.add_worksheet(name)
            for number, cells in enumerate(rows if place == 0 else [["x"]]):
                for column, cell in enumerate(cells):
                    sheet.write(number, column, cell)
    return buffer.getvalue()


MAPPED = """
reader = "mapped"
[[feeds]]
feed = "sessions"
files = "*"
columns = { session_id = "Visit", client_id = "Client", clinician_id = "Therapist", started_at = "Start", status = "State" }
values = { status = { map = { "Kept" = "attended", "Missed" = "no_show" } } }
dates = { started_at = { format = "%d/%m/%Y %H:%M" } }
"""  # noqa: E501
MAPPED_HEADER = "Visit,Client,Therapist,Start,State\n"


def visits(*rows: str) -> str:
    """An export for MAPPED: three sound rows, then these."""
    sound = "".join(f"v{i},c1,t1,{14 + i}/01/2026 10:00,Kept\n" for i in range(3))
    return MAPPED_HEADER + sound + "".join(f"{row}\n" for row in rows)
