"""Fixtures of the integration tests: the home of bad deliveries, built once.

What the deliveries are stands in bad_deliveries.py. Nothing here asserts.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.bad_deliveries import write_cases
from tests.support import run_rapport


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
    write_cases(home / "inbox")
    done.append(run_rapport(home, "build"))
    return Built(home, done[-1].returncode, "".join(each.stdout + each.stderr for each in done))
