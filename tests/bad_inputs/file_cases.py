"""Parquet files, manifests, folders and names: trust.md 3.2, cases 64 and 78 to 90.

Belongs here: deliveries whose files or names are strange. Does not belong here: what is no plain
file (`test_file_system.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.bad_inputs.cases import (
    HEADER,
    NAME,
    Case,
    accepted,
    manifest,
    parquet,
    rejected,
    sessions,
    warned,
)

GOOD = sessions()


def cases() -> list[Case]:
    """All of them."""
    return [*_parquet_files(), *_manifests(), *_folders()]


def _parquet_files() -> Iterator[Case]:
    name = "sessions.parquet"
    sound = parquet()
    yield rejected("pq-empty", "empty_file", b"", name)
    yield rejected("pq-cut", "unreadable", sound[:-20], name)
    flipped = sound[:40] + bytes([sound[40] ^ 255]) + sound[41:]
    yield rejected("pq-flip", "unreadable", flipped, name)
    yield rejected("pq-noise", "unreadable", b"PAR1" + bytes(range(256)) + b"PAR1", name)
    yield rejected("pq-text", "unreadable", GOOD, name)
    yield rejected("pq-as-csv", "not_csv", sound)
    yield rejected("pq-lists", "column_type", parquet(session_id=[["a"], ["b"]]), name)
    yield rejected("pq-lists-of-names", "column_type", parquet(client_id=[[NAME], []]), name)
    extra = parquet(contact=[{"name": NAME}] * 2)
    yield warned("pq-struct", "columns outside", extra, 2, name)
    yield warned("pq-named", "pii_column_dropped", parquet(client_name=[NAME] * 2), 2, name)
    number = parquet(client_id=[1.5, 98.0])
    yield Case(
        "pq-float-ids",
        {name: number},
        "accepted_with_warnings",
        bad=((2, "excel_id"),),
        good={"sessions": 1},
        trust="48",
    )


def _lying(name: str, text: str, rule: str = "manifest_invalid") -> Case:
    files = {"sessions.csv": GOOD, "manifest.json": text}
    return Case(f"manifest-{name}", files, "rejected", rule)


def _manifests() -> Iterator[Case]:
    file = {"name": "sessions.csv"}
    wrong = "manifest_mismatch"
    yield _lying("no-json", f"{{ {NAME}")
    yield _lying("deep", "[" * 100_000)
    yield _lying("list", f'["{NAME}"]')
    yield _lying("other-bytes", manifest(files=[{**file, "sha256": "0" * 64}]), wrong)
    yield _lying("more-rows", manifest(files=[{**file, "rows": 99}]), wrong)
    yield _lying("too-many-rows", manifest(files=[{**file, "rows": 10**400}]))
    yield _lying("absent", manifest(files=[file, {"name": NAME}]), wrong)
    yield _lying("outside", manifest(files=[{"name": "../../../etc/passwd"}]), wrong)
    yield _lying("other-file", manifest(files=[{"name": "clients.csv"}]), wrong)
    yield _lying("zone", manifest(time_zone=f"Mars/{NAME}"), "unknown_time_zone")
    yield _lying("zone-path", manifest(time_zone="../../etc/passwd"), "unknown_time_zone")
    yield _lying("when", manifest(generated_at=NAME))
    # Valid ISO 8601, but outside what Python can hold once the offset is applied.
    yield _lying("year-0", manifest(generated_at="0001-01-01T00:00:00+14:00"))
    yield _lying("year-10000", manifest(generated_at="9999-12-31T23:59:59-12:00"))
    yield _lying("kind", manifest(extract_kind="half"))
    yield _lying("no-window", manifest(extract_kind="window"))
    back = {"window_start": "2026-02-01", "window_end": "2026-01-01"}
    yield _lying("backwards", manifest(extract_kind="window", **back))
    yield Case(
        "manifest-of-no-rows",
        {"sessions.csv": HEADER, "manifest.json": manifest(files=[{**file, "rows": 0}])},
        "accepted",
        good={"sessions": 0},
        trust="31",
    )
    yield Case(
        "manifest-of-another-source",
        {"sessions.csv": GOOD, "manifest.json": manifest(source_system=NAME)},
        "accepted_with_warnings",
        said=("source_system",),
        good={"sessions": 3},
    )


def _folders() -> Iterator[Case]:
    names = {
        "person": NAME,
        "sql": "it's; DROP TABLE x;--",
        "newline": "two\nlines",
        "option": "-rf",
        "emoji": "\U0001f600" + "x" * 200,
        "bidi": "\u202eQuimby\u202c",
        "255-bytes": "q" * 255,
        "glob": "[x]*?",
        "percent": "%s%n{0}",
    }
    for name, folder in names.items():
        yield accepted(f"folder-{name}", GOOD, delivery=folder, trust="89")
    for name, file in (
        ("person", f"{NAME}.csv"),
        ("newline", "two\nQuimby.csv"),
        ("bidi", "\u202eQuimby.csv"),
        ("255-bytes", "Quimby" + "q" * 249),
        ("option", "--output=Quimby.csv"),
    ):
        yield Case(
            f"file-{name}",
            {"sessions.csv": GOOD, file: "a\n1\n"},
            "accepted_with_warnings",
            said=("(unknown_file)",),
            good={"sessions": 3},
            trust="89",
        )
    yield Case(
        "folder-in-a-folder",
        {"sessions.csv": GOOD, f"{NAME}/clients.csv": "client_id\nc1\n"},
        "accepted_with_warnings",
        said=("a folder inside a delivery",),
        good={"sessions": 3},
    )
    yield Case("folder-deep", {"a/b/c/sessions.csv": GOOD}, "held", "empty_delivery")
    yield Case("unfinished", {"sessions.csv.part": GOOD}, "held", "temp_name", trust="83")
    lock = {f"~${NAME}.xlsx": "x", "sessions.csv": GOOD}
    yield Case("open-in-excel", lock, "held", "temp_name", trust="83")
    yield Case("dot-file", {".sessions.csv.swp": "x", "sessions.csv": GOOD}, "held", "temp_name")
    yield Case(
        "desktop-files", {"Thumbs.db": "x", "sessions.csv": GOOD}, "accepted", good={"sessions": 3}
    )
    yield Case("no-feed", {f"{NAME}.csv": GOOD}, "rejected", "no_feed_file")
    yield Case("old-copy", {"sessions_old.csv": GOOD}, "rejected", "no_feed_file")
    parts = {"sessions_1.csv": GOOD, "sessions_2.csv": GOOD.replace("s0", "s9")}
    yield Case("parts", parts, "accepted_with_warnings", said=("collapsed",), good={"sessions": 4})
    broken = {"sessions.csv": GOOD, "clients.csv": f"<html>{NAME}"}
    yield Case("one-of-two-broken", broken, "rejected", "not_csv_html")
    yield warned("unknown-option-of-vendor", "columns outside", GOOD.replace("\n", ",\n"))
