"""Fixtures of the integration tests: homes that are built once.

What the deliveries are stands in tests/bad_inputs. Nothing here asserts.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.bad_inputs.cases import MAIL, NAME, Case, sessions, settings_of
from tests.bad_inputs.corpus import CASES
from tests.integration.small_practice import make_small_home
from tests.support import copy_of, made_once, run_rapport

TRAPS = "it's a hömé [x] 100%*"
# The build reads a part of the corpus, whose own tests read all of it.
BUILT: list[Case] = [
    case for case in CASES[::4] if sum(len(data) for data in case.files.values()) < 1_000_000
]
# Those that the tests name.
BUILT += [
    case for case in CASES if case.name in ("scientific-id", "unclosed-quote") and case not in BUILT
]


# And two deliveries of the small practice.
REJECTED = "session,who\n1,Anna Schmidt\n"
BAD_ROWS = (
    "session_id,client_id,clinician_id,started_at,status\n"
    "x1,anna@example.org,k1,2026-01-05T10:00:00,attended\n"
    "x2,c2,k1,yesterday,attended\n"
    + "".join(f"y{n},c2,k1,2026-01-{n:02d}T10:00:00,attended\n" for n in range(6, 28))
)


@dataclass(frozen=True)
class Built:
    """A home after one build, and what the program said meanwhile."""

    home: Path
    exit_code: int
    said: str


@pytest.fixture(scope="session")
def bad_home(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A home full of bad deliveries, at a path full of traps, after one build; only read."""

    def make(folder: Path) -> None:
        home = folder / TRAPS / "home"
        done = [run_rapport(home, "init")]
        (home / "rapport.toml").write_text(settings_of(BUILT), encoding="utf-8")
        for case in BUILT:
            case.write(home / "inbox")
        _write_oddities(home / "inbox")
        done.append(run_rapport(home, "build"))
        _tell(folder, *done)

    folder = made_once(tmp_path_factory, "bad", make)
    return _built(folder / TRAPS / "home", folder)


@pytest.fixture(scope="module")
def small_home(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The small practice, with a delivery that is rejected and one with bad rows, after one build.

    A copy for each file of tests.
    """

    def make(folder: Path) -> None:
        home = make_small_home(folder / "home")
        for name, text in (("broken", REJECTED), ("bad-rows", BAD_ROWS)):
            delivery = home.inbox / "clinic" / name
            delivery.mkdir(parents=True)
            (delivery / "sessions.csv").write_text(text)
        _tell(folder, run_rapport(home.path, "build"))

    folder = made_once(tmp_path_factory, "small", make)
    return _built(copy_of(folder / "home", tmp_path_factory.mktemp("small") / "home"), folder)


def _tell(folder: Path, *done: CompletedProcess[str]) -> None:
    """Keep for the other worker what the program said, and how the last run ended."""
    said = "".join(each.stdout + each.stderr for each in done)
    (folder / "said.json").write_text(json.dumps([done[-1].returncode, said]))


def _built(home: Path, folder: Path) -> Built:
    return Built(home, *json.loads((folder / "said.json").read_text()))


def _write_oddities(inbox: Path) -> None:
    """What no folder of files can be: links, pipes, stray files; and a site that is a person."""
    odd = inbox / "odd"
    (odd / "linked").mkdir(parents=True)
    (odd / "link").symlink_to("/etc")
    (odd / "linked" / "sessions.csv").symlink_to("/etc/passwd")
    (odd / "pipe").mkdir()
    os.mkfifo(odd / "pipe" / "sessions.csv")
    (odd / "nothing").mkdir()
    (inbox / f"{NAME}.csv").write_text(sessions())
    (inbox / NAME).mkdir()
    (inbox / NAME / "sessions.csv").write_text(sessions())
    staff = inbox / "staff" / "2026-02-01"
    staff.mkdir(parents=True)
    text = f"clinician_id,role,site_id,email\nt1,staff,{NAME},{MAIL}\nt2,supervisor,s1,{MAIL}\n"
    (staff / "clinicians.csv").write_text(text)
