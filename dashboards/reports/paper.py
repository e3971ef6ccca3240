"""From the data of a paper to its PDF: typst, the charts as SVG, fonts, marks and file name.

Here: what every paper shares, whatever it says. Nothing is fetched: the fonts lie in `fonts/`, and
what a table says reaches typst as JSON, so that markup in it prints as it stands. Not here: what a
paper says (a module each), its words (`texts/papers.py`), who may have it (`ask.py`).
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import typst
import vl_convert

from dashboards import wording
from dashboards.frame import reach_words, through_words
from dashboards.parts import Drawn
from dashboards.queries import reference
from dashboards.reports.ask import Ask
from dashboards.reports.practice import practice
from dashboards.texts import papers as words

SIZES = {"a4": "a4", "letter": "us-letter"}
_HERE = Path(__file__).parent
_FONTS = _HERE / "fonts"
_TEMPLATES = _HERE / "templates"
# Charts are drawn this wide and shrunk to the paper: their text of 13 px becomes about 8 pt.
_CHART_WIDTH = 820
_NO_GLYPH = re.compile(r'text `"(.+?)"`', re.DOTALL)
_INSTEAD = "\u25af"
# Shapes of the pages that none of the fonts has.
_OURS = {ord("✕"): "×"}
# In a picture one shape that its font lacks would set the whole line in another font.
_DRAWN = str.maketrans({"○": "◉", "●": "•", "✕": "×", "─": "—", "┄": "-"})
_ATTEMPTS = 4


@dataclass(frozen=True)
class Paper:
    """A paper, ready to be sent or saved.

    Attributes:
        name: file name; it names nobody, because names of files travel further than files.
        pdf: its bytes.
    """

    name: str
    pdf: bytes


def made(ask: Ask, kind: str, title: str, said: Mapping[str, Any]) -> Paper:
    """Make a paper.

    Args:
        ask: who asks, for what, on which paper.
        kind: name of the template; part of the file name.
        title: of the document.
        said: what the template needs beyond what every paper has.
    """
    release = ask.release
    marked = "-demo" if release.is_demo else ""
    data = {
        **_frame(ask, title),
        **said,
        "words": {name.lower(): text for name, text in vars(words).items() if name.isupper()},
    }
    name = f"rapport-{words.FILES[kind]}-{release.as_of:%Y-%m-%d}{marked}.pdf"
    return Paper(name, _compiled(kind, _replaced(data, _OURS)))


def _frame(ask: Ask, title: str) -> dict[str, Any]:
    """Give what stands on every paper: marks, stamp, practice, size."""
    release = ask.release
    meta = reference.release(ask.base)
    through = through_words(meta)
    stamp = [
        words.STAMP.format(
            through=through,
            published=wording.moment(release.built_at),
            release=release.release_id,
        ),
        " ".join([reach_words(ask.scope, ask.roster), *ask.filters_in_words()]),
    ]
    if release.known_on is not None:
        stamp.append(words.KNOWN_ON.format(day=wording.day(release.known_on)))
    if release.failure:
        stamp.append(words.BUILD_FAILED)
    own = practice()
    return {
        "paper": SIZES[ask.paper],
        "title": title,
        "description": words.DESCRIPTION,
        "practice": own.name,
        "logo": own.logo,
        "made": {"year": release.as_of.year, "month": release.as_of.month, "day": release.as_of.day}
        | {"hour": 0, "minute": 0, "second": 0},
        "demo": words.DEMO if release.is_demo else "",
        "confidential": words.CONFIDENTIAL,
        "not_crisis": words.NOT_CRISIS,
        "release_line": words.RELEASE_LINE.format(
            release=release.release_id, through=through_words(meta)
        ),
        "stamp": stamp,
    }


def _compiled(kind: str, data: dict[str, Any]) -> bytes:
    """Run typst; a character that no font of ours has becomes a plain box.

    PDF/UA forbids text that cannot be displayed, and a practice's own words may hold any script.
    """
    for _ in range(_ATTEMPTS):
        try:
            return typst.compile(
                str(_TEMPLATES / f"{kind}.typ"),
                root=str(_TEMPLATES),
                font_paths=[str(_FONTS)],
                ignore_system_fonts=True,
                format="pdf",
                pdf_standards="ua-1",
                sys_inputs={"data": json.dumps(data)},
            )
        except typst.TypstError as error:
            said = "".join(_NO_GLYPH.findall(error.diagnostic))
            unknown = {letter for letter in said if not letter.isascii()}
            if not unknown and data["logo"] is None:
                raise
            if not unknown:
                # The one picture that is not ours: a paper must not fail by it.
                data = {**data, "logo": None}
                continue
            data = _replaced(data, str.maketrans(dict.fromkeys(unknown, _INSTEAD)))
    raise RuntimeError("a paper holds characters that no font has, again and again")


def _replaced(value: Any, table: Mapping[int, str]) -> Any:
    if isinstance(value, str):
        return value.translate(table)
    if isinstance(value, dict):
        return {name: _replaced(inner, table) for name, inner in value.items()}
    return [_replaced(inner, table) for inner in value] if isinstance(value, list) else value


@cache
def _fonts_known() -> None:
    """Let the drawing of charts measure text in the font they are printed in."""
    vl_convert.register_font_directory(str(_FONTS))


def picture(
    drawn: Drawn, width: int = _CHART_WIDTH, heights: Sequence[float] = (1.0,)
) -> dict[str, Any]:
    """Turn a chart of a page into the same chart for paper.

    Args:
        drawn: the chart as the page shows it.
        width: pixels of each panel.
        heights: factors on the height of each panel, rising; the template takes what fits.
    """
    svgs = []
    if drawn.spec is not None:
        _fonts_known()
        svgs = [
            vl_convert.vegalite_to_svg(_sized(drawn.spec, width, h)).translate(_DRAWN)
            for h in heights
        ]
    alt = drawn.alt or drawn.sentence
    return {"svgs": svgs, "alt": alt, "sentence": drawn.sentence, "empty": drawn.empty}


def _sized(spec: Mapping[str, Any], width: int, height: float) -> dict[str, Any]:
    """Give a spec a width of its own; on a page the browser gives it one."""
    told = copy.deepcopy(dict(spec))
    if "vconcat" in told:
        # Panels over one another have no common width to fit into.
        told.pop("autosize", None)
    for panel in told.get("vconcat", [told]):
        panel["width"] = width
        if isinstance(panel.get("height"), int | float):
            panel["height"] = round(panel["height"] * height)
    return told


def table(frame: pl.DataFrame, numbers: Sequence[str] = ()) -> dict[str, Any]:
    """Turn rows of text and numbers into a table for a template.

    Args:
        frame: readable columns.
        numbers: further columns to set to the right, whose numbers are text already.
    """
    return {
        "headings": frame.columns,
        "numbers": [kind.is_numeric() or name in numbers for name, kind in frame.schema.items()],
        "rows": [[_cell(value) for value in row] for row in frame.iter_rows()],
    }


def _cell(value: object) -> str:
    if value is None:
        return wording.NOTHING
    if isinstance(value, float):
        return wording.number(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return wording.whole(value)
    return str(value)


def limited(texts: Sequence[str], most: int, longest: int) -> list[str]:
    """Keep so many texts, each so short; what is left out is said.

    Args:
        texts: lines for a list.
        most: how many of them fit.
        longest: characters of one.
    """
    kept = [shortened(text, longest) for text in texts[:most]]
    if rest := len(texts) - most:
        kept += [words.AND_MORE.format(n=rest)] if rest > 0 else []
    return kept


def shortened(text: str | None, longest: int) -> str:
    """Cut a text at a word, and say that it goes on."""
    told = " ".join(str(text or "").split(" "))
    if len(told) <= longest:
        return told
    cut = told[: longest - 2]
    at = cut.rfind(" ")
    return f"{cut[:at] if at > longest // 2 else cut} …"
