"""A running dashboard over the simulated practice, and a real headless Chromium to look at it.

`RAPPORT_BROWSER_HOME` names a home that is already built, to save the minute while developing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.serving import FLAGS, Dashboard, Seen, looked_at, served, shown


@pytest.fixture(scope="session")
def served_home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the home to serve, because pages write reviews into it.

    One that is named, else the simulated practice of this run.
    """
    named = os.environ.get("RAPPORT_BROWSER_HOME")
    home = Path(named) if named else request.getfixturevalue("demo_home")
    copy = tmp_path_factory.mktemp("served") / "home"
    # What only a build needs is left behind.
    shutil.copytree(
        home, copy, symlinks=True, ignore=shutil.ignore_patterns("inbox", "landing", "build")
    )
    return copy


@pytest.fixture(scope="session")
def dashboard(served_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """Serve the dashboard and end it afterwards."""
    with served(served_home, tmp_path_factory.mktemp("streamlit") / "log") as address:
        yield shown(served_home, address)


# Of one file alone: while Playwright runs, no test of the same worker can run an event loop.
@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Start one Chromium for all tests of a file."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def seen(browser: Browser, dashboard: Dashboard) -> Iterator[Seen]:
    """Give a fresh page over the simulated practice."""
    with looked_at(browser, dashboard.address) as fresh:
        yield fresh


@pytest.fixture(scope="session")
def supervisors(dashboard: Dashboard) -> list[tuple[str, str]]:
    """Give label and key of the supervisors of the release day, in the order of the switch."""
    return dashboard.ask(
        """
        select distinct replace(c.clinician_label, 'Clinician', 'Supervisor'), c.clinician_key
        from core.supervision as s
        join core.dim_clinician as c on c.clinician_key = s.supervisor_key
        cross join meta.release as r
        where s.kind = 'assignment' and s.started_on <= r.as_of
            and coalesce(s.ended_on, date '9999-12-31') >= r.as_of
        order by 1
        """
    )
