"""Serving a home and looking at it: what the fixtures and tests of this folder are made of.

Belongs here: the server, the browser's flags, what a visit remembers, what every page must pass.
Does not belong here: which page must show what.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import duckdb
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page

from dashboards.registry import BY_NAME, PAGES
from tests.reading import long_sentences
from tests.support import RAPPORT

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
START_SECONDS = 240
BROKEN = ("Traceback", "Error:", "This app has encountered an error", "Oh no", "undefined", "NaN")
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1400, "height": 1000}


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

    def must_be_sound(self) -> None:
        """Hold the page as it stands to what every page promises.

        With everything on it that opens open: no exception, nothing of a machine in its words, no
        sentence too long to read, nothing that axe finds, nothing wider than a phone.
        """
        self.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        words = self.words()
        assert self.page.locator("[data-testid=stException]").count() == 0, words[:400]
        assert not [bad for bad in BROKEN if bad in words], words[:400]
        too_long = long_sentences(words)
        assert not too_long, "\n".join(too_long)
        found = Axe().run(self.page)
        assert found.violations_count == 0, found.generate_report()
        self.page.set_viewport_size(PHONE)
        # Charts are drawn anew for the width, which takes a busy machine a while.
        for _ in range(25):
            self.page.wait_for_timeout(200)
            too_wide = self.page.evaluate(
                "(() => { const m = document.querySelector('[data-testid=stMain]');"
                " return m.scrollWidth - m.clientWidth; })()"
            )
            if too_wide <= 0:
                break
        self.page.set_viewport_size(DESK)
        assert too_wide <= 0, f"{too_wide} px wider than a phone"

    def must_be_quiet(self) -> None:
        """Hold all visits so far to: no error in the console, no request to another host."""
        assert not self.console, self.console
        assert not self.foreign, self.foreign


def wait_until(page: Page, expression: str, arg: object = None, seconds: float = 30) -> None:
    """Wait until an expression holds.

    Playwright's own `wait_for_function` needs `eval` in the page, which its policy forbids.
    """
    until = time.monotonic() + seconds
    while not page.evaluate(expression, arg):
        assert time.monotonic() < until, f"never: {expression}"
        page.wait_for_timeout(20)


def link(name: str, persona: str, **parameters: str) -> str:
    """Give a deep link to a page as a persona; the first page is the home."""
    path = "" if BY_NAME[name] is PAGES[0] else name
    asked = {"as": persona, **parameters}
    return f"{path}?" + "&".join(f"{k}={quote_plus(v)}" for k, v in asked.items())


@contextmanager
def served(home: Path, log: Path, **environment: str) -> Iterator[str]:
    """Serve a home by `rapport serve` on a free port, give its address, and end it afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with log.open("wb") as output:
        server = subprocess.Popen(
            [str(RAPPORT), "serve", "--port", str(port)],
            env={**os.environ, "RAPPORT_HOME": str(home), **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/_stcore/health", server, log)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers; when it ends first, fail with what it said."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text(encoding="utf-8", errors="replace")
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own loopback address
                return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(f"the dashboard did not answer: {log.read_text(encoding='utf-8')[-2000:]}")


def shown(home: Path, address: str) -> Dashboard:
    """Give a served home with the release that is current in it."""
    releases = home / "releases"
    told = json.loads((releases / "current.json").read_text(encoding="utf-8"))
    return Dashboard(address, releases / told["file"])


@contextmanager
def looked_at(browser: Browser, address: str, **context: Any) -> Iterator[Seen]:
    """Give a fresh page that remembers what was logged and what was asked of other hosts."""
    opened = browser.new_context(viewport=DESK, **context)
    page = opened.new_page()
    seen = Seen(page, address)

    def remember(message: ConsoleMessage) -> None:
        where = str(message.location.get("url", ""))
        if message.type in ("error", "warning") and not where.endswith(PROBES):
            seen.console.append(f"{message.type}: {message.text} ({where})")

    page.on("console", remember)
    page.on("pageerror", lambda error: seen.console.append(f"page error: {error}"))
    page.on(
        "request",
        lambda request: (
            seen.foreign.append(request.url)
            if not request.url.startswith((address, "data:", "blob:"))
            else None
        ),
    )
    yield seen
    opened.close()
