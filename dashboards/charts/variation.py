"""Pictures of clinicians beside their practice: the funnel, figures in a row, own change and mix.

None of them orders clinicians by a figure: the funnel's places are caseload and share, and rows
stand in the order of the labels. Words and tables are in `figures/variation.py`.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from dashboards.charts.theme import (
    BLUE,
    GREY,
    INK,
    LABEL,
    LEFT_EXTENT,
    MUTED,
    NOTE,
    ORANGE,
    PALE_BLUE,
    PALER_BLUE,
    PAPER,
    PURPLE,
    VERMILION,
    Spec,
    layered,
    percent_axis,
    rows,
)
from dashboards.texts import common
from dashboards.texts import variation as texts

_BANDS = (("lo_998", "hi_998", PALER_BLUE), ("lo_95", "hi_95", PALE_BLUE))
_EDGES = (("lo_998", [4, 3]), ("lo_95", [1, 0]), ("hi_95", [1, 0]), ("hi_998", [4, 3]))
_SHAPES = {"none": "circle", "conversation": "diamond", "review": "square"}
_COLOURS = {"none": BLUE, "conversation": VERMILION, "review": VERMILION}
_SIZES = {"none": 75, "conversation": 150, "review": 130}
_ROOM = 1.08
_ROW_HEIGHT = 30


def funnel(
    limits: pl.DataFrame,
    points: list[dict[str, Any]],
    titles: tuple[str, str],
    published: tuple[float, str] | None,
) -> Spec:
    """Draw shares against caseloads with the limits of chance about the practice's figure.

    Args:
        limits: rows of `metrics.funnel_limit` by n; widened limits are drawn where they are given.
        points: label, n, estimate, flag (`none`, `conversation`, `review`) and words of each.
        titles: what is counted, plural, and the name of the share.
        published: a share from the literature and its words, or None.
    """
    data = limits.select(
        "n", "target", *(f"{p}{e}" for p in ("", "adjusted_") for e, _ in _EDGES)
    ).to_dicts()
    highest = max(
        [row["hi_998"] for row in data]
        + [row["adjusted_hi_998"] or 0 for row in data]
        + [point["estimate"] for point in points]
        + [published[0] if published else 0]
    )
    first, last = data[0]["n"], max(data[-1]["n"], data[0]["n"] + 1)
    across = alt.X(
        "n:Q",
        title=texts.CASELOAD.format(noun=titles[0]),
        scale=alt.Scale(domain=[first, first + (last - first) * _ROOM], nice=False),
        axis=alt.Axis(tickMinStep=1, format="d", grid=False),
    )
    up_scale = alt.Scale(domain=[0, min(1.0, highest * _ROOM)], nice=False)

    def up(column: str) -> alt.Y:
        axis = percent_axis(minExtent=LEFT_EXTENT)
        return alt.Y(f"{column}:Q", title=titles[1], scale=up_scale, axis=axis)

    base = alt.Chart(rows(data)).encode(x=across)
    layers: list[Any] = [
        base.mark_area(color=fill, clip=True).encode(y=up(low), y2=f"{high}:Q")
        for low, high, fill in _BANDS
    ]
    layers += [
        base.mark_line(color=GREY, strokeWidth=1, strokeDash=dash, clip=True).encode(y=up(edge))
        for edge, dash in _EDGES
    ]
    layers.append(base.mark_line(color=INK, strokeWidth=1.4).encode(y=up("target")))
    end = alt.Chart(rows([data[-1]])).encode(x=across)
    named = [
        ("hi_95", texts.LINE_95, NOTE),
        ("hi_998", texts.LINE_998, NOTE),
        ("target", texts.PRACTICE, INK),
    ]
    if data[0]["adjusted_hi_95"] is not None:
        layers += [
            base.mark_line(color=PURPLE, strokeWidth=1.6, strokeDash=dash, clip=True).encode(
                y=up(f"adjusted_{edge}")
            )
            for edge, dash in _EDGES
        ]
        named += [("adjusted_hi_95", texts.WIDENED, NOTE)]
    layers += [
        end.mark_text(align="right", baseline="bottom", dy=-3, color=colour, fontSize=12).encode(
            y=up(column), text=alt.value(words)
        )
        for column, words, colour in named
    ]
    if published:
        line = alt.Chart(rows([{"published": published[0], "n": first}]))
        layers += [
            line.mark_rule(color=MUTED, strokeDash=[2, 4]).encode(y=up("published")),
            line.mark_text(align="left", dx=4, dy=10, color=NOTE, fontSize=12).encode(
                x=across, y=up("published"), text=alt.value(published[1])
            ),
        ]
    return layered(*layers, *_points(points, across, up), height=330)


def _points(points: list[dict[str, Any]], across: alt.X, up: Any) -> list[alt.Chart]:
    """Draw the clinicians; those with a signal by another shape, and by name."""
    drawn = []
    for flag, shape in _SHAPES.items():
        data = [point for point in points if point["flag"] == flag]
        if not data:
            continue
        base = alt.Chart(rows(data)).encode(x=across, y=up("estimate"))
        drawn.append(
            base.mark_point(
                shape=shape,
                color=_COLOURS[flag],
                filled=True,
                size=_SIZES[flag],
                opacity=1,
                stroke=PAPER,
                strokeWidth=1,
            ).encode(
                tooltip=[
                    alt.Tooltip("label:N", title=" "),
                    alt.Tooltip("words:N", title=common.FIGURE),
                ]
            )
        )
        if flag != "none":
            drawn.append(
                base.mark_text(align="right", dx=-10, color=INK, fontWeight=600).encode(
                    text="short:N"
                )
            )
    return drawn


def in_a_row(data: list[dict[str, Any]], title: str, level: tuple[float, str]) -> Spec:
    """Draw figures with their intervals, one line each, in the order given.

    Args:
        data: label, value, lo, hi and words of each; where value is None the words stand instead.
        title: the axis title.
        level: the practice's figure and its words.
    """
    known = [row for row in data if row["value"] is not None]
    edges = [level[0], *(row[k] for row in known for k in ("lo", "hi") if row[k] is not None)]
    margin = (max(edges) - min(edges) or 1.0) / 12
    scale = alt.Scale(domain=[min(edges) - margin, max(edges) + margin], nice=False, zero=False)
    y = alt.Y(
        "label:N",
        title=None,
        sort=None,
        scale=alt.Scale(domain=[row["label"] for row in data]),
        axis=alt.Axis(labelLimit=300, labelPadding=10, ticks=False, grid=False),
    )
    x = alt.X("value:Q", title=title, scale=scale, axis=alt.Axis(tickCount=6))
    base, line = alt.Chart(rows(data)), alt.Chart(rows([{"value": level[0]}]))
    shown = base.transform_filter("isValid(datum.value)")
    return layered(
        line.mark_rule(color=INK).encode(x=x),
        line.mark_text(align="left", dx=5, dy=-4, baseline="bottom", color=NOTE).encode(
            x=x, y=alt.value(0), text=alt.value(level[1])
        ),
        shown.mark_rule(color=BLUE, strokeWidth=3, opacity=0.75).encode(
            y=y, x=alt.X("lo:Q", title=title, scale=scale), x2="hi:Q"
        ),
        shown.mark_point(color=BLUE, filled=True, size=80, opacity=1).encode(
            y=y,
            x=x,
            tooltip=[
                alt.Tooltip("label:N", title=" "),
                alt.Tooltip("words:N", title=common.FIGURE),
            ],
        ),
        base.transform_filter("!isValid(datum.value)")
        .mark_text(align="left", dx=6, color=LABEL, fontStyle="italic")
        .encode(y=y, x=alt.value(0), text="words:N"),
        height=_ROW_HEIGHT * len(data),
    )


def own_and_mix(data: list[dict[str, Any]], title: str, written: str) -> Spec:
    """Draw for each quarter what clinicians' own figures did and what the mix did, side by side.

    Args:
        data: quarter, part (`own` or `mix` in words), change and, for the own part, lo and hi.
        title: the axis title.
        written: what Vega's `format` is given to write a change at the axis.
    """
    parts = list(dict.fromkeys(row["part"] for row in data))
    edges = [row[k] for row in data for k in ("change", "lo", "hi") if row.get(k) is not None]
    widest = max(abs(edge) for edge in edges) * _ROOM or 1.0
    scale = alt.Scale(domain=[-widest, widest], nice=False)
    axis = alt.Axis(labelExpr=f"format({written})", minExtent=LEFT_EXTENT, tickCount=5)
    base = alt.Chart(rows(data)).encode(
        x=alt.X(
            "quarter:N",
            title=None,
            sort=None,
            scale=alt.Scale(
                domain=list(dict.fromkeys(row["quarter"] for row in data)), paddingInner=0.3
            ),
            axis=alt.Axis(labelAngle=0, labelOverlap=True),
        ),
        xOffset=alt.XOffset("part:N", scale=alt.Scale(domain=parts)),
    )
    colour = alt.Color(
        "part:N",
        scale=alt.Scale(domain=parts, range=[BLUE, ORANGE]),
        legend=alt.Legend(title=None, columns=1, labelLimit=320),
    )
    y = alt.Y("change:Q", title=title, scale=scale, axis=axis)
    zero = alt.Chart(rows([{"change": 0}])).mark_rule(color=INK).encode(y=y)
    return layered(
        base.mark_bar().encode(
            y=y,
            color=colour,
            tooltip=[
                alt.Tooltip("quarter:N", title=texts.QUARTER),
                alt.Tooltip("part:N", title=texts.PART),
                alt.Tooltip("words:N", title=texts.CHANGE),
            ],
        ),
        base.transform_filter("isValid(datum.lo)")
        .mark_rule(color=INK, strokeWidth=1.2)
        .encode(y=alt.Y("lo:Q", title=title, scale=scale), y2="hi:Q"),
        zero,
        height=250,
    )
