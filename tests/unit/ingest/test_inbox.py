"""What may lie in an inbox: links, pipes, half-written files, odd names; and manifests.

Belongs here: what becomes of a delivery as a whole. Does not belong here: rows.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
import threading
from datetime import datetime
from pathlib import Path

import pytest

from orchestration.defs.automation import Watch, look
from orchestration.errors import DeliveryHeld, DeliveryRejected
from orchestration.extract import inbox
from orchestration.extract.inbox import find_deliveries
from orchestration.extract.pii import safe_label
from tests.unit.ingest.making import GOOD, SESSIONS


def outcome(practice, name="clinic/today"):
    report = practice.land()[name]
    return report.status, (report.reason or "").split(":")[0]


def manifest(**changes) -> str:
    sha256 = hashlib.sha256(GOOD.encode()).hexdigest()
    files = [{"name": "sessions.csv", "sha256": sha256, "rows": 2}]
    return json.dumps({"source_system": "clinic", "files": files} | changes)


def test_a_plain_delivery_is_accepted(practice):
    practice.put("clinic/today", {"sessions.csv": GOOD, ".DS_Store": "x", "._sessions.csv": "x"})
    assert outcome(practice) == ("accepted", "")


def test_a_single_file_is_a_delivery_named_by_its_stem(practice):
    practice.put("clinic", {"sessions.csv": GOOD})
    assert outcome(practice, "clinic/sessions") == ("accepted", "")


@pytest.mark.parametrize(
    "name", ["sessions.csv.part", "~$sessions.xlsx", ".sessions.csv.swp", "a.tmp", "x.crdownload"]
)
def test_a_temporary_name_holds_the_delivery(practice, name):
    folder = practice.put("clinic/today", {"sessions.csv": GOOD, name: "x"})
    assert outcome(practice) == ("held", "temp_name")
    (folder / name).unlink()
    assert outcome(practice) == ("accepted", "")
    assert set(practice.landed("delivery")["status"]) == {"accepted"}


def test_an_empty_folder_is_held(practice):
    practice.put("clinic/today", {})
    assert outcome(practice) == ("held", "empty_delivery")


def test_links_are_not_followed(practice, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "sessions.csv").write_text(GOOD)
    folder = practice.put("clinic/today", {})
    (folder / "sessions.csv").symlink_to(tmp_path / "elsewhere" / "sessions.csv")
    (practice.home.inbox / "clinic" / "linked").symlink_to(tmp_path / "elsewhere")
    (practice.home.inbox / "other").symlink_to(tmp_path / "elsewhere")
    reports = practice.land()
    assert {name: each.reason.split(":")[0] for name, each in reports.items()} == {
        "clinic/linked": "symlink",
        "clinic/today": "symlink",
        "other/other": "symlink",
    }
    assert practice.landed("sessions").is_empty()


def test_a_pipe_is_not_opened(practice):
    folder = practice.put("clinic/today", {"sessions.csv": GOOD})
    os.mkfifo(folder / "clients.csv")
    assert outcome(practice) == ("rejected", "not_a_regular_file")


def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "sessions.csv")
    with pytest.raises(DeliveryRejected, match="not_a_regular_file"):
        inbox.hash_file(tmp_path / "sessions.csv", 1000)


def test_a_link_that_takes_the_place_of_a_file_is_not_followed(tmp_path):
    (tmp_path / "x").write_text("x")
    (tmp_path / "sessions.csv").symlink_to(tmp_path / "x")
    with pytest.raises(DeliveryRejected, match="symlink"):
        inbox.hash_file(tmp_path / "sessions.csv", 1000)


def test_a_file_that_changes_between_hashing_and_reading_is_held(tmp_path):
    path = tmp_path / "sessions.csv"
    path.write_text("before")
    sha256, size = inbox.hash_file(path, 1000)
    with inbox.open_file(path, sha256, size) as stream:
        assert stream.read() == b"before"
    path.write_text("after!")
    with inbox.open_file(path, sha256, size) as stream:
        assert stream.read(3) == b"aft"
        with pytest.raises(DeliveryHeld, match="changed_while_reading"):
            stream.read()
    path.unlink()
    with pytest.raises(DeliveryHeld, match="changed_while_reading"):
        inbox.open_file(path, sha256, size)


@pytest.mark.parametrize("now", ["", "befor", "before and more"])
def test_a_file_that_grows_or_shrinks_before_it_is_read_is_held(tmp_path, now):
    path = tmp_path / "sessions.csv"
    path.write_text("before")
    sha256, size = inbox.hash_file(path, 1000)
    path.write_text(now)
    with (
        inbox.open_file(path, sha256, size) as stream,
        pytest.raises(DeliveryHeld, match="changed_while_reading"),
    ):
        stream.read()


def test_a_file_that_is_written_while_it_is_read_is_held_at_its_end(tmp_path):
    path = tmp_path / "sessions.csv"
    path.write_text("before")
    sha256, size = inbox.hash_file(path, 1000)
    with inbox.open_file(path, sha256, size) as stream:
        os.utime(path, ns=(1, 1))
        with pytest.raises(DeliveryHeld, match="changed_while_reading"):
            stream.read()


def test_a_file_that_grows_while_it_is_hashed_is_held(tmp_path, monkeypatch):
    path = tmp_path / "sessions.csv"
    path.write_text("some")
    digest = hashlib.file_digest

    def slow(handle, name):
        done = digest(handle, name)
        with path.open("a") as more:
            more.write("more")
        return done

    monkeypatch.setattr(inbox.hashlib, "file_digest", slow)
    with pytest.raises(DeliveryHeld, match="changed_while_reading"):
        inbox.hash_file(path, 1000)


def test_an_unreadable_file_rejects_its_delivery_and_no_other(practice, monkeypatch):
    practice.put("clinic/today", {"sessions.csv": GOOD})
    practice.put("other/today", {"sessions.csv": GOOD})
    opened = os.open

    def refuse(path, flags, *mode):
        if "inbox/clinic" in str(path):
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, flags, *mode)

    monkeypatch.setattr(inbox.os, "open", refuse)
    reports = practice.land()
    assert (reports["clinic/today"].status, reports["other/today"].status) == (
        "rejected",
        "accepted",
    )
    assert reports["clinic/today"].reason == "unreadable: sessions.csv: may not be read"


def test_a_source_folder_that_may_not_be_opened_stops_no_other_source(practice, monkeypatch):
    practice.put("clinic/today", {"sessions.csv": GOOD})
    practice.put("other/Jane Canary", {"sessions.csv": GOOD})

    def refuse(path):
        raise PermissionError(errno.EACCES, "refused", str(path))

    def lstat(path):
        return refuse(path) if path.parent.name == "other" else os.lstat(path)

    monkeypatch.setattr(Path, "is_symlink", lambda path: stat.S_ISLNK(lstat(path).st_mode))
    reports = practice.land()
    assert reports.pop("clinic/today").status == "accepted"
    (report,) = reports.values()
    assert (report.source, report.reason) == (
        "other",
        "unreadable: the source's folder cannot be opened",
    )
    assert "Canary" not in str(report)


def test_a_file_that_is_too_large_is_rejected(practice):
    practice.configure("[intake]\nmax_file_mb = 1\n")
    practice.put("clinic/today", {"sessions.csv": GOOD + " " * 1_000_001})
    assert outcome(practice) == ("rejected", "too_big")


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("2026-03-04", "2026-03-04"),
        ("export_March", "export_March"),
        ("Jane_Smith", None),
        ("export-Jane-Smith-2", None),
        ("Jane Smith", None),
        ("jane@example.org", None),
        ("é", None),
        ("x" * 81, None),
    ],
)
def test_a_name_is_printed_only_when_it_is_nobody_s(name, label):
    printed = safe_label(name, "delivery")
    assert printed == (label or f"delivery-{hashlib.sha256(name.encode()).hexdigest()[:8]}")


def test_a_person_s_name_on_a_folder_or_file_is_printed_nowhere(practice):
    practice.put("clinic/Jane Canary", {"sessions.csv": GOOD, "Jane Canary.txt": "x"})
    practice.put("clinic/John_Canary", {"clients.csv": "<html>"})
    practice.put("Jim Canary/x", {"sessions.csv": GOOD})
    reports = practice.land()
    stored = repr(practice.state())
    assert "Canary" not in repr(reports) + stored
    assert sorted(each.status for each in reports.values()) == [
        "accepted_with_warnings",
        "rejected",
        "rejected",
    ]


def test_names_that_are_no_text_stop_nothing(practice):
    links = "entity,source_system,old_id,new_id,relation\nclient,clinic,c1,c2,same_person\n"
    practice.put("clinic/today", {"sessions.csv": GOOD, "id_links.csv": links})
    folder = Path(os.fsdecode(os.fsencode(practice.home.inbox) + b"/Andr\xe9"))
    folder.mkdir()
    (practice.home.inbox / "clinic" / f"{folder.name}.csv").write_text(GOOD, encoding="utf-8")
    seen = look(find_deliveries(practice.home.inbox), Watch({}), now=0)
    assert len(seen.watch.seen) == 2
    assert json.loads(seen.watch.to_cursor())
    reports = practice.land()
    assert reports["clinic/today"].status == "accepted"
    reasons = [each.reason.split(":")[0] for each in reports.values() if each.reason]
    assert reasons == ["source_name", "no_feed_file"]


def test_what_lies_beside_the_source_folders_is_said(practice):
    practice.put(".", {"sessions.csv": GOOD})
    assert outcome(practice, "inbox/sessions.csv") == ("rejected", "no_source")


def test_a_folder_inside_a_delivery_is_said(practice):
    practice.put("clinic/today", {"sessions.csv": GOOD})
    practice.put("clinic/today/more", {"clients.csv": "client_id\nc1\n"})
    (report,) = practice.land().values()
    assert report.warnings == ("more: a folder inside a delivery is not read (unknown_file)",)


def test_a_manifest_that_matches_is_believed(practice):
    text = manifest(extract_kind="full", generated_at="2026-03-06T05:00:00Z", time_zone="UTC")
    practice.put("clinic/today", {"sessions.csv": GOOD, "manifest.json": text})
    assert outcome(practice) == ("accepted", "")
    (row,) = practice.landed("delivery").rows(named=True)
    assert (row["extract_kind"], row["generated_at"]) == ("full", datetime(2026, 3, 6, 5))
    assert practice.landed("sessions")["started_at"].min() == datetime(2026, 3, 4, 10)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (manifest(files=[{"name": "sessions.csv", "sha256": "0" * 64}]), "manifest_mismatch"),
        (manifest(files=[{"name": "sessions.csv", "rows": 3}]), "manifest_mismatch"),
        (manifest(files=[{"name": "clients.csv"}]), "manifest_mismatch"),
        (manifest(files=[{"name": "../sessions.csv"}]), "manifest_mismatch"),
        ("{", "manifest_invalid"),
        ("[]", "manifest_invalid"),
        (manifest(extract_kind="partial"), "manifest_invalid"),
        (manifest(generated_at="yesterday"), "manifest_invalid"),
        (manifest(extract_kind="window", window_start="2026-01-01"), "manifest_invalid"),
        (manifest(time_zone="Mars/Base"), "unknown_time_zone"),
    ],
)
def test_a_manifest_that_does_not_fit_rejects_the_delivery(practice, text, rule):
    practice.put("clinic/today", {"sessions.csv": GOOD, "manifest.json": text})
    assert outcome(practice) == ("rejected", rule)
    assert practice.landed("sessions").is_empty()


def test_a_file_that_the_manifest_does_not_name_rejects_the_delivery(practice):
    files = {"sessions.csv": GOOD, "clients.csv": "client_id\nc1\n", "manifest.json": manifest()}
    practice.put("clinic/today", files)
    assert outcome(practice) == ("rejected", "manifest_mismatch")


def test_a_window_has_its_bounds_in_utc(practice):
    text = manifest(
        extract_kind="window", window_start="2026-07-01", window_end="2026-08-01T00:00:00Z"
    )
    practice.put("clinic/today", {"sessions.csv": GOOD, "manifest.json": text})
    practice.land()
    (row,) = practice.landed("delivery").rows(named=True)
    bounds = (datetime(2026, 6, 30, 23), datetime(2026, 8, 1))
    assert (row["window_start"], row["window_end"]) == bounds


def test_a_header_without_rows_is_believed_only_from_a_manifest(practice):
    empty = f"{SESSIONS}\n"
    practice.put("clinic/today", {"sessions.csv": empty})
    assert outcome(practice) == ("rejected", "no_rows")
    text = manifest(files=[{"name": "sessions.csv", "rows": 0}])
    practice.put("clinic/today", {"manifest.json": text})
    assert outcome(practice) == ("accepted", "")


def test_a_pipe_never_blocks_the_listing(practice):
    folder = practice.home.inbox / "clinic"
    folder.mkdir()
    os.mkfifo(folder / "sessions.csv")
    worker = threading.Thread(target=practice.land, daemon=True)
    worker.start()
    worker.join(timeout=30)
    assert not worker.is_alive()
