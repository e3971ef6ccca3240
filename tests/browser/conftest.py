"""A running dashboard over the simulated practice, and a real headless Chromium to look at it.

`RAPPORT_BROWSER_HOME` names a home that is already built, to save the minute while developing.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.support import REPO

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# On a deep link Streamlit's client first looks for its server below the page's own path, is told
# 404, and then finds it at the root; Chromium logs both. Not ours to change, and nothing else may
# be logged.
PROBES = ("/_stcore/health", "/_stcore/host-config")
READY = ".foot"
START_SECONDS = 60


@dataclass
class Dashboard:
    """A served dashboard: its address and the release it shows."""

    address: str
    release: Path

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Read the release file itself, to know what the page must show."""
        with duckdb.connect(str(self.release), read_only=True) as con:
            return con.execute(sql).fetchall()


@dataclass
class Seen:
    """What a page logged and asked for while it was looked at."""

    page: Page
    address: str
    console: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Open a path and wait until the page stands."""
        self.page.goto(f"{self.address}/{path}")
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until the script has run through and the charts are drawn."""
        self.page.wait_for_selector(READY, timeout=60_000)
        self.page.wait_for_selector(
            "[data-testid=stApp][data-test-script-state=notRunning]", timeout=60_000
        )
        self.page.wait_for_timeout(300)

    def words(self) -> str:
        """Give the text of the page without the side bar."""
        return self.page.inner_text("[data-testid=stMain]").replace("\u00a0", " ")


@pytest.fixture(scope="session")
def served_home(request: pytest.FixtureRequest) -> Path:
    """Give the home to serve: one that is named, else the simulated practice of this run."""
    named = os.environ.get("RAPPORT_BROWSER_HOME")
    return Path(named) if named else request.getfixturevalue("demo_home")


@pytest.fixture(scope="session")
def dashboard(served_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """Serve the dashboard as `rapport serve` does, on a free port, and end it afterwards."""
    port = free_port()
    log = tmp_path_factory.mktemp("streamlit") / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "streamlit",
                "run",
                str(REPO / "dashboards" / "app.py"),
                "--server.port",
                str(port),
            ],
            env={**os.environ, "RAPPORT_HOME": str(served_home)},
            cwd=REPO,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/_stcore/health", server, log)
        releases = served_home / "releases"
        told = json.loads((releases / "current.json").read_text(encoding="utf-8"))
        yield Dashboard(address, releases / told["file"])
    finally:
        server.terminate()
        server.wait(timeout=20)


def free_port() -> int:
    """Ask the system for a port nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers; when it ends first, fail with what it said."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text(encoding="utf-8", errors="replace")
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own loopback address
                return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"the dashboard did not answer: {log.read_text(encoding='utf-8')[-2000:]}")


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """Start one Chromium for all tests of this folder."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def seen(browser: Browser, dashboard: Dashboard) -> Iterator[Seen]:
    """Give a fresh page that remembers what was logged and what was asked of other hosts."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    looked = Seen(page, dashboard.address)

    def remember(message: ConsoleMessage) -> None:
        where = str(message.location.get("url", ""))
        if message.type in ("error", "warning") and not where.endswith(PROBES):
            looked.console.append(f"{message.type}: {message.text} ({where})")

    page.on("console", remember)
    page.on("pageerror", lambda error: looked.console.append(f"page error: {error}"))
    page.on(
        "request",
        lambda request: (
            looked.foreign.append(request.url)
            if not request.url.startswith((dashboard.address, "data:", "blob:"))
            else None
        ),
    )
    yield looked
    context.close()
