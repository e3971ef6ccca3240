"""The look all charts share: colours, type, axis style, and the step from chart to spec.

Okabe-Ito colours (screens.md 8): BLUE, VERMILION, GREEN and PURPLE reach 3:1 on white and may
draw lines and points; ORANGE and SKY do not and only fill. A status has a shape and a word too.
"""

from __future__ import annotations

from typing import Any

import altair as alt

BLUE, VERMILION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY = "#E69F00", "#56B4E9"
INK, LABEL, NOTE, MUTED, GRID = "#22282e", "#333333", "#4d5359", "#6a6f75", "#e9e6df"
GREY = "#767b80"
PALE_BLUE, PALER_BLUE, PALE_VERMILION = "#d6e5f0", "#eef3f7", "#fbe3d2"
PALE_GREY, PALER_GREY, PAPER = "#c9ccd0", "#f1eee7", "#ffffff"
FONT = "Source Sans, Source Sans Pro, sans-serif"
# Panels stacked over one another keep their left edges in line whatever their labels' width.
LEFT_EXTENT = 44


# Given to the finished spec, not to the chart: each `configure_…` would copy the whole chart.
CONFIG: dict[str, Any] = {
    "background": "#ffffff",
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
        "tickColor": "#bdb9af",
        "titlePadding": 8,
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


def spec(chart: alt.TopLevelMixin, validate: bool = False) -> dict[str, Any]:
    """Turn a chart into the dict that is cached and drawn; SVG, so that print stays sharp.

    Args:
        chart: any chart of this package.
        validate: compare with the Vega-Lite schema, which takes as long as all the rest; the unit
            tests do it for every chart.
    """
    told = chart.to_dict(validate=validate)
    told["config"] = CONFIG
    # Without this, panels over one another would each be as wide as the page plus their axis.
    told["autosize"] = {"type": "fit-x", "contains": "padding"}
    told["usermeta"] = {"embedOptions": {"renderer": "svg", "actions": False}}
    return told


def rows(values: list[dict[str, Any]]) -> alt.Data:
    """Wrap plain rows as inline data; dates must already be ISO text.

    A tuple, because Altair copies lists each time a chart becomes part of another: with lists half
    of the time of a chart of panels went into copying its rows.
    """
    return alt.Data(values=tuple(values))
