"""Fixtures of the integration tests: the home of bad deliveries, built once.

What the deliveries are stands in tests/bad_inputs. Nothing here asserts.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bad_inputs.cases import MAIL, NAME, Case, sessions, settings_of
from tests.bad_inputs.corpus import CASES
from tests.support import run_rapport

# The build reads a part of the corpus, whose own tests read all of it.
BUILT: list[Case] = [
    case for case in CASES[::4] if sum(len(data) for data in case.files.values()) < 1_000_000
]
# Those that the tests name.
BUILT += [
    case for case in CASES if case.name in ("scientific-id", "unclosed-quote") and case not in BUILT
]


@dataclass(frozen=True)
class Built:
    """A home after one build, and what the program said meanwhile."""

    home: Path
    exit_code: int
    said: str


@pytest.fixture(scope="session")
def bad_home(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A home full of bad deliveries, at a path full of traps, after one build."""
    home = tmp_path_factory.mktemp("bad") / "it's a hömé [x] 100%*" / "home"
    done = [run_rapport(home, "init")]
    (home / "rapport.toml").write_text(settings_of(BUILT), encoding="utf-8")
    for case in BUILT:
        case.write(home / "inbox")
    _write_oddities(home / "inbox")
    done.append(run_rapport(home, "build"))
    return Built(home, done[-1].returncode, "".join(each.stdout + each.stderr for each in done))


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
