"""Where figures come from, as boxes in columns with lines between them."""

from __future__ import annotations

from typing import Any

import altair as alt

from dashboards.charts.theme import (
    GREY,
    INK,
    NOTE,
    PALE_BLUE,
    Spec,
    layered,
    rows,
)

_BOX, _HALF = 0.36, 0.32


def lineage(columns: list[tuple[str, list[str]]], links: list[tuple[str, str]]) -> Spec:
    """Draw boxes in columns, joined by lines.

    Args:
        columns: title and boxes of each column, from left to right; a box's text is unique.
        links: pairs of texts, from left to right.
    """
    tallest = max(len(boxes) for _, boxes in columns)
    at: dict[str, dict[str, Any]] = {}
    for x, (_, boxes) in enumerate(columns):
        gap = tallest / max(len(boxes), 1)
        for place, text in enumerate(boxes):
            y = (place + 0.5) * gap
            at[text] = {
                "text": text,
                "x": x,
                "y": y,
                "x0": x - _BOX,
                "x1": x + _BOX,
                "y0": y - _HALF,
                "y1": y + _HALF,
            }
    joined = [
        {"x": at[a]["x1"], "y": at[a]["y"], "x2": at[b]["x0"], "y2": at[b]["y"]}
        for a, b in links
        if a in at and b in at
    ]
    across = alt.Scale(domain=[-0.5, len(columns) - 0.5], nice=False)
    down = alt.Scale(domain=[tallest, -0.7], nice=False)

    def x(name: str) -> alt.X:
        return alt.X(f"{name}:Q", scale=across, axis=None)

    def y(name: str) -> alt.Y:
        return alt.Y(f"{name}:Q", scale=down, axis=None)

    titles = [{"x": place, "y": -0.4, "text": title} for place, (title, _) in enumerate(columns)]
    boxes = alt.Chart(rows(list(at.values())))
    return layered(
        alt.Chart(rows(joined))
        .mark_rule(color=GREY, strokeWidth=1)
        .encode(x=x("x"), y=y("y"), x2="x2:Q", y2="y2:Q"),
        boxes.mark_rect(color=PALE_BLUE, cornerRadius=4).encode(
            x=x("x0"), x2="x1:Q", y=y("y0"), y2="y1:Q"
        ),
        boxes.mark_text(color=INK, fontSize=12).encode(x=x("x"), y=y("y"), text="text:N"),
        alt.Chart(rows(titles))
        .mark_text(color=NOTE, fontSize=13)
        .encode(x=x("x"), y=y("y"), text="text:N"),
        height=34 * (tallest + 1),
    )
