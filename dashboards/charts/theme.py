"""The look all charts share: colours by name, light and dark, type, axes, from chart to spec.

Okabe-Ito colours (screens.md 8): BLUE, VERMILION, GREEN and PURPLE reach 3:1 on the paper and may
draw lines and points; ORANGE and SKY do not and only fill; the pale ones lie under text and lines.
A status has a shape and a word too. A chart is made in light colours and cached so; `in_dark`
turns a finished spec into its dark twin when it is drawn. Papers always take the light one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
from altair.utils import schemapi

Spec = dict[str, Any]

# Altair compares every part of a chart with the schema the moment it is made: a tenth of the time
# of a chart. The unit tests compare a whole chart each instead, see `spec`.
schemapi.disable_debug_mode()

# Lines, points and texts that carry meaning.
BLUE, VERMILION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
INK, LABEL, NOTE, MUTED, GREY = "#22282e", "#333333", "#4d5359", "#6a6f75", "#767b80"
# Fills, with INK on them.
ORANGE, SKY = "#E69F00", "#56B4E9"
PALE_BLUE, PALER_BLUE, PALE_VERMILION = "#d6e5f0", "#eef3f7", "#fbe3d2"
PALE_GREY, PALER_GREY = "#c9ccd0", "#f1eee7"
# The ground and what only structures it; PAPER also parts two fills that touch.
PAPER, GRID, TICK = "#ffffff", "#e9e6df", "#bdb9af"

# Fills become darker than the lines, so that light text can stand on them.
DARK = {
    BLUE: "#5CB8EE",
    VERMILION: "#FF8C4A",
    GREEN: "#2CC495",
    PURPLE: "#E59CC6",
    INK: "#eceef0",
    LABEL: "#d9dcdf",
    NOTE: "#b7bdc3",
    MUTED: "#9aa1a8",
    GREY: "#8d949b",
    ORANGE: "#8F6200",
    SKY: "#216E9E",
    PALE_BLUE: "#1f3a4d",
    PALER_BLUE: "#1a252e",
    PALE_VERMILION: "#4a2a17",
    PALE_GREY: "#4a525b",
    PALER_GREY: "#242a30",
    PAPER: "#15191e",
    GRID: "#2c333a",
    TICK: "#4a525a",
}
# The rows of a chart hold no colour, and there are many of them.
_ROWS = ("values", "datasets")

FONT = "Source Sans, Source Sans Pro, sans-serif"
# Panels stacked over one another keep their left edges in line whatever their labels' width.
LEFT_EXTENT = 44


# Given to the finished spec, not to the chart: each `configure_…` would copy the whole chart.
CONFIG: dict[str, Any] = {
    "background": PAPER,
    "font": FONT,
    "padding": 4,
    "view": {"stroke": None},
    "axis": {
        "labelColor": LABEL,
        "titleColor": LABEL,
        "labelFontSize": 13,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "gridColor": GRID,
        "domain": False,
        "tickColor": TICK,
        "titlePadding": 8,
        # A label stands under its tick, at the ends too.
        "labelFlush": False,
    },
    "legend": {
        "labelColor": LABEL,
        "titleColor": LABEL,
        "labelFontSize": 13,
        "symbolType": "square",
        "orient": "top",
    },
    "text": {"font": FONT, "fontSize": 13, "color": INK},
}


def percent_axis(**how: Any) -> alt.Axis:
    """Make the axis of a share; its labels are written as all text is: a number, a space, "%".

    Args:
        **how: what else the axis is to be.
    """
    return alt.Axis(labelExpr="format(datum.value * 100, '.3~r') + '\u00a0%'", tickCount=5, **how)


def layered(*layers: alt.Chart | Spec, **properties: Any) -> Spec:
    """Lay charts over one another, as finished parts: `alt.layer` copies all of them, deeply.

    Args:
        *layers: charts, the lowest first.
        **properties: of the whole, as `height`.
    """
    return _together("layer", layers, properties)


def stacked(*panels: alt.Chart | Spec, spacing: int, apart: tuple[str, ...]) -> Spec:
    """Put panels under one another, as finished parts, for the reason given at `layered`.

    Args:
        *panels: charts, from the top.
        spacing: between them.
        apart: channels of which each panel has a scale of its own.
    """
    scales = {"scale": dict.fromkeys(apart, "independent")}
    return _together("vconcat", panels, {"spacing": spacing, "resolve": scales})


def _together(
    how: str, charts: tuple[alt.Chart | Spec, ...], properties: Mapping[str, Any]
) -> Spec:
    """Make one part of several; rows that some of them share stand there once, above them."""
    parts = [_part(chart) for chart in charts]
    rows_of = [part.get("data", {}).get("values") for part in parts]
    shared = [found for found in rows_of if sum(other is found for other in rows_of) > 1]
    once = max((found for found in shared if found is not None), key=len, default=None)
    if once is not None:
        parts = [
            {k: v for k, v in part.items() if k != "data"} if found is once else part
            for part, found in zip(parts, rows_of, strict=True)
        ]
        properties = {"data": {"values": once}, **properties}
    said = {k: v.to_dict() if isinstance(v, alt.SchemaBase) else v for k, v in properties.items()}
    return {how: parts, **said}


def _part(chart: alt.Chart | Spec) -> Spec:
    """Turn a chart into a dict, its rows as they are: Altair would copy each of them."""
    if isinstance(chart, dict):
        return chart
    bare = chart.copy(deep=False)
    bare.data = alt.NamedData("rows")
    told = bare.to_dict(validate=False, context={"top_level": False})
    return {**told, "data": {"values": chart.data.values}}


def spec(chart: alt.Chart | Spec, validate: bool = False) -> Spec:
    """Turn a chart into the dict that is cached and drawn; SVG, so that print stays sharp.

    Args:
        chart: any chart of this package.
        validate: compare with the Vega-Lite schema, which takes as long as all the rest; the unit
            tests do it for every chart.
    """
    told = finished(_part(chart))
    if validate:
        alt.Root.validate(told)
    return told


def finished(part: Spec) -> Spec:
    """Give a chart the look that all share."""
    return {
        "$schema": alt.SCHEMA_URL,
        **part,
        "config": CONFIG,
        # Without this, panels over one another would each be as wide as the page and their axis.
        "autosize": {"type": "fit-x", "contains": "padding"},
        "usermeta": {"embedOptions": {"renderer": "svg", "actions": False}},
    }


def in_dark(told: Any) -> Any:
    """Give the dark twin of a finished spec, or of any part of one; the spec itself stays.

    Args:
        told: what `spec` gave.
    """
    if isinstance(told, str):
        return DARK.get(told, told)
    if isinstance(told, dict):
        return {name: part if name in _ROWS else in_dark(part) for name, part in told.items()}
    if isinstance(told, list | tuple):
        return [in_dark(part) for part in told]
    return told


def printed_light() -> str:
    """Give the rules of style, for print, that give a dark chart its light colours again."""
    rules = "".join(
        f'svg [{part}="{dark}" i]{{{part}:{light}}}'
        for light, dark in DARK.items()
        for part in ("fill", "stroke")
    )
    return f"svg.marks{{background:{PAPER} !important}}{rules}"


def drawing_in_dark(svg: str) -> str:
    """Give the dark twin of a drawing made of the named colours.

    Args:
        svg: its text.
    """
    for light, dark in DARK.items():
        svg = svg.replace(light, dark)
    return svg


def rows(values: list[dict[str, Any]]) -> alt.Data:
    """Wrap plain rows as inline data; dates must already be ISO text."""
    return alt.Data(values=values)
