"""Deliveries as they should not be, each with what must become of it; names planted in many.

Belongs here: the cases and how they are written into an inbox. Does not belong here: assertions
(test_bad_inputs.py, test_privacy.py). The numbers are those of trust.md 3.2.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

HEADER = "session_id,client_id,clinician_id,started_at,status\n"

_names: list[str] = []


def invented_name() -> str:
    """A person's name that stands nowhere else: ``Zelda Quimbyac``."""
    first, second = divmod(len(_names), 26)
    _names.append(f"Quimby{chr(97 + first)}{chr(97 + second)}")
    return f"Zelda {_names[-1]}"


def sessions(start: str, count: int = 3) -> str:
    """A sound sessions.csv; ``start`` keeps its sessions apart from those of other deliveries."""
    return HEADER + "".join(
        f"{start}{i},{start}c,t1,2026-01-{i % 28 + 1:02d}T10:00:00Z,attended\n"
        for i in range(count)
    )


def parquet(**columns: list[object]) -> bytes:
    """A sessions.parquet with these columns in place of sound ones."""
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


@dataclass(frozen=True)
class Case:
    """One delivery.

    Attributes:
        name: of its folder, in the source ``bad``.
        files: by name.
        status: what must become of it.
        rule: code in the reason; empty where it lands.
        landed: sessions that it must bring.
    """

    name: str
    files: dict[str, str | bytes]
    status: str
    rule: str = ""
    landed: int = 0


def rejected(name: str, rule: str, content: str | bytes, file: str = "sessions.csv") -> Case:
    """A delivery of one file of which nothing may land."""
    return Case(name, {file: content}, "rejected", rule)


def warned(name: str, content: str | bytes, landed: int, file: str = "sessions.csv") -> Case:
    """A delivery of one file that lands with a warning."""
    return Case(name, {file: content}, "accepted_with_warnings", landed=landed)


def lying(name: str, manifest: object, rule: str = "manifest_invalid") -> Case:
    """A sound file whose manifest is not."""
    text = manifest if isinstance(manifest, str) else json.dumps(manifest)
    files = {"sessions.csv": sessions(name), "manifest.json": text}
    return Case(name, files, "rejected", rule)


def _structures() -> Iterator[Case]:
    good = sessions("x")
    yield rejected("empty", "empty_file", "")
    yield rejected("only-bom", "empty_file", b"\xef\xbb\xbf")
    yield rejected("only-header", "no_rows", HEADER)
    yield rejected("sign-in", "not_csv_html", f"<!DOCTYPE html><p>{invented_name()}</p>")
    yield rejected("nul", "nul_bytes", good.replace("xc", "x\0c"))
    yield rejected("nul-tail", "nul_bytes", good + "\0" * 99)
    yield rejected("utf16", "nul_bytes", good.encode("utf-16-le"))
    yield rejected(
        "unclosed", "unbalanced_quotes", f'{good}z,"{invented_name()},t,2026,x\ny,c,t,2026,x\n'
    )
    yield rejected("twice", "duplicate_header", good.replace("status", "Client_ID"))
    yield rejected("no-header", "header_mismatch", f"a,{invented_name()},t,2026-01-01,x\n" * 3)
    yield rejected("preamble", "header_mismatch", f"Report of {invented_name()}\n\n{good}")
    yield rejected("renamed", "header_mismatch", good.replace("client_id", "patient"))
    yield rejected("wide-row", "row_too_wide", f"{good}x{',' * 100_000}\n")
    yield rejected("wide-head", "too_many_columns", ",".join(f"c{i}" for i in range(9_000)))
    dates = "".join(f"d{i},c,t1,13/01/2026 10:0{i % 10},attended\n" for i in range(20))
    yield rejected("dates", "too_many_bad_rows", HEADER + dates)
    yield warned("utf16-bom", sessions("u").encode("utf-16"), 3)
    yield warned("bom", b"\xef\xbb\xbf" + sessions("b").encode(), 3)
    yield warned("semicolons", sessions("s").replace(",", ";"), 3)
    yield warned("mixed-ends", sessions("m").replace("\n", "\r\n", 2), 3)
    latin = f"l,{invented_name()}\xfc,t1,2026-01-01,attended\n".encode("latin-1")
    yield warned("latin-row", sessions("l", 30).encode() + latin, 30)
    named = f"client_name,notes,{HEADER}" + "".join(
        f"{invented_name()},saw {invented_name()},n{i},nc,t1,2026-01-05T10:00Z,attended\n"
        for i in range(3)
    )
    yield warned("named", named, 3)


def _parquet_files() -> Iterator[Case]:
    name = "sessions.parquet"
    sound = parquet()
    yield rejected("pq-empty", "empty_file", b"", name)
    yield rejected("pq-cut", "unreadable", sound[:-20], name)
    yield rejected(
        "pq-flip", "unreadable", sound[:40] + bytes([sound[40] ^ 255]) + sound[41:], name
    )
    yield rejected("pq-noise", "unreadable", b"PAR1" + bytes(range(256)) + b"PAR1", name)
    yield rejected("pq-text", "unreadable", sessions("x"), name)
    yield rejected("pq-as-csv", "not_csv", sound)
    yield rejected("pq-lists", "column_type", parquet(session_id=[["a"], ["b"]]), name)
    extra = parquet(session_id=["st1", "st2"], contact=[{"name": invented_name()}] * 2)
    yield warned("pq-struct", extra, 2, name)


def _manifests() -> Iterator[Case]:
    file = {"name": "sessions.csv"}
    yield lying("no-json", f"{{ {invented_name()}")
    yield lying("deep", "[" * 100_000)
    yield lying("list", [invented_name()])
    yield lying("bytes", {"files": [{**file, "sha256": "0" * 64}]}, "manifest_mismatch")
    yield lying("rows", {"files": [{**file, "rows": 99}]}, "manifest_mismatch")
    yield lying("many-rows", {"files": [{**file, "rows": 10**400}]})
    yield lying("absent", {"files": [file, {"name": invented_name()}]}, "manifest_mismatch")
    yield lying("outside", {"files": [{"name": "../../../etc/passwd"}]}, "manifest_mismatch")
    yield lying("zone", {"time_zone": f"Mars/{invented_name()}"}, "unknown_time_zone")
    yield lying("zone-path", {"time_zone": "../../etc/passwd"}, "unknown_time_zone")
    yield lying("when", {"generated_at": invented_name()})
    # Valid ISO 8601, but outside what Python can hold once the offset is applied.
    yield lying("year-0", {"generated_at": "0001-01-01T00:00:00+14:00"})
    yield lying("year-10000", {"generated_at": "9999-12-31T23:59:59-12:00"})
    yield lying("kind", {"extract_kind": "half"})
    yield lying("no-window", {"extract_kind": "window"})
    back = {"window_start": "2026-02-01", "window_end": "2026-01-01"}
    yield lying("backwards", {"extract_kind": "window", **back})


def _folders() -> Iterator[Case]:
    for number, name in enumerate(
        (invented_name(), "it's; DROP TABLE x;--", "two\nlines", "-rf", "\U0001f600" + "x" * 200)
    ):
        yield Case(name, {"sessions.csv": sessions(f"f{number}")}, "accepted", landed=3)
    others = {f"{invented_name()}.csv": "a\n1\n", "sessions.csv": sessions("o")}
    yield Case("other-files", others, "accepted_with_warnings", landed=3)
    yield Case("unfinished", {"sessions.csv.part": sessions("x")}, "held", "temp_name")
    lock = {f"~${invented_name()}.xlsx": "x", "sessions.csv": sessions("x")}
    yield Case("open-in-excel", lock, "held", "temp_name")


CASES = [*_structures(), *_parquet_files(), *_manifests(), *_folders()]

# Row of ROWS -> the rule that must hold it back; the first record of a file is row 2.
BAD_ROWS = [
    ("pii_suspected", f"q0,{invented_name()},t1,2026-01-01T10:00:00Z,attended"),
    ("pii_suspected", "q1,zelda@quimbymail.example,t1,2026-01-01T10:00:00Z,attended"),
    ("pii_suspected", "q2,+44 20 7946 0958,t1,2026-01-01T10:00:00Z,attended"),
    ("not_a_timestamp", "q3,c1,t1,2024-02-31T10:00:00Z,attended"),
    ("not_a_timestamp", "q4,c1,t1,2026-01-01T24:00:00Z,attended"),
    ("not_a_timestamp", "q5,c1,t1,45352,attended"),
    ("not_a_timestamp", "q6,c1,t1,9999-12-31T23:59:59-12:00,scheduled"),
    ("before_1990", "q7,c1,t1,1900-01-01T10:00:00Z,attended"),
    ("excel_id", "q8,1.23E+11,t1,2026-01-01T10:00:00Z,attended"),
    ("not_in_list", f"q9,c1,t1,2026-01-01T10:00:00Z,{invented_name()}"),
    ("bad_characters", "q10,x'; drop table sessions;--,t1,2026-01-01T10:00:00Z,attended"),
    ("bad_characters", "q11,\"=cmd|'/C calc'!A0\",t1,2026-01-01T10:00:00Z,attended"),
    ("missing_required", ",c1,t1,2026-01-01T10:00:00Z,attended"),
    ("conflicting_duplicate", "q12,c1,t1,2026-01-01T10:00:00Z,attended"),
    ("conflicting_duplicate", "q12,c1,t1,2026-01-01T10:00:00Z,no_show"),
    ("future_attended", "q13,c1,t1,2026-03-01T10:00:00Z,attended"),
    ("too_long", f"q14,{'y' * 300},t1,2026-01-01T10:00:00Z,attended"),
    ("structure:too_many_columns", f"q15,c1,t1,2026-01-01T10:00:00Z,attended,{invented_name()}"),
]
GOOD_ROWS = 120


def write_cases(inbox: Path) -> None:
    """Write every case, and what no folder of files can be: links, pipes, stray files."""
    for case in CASES:
        folder = inbox / "bad" / case.name
        folder.mkdir(parents=True)
        for name, content in case.files.items():
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    rows = inbox / "rows" / "2026-02-01"
    rows.mkdir(parents=True)
    lines = "\n".join(line for _, line in BAD_ROWS)
    (rows / "sessions.csv").write_text(
        f"{HEADER}{lines}\n{sessions('r', GOOD_ROWS)[len(HEADER) :]}"
    )
    odd = inbox / "odd"
    odd.mkdir()
    (odd / "link").symlink_to("/etc")
    (odd / "linked").mkdir()
    (odd / "linked" / "sessions.csv").symlink_to("/etc/passwd")
    (odd / "pipe").mkdir()
    os.mkfifo(odd / "pipe" / "sessions.csv")
    (odd / "nothing").mkdir()
    (inbox / f"{invented_name()}.csv").write_text(sessions("x"))
    source = inbox / invented_name()
    source.mkdir()
    (source / "sessions.csv").write_text(sessions("x"))
    clinicians = inbox / "staff" / "2026-02-01"
    clinicians.mkdir(parents=True)
    site, mail = invented_name(), "zelda@quimbymail.example"
    text = f"clinician_id,role,site_id,email\nt1,staff,{site},{mail}\nt2,supervisor,s1,{mail}\n"
    (clinicians / "clinicians.csv").write_text(text)


def planted(inbox: Path) -> list[str]:
    """What must be found nowhere outside the inbox: surnames, an address, a number."""
    text = "".join(str(path) for path in inbox.rglob("*"))
    for path in inbox.rglob("*"):
        if path.is_file() and not path.is_symlink():
            text += path.read_bytes().decode("latin-1")
    missing = [name for name in _names if name not in text]
    assert missing == [], "every planted name stands in the inbox, or the search proves nothing"
    return [*_names, "quimbymail", "7946 0958"]
