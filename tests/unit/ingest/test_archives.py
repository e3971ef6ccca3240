"""Deliveries that come packed: what is opened, what is the same as unpacked, what is refused.

Belongs here: archives as deliveries. Does not belong here: the corpus of bad ones with what must
become of each (`tests/bad_inputs`).
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import stat
import zipfile

import pytest

from orchestration.errors import DeliveryHeld, DeliveryRejected
from orchestration.extract import archives, check_path
from orchestration.extract.archives import open_archive
from tests.unit.ingest.making import GOOD, SESSIONS, forget

CLIENTS = "client_id\nc1\nc2\n"


def zipped(files: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def outcome(practice) -> tuple[str, str]:
    (report,) = practice.land().values()
    return report.status, (report.reason or "").split(":")[0]


@pytest.mark.parametrize(
    ("delivery", "files"),
    [
        ("clinic", {"export.zip": zipped({"sessions.csv": GOOD, "clients.csv": CLIENTS})}),
        (
            "clinic/today",
            {"export.zip": zipped({"x/sessions.csv": GOOD, "x/clients.csv": CLIENTS})},
        ),
        (
            "clinic/today",
            {"sessions.csv.gz": gzip.compress(GOOD.encode()), "clients.csv": CLIENTS},
        ),
        (
            "clinic/today",
            {
                "sessions.csv.GZ": gzip.compress(GOOD.encode()),
                "c.zip": zipped({"clients.csv": CLIENTS}, zipfile.ZIP_STORED),
            },
        ),
    ],
)
def test_packed_files_land_as_the_files_they_hold(practice, delivery, files):
    practice.put(delivery, files)
    assert outcome(practice) == ("accepted", "")
    assert (practice.landed("sessions").height, practice.landed("clients").height) == (2, 2)


def test_the_same_data_packed_or_not_are_one_delivery_in_any_order(practice):
    forms = {
        "a-plain": {"sessions.csv": GOOD, "clients.csv": CLIENTS},
        "b-zip": {"export.zip": zipped({"sessions.csv": GOOD, "clients.csv": CLIENTS})},
        "c-gz": {
            "sessions.csv.gz": gzip.compress(GOOD.encode(), 1),
            "clients.csv.gz": gzip.compress(CLIENTS.encode(), 9),
        },
    }
    states = []
    for order in (list(forms), list(reversed(forms))):
        for name in order:
            practice.put(f"clinic/{name}", forms[name])
            practice.land()
        states.append(practice.state())
        assert practice.landed("sessions")["delivery_id"].n_unique() == 1
        forget(practice)
        for name in forms:
            for path in (practice.home.inbox / "clinic" / name).iterdir():
                path.unlink()
            (practice.home.inbox / "clinic" / name).rmdir()
    assert states[0] == states[1]


def test_check_reads_an_archive_anywhere(practice, tmp_path):
    place = tmp_path / "export.zip"
    place.write_bytes(zipped({"sessions.csv": GOOD}))
    report = check_path(place, None, practice.settings)
    assert (report.status, report.delivery) == ("accepted", "export")
    assert [feed.rows_accepted for feed in report.feeds] == [2]


def test_the_name_of_a_packed_file_tells_when_it_was_made(practice):
    practice.put("clinic", {"export.zip": zipped({"sessions_2026-03-06.csv": GOOD})})
    practice.put("clinic", {"sessions_2026-03-07.csv.gz": gzip.compress(GOOD.encode())})
    reports = practice.land()
    assert "clinic/sessions_2026-03-07" in reports
    days = practice.landed("delivery")["generated_at"].dt.day()
    assert sorted(days) == [6, 7]


def manifest(name: str, **facts: object) -> str:
    return json.dumps({"extract_kind": "full", "files": [{"name": name, **facts}]})


def test_a_manifest_in_an_archive_is_the_manifest(practice):
    sha256 = hashlib.sha256(GOOD.encode()).hexdigest()
    text = manifest("sessions.csv", sha256=sha256, rows=2)
    practice.put("clinic", {"export.zip": zipped({"sessions.csv": GOOD, "manifest.json": text})})
    assert outcome(practice) == ("accepted", "")
    assert practice.landed("delivery")["extract_kind"].to_list() == ["full"]


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({}, ("accepted", "")),
        ({"rows": 2}, ("accepted", "")),
        ({"rows": 3}, ("rejected", "manifest_mismatch")),
        ({"sha256": "0" * 64}, ("rejected", "manifest_mismatch")),
    ],
)
@pytest.mark.parametrize("name", ["sessions.csv.gz", "sessions.csv"])
def test_a_manifest_beside_an_archive_names_it_or_what_it_holds(practice, name, facts, wanted):
    data = gzip.compress(GOOD.encode())
    practice.put(
        "clinic/today", {"sessions.csv.gz": data, "manifest.json": manifest(name, **facts)}
    )
    assert outcome(practice) == wanted


def test_a_manifest_gives_the_hash_of_the_archive_it_names(practice):
    data = zipped({"sessions.csv": GOOD, "clients.csv": CLIENTS})
    text = manifest("e.zip", sha256=hashlib.sha256(data).hexdigest())
    practice.put("clinic/today", {"e.zip": data, "manifest.json": text})
    assert outcome(practice) == ("accepted", "")
    practice.put("clinic/today", {"manifest.json": manifest("e.zip", rows=4)})
    assert outcome(practice) == ("rejected", "manifest_invalid")


def test_two_manifests_are_one_too_many(practice):
    inner = zipped({"sessions.csv": GOOD, "manifest.json": "{}"})
    practice.put("clinic/today", {"export.zip": inner, "manifest.json": "{}"})
    assert outcome(practice) == ("rejected", "manifest_invalid")


def test_documents_and_system_files_are_passed_over_and_counted(practice):
    junk = {
        "__MACOSX/._sessions.csv": "x",
        ".DS_Store": "x",
        "documents/12/scan of Jane Canary.pdf": "x",
        "ehi/documents/sessions.csv": "x",
    }
    practice.put("clinic", {"export.zip": zipped({"ehi/sessions.csv": GOOD, **junk})})
    (report,) = practice.land().values()
    assert report.warnings == (
        "export.zip: files passed over (system files, documents): 4 (ignored_member)",
    )
    assert practice.landed("sessions").height == 2


def test_a_delivery_keeps_nothing_of_an_archive_on_disk(practice):
    practice.put("clinic", {"export.zip": zipped({"Jane Canary/sessions.csv": GOOD})})
    before = {path for path in practice.home.path.rglob("*") if "inbox" in path.parts}
    practice.land()
    after = {path.name for path in practice.home.path.rglob("*")}
    assert {path for path in practice.home.path.rglob("*") if "inbox" in path.parts} == before
    assert not {"Jane Canary", "sessions.csv"} & after


def test_a_large_list_of_members_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_LIST_BYTES", 1000)
    path = tmp_path / "export.zip"
    path.write_bytes(zipped({f"t{i}.csv": "a" for i in range(100)}))
    with pytest.raises(DeliveryRejected, match="truncated_archive"):
        open_archive(path, "", path.stat().st_size, 1000)


def test_an_archive_that_is_replaced_is_held(tmp_path):
    path = tmp_path / "export.zip"
    for data in (zipped({"sessions.csv": GOOD}), gzip.compress(GOOD.encode())):
        place = path if data.startswith(b"PK") else path.with_suffix(".gz")
        place.write_bytes(data)
        (file,) = open_archive(place, "", len(data), 10_000).files
        assert file.read_bytes() == GOOD.encode()
        other = f"{SESSIONS}\n"
        packed = data.startswith(b"PK")
        place.write_bytes(zipped({"sessions.csv": other}) if packed else gzip.compress(b"other"))
        with pytest.raises(DeliveryHeld, match="changed_while_reading"):
            file.read_bytes()


def test_a_member_that_unpacks_to_more_than_a_file_may_hold(practice):
    practice.configure("[intake]\nmax_file_mb = 1\n")
    practice.put("clinic", {"export.zip": zipped({"sessions.csv": GOOD + " " * 1_000_001})})
    assert outcome(practice) == ("rejected", "too_big")


def test_a_member_that_lies_about_its_size(practice):
    data = bytearray(zipped({"sessions.csv": GOOD * 1000}))
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = (10).to_bytes(4, "little")
    practice.put("clinic", {"export.zip": bytes(data)})
    assert outcome(practice) == ("rejected", "truncated_archive")


def test_links_in_an_archive_are_refused_whatever_they_point_to(practice):
    entry = zipfile.ZipInfo("sessions.csv")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    practice.put("clinic", {"export.zip": buffer.getvalue()})
    assert outcome(practice) == ("rejected", "unsafe_member")
