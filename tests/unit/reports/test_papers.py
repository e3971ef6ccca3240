"""Every paper: its marks, its tags, its words as they stand, and its number of pages.

Belongs here: what holds of a paper whatever it says. Who may have which is in `test_routes.py`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashboards.reports.paper import Paper
from dashboards.reports.practice import LARGEST_LOGO, practice
from dashboards.reports.shelf import KINDS, paper_of
from tests.unit.dashboards.small_release import ANNA, case
from tests.unit.reports import rows
from tests.unit.reports.reading import figures, headings, opened, text_of

Released = Callable[..., Path]
LONG = "word " * 400 + "end"
PAGES = {"case": (1,), "agenda": (1, 2), "month": (2,), "quality": (1, 2), "definition": (1,)}
NAMES = {"case": "e1", "definition": "dropout_d1"}
SIZES = {"a4": (595, 842), "letter": (612, 792)}


def some(text: str = "A sentence.") -> rows.Rows:
    """Give rows for every paper."""
    return rows.full_case("e1", ANNA, 9, text) | {"metrics.metric_catalogue": [rows.metric(text)]}


def paper(kind: str, **parameters: str) -> Paper:
    """Make a paper as the director."""
    return paper_of(kind, NAMES.get(kind), parameters)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_has_its_marks_and_its_tags(kind: str, size: str, released: Released) -> None:
    released(some())
    made = paper(kind, paper=size)
    read = opened(made.pdf)
    root = read.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "pdfuaid:part" in root["/Metadata"].get_data().decode()
    assert read.metadata.title
    assert len(read.pages) in PAGES[kind]
    assert (round(read.pages[0].mediabox.width), round(read.pages[0].mediabox.height)) == SIZES[
        size
    ]
    said = text_of(made.pdf)
    for mark in ("release r1", "Data through 20 Nov 2026", "Confidential", "DEMO DATA"):
        assert mark in said
    assert "not a crisis system" in said
    assert said.count(f"of {len(read.pages)}") >= len(read.pages)
    assert "-demo" in made.name
    assert headings(made.pdf)[0] == "/H1"
    assert all(figures(made.pdf))


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_release_gives_the_same_bytes(kind: str, released: Released) -> None:
    released(some())
    assert paper(kind).pdf == paper(kind).pdf


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_of_an_empty_release_says_so_and_keeps_its_pages(
    kind: str, released: Released
) -> None:
    released(
        {
            "metrics.case_summary": rows.full_case("e1", ANNA, 0)["metrics.case_summary"],
            "metrics.metric_catalogue": [rows.metric("A sentence.")],
        }
    )
    assert len(opened(paper(kind).pdf).pages) in PAGES[kind]


@pytest.mark.parametrize("kind", ["case", "agenda", "definition"])
def test_what_a_table_says_is_never_markup(kind: str, released: Released) -> None:
    released(some(rows.HOSTILE + rows.UNPRINTABLE))
    said = text_of(paper(kind).pdf)
    assert '#import "x" *bold* $x$ <a> @ref [c] \\' in said
    assert "▯" in said


@pytest.mark.parametrize(("sessions", "size"), [(1, "a4"), (80, "a4"), (80, "letter")])
def test_a_case_fits_one_page_however_much_is_to_be_said(
    sessions: int, size: str, released: Released
) -> None:
    released(some(LONG) | rows.full_case("e1", ANNA, sessions, LONG))
    made = paper("case", paper=size)
    assert len(opened(made.pdf).pages) == 1
    said = text_of(made.pdf)
    # What does not fit is said to be left out, and the last line of the page is there.
    assert "and 3 more" in said
    assert "and 2 more" in said
    assert "…" in said
    assert "Review again on" in said
    assert len(figures(made.pdf)) == 1


def test_a_case_without_forms_fits_and_says_what_is_missing(released: Released) -> None:
    released({"metrics.case_summary": [case("e1", ANNA)]})
    made = paper("case")
    assert len(opened(made.pdf).pages) == 1
    said = text_of(made.pdf)
    assert "No probable rupture found" in said
    assert "No rule for discussion is met" in said
    assert figures(made.pdf) == []


@pytest.mark.parametrize(
    ("minutes", "text", "size"),
    [
        ("30", "A sentence.", "a4"),
        ("60", LONG, "letter"),
        ("240", LONG, "a4"),
        ("240", "A sentence.", "letter"),
    ],
)
def test_an_agenda_has_two_pages_at_most(
    minutes: str, text: str, size: str, released: Released
) -> None:
    released(rows.agenda_of(60, text, positive=59))
    made = paper("agenda", minutes=minutes, paper=size)
    assert len(opened(made.pdf).pages) <= 2
    said = text_of(made.pdf)
    assert "C-E59" in said
    assert "a strength to name" in said
    assert f"{int(minutes) // 10}. C-E59" in said
    assert "more, on the page Supervision agenda" in said


@pytest.mark.parametrize("size", SIZES)
def test_a_definition_fits_one_page(size: str, released: Released) -> None:
    released({"metrics.metric_catalogue": [rows.metric(LONG)]})
    assert len(opened(paper("definition", paper=size).pdf).pages) == 1


@pytest.mark.parametrize("size", SIZES)
def test_a_long_quality_summary_has_two_pages_at_most(size: str, released: Released) -> None:
    check: dict[str, Any] = {
        "check_id": "x",
        "description": LONG,
        "kahn_class": "completeness",
        "severity": "warning",
        "affects": LONG,
        "advice": LONG,
        "violated_rows": 3,
        "denominator": 9,
        "threshold": 0.1,
    }
    delivery = {"source": "s" * 60, "delivery": LONG, "status": "accepted", "rows_read": 4}
    held = {"source": "s" * 60, "feed": "sessions", "rule": "r", "meaning": LONG}
    released(
        {
            "quality.check_result": [check | {"check_id": f"c{n}"} for n in range(40)],
            "quality.delivery": [delivery | {"delivery": f"{n} {LONG}"} for n in range(40)],
            "quality.quarantine": [held | {"rule": f"r{n}"} for n in range(40)],
        }
    )
    made = paper("quality", paper=size)
    assert len(opened(made.pdf).pages) <= 2
    assert text_of(made.pdf).count(" more") == 3
    assert text_of(paper("quality", **{"as": "Analyst"}).pdf).count("3 of 9") == 0


def test_rows_read_of_a_delivery_are_all_accounted_for(released: Released) -> None:
    counts = {"rows_read": 97, "rows_accepted": 61, "rows_quarantined": 13}
    left_out = {"rows_collapsed": 4, "rows_filtered": 19}
    delivery = {"source": "s", "delivery": "d", "status": "accepted", **counts, **left_out}
    released({"quality.delivery": [delivery]})
    said = text_of(paper("quality").pdf)
    assert "Left out" in said
    assert all(f" {n}" in said or f"\n{n}" in said for n in ("97", "61", "13", "23"))


def test_a_card_of_a_simulated_practice_is_cited_as_one(released: Released) -> None:
    released({"metrics.metric_catalogue": [rows.metric("Said.")]})
    assert "version 1, simulated practice." in text_of(paper("definition").pdf)


def test_the_practice_puts_its_name_and_logo_on_a_paper(home: Path, released: Released) -> None:
    released(some())
    (home / "logo.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><rect width="90" '
        'height="30" fill="teal"/></svg>'
    )
    settings = home / "rapport.toml"
    settings.write_text('[practice]\nname = "Willow #Lane*"\nlogo = "logo.svg"\n')
    made = paper("agenda").pdf
    assert "Willow #Lane*" in text_of(made)
    assert figures(made) == ["Logo of Willow #Lane*"]
    outside = ("../logo.svg", "/etc/passwd", "missing.svg", "rapport.toml", "", "a\\u0000.svg")
    for refused in outside:
        settings.write_text(f'[practice]\nname = "Willow"\nlogo = "{refused}"\n')
        assert figures(paper("agenda").pdf) == []
    os.mkfifo(home / "pipe.png")
    (home / "link.png").symlink_to("/etc/passwd.png")
    (home / "vast.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(8) + b"\0\1\0\0" * 2)
    (home / "heavy.svg").write_bytes(b"<svg" + bytes(LARGEST_LOGO))
    for hostile in ("pipe.png", "link.png", "vast.png", "heavy.svg"):
        settings.write_text(f'[practice]\nname = "Willow"\nlogo = "{hostile}"\n')
        assert practice().logo is None
    for hostile in (
        "no picture at all",
        '<svg xmlns="http://www.w3.org/2000/svg"><image href="/etc/passwd"/></svg>',
        '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg><text>&a;</text></svg>',
    ):
        (home / "logo.svg").write_text(hostile)
        settings.write_text('[practice]\nname = "Willow"\nlogo = "logo.svg"\n')
        assert figures(paper("agenda").pdf) == []


@pytest.mark.parametrize(
    "name",
    [
        '#sys.exit() #read("/etc/passwd")',
        "Bell\u0007 and\nline\r\nSet-Cookie: a=b",
        "\u202egnp.exe",
        '"; x="',
    ],
)
def test_a_practice_may_be_called_anything(name: str, home: Path, released: Released) -> None:
    released(some())
    (home / "rapport.toml").write_text(f"[practice]\nname = {json.dumps(name)}\n")
    made = paper("agenda")
    assert made.pdf.startswith(b"%PDF") and "root:" not in text_of(made.pdf)
    assert made.name == "rapport-agenda-2026-11-20-demo.pdf"
