"""Colours: every one has a dark twin, both can be seen, and a spec keeps all but its colours."""

from __future__ import annotations

import base64
from typing import Any

import altair as alt
import pytest

from dashboards.charts import theme
from dashboards.charts.spark import in_dark_picture, sparkline
from tests.unit.dashboards.contrast import LINE, TEXT, contrast, faults, over

WRITES = (theme.INK, theme.LABEL, theme.NOTE)
DRAWS = (theme.BLUE, theme.VERMILION, theme.GREEN, theme.PURPLE, theme.MUTED, theme.GREY)
FILLS = (
    theme.ORANGE,
    theme.SKY,
    theme.PALE_BLUE,
    theme.PALER_BLUE,
    theme.PALE_VERMILION,
    theme.PALE_GREY,
    theme.PALER_GREY,
)


def twins(colour: str) -> tuple[str, str]:
    return colour, theme.DARK[colour]


@pytest.mark.parametrize("colour", WRITES)
def test_text_can_be_read_on_the_paper(colour: str) -> None:
    for mine, paper in zip(twins(colour), twins(theme.PAPER), strict=True):
        assert contrast(mine, paper) >= TEXT


@pytest.mark.parametrize("colour", DRAWS)
def test_lines_and_points_can_be_seen(colour: str) -> None:
    for mine, paper in zip(twins(colour), twins(theme.PAPER), strict=True):
        assert contrast(mine, paper) >= LINE


@pytest.mark.parametrize("fill", FILLS)
def test_ink_can_be_read_on_every_fill(fill: str) -> None:
    for ink, ground in zip(twins(theme.INK), twins(fill), strict=True):
        assert contrast(ink, ground) >= TEXT


def chart(**mark: Any) -> dict[str, Any]:
    data = theme.rows([{"a": 1, "colour": theme.BLUE}])
    return theme.spec(alt.Chart(data).mark_point(**mark).encode(x="a:Q"))


def test_the_dark_twin_differs_in_colours_alone_and_leaves_the_rows() -> None:
    light = chart(color=theme.BLUE)
    dark = theme.in_dark(light)
    assert light["mark"]["color"] == theme.BLUE, "the cached spec stays as it was"
    assert dark["mark"]["color"] == theme.DARK[theme.BLUE]
    assert dark["config"]["background"] == theme.DARK[theme.PAPER]
    assert dark["data"] == light["data"]
    assert dark["encoding"] == light["encoding"]
    assert len(set(theme.DARK.values())) == len(theme.DARK), "no two colours become one"


def test_a_picture_in_the_text_has_a_dark_twin() -> None:
    told = in_dark_picture(sparkline([1, 3, 2, 5, 4]))
    svg = base64.b64decode(told.split(",", 1)[1]).decode()
    assert theme.DARK[theme.MUTED] in svg and theme.MUTED not in svg


def test_what_cannot_be_seen_would_be_found() -> None:
    paper = theme.PAPER
    assert over("#000000", paper, 0.5) == "#808080"
    assert round(contrast("#000000", paper)) == 21
    pale = theme.CONFIG | {"axis": {"labelColor": theme.TICK}}
    found = faults(
        {
            "config": pale,
            "layer": [
                {"mark": {"type": "rect", "color": theme.ORANGE}},
                {"mark": {"type": "text", "color": theme.NOTE}},
                {"mark": {"type": "line", "color": theme.SKY}},
                {"mark": {"type": "line", "color": "#123456"}},
            ],
        }
    )
    said = " ".join(found)
    assert "labelColor" in said and "#123456 has no dark twin" in said
    assert f"text {theme.NOTE} on {theme.ORANGE.lower()}" in said
    assert f"line {theme.SKY}" in said


def test_a_dark_chart_is_printed_in_its_light_colours() -> None:
    rules = theme.printed_light()
    for light, dark in theme.DARK.items():
        assert f'svg [fill="{dark}" i]{{fill:{light}}}' in rules
        assert f'svg [stroke="{dark}" i]{{stroke:{light}}}' in rules
    # No colour is both a light and a dark one: else a rule would turn what is light already.
    assert not {dark.lower() for dark in theme.DARK.values()} & {c.lower() for c in theme.DARK}
