"""Inboxes that are strange as folders: very many files, odd names on disk, nothing left open.

Belongs here: what depends on the file system. Does not belong here: links, pipes and files that
change (`tests/unit/ingest/test_inbox.py`), what is in the files (`*_cases.py`).
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from orchestration.extract import check_path, land_inbox
from orchestration.settings import Settings, load_settings
from orchestration.settings_template import init_home
from tests.bad_inputs.cases import NAME, sessions, zipped
from tests.bad_inputs.search import all_of, planted_in


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(init_home(tmp_path / "home", time_zone="Europe/London").path)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_ten_thousand_files_in_one_delivery(settings: Settings) -> None:
    folder = settings.home.inbox / "clinic" / "2026-02-01"
    folder.mkdir(parents=True)
    for number in range(10_000):
        (folder / f"{NAME} {number}.txt").write_text("x")
    (folder / "sessions.csv").write_text(sessions())
    before, began = open_files(), time.perf_counter()
    report = check_path(folder, None, settings)
    assert time.perf_counter() - began < 60
    assert open_files() <= before + 2
    assert [feed.rows_accepted for feed in report.feeds] == [3]
    assert len(report.warnings) == 21
    assert report.warnings[-1] == "and 9,980 more of the kind (unknown_file)"
    assert planted_in(all_of(report)) == []


def test_many_deliveries_at_once_leave_nothing_open(settings: Settings) -> None:
    source = settings.home.inbox / "clinic"
    source.mkdir(parents=True)
    for number in range(40):
        text = sessions().replace("s0,c0,", f"x{number},c0,")
        (source / f"sessions_{number}.csv").write_text(text)
        (source / f"sessions_{number + 100}.zip").write_bytes(zipped({"clients.csv": "broken"}))
    before = open_files()
    reports = land_inbox(settings)
    assert open_files() <= before + 2
    statuses = [report.status for report in reports]
    assert (statuses.count("accepted"), statuses.count("rejected")) == (40, 40)


@pytest.mark.parametrize("name", [b"\xff\xfe.csv", b"Quimby\xe9.csv", b"a\x07b.csv"])
def test_a_name_that_is_no_text(settings: Settings, name: bytes) -> None:
    folder = settings.home.inbox / "clinic" / "2026-02-01"
    folder.mkdir(parents=True)
    (folder / "sessions.csv").write_text(sessions())
    Path(bytes(folder).decode() + "/" + name.decode("utf-8", "surrogateescape")).write_text("x")
    (report,) = land_inbox(settings)
    assert report.status == "accepted_with_warnings"
    assert planted_in(all_of(report)) == []
    report.summary.encode()
    "\n".join(report.warnings).encode()
