"""Archives that are no good, or lie: trust.md 3.2, cases 70 to 72.

Belongs here: .zip and .gz deliveries. Does not belong here: workbooks (`workbook_cases.py`).
"""

from __future__ import annotations

import gzip
import io
import stat
import warnings
import zipfile
from collections.abc import Iterator

from tests.bad_inputs.cases import NAME, Case, gzipped, manifest, sessions, zipped

GOOD = sessions()
SOUND = zipped({"sessions.csv": GOOD})


def cases() -> list[Case]:
    """All of them."""
    return [*_sound(), *_gzips(), *_unsafe(), *_damaged(), *_strange()]


def _ok(name: str, files: dict[str, bytes], said: str = "", **more) -> Case:
    status = "accepted_with_warnings" if said else "accepted"
    return Case(
        name, files, status, said=(said,) if said else (), good={"sessions": 3}, trust="71", **more
    )


def _no(name: str, rule: str, data: bytes, file: str = "export.zip", trust: str = "71") -> Case:
    return Case(name, {file: data}, "rejected", rule, trust=trust)


def _sound() -> Iterator[Case]:
    yield _ok("zip-loose", {"export.zip": SOUND}, delivery=None)
    yield _ok("zip-in-a-folder", {"export.zip": SOUND})
    yield _ok(
        "zip-of-a-folder", {"e.zip": zipped({f"{NAME}/x/sessions.csv": GOOD, f"{NAME}/": ""})}
    )
    yield _ok("gzip-loose", {"sessions.csv.gz": gzipped(GOOD)}, delivery=None)
    twice = gzip.compress(GOOD.encode()[:30]) + gzip.compress(GOOD.encode()[30:])
    yield _ok("gzip-in-two-parts", {"sessions.csv.gz": twice})
    junk = {"__MACOSX/._sessions.csv": "x", ".DS_Store": "x", f"documents/1/{NAME}.pdf": "x"}
    yield _ok("zip-with-documents", {"e.zip": zipped({"sessions.csv": GOOD, **junk})}, "(ignored_")
    text = manifest(files=[{"name": "sessions.csv", "rows": 3}])
    yield _ok("zip-with-manifest", {"e.zip": zipped({"sessions.csv": GOOD, "manifest.json": text})})
    more = zipped({"sessions.csv": GOOD, f"{NAME}.txt": "x"})
    yield _ok("zip-with-other-files", {"e.zip": more}, "(unknown_file)")
    lying = manifest(files=[{"name": "sessions.csv", "rows": 4}])
    data = zipped({"sessions.csv": GOOD, "manifest.json": lying})
    yield _no("zip-with-a-manifest-that-lies", "manifest_mismatch", data)


def _gzips() -> Iterator[Case]:
    data = gzipped(GOOD)
    yield _no("gzip-cut", "truncated_archive", data[:-9], "sessions.csv.gz", "70")
    yield _no("gzip-cut-early", "truncated_archive", data[:12], "sessions.csv.gz", "70")
    flipped = data[:30] + bytes([data[30] ^ 255]) + data[31:]
    yield _no("gzip-flipped", "truncated_archive", flipped, "sessions.csv.gz", "70")
    tail = data + NAME.encode()
    yield _no("gzip-with-a-tail", "truncated_archive", tail, "sessions.csv.gz", "70")
    bomb = gzip.compress(bytes(40_000_000))
    yield _no("gzip-bomb", "decompression_bomb", bomb, "sessions.csv.gz", "70")
    yield _no("gzip-that-is-text", "not_an_archive", GOOD.encode(), "sessions.csv.gz", "70")
    yield _no("gzip-empty", "empty_file", b"", "sessions.csv.gz", "70")
    yield _no("gzip-of-a-zip", "nested_archive", gzip.compress(SOUND), "sessions.zip.gz", "71")
    yield _no("tarball", "unknown_archive", data, "export.tar.gz", "70")
    yield _no("seven-zip", "unknown_archive", b"7z\xbc\xaf'\x1c", "export.7z", "71")


def _entry(name: str, kind: int = stat.S_IFREG, data: str = GOOD) -> bytes:
    entry = zipfile.ZipInfo("placeholder")
    # The name as it is, past what zipfile would make of it.
    entry.filename = entry.orig_filename = name
    entry.external_attr = (kind | 0o644) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(entry, data)
    return buffer.getvalue()


def _unsafe() -> Iterator[Case]:
    names = {
        "up": "../sessions.csv",
        "up-in-the-middle": "x/../../sessions.csv",
        "absolute": "/etc/cron.d/sessions.csv",
        "drive": "C:/sessions.csv",
        "backslash": "..\\sessions.csv",
        "empty-part": "x//sessions.csv",
        "dot": "./sessions.csv",
    }
    for name, path in names.items():
        yield _no(f"zip-path-{name}", "unsafe_member", _entry(path))
    linked = _entry("sessions.csv", stat.S_IFLNK, "/etc/passwd")
    yield _no("zip-link", "unsafe_member", linked)
    yield _no("zip-device", "unsafe_member", _entry("sessions.csv", stat.S_IFCHR))
    hidden = zipped({"documents/../../x": "x", "sessions.csv": GOOD})
    yield _no("zip-path-in-documents", "unsafe_member", hidden)
    secret = bytearray(SOUND)
    for place, offset in ((secret.index(b"PK\x03\x04"), 6), (secret.index(b"PK\x01\x02"), 8)):
        secret[place + offset] |= 1
    yield _no("zip-with-password", "encrypted_archive", bytes(secret), trust="72")
    bomb = zipped({"sessions.csv": bytes(40_000_000)})
    yield _no("zip-bomb", "decompression_bomb", bomb)
    parts = zipped({f"t{i}.csv": bytes(4_000_000) for i in range(12)})
    yield _no("zip-bomb-in-parts", "decompression_bomb", parts)
    yield _no("zip-of-many", "too_many_files", zipped({f"t{i}.csv": "a" for i in range(2_100)}))
    yield _no("zip-in-a-zip", "nested_archive", zipped({"sessions.csv": GOOD, "more.zip": SOUND}))
    inner = zipped({"sessions.csv.gz": gzipped(GOOD)})
    yield _no("gzip-in-a-zip", "nested_archive", inner)


def _damaged() -> Iterator[Case]:
    yield _no("zip-cut", "truncated_archive", SOUND[:-30])
    yield _no("zip-cut-in-half", "truncated_archive", SOUND[: len(SOUND) // 2])
    place = SOUND.index(b"sessions.csv") + 20
    flipped = SOUND[:place] + bytes([SOUND[place] ^ 255]) + SOUND[place + 1 :]
    yield _no("zip-flipped", "truncated_archive", flipped)
    yield _no("zip-that-is-a-page", "not_an_archive", f"<html>{NAME}</html>".encode())
    yield _no("zip-of-zero-bytes", "empty_file", b"")
    yield _no("zip-only-start", "truncated_archive", b"PK\x03\x04")
    lying = bytearray(SOUND)
    at = lying.rindex(b"PK\x01\x02")
    lying[at + 24 : at + 28] = (10).to_bytes(4, "little")
    yield _no("zip-lies-about-size", "truncated_archive", bytes(lying))
    far = bytearray(SOUND)
    at = far.rindex(b"PK\x05\x06")
    far[at + 16 : at + 20] = (10**9).to_bytes(4, "little")
    yield _no("zip-list-elsewhere", "truncated_archive", bytes(far))


def _strange() -> Iterator[Case]:
    yield _no("zip-of-nothing", "empty_archive", zipped({}))
    yield _no("zip-of-folders", "empty_archive", zipped({"x/": "", "y/": ""}))
    folders = zipped({"2025/sessions.csv": GOOD, "2026/sessions.csv": GOOD})
    yield _no("zip-same-name-in-two-folders", "duplicate_file", folders)
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as archive:
        warnings.simplefilter("ignore")
        for text in (GOOD, GOOD.replace("attended", "no_show")):
            archive.writestr("sessions.csv", text)
    yield _no("zip-same-entry-twice", "duplicate_file", buffer.getvalue())
    cased = zipped({"sessions.csv": GOOD, "Sessions.CSV": GOOD})
    yield _no("zip-same-name-in-other-case", "duplicate_file", cased)
    both = {"sessions.csv": GOOD.encode(), "sessions.csv.gz": gzipped(GOOD)}
    yield Case("packed-and-unpacked", both, "rejected", "duplicate_file", trust="71")
    two = {"a.zip": SOUND, "b.zip": SOUND}
    yield Case("two-zips-of-one-file", two, "rejected", "duplicate_file", trust="71")
    yield _no("zip-of-a-part", "temp_name", zipped({"sessions.csv.part": GOOD}))
    yield _no("zip-open-in-excel", "temp_name", zipped({"~$x.xlsx": "", "sessions.csv": GOOD}))
    book = zipped({"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"})
    yield _no("workbook-named-zip", "not_an_archive", book)
    strong = zipped({"sessions.csv": GOOD}, zipfile.ZIP_LZMA)
    yield _no("zip-by-another-method", "unknown_archive", strong)
    yield _no("zip-of-an-empty-file", "empty_file", zipped({"sessions.csv": ""}), trust="30")
    yield _no("zip-of-a-page", "not_csv_html", zipped({"sessions.csv": f"<html>{NAME}"}))
