"""`make pictures`: the pictures of the README and docs, taken from the running demo in Chromium.

Belongs here: which page is shown in which picture. Does not belong here: anything drawn by hand; a
picture shows what a reader will see after `make demo`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_plus

import duckdb
from playwright.sync_api import Browser, sync_playwright

from tests.browser.serving import FLAGS, Seen, served
from tests.support import RAPPORT

PDFTOPPM = shutil.which("pdftoppm") or sys.exit("pdftoppm is not installed (poppler-utils)")
FOLDER = Path(__file__).parent / "pictures"


@dataclass(frozen=True)
class Picture:
    """One picture: its name, the address it shows, and how it is looked at."""

    name: str
    path: str
    height: int
    scheme: str = "light"
    width: int = 1280


DIRECTOR, ANALYST = "as=Clinical+director", "as=Analyst"
PICTURES = (
    Picture("agenda", "?as={supervisor}", 1180),
    Picture("meeting", "meeting?as={supervisor}&cases={case}&at=1&each=10&for=60", 1180),
    Picture("case", "case?as={supervisor}&case={case}", 1360),
    Picture("caseload", "caseload?as={supervisor}&clinician={clinician}&status=open", 1180),
    Picture("month", f"month?{DIRECTOR}", 1180),
    Picture("month_dark", f"month?{DIRECTOR}", 1180, scheme="dark"),
    Picture("alliance", f"alliance?{DIRECTOR}", 1180),
    Picture("endings", f"endings?{DIRECTOR}", 1050),
    Picture("outcomes", f"outcomes?{DIRECTOR}", 1050),
    Picture("feedback", f"feedback?{DIRECTOR}", 1050),
    Picture("needs", f"needs?{DIRECTOR}", 1050),
    Picture("variation", f"variation?{DIRECTOR}", 1180),
    Picture("quality", f"quality?{DIRECTOR}", 1050),
    Picture("access", f"access?{DIRECTOR}", 1050),
    Picture("definitions", f"definitions?{ANALYST}", 1050),
    Picture("query", f"query?{ANALYST}", 1050),
    Picture("agenda_phone", "?as={supervisor}", 844, width=390),
)
# Papers, the first page of each as a picture.
PAPERS = (
    ("paper_case", ("case", "{case}")),
    ("paper_month", ("month",)),
)
# A case that shows what its page is for, and its supervisor: on the agenda, a rupture that
# repaired, many sessions.
A_TELLING_CASE = """
select
    agenda.episode_key, replace(agenda.supervisor_label, 'Clinician', 'Supervisor'),
    agenda.clinician_label
from metrics.supervision_agenda as agenda
inner join metrics.rupture as rupture using (episode_key)
where rupture.method_id = 'casesens_shrunk_sd'
    and rupture.tier = 'probable' and rupture.instrument = 'srs'
    and agenda.supervisor_label is not null
group by agenda.episode_key, agenda.session_index, agenda.supervisor_label,
    agenda.clinician_label
order by
    bool_or(rupture.status = 'repaired') and bool_or(rupture.status != 'repaired') desc,
    bool_or(rupture.status = 'repaired') desc, agenda.session_index desc, agenda.episode_key
limit 1
"""


def take(browser: Browser, address: str, shot: Picture, words: dict[str, str]) -> None:
    """Take one picture of a page."""
    page = browser.new_page(
        viewport={"width": shot.width, "height": shot.height}, color_scheme=shot.scheme
    )
    seen = Seen(page, address)
    seen.open(shot.path.format(**words))
    page.wait_for_timeout(1200)
    page.screenshot(path=FOLDER / f"{shot.name}.png")
    page.close()
    print(f"· docs/pictures/{shot.name}.png")


def print_paper(home: Path, name: str, told: tuple[str, ...], words: dict[str, str]) -> None:
    """Make a paper by `rapport report` and take the picture of its first page."""
    paper = home / f"{name}.pdf"
    asked = [part.format(**words) for part in told]
    subprocess.run(  # noqa: S603 - the program of this environment
        [str(RAPPORT), "report", *asked, "--out", str(paper)],
        env={**os.environ, "RAPPORT_HOME": str(home)},
        check=True,
    )
    subprocess.run(  # noqa: S603
        [PDFTOPPM, "-png", "-r", "90", "-f", "1", "-singlefile", str(paper), str(FOLDER / name)],
        check=True,
    )
    print(f"· docs/pictures/{name}.png")


def main() -> None:
    """Build the demo practice in a scratch home, serve it, and take every picture."""
    chromium = shutil.which("chromium") or sys.exit("chromium is not installed")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        environment = {**os.environ, "RAPPORT_HOME": str(home)}
        subprocess.run([str(RAPPORT), "demo", "--no-serve"], env=environment, check=True)  # noqa: S603
        release = (home / "releases" / "current").resolve()
        with duckdb.connect(str(release), read_only=True) as connection:
            case, supervisor, clinician = connection.execute(A_TELLING_CASE).fetchone()
        words = {
            "case": case,
            "supervisor": quote_plus(supervisor),
            "clinician": quote_plus(clinician),
        }
        with served(home, home / "served.log") as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            for shot in PICTURES:
                take(browser, address, shot, words)
            browser.close()
        for name, told in PAPERS:
            print_paper(home, name, told, words)


if __name__ == "__main__":
    main()
