"""Fixtures that several test folders need: homes, the simulated practice, real data, chromium.

What only one folder needs belongs in that folder's own conftest. Nothing here asserts.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from orchestration.extract.pseudonyms import create_key
from orchestration.home import Home
from orchestration.simulator import write_demo_config
from tests.support import REPO, absent, made_once, run_rapport


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with the long files, so that the short ones fill the time until both workers end."""
    order = ["integration", "browser", "oracle", "bad_inputs", "unit", "structure"]

    def rank(item: pytest.Item) -> int:
        folder = item.path.relative_to(REPO / "tests").parts[0]
        return order.index(folder) if folder in order else len(order)

    items.sort(key=rank)


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the simulated practice, built once for the whole run; tests only read it.

    Its key is the same in every run: which clinician has which label, and which case comes first,
    hangs on it, and a run must say tomorrow what it says today.
    """

    def make(folder: Path) -> None:
        home = Home(folder / "home")
        home.create()
        write_demo_config(home.path)
        key = create_key(home.secrets)
        key.write_text("c0ffee11" * 8, encoding="ascii")
        size = ("--clinicians", "10", "--sessions", "4000", "--seed", "11")
        done = run_rapport(home.path, "demo", "--no-serve", *size)
        assert done.returncode == 0, done.stdout + done.stderr

    return made_once(tmp_path_factory, "demo", make) / "home"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with public data sets that nobody on this project made."""
    folder = Path(os.environ.get("RAPPORT_REALDATA", REPO.parent / "shared" / "data")).resolve()
    if not folder.is_dir():
        absent(f"public data sets not found at {folder} (set RAPPORT_REALDATA)")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser that the page tests drive."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        absent("chromium is not installed (Debian: apt-get install chromium)")
    return found
