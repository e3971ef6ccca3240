"""`make pictures`: the pictures of the README and docs, taken from the running demo in Chromium.

Belongs here: which page is shown in which picture. Does not belong here: anything drawn by hand; a
picture shows what a reader will see after `make demo`.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from playwright.sync_api import Page, sync_playwright

RAPPORT = Path(sys.executable).with_name("rapport")
PICTURES = Path(__file__).parent / "pictures"
WIDTH = 1280
# Name of the picture, address, height of the part that is shown (None: the whole page).
PAGES = (
    ("agenda", "/", 1120),
    ("case", "/case?case={case}", 1360),
    ("month", "/month", 1120),
    ("alliance", "/alliance", 1000),
    ("endings", "/endings", 1050),
    ("variation", "/variation", 1180),
)
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
# A case that shows what the page is for: on the agenda, a rupture that repaired, many sessions.
A_TELLING_CASE = """
select agenda.episode_key
from metrics.supervision_agenda as agenda
inner join metrics.rupture as rupture using (episode_key)
where rupture.method_id = 'casesens_shrunk_sd'
    and rupture.tier = 'probable' and rupture.instrument = 'srs'
group by agenda.episode_key, agenda.session_index
order by
    bool_or(rupture.status = 'repaired') and bool_or(rupture.status != 'repaired') desc,
    bool_or(rupture.status = 'repaired') desc, agenda.session_index desc, agenda.episode_key
limit 1
"""


@contextmanager
def served(home: Path) -> Iterator[str]:
    """Serve a home on a free port; gives the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "RAPPORT_HOME": str(home)}
    server = subprocess.Popen(  # noqa: S603 - the program of this environment
        [str(RAPPORT), "serve", "--port", str(port)], env=environment
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                with urllib.request.urlopen(f"{address}/_stcore/health"):  # noqa: S310 - our own
                    break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.5)
        yield address
    finally:
        server.terminate()
        server.wait()


def settle(page: Page) -> None:
    """Wait until the page has drawn its footer and stands still."""
    page.wait_for_selector("footer.foot", timeout=60_000)
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.wait_for_timeout(1500)


def main() -> None:
    """Build the demo practice in a scratch home, serve it, and take every picture."""
    chromium = shutil.which("chromium") or sys.exit("chromium is not installed")
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        environment = {**os.environ, "RAPPORT_HOME": str(home)}
        subprocess.run([str(RAPPORT), "demo", "--no-serve"], env=environment, check=True)  # noqa: S603
        release = (home / "releases" / "current").resolve()
        with duckdb.connect(str(release), read_only=True) as connection:
            (case,) = connection.execute(A_TELLING_CASE).fetchone()
        with served(home) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            for name, path, height in PAGES:
                page = browser.new_page(viewport={"width": WIDTH, "height": height})
                page.goto(address + path.format(case=case))
                settle(page)
                page.screenshot(path=PICTURES / f"{name}.png")
                page.close()
                print(f"· docs/pictures/{name}.png")
            browser.close()


if __name__ == "__main__":
    main()
