"""Colours have names and stand in three files, so that light and dark can be told apart at all.

Belongs here: where a colour may be written. Whether it can be seen is in
`tests/unit/dashboards/test_theme.py` and, for every chart a test makes, in its conftest.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from dashboards.charts import theme
from tests.support import REPO

DASHBOARDS = REPO / "dashboards"
COLOUR = re.compile(r"#[0-9a-fA-F]{3}(?:[0-9a-fA-F]{3})?\b")
# Papers are printed: they take the light colours of charts/theme.py and have no dark.
MODULES = sorted(p for p in DASHBOARDS.rglob("*.py") if p != DASHBOARDS / "charts" / "theme.py")


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(DASHBOARDS)))
def test_a_module_names_its_colours(path: Path) -> None:
    assert not COLOUR.findall(path.read_text())


def test_every_colour_of_the_charts_has_a_dark_twin() -> None:
    named = {
        value
        for name, value in vars(theme).items()
        if name.isupper() and isinstance(value, str) and COLOUR.fullmatch(value)
    }
    assert named == set(theme.DARK)


def test_the_style_sheet_names_every_colour_once_for_light_and_dark() -> None:
    text = (DASHBOARDS / "theme.css").read_text()
    root, rest = text.split(":root {", 1)[1].split("}", 1)
    assert not COLOUR.findall(rest), "take a name of :root"
    for line in root.strip().splitlines():
        assert re.fullmatch(r"\s*--[a-z-]+: light-dark\(#\w{6}, #\w{6}\);", line), line
    defined = set(re.findall(r"(--[a-z-]+):", root))
    assert set(re.findall(r"var\((--[a-z-]+)\)", rest)) <= defined


def test_streamlits_own_colours_come_in_light_and_dark() -> None:
    told = tomllib.loads((DASHBOARDS / ".streamlit" / "config.toml").read_text())["theme"]
    assert "base" not in told, "the viewer's system decides"
    assert told["light"].keys() == told["dark"].keys()
    assert told["light"]["backgroundColor"] == theme.PAPER
    assert told["dark"]["backgroundColor"] == theme.DARK[theme.PAPER]
