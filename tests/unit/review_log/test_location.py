"""Where the log lies: one URL, told in private, and files for their owner alone."""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import closing
from pathlib import Path

import pytest

from review_log.errors import LogUnreachableError
from review_log.location import URL_VARIABLE, parse_url, url_of
from review_log.move import move
from review_log.store import open_log
from tests.unit.review_log.making import entry, viewing
from tests.unit.review_log.postgresql import Server

NOWHERE = "postgresql://rapport:hidden-word@10.0.0.1:5432/reviews"


@pytest.fixture(autouse=True)
def no_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(URL_VARIABLE, raising=False)


def tell(home: Path, text: str, mode: int = 0o600) -> None:
    (home / "secrets").mkdir(mode=0o700, exist_ok=True)
    file = home / "secrets" / "review_log_url"
    file.write_text(text + "\n")
    file.chmod(mode)


def test_by_default_it_is_a_private_file_in_the_home(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        log = open_log(tmp_path)
        log.record(entry())
        log.close()
    finally:
        os.umask(before)
    folder = tmp_path / "review_log"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert modes == {"review_log.sqlite3": 0o600}


def test_a_file_that_was_made_public_is_private_again(tmp_path: Path) -> None:
    open_log(tmp_path).close()
    file = tmp_path / "review_log" / "review_log.sqlite3"
    file.chmod(0o666)
    open_log(tmp_path).close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_home_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(LogUnreachableError, match="cannot be opened"):
        open_log(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_the_environment_goes_before_the_file_and_the_file_before_sqlite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert url_of(tmp_path).database == str(tmp_path / "review_log" / "review_log.sqlite3")
    tell(tmp_path, NOWHERE)
    assert url_of(tmp_path).database == "reviews"
    monkeypatch.setenv(URL_VARIABLE, NOWHERE.replace("/reviews", "/others"))
    assert url_of(tmp_path).database == "others"


def test_a_url_that_others_may_read_is_refused(tmp_path: Path) -> None:
    tell(tmp_path, NOWHERE, mode=0o640)
    with pytest.raises(LogUnreachableError, match="chmod 600"):
        url_of(tmp_path)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_url_without_driver_is_read_by_the_one_there_is(scheme: str) -> None:
    url = parse_url(NOWHERE.replace("postgresql", scheme))
    assert url.drivername == "postgresql+psycopg"
    assert "hidden-word" not in str(url) + repr(url)


@pytest.mark.parametrize(
    "text",
    [
        "hidden-word",
        "mysql://rapport:hidden-word@host/reviews",
        "postgresql://rapport:hidden-word@host",
        "postgresql://rapport:hidden-word@host:port/reviews",
        "postgresql+psycopg2://rapport:hidden-word@host/reviews",
        "sqlite://",
    ],
)
def test_a_url_that_cannot_be_used_is_not_repeated(text: str) -> None:
    with pytest.raises(LogUnreachableError, match="review log") as error:
        parse_url(text)
    assert "hidden-word" not in f"{error.value}{error.value.__cause__}"


def test_a_file_in_the_folder_of_the_log_can_be_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{tmp_path}/review_log/second.sqlite3")
    open_log(tmp_path).close()
    assert (tmp_path / "review_log" / "second.sqlite3").exists()


@pytest.mark.parametrize(
    "where",
    [
        "{other}/plain.txt",
        "{home}/releases/plain.txt",
        "{home}/review_log/../releases/plain.txt",
        "{home}/review_log/link",
        "plain.txt",
        "file:{other}/plain.txt?uri=true",
        "{home}/review_log/x.sqlite3?mode=memory",
        ":memory:",
    ],
)
def test_no_other_file_of_the_machine_becomes_a_log(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    for folder in (home / "releases", home / "review_log", other):
        folder.mkdir(parents=True)
    files = [other / "plain.txt", home / "releases" / "plain.txt"]
    for file in files:
        file.write_text("kept")
        file.chmod(0o644)
    (home / "review_log" / "link").symlink_to(files[0])
    monkeypatch.chdir(other)
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{where.format(home=home, other=other)}")
    with pytest.raises(LogUnreachableError, match="in the folder review_log/"):
        open_log(home)
    assert [(f.read_text(), stat.S_IMODE(f.stat().st_mode)) for f in files] == [("kept", 0o644)] * 2


def test_what_is_no_database_is_said_calmly(tmp_path: Path) -> None:
    (tmp_path / "review_log").mkdir()
    file = tmp_path / "review_log" / "review_log.sqlite3"
    file.write_bytes(b"not a database" * 100)
    with pytest.raises(LogUnreachableError, match="file is damaged"):
        open_log(tmp_path)
    file.unlink()
    file.mkdir()
    with pytest.raises(LogUnreachableError, match="cannot be opened"):
        open_log(tmp_path)


def test_a_server_by_one_url_in_a_file(tmp_path: Path, postgresql: Server) -> None:
    tell(tmp_path, postgresql.create("one_url"))
    with open_log(tmp_path).engine.connect() as con:
        assert con.dialect.name == "postgresql"
    assert not (tmp_path / "review_log").exists()


def test_a_file_that_was_replaced_or_removed_is_made_ready_anew(tmp_path: Path) -> None:
    """A backup is put back, or the demo starts over, while the dashboard runs."""
    log = open_log(tmp_path)
    log.record(entry(case="e1"))
    file = tmp_path / "review_log" / "review_log.sqlite3"
    shutil.copyfile(file, tmp_path / "backup")
    log.record(entry(case="e2"))
    (tmp_path / "backup").replace(file)
    assert [e.episode_key for e in log.read()] == ["e1"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    log.record(entry(case="e3"))
    assert [e.episode_key for e in open_log(tmp_path).read()] == ["e1", "e3"]
    shutil.rmtree(file.parent)
    log.record(entry(case="e4"))
    assert [e.episode_key for e in open_log(tmp_path).read()] == ["e4"]


def test_moving_to_a_server_takes_all_along_once(tmp_path: Path, postgresql: Server) -> None:
    log = open_log(tmp_path)
    log.record(entry(), entry(case="e2"))
    log.viewed(viewing())
    with pytest.raises(LogUnreachableError, match="No other database"):
        move(tmp_path)
    tell(tmp_path, postgresql.create("moved"))
    assert move(tmp_path) == (2, 1)
    with closing(open_log(tmp_path)) as moved:
        assert moved.engine.dialect.name == "postgresql"
        assert (moved.read(), moved.views()) == (log.read(), log.views())
    with pytest.raises(LogUnreachableError, match="already"):
        move(tmp_path)


def test_a_host_that_cannot_be_asked_is_a_silent_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL_VARIABLE, "postgresql://rapport:hidden-word@a..b/reviews")
    with pytest.raises(LogUnreachableError, match="does not answer"):
        open_log(tmp_path)
