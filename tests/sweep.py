"""Every page in every role and every paper of one built home: `make sweep OF=path`.

For practices nobody designed the pages for: it prints what is broken and ends with 1 if anything
is. Opening a case is noted in the home's review log, as any visit is: give it a copy. Belongs here:
what no page and no paper may do, whatever the practice. Does not belong here: what a page must say
of known rows (tests/unit/dashboards), and its look (tests/browser).
"""

from __future__ import annotations

import argparse
import html
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from streamlit.testing.v1 import AppTest

from dashboards.queries import cases
from dashboards.registry import HOME, PAGES, PageSpec
from dashboards.reports.ask import asked, choices
from dashboards.reports.shelf import paper_of
from dashboards.scope import DIRECTOR, Persona
from tests.reading import long_sentences
from tests.support import REPO
from tests.unit.reports.reading import figures, opened, text_of

# The dictionary and the grants speak of tables as the warehouse has them.
OF_TABLES = ("definitions", "query", "access")
BROKEN = re.compile(
    r"\b(?:nan|NaN|NaT|undefined|inf|null|Traceback)\b|\{\w*\}|(?<!: )\bNone\b(?! [a-z]|:)"
    # a figure as a machine writes it, and a plural of one
    r"|\d\.\d{5,}|-0(?:\.0+)?(?=[\s%<])"
    r"|(?<![\d.,-])(?<!of )1 (?:cases|clients|clinicians|forms|sessions)\b"
)
LINE_ENDS = re.compile(r"<(?:/(?:p|div|li|t[dhr]|h\d|span|summary|d[td]|section)|br)\b[^>]*>")
PEOPLE_OF_A_ROLE = 2
LONGEST_MONTH, LONGEST_PAPER = 2, 2


def words(app: AppTest) -> str:
    """Give what is written on a page, a line to each cell and paragraph."""
    told = [block.proto.body for block in app.get("html")]
    told += [str(block.value) for kind in ("markdown", "caption") for block in app.get(kind)]
    lines = (LINE_ENDS.sub("\n", re.sub(r"<style.*?</style>", "", t, flags=re.S)) for t in told)
    return html.unescape(re.sub(r"<[^>]+>", " ", "\n".join(lines))).replace("\u00a0", " ")


def open_page(spec: PageSpec, label: str, **parameters: str) -> AppTest:
    """Run a page as somebody."""
    app = AppTest.from_file(str(REPO / "dashboards" / "app.py"), default_timeout=120)
    for run in (app.run, None if spec is HOME else lambda: app.switch_page(spec.file).run()):
        app.query_params["as"] = label
        for key, value in parameters.items():
            app.query_params[key] = value
        if run:
            run()
    return app


def personas() -> list[Persona]:
    """Give the director, the analyst, and a few of each other role."""
    ask = asked({})
    found: list[Persona] = []
    for one in choices(ask.release, ask.roster):
        if sum(other.role is one.role for other in found) < PEOPLE_OF_A_ROLE:
            found.append(one)
    return found


def faults_of_page(spec: PageSpec, persona: Persona, **parameters: str) -> Iterator[str]:
    """Say what is broken on a page."""
    app = open_page(spec, persona.label, **parameters)
    yield from (f"exception: {e.message}" for e in app.exception)
    if spec.name in OF_TABLES:
        return
    text = words(app)
    for found in BROKEN.finditer(text):
        yield f"words: {text[max(0, found.start() - 50) : found.end() + 30]!r}"
    yield from (f"long: {sentence}" for sentence in long_sentences(text))


def faults_of_paper(kind: str, name: str | None, size: str) -> Iterator[str]:
    """Say what is broken on a paper."""
    pdf = paper_of(kind, name, {"paper": size}).pdf
    pages, text = len(opened(pdf).pages), text_of(pdf)
    most = 1 if kind in ("case", "definition") else LONGEST_PAPER
    if pages > most or (kind == "month" and pages != LONGEST_MONTH):
        yield f"{pages} pages"
    if kind == "case" and "Review again on" not in text:
        yield "its last line is not there"
    if not all(figures(pdf)):
        yield "a picture without words"
    yield from (f"words: {found[0]!r}" for found in BROKEN.finditer(text))


def main() -> int:
    """Sweep a home and print what is broken."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("home", type=Path)
    told.add_argument("--cases", type=int, default=10_000, help="so many cases at most")
    chosen = told.parse_args()
    os.environ["RAPPORT_HOME"] = str(chosen.home.resolve())
    everyone = cases.cases(asked({}).base, "any")
    keys = everyone.sort("attended_sessions", descending=True)["episode_key"].to_list()
    pages = [(spec, one, {}) for one in personas() for spec in PAGES]
    case = next(spec for spec in PAGES if spec.name == "case")
    pages += [(case, DIRECTOR, {"case": key}) for key in keys[: chosen.cases]]
    papers = [(kind, None) for kind in ("agenda", "month", "quality")]
    papers += [("definition", "dropout_d1"), *(("case", key) for key in keys[: chosen.cases])]
    broken = 0
    for spec, one, parameters in pages:
        for fault in faults_of_page(spec, one, **parameters):
            broken += 1
            print(f"{spec.name} {parameters.get('case', '')} as {one.label}: {fault}")
    for kind, name in papers:
        for size in ("a4", "letter"):
            for fault in faults_of_paper(kind, name, size):
                broken += 1
                print(f"{kind} {name or ''} on {size}: {fault}")
    print(f"{len(pages)} pages and {2 * len(papers)} papers, {broken} faults")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
