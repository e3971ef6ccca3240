"""From a question to a delivery that stands: whole or not at all, and remembered only then.

Belongs here: folders, cursors, keys and the order of the steps, with a fetcher that asks nobody.
Does not belong here: HTTP (test_web.py), any vendor (test_cliniko.py).
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from orchestration.errors import HomeBusyError, RapportError, SettingsError
from orchestration.extract.inbox import find_deliveries
from orchestration.fetch import FETCHERS
from orchestration.fetch.base import FetchError, FetchOptions, Job, read_options
from orchestration.fetch.pages import Pages
from orchestration.fetch.run import Outcome, fetch_sources
from orchestration.lock import hold
from orchestration.settings import SourceConfig, load_settings
from orchestration.settings_template import init_home

NOW = datetime.now(UTC).replace(microsecond=0)
PAGE = b"client_id\nc1\n"
TOML = """
[sources.clinic.fetch]
[sources.other]
extract_kind = "full"
"""


class Toy:
    """Saves one canonical file; what it does is each test's own."""

    name = "canonical"

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.act: Callable[[Job], datetime] = self.save

    def options(self, source: str, config: SourceConfig) -> FetchOptions:  # noqa: D102
        return read_options(FetchOptions, source, config)

    def needs_secret(self, options: FetchOptions) -> bool:  # noqa: D102
        return True

    def fetch(self, job: Job) -> datetime:  # noqa: D102
        self.jobs.append(job)
        return self.act(job)

    @staticmethod
    def save(job: Job) -> datetime:  # noqa: D102
        job.pages.write("clients.csv", PAGE, 1)
        return NOW


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Toy:
    made = Toy()
    monkeypatch.setitem(FETCHERS, "canonical", made)
    monkeypatch.setenv("RAPPORT_SECRET_CLINIC", "canary-key")
    return made


@pytest.fixture
def home(tmp_path: Path, toy: Toy) -> Path:
    made = init_home(tmp_path / "home").path
    (made / "rapport.toml").write_text(TOML)
    return made


def fetch(home: Path, *names: str, full: bool = False) -> list[Outcome]:
    return list(fetch_sources(load_settings(home), names, full=full))


def inbox_of(home: Path) -> list[str]:
    return sorted(str(p.relative_to(home / "inbox")) for p in (home / "inbox").rglob("*"))


def age(home: Path, name: str, **by: float) -> None:
    path = home / "fetch" / "clinic.json"
    content = json.loads(path.read_text())
    content[name] = (datetime.fromisoformat(content[name]) - timedelta(**by)).isoformat()
    path.write_text(json.dumps(content))


def test_a_fetch_is_a_delivery_for_its_owner_alone(home: Path, toy: Toy) -> None:
    outcome = fetch(home)[0]
    assert outcome == Outcome("clinic", f"{NOW:%Y%m%dT%H%M%SZ}", "full", 1, 1)
    folder = home / "inbox" / "clinic" / outcome.delivery
    assert (folder / "clients.csv").read_bytes() == PAGE
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["extract_kind"] == "full"
    assert manifest["generated_at"] == f"{NOW:%Y-%m-%dT%H:%M:%SZ}"
    assert manifest["files"][0]["rows"] == 1
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert (stat.S_IMODE(folder.stat().st_mode), modes) == (0o700, {0o600})
    assert stat.S_IMODE((home / "fetch" / "clinic.json").stat().st_mode) == 0o600
    found = find_deliveries(home / "inbox")
    assert [(each.source, each.problem) for each in found] == [("clinic", None)]


def test_the_second_fetch_asks_for_changes_with_an_overlap(home: Path, toy: Toy) -> None:
    first, second = fetch(home)[0], fetch(home)[0]
    assert toy.jobs[0].since is None
    assert toy.jobs[1].since == NOW - timedelta(days=3)
    assert second.kind == "delta"
    assert second.delivery == f"{first.delivery}-2"


@pytest.mark.parametrize("why", ["option", "a week", "settings", "no cursor", "broken", "ahead"])
def test_when_everything_is_fetched_again(home: Path, toy: Toy, why: str) -> None:
    fetch(home)
    if why == "a week":
        age(home, "full_at", days=7)
    elif why == "settings":
        (home / "rapport.toml").write_text(
            TOML.replace("[sources.other]", "overlap_days = 5\n[sources.other]")
        )
    elif why == "no cursor":
        (home / "fetch" / "clinic.json").unlink()
    elif why == "broken":
        (home / "fetch" / "clinic.json").write_text("{")
    elif why == "ahead":
        age(home, "fetched_at", days=-3)
    assert fetch(home, full=why == "option")[0].kind == "full"
    assert toy.jobs[-1].since is None


def test_a_delta_does_not_put_off_the_next_full_one(home: Path, toy: Toy) -> None:
    fetch(home)
    age(home, "full_at", days=6)
    assert fetch(home)[0].kind == "delta"
    age(home, "full_at", days=1)
    assert fetch(home)[0].kind == "full"


@pytest.mark.parametrize("error", [FetchError("clinic", "patients", "fails"), KeyError("Zyx")])
def test_a_failed_fetch_leaves_nothing_and_is_not_remembered(
    home: Path, toy: Toy, error: Exception
) -> None:
    def act(job: Job) -> datetime:
        job.pages.write("clients.csv", PAGE, 1)
        raise error

    toy.act = act
    problem = fetch(home)[0].problem
    assert problem is not None
    assert "Zyx" not in problem
    assert inbox_of(home) == ["clinic"]
    assert not (home / "fetch" / "clinic.json").exists()


def test_a_full_disk_is_said(home: Path, toy: Toy) -> None:
    def act(job: Job) -> datetime:
        raise OSError(28, "No space left on device", "/home/Zyx")

    toy.act = act
    assert fetch(home)[0].problem == (
        "clinic: its pages cannot be written (No space left on device): see `rapport doctor`"
    )


def test_a_killed_fetch_is_never_read_and_swept_by_the_next(home: Path, toy: Toy) -> None:
    def act(job: Job) -> datetime:
        job.pages.write("clients.csv", PAGE, 1)
        found = find_deliveries(home / "inbox")
        assert {each.problem.rule for each in found if each.problem} == {"temp_name"}
        raise KeyboardInterrupt

    left = home / "inbox" / "clinic" / "20260101T000000Z.part"
    left.mkdir(parents=True)
    (left / "clients.csv").write_bytes(PAGE)
    mine = home / "inbox" / "clinic" / "mine.part"
    mine.mkdir()
    toy.act = act
    with pytest.raises(KeyboardInterrupt):
        fetch(home)
    assert inbox_of(home) == ["clinic", "clinic/mine.part"]


def test_the_cursor_waits_until_the_delivery_stands(
    home: Path, toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(OSError(5, "I/O error")))
    assert "cannot be written" in (fetch(home)[0].problem or "")
    assert not (home / "fetch" / "clinic.json").exists()


def test_one_sources_trouble_is_its_own(home: Path, toy: Toy) -> None:
    text = TOML + "[sources.third.fetch]\n[sources.second.fetch]\n"
    (home / "rapport.toml").write_text(text)
    os.environ.pop("RAPPORT_SECRET_THIRD", None)
    (home / "secrets" / "third.key").write_text("a-key\n")
    (home / "secrets" / "third.key").chmod(0o600)
    outcomes = {each.source: each.problem for each in fetch(home)}
    assert outcomes["clinic"] is None
    assert outcomes["third"] is None
    assert "secrets/second.key" in (outcomes["second"] or "")
    assert [job.secret for job in toy.jobs] == ["canary-key", "a-key"]


def test_a_key_that_others_may_read_is_refused(
    home: Path, toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RAPPORT_SECRET_CLINIC")
    key = home / "secrets" / "clinic.key"
    key.write_text("canary-key\n")
    key.chmod(0o644)
    assert "may be read by others" in (fetch(home)[0].problem or "")
    for text in ("", "two\nlines", "ké"):
        key.write_text(text)
        key.chmod(0o600)
        assert "key" in (fetch(home)[0].problem or "")
    assert toy.jobs == []


def test_only_sources_that_are_fetched_can_be_named(home: Path, toy: Toy) -> None:
    for names in (["other"], ["clinic", "Zyx"]):
        with pytest.raises(RapportError, match="fetched are: clinic") as caught:
            fetch(home, *names)
        assert "Zyx" not in str(caught.value)
    assert toy.jobs == []


def test_two_fetches_do_not_meet(home: Path, toy: Toy) -> None:
    (home / "fetch").mkdir(exist_ok=True)

    def act(job: Job) -> datetime:
        child = os.fork()
        if child == 0:  # another process: the lock is the process's own
            os._exit(0 if _is_busy(home) else 1)
        assert os.waitpid(child, 0)[1] == 0
        return Toy.save(job)

    toy.act = act
    assert fetch(home)[0].problem is None


def _is_busy(home: Path) -> bool:
    from orchestration import lock  # noqa: PLC0415 -- as if this process had just begun

    lock._held.clear()
    try:
        with hold(home / "fetch"):
            return False
    except HomeBusyError:
        return True


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[sources.a]\nreader = "mapped"\n[sources.a.fetch]', "sources.a"),
        ("[sources.a.fetch]\noverlap_days = 1", "sources.a.fetch.overlap_days"),
        ("[sources.a.fetch]\nkey = 'canary'", "sources.a.fetch.key: unknown key"),
        ("[sources.a]\nfetch = true", "sources.a.fetch"),
        ("[sources.pseudonym.fetch]", "sources.pseudonym.fetch"),
        (
            "[sources.a-b.fetch]\n[sources.A_b.fetch]",
            "sources.A_b.fetch: its key would come from the variable of sources.a-b",
        ),
    ],
)
def test_the_fetch_table_is_checked(home: Path, toy: Toy, text: str, said: str) -> None:
    (home / "rapport.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(home)
    assert said in str(caught.value)
    assert "canary" not in str(caught.value)


def test_how_a_file_came_does_not_decide_how_it_is_read() -> None:
    bare, fetched = SourceConfig(), SourceConfig(fetch={"overlap_days": 9})
    assert bare.fingerprint("UTC") == fetched.fingerprint("UTC")


def test_pages_have_plain_names(tmp_path: Path) -> None:
    pages = Pages(tmp_path, "clinic")
    for name in ("../up.json", "Zyx.json", "a/b.json", "manifest", ".json", "a.exe"):
        with pytest.raises(ValueError, match="plain name"):
            pages.write(name, b"", 0)


def test_the_command_says_what_came_and_fails_when_one_did(
    home: Path, toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration.cli import cli  # noqa: PLC0415 -- imports click's commands lazily

    monkeypatch.setenv("RAPPORT_HOME", str(home))
    done = CliRunner().invoke(cli, ["fetch"], standalone_mode=False)
    assert done.return_value == 0
    assert "1 record on 1 page, full" in done.output
    toy.act = lambda job: (_ for _ in ()).throw(FetchError("clinic", "patients", "fails"))
    done = CliRunner().invoke(cli, ["fetch", "clinic"], standalone_mode=False)
    assert done.return_value == 1
    assert "clinic: patients: fails" in done.output
    (home / "rapport.toml").write_text("")
    done = CliRunner().invoke(cli, ["fetch"], standalone_mode=False)
    assert done.return_value == 0


def test_the_doctor_looks_for_the_key_and_the_last_fetch(
    home: Path, toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration.doctor import _fetching  # noqa: PLC0415 -- one look of many

    def look() -> list[tuple[str, bool]]:
        return [(each.said, each.is_well) for each in _fetching(load_settings(home))]

    assert look() == [("clinic: never fetched; `rapport fetch clinic`", True)]
    fetch(home)
    assert look() == [
        (f"clinic: fetched last at {NOW:%Y-%m-%d %H:%M} UTC; `rapport fetch clinic`", True)
    ]
    monkeypatch.delenv("RAPPORT_SECRET_CLINIC")
    said, is_well = look()[0]
    assert "its key is missing: put it into secrets/clinic.key" in said
    assert not is_well
    key = home / "secrets" / "clinic.key"
    key.write_text("canary-key")
    key.chmod(0o640)
    said, is_well = look()[0]
    assert "chmod 600 secrets/clinic.key" in said
    assert "canary" not in said
    assert not is_well
