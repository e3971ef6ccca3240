"""`make bench-screens`: how long people wait for the dashboard of a very large practice.

Belongs here: the server, one real browser, twenty sessions without one, the clock and a table with
the targets of the specification beside what was found. Does not belong here: a failing exit; what
other programs do on the machine at the time is in every second here, so the load is printed first,
and each page is also set against its own queries in bare DuckDB: that ratio can be compared.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote_plus

import duckdb
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks import large_release
from benchmarks.served import RAPPORT, served
from benchmarks.session import Visitor

REPO = Path(__file__).resolve().parents[1]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
# A real practice of this size is built and its people copied: see `large_release`.
SMALL_CLINICIANS, SMALL_SESSIONS = 12, 6000

DIRECTOR = "Clinical director"
PAINTED = "[data-testid=stVegaLiteChart] :is(canvas, svg.marks)"
IDLE = "[data-testid=stApp][data-test-script-state=notRunning]"
# What is changed in the browser: the next option of a filter, each time another one.
CHANGES = (
    ("alliance", "Clinician"),
    ("alliance", "Period"),
    ("endings", "Clinician"),
    ("endings", "Site"),
    ("feedback", "Clinician"),
    ("month", "Period"),
    ("outcomes", "Clinician"),
    ("outcomes", "Period"),
    ("variation", "Period"),
    ("quality", "Clinician"),
    ("agenda", "Clinician"),
)
EACH = 8
# A practice has few sites, and an option seen before would be quicker than one nobody asked for.
FEW = {"Site": 3}
# From the key that chooses to the last change of the page: the script has run and what it drew
# has stood still for a while. The while itself is not counted, nor is the copy for screen readers
# that a grid writes into its canvas 0.3 s after it was drawn.
WATCH = """
() => {
  const app = document.querySelector('[data-testid=stApp]');
  const seen = { from: 0, ran: false, last: 0 };
  window.seen = seen;
  window.addEventListener('keydown', e => {
    if (e.key === 'Enter') { seen.from = performance.now(); seen.ran = false; seen.last = 0; }
  }, true);
  const state = () => app.getAttribute('data-test-script-state');
  const copied = change => change.target.closest?.('[data-testid=data-grid-canvas]');
  new MutationObserver(changes => {
    if (!seen.from || changes.every(copied)) return;
    if (state() !== 'notRunning') seen.ran = true;
    seen.last = performance.now();
  }).observe(app, { subtree: true, childList: true, attributes: true, characterData: true });
  // Asked once, answered in the page: questions from outside cost the page time.
  window.settled = quiet => new Promise(done => {
    const look = () => {
      const still = seen.ran && state() === 'notRunning' && performance.now() - seen.last > quiet;
      if (still) done((seen.last - seen.from) / 1000); else setTimeout(look, 50);
    };
    look();
  });
}
"""
QUIET_MS = 300


def small_home(cache: Path) -> Path:
    """Give a home with a real release of this version, built once."""
    home = cache / f"small-{_version()}"
    if not (home / "releases" / "current.json").is_file():
        print(f"building {SMALL_SESSIONS} sessions in {home}", flush=True)
        size = ["--clinicians", str(SMALL_CLINICIANS), "--sessions", str(SMALL_SESSIONS)]
        subprocess.run(  # noqa: S603 - the program of this environment
            [str(RAPPORT), "demo", *size, "--no-serve"],
            env={**os.environ, "RAPPORT_HOME": str(home)},
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return home


def large_home(cache: Path, clinicians: int) -> Path:
    """Give a home with a release of so many clinicians, made once for each version."""
    home = cache / f"large-{clinicians}-{_version()}"
    if not (home / "releases" / "current.json").is_file():
        small = small_home(cache)
        print(f"copying its people in {home}", flush=True)
        large_release.write(home, small, -(-clinicians // SMALL_CLINICIANS))
    return home


def _version() -> str:
    """Name what a release is made of: another model or simulator is another release."""
    digest = hashlib.sha256(Path(large_release.__file__).read_bytes())
    for folder in ("dbt_project/models", "dbt_project/macros", "seeds", "orchestration"):
        for path in sorted((REPO / folder).rglob("*")):
            if path.suffix in (".sql", ".csv", ".yml", ".py"):
                digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


def share(seconds: Sequence[float], part: int) -> float:
    """Give a percentile."""
    return statistics.quantiles(seconds, n=100, method="inclusive")[part - 1]


def first_chart(browser: Browser, address: str) -> float:
    """Give the seconds a visitor with an empty cache waits for the first chart."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    before = time.perf_counter()
    page.goto(f"{address}/month?as={quote_plus(DIRECTOR)}", wait_until="commit")
    page.locator(PAINTED).first.wait_for(timeout=120_000)
    waited = time.perf_counter() - before
    context.close()
    return waited


def change(page: Page, label: str) -> float:
    """Choose the next option of a filter by keyboard; give the seconds until the page stands."""
    box = page.get_by_role("combobox", name=label).first
    box.click()
    page.wait_for_timeout(250)
    box.press("ArrowDown")
    box.press("Enter")
    return float(page.evaluate(f"window.settled({QUIET_MS})"))


def changes(browser: Browser, address: str) -> dict[str, list[float]]:
    """Change filters on several pages as one director; seconds by page and filter."""
    page = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
    found: dict[str, list[float]] = {}
    for name, label in CHANGES:
        path = "" if name == "agenda" else name
        page.goto(f"{address}/{path}?as={quote_plus(DIRECTOR)}")
        page.wait_for_selector(".foot", timeout=60_000)
        page.wait_for_selector(IDLE, timeout=60_000)
        page.wait_for_timeout(500)
        page.evaluate(WATCH)
        if page.get_by_role("combobox", name=label).count():
            found[f"{name}, {label}"] = [change(page, label) for _ in range(FEW.get(label, EACH))]
    return found


def visitors(home: Path, port: int, count: int, asks: int, pause: float) -> list[float]:
    """Let sessions ask for pages and filters side by side; seconds of every answer.

    Args:
        home: whose release is served.
        port: of the dashboard.
        count: sessions at once.
        asks: pages each asks for, after its first.
        pause: mean seconds between an answer and the next question; 0 is none at all.
    """
    personas, clinicians = people(home)
    waited: list[float] = []

    def visit(number: int) -> None:
        draw = random.Random(number)  # noqa: S311 - choices of a benchmark
        viewer = DIRECTOR if number % 5 == 0 else personas[number % len(personas)]
        names = ["", "month", "alliance", "feedback", "endings", "outcomes"]
        with Visitor(port) as visitor:
            visitor.open("", **{"as": viewer})
            for _ in range(asks):
                time.sleep(draw.uniform(0.5, 1.5) * pause)
                asked = {"as": viewer, "period": draw.choice(["all", "2026-Q3", "2026-Q2"])}
                if viewer == DIRECTOR and draw.random() < 0.5:
                    asked["clinician"] = draw.choice(clinicians)
                before = time.perf_counter()
                visitor.open(draw.choice(names), **asked)
                waited.append(time.perf_counter() - before)

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waited


def people(home: Path) -> tuple[list[str], list[str]]:
    """Give personas of supervisors, and labels of clinicians."""
    told = json.loads((home / "releases" / "current.json").read_text())
    with duckdb.connect(str(home / "releases" / told["file"]), read_only=True) as con:
        labels = con.execute(
            """
            select distinct c.clinician_label
            from core.supervision as s
            join core.dim_clinician as c on s.supervisor_key = c.clinician_key
            cross join meta.release as r
            where s.kind = 'assignment' and s.client_key is null and s.started_on <= r.as_of
                and coalesce(s.ended_on, r.as_of) >= r.as_of
            order by 1
            """
        ).fetchall()
        everyone = con.execute("select clinician_label from core.dim_clinician").fetchall()
    personas = [f"Supervisor {label.removeprefix('Clinician ')}" for (label,) in labels]
    return personas, [label for (label,) in everyone]


def pages_against_queries() -> list[dict[str, object]]:
    """Run every page of the director in this process, cold and again, and its queries bare.

    Returns:
        A row for each page: seconds, queries, rows, and cold seconds per second of bare DuckDB.
    """
    # Only here: these need RAPPORT_HOME, and Streamlit in this process.
    from streamlit.testing.v1 import AppTest  # noqa: PLC0415

    from dashboards import warehouse  # noqa: PLC0415
    from dashboards.registry import PAGES  # noqa: PLC0415
    from dashboards.scope import Role  # noqa: PLC0415

    asked: list[tuple[str, dict[str, object], int]] = []
    run = warehouse._run

    def listen(
        con: duckdb.DuckDBPyConnection, sql: str, values: dict[str, object]
    ) -> warehouse.pl.DataFrame:
        rows = run(con, sql, values)
        asked.append((sql, values, rows.height))
        return rows

    warehouse._run = listen
    bare = duckdb.connect(str(warehouse.current_release().path), read_only=True)
    bare.execute("set threads = 2")
    app = AppTest.from_file(str(REPO / "dashboards" / "app.py"), default_timeout=120)
    app.query_params["as"] = DIRECTOR
    app.run()
    found: list[dict[str, object]] = []
    for page in PAGES:
        if Role.DIRECTOR not in page.roles:
            continue
        warehouse.st.cache_data.clear()
        asked.clear()
        app.switch_page(page.file)
        app.query_params["as"] = DIRECTOR
        cold = _timed(app.run)
        warm = min(_timed(app.run) for _ in range(3))
        raw = sum(_timed(lambda s=s, v=v: bare.execute(s, v).pl()) for s, v, _ in asked)
        found.append(
            {
                "page": page.name,
                "cold_s": round(cold, 2),
                "again_s": round(warm, 3),
                "queries": len(asked),
                "rows": sum(rows for _, _, rows in asked),
                "bare_s": round(raw, 2),
                "ratio": round(cold / raw, 1) if raw else None,
            }
        )
    return found


def _timed(work: Callable[[], object]) -> float:
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


def _pace() -> str:
    """Say how quick the machine is now: a rented one may take half as long again an hour later."""
    return f"ten million additions in {_timed(lambda: sum(range(10_000_000))):.2f} s"


def measure(home: Path, at_once: int) -> None:
    """Measure one home and print the table."""
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {_pace()}", flush=True)
    rows: list[tuple[str, str, str]] = []

    def say(what: str, found: float, unit: str = "s", target: str = "") -> None:
        rows.append((what, f"{found:.2f} {unit}" if unit == "s" else f"{found:.0f} {unit}", target))
        print("  ".join(rows[-1]), flush=True)

    with served(home) as server, sync_playwright() as playwright:
        say("server ready", server.ready_s)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        say("first chart, first visitor", first_chart(browser, server.address), target="< 3 s")
        say("first chart, second visitor", first_chart(browser, server.address), target="< 2 s")
        server.rest()
        before = server.cpu_s()
        found = changes(browser, server.address)
        spent = server.cpu_s() - before
        for where, seconds in found.items():
            say(f"  filter change: {where}: median", share(seconds, 50))
            say(f"  filter change: {where}: longest of {len(seconds)}", max(seconds))
        every = [second for seconds in found.values() for second in seconds]
        say(f"filter change, median of {len(every)}", share(every, 50))
        say("filter change, p95", share(every, 95), target="< 0.5 s")
        say("  processor time of the server in it, pages opened too", spent)
        say("  load of the last minute", os.getloadavg()[0], "programs")
        browser.close()
        say("memory after one user", server.memory_mb(), "MB")
        waited = visitors(home, server.port, at_once, 12, pause=5.0)
        say(f"{at_once} sessions, a page every 5 s each: median", share(waited, 50))
        say(f"{at_once} sessions, a page every 5 s each: p95", share(waited, 95), target="< 0.7 s")
        waited = visitors(home, server.port, at_once, 3, pause=0.0)
        say(f"{at_once} sessions without a pause: p95", share(waited, 95))
        say("memory at the end", server.memory_mb(), "MB", "< 600 MB")
        say("memory at most", server.memory_mb("VmHWM"), "MB")
    print(_pace(), flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.screens", "pages"],
        env={**os.environ, "RAPPORT_HOME": str(home)},
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    for row in json.loads(done.stdout.splitlines()[-1]):
        print("  ".join(f"{name} {value}" for name, value in row.items()), flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["pages"]:
        print(json.dumps(pages_against_queries()))
    else:
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("--clinicians", type=int, default=2000)
        parser.add_argument("--at-once", type=int, default=20)
        parser.add_argument("--home", type=Path, help="A home with a release, instead of making it")
        given = parser.parse_args()
        base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
        cached = base / "rapport-bench"
        measure(given.home or large_home(cached, given.clinicians), given.at_once)
