"""Charts of outcome: effect sizes beside published ones, and the expected course of a score."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from dashboards.charts.practice import names_axis, row_height, wrapped
from dashboards.charts.theme import (
    BLUE,
    INK,
    LEFT_EXTENT,
    MUTED,
    ORANGE,
    PURPLE,
    VERMILION,
    Spec,
    layered,
    rows,
)
from dashboards.texts import outcomes as texts


def effects(data: list[dict[str, Any]], title: str) -> Spec:
    """Draw effect sizes, one line each: the practice's with interval, published ones as marks.

    Args:
        data: rows with `label`, `estimate`, `lo`, `hi` (null where published) and `words`.
        title: the axis title.
    """
    data = wrapped(data)
    edges = [v for row in data for v in (row["estimate"], row["lo"], row["hi"]) if v is not None]
    scale = alt.Scale(domain=[min(0.0, *edges), max(1.0, *edges) * 1.08], nice=False)
    x = alt.X("estimate:Q", title=title, scale=scale, axis=alt.Axis(tickCount=6, format=".1f"))
    y, base = names_axis(data), alt.Chart(rows(data))
    own = base.transform_filter("isValid(datum.lo)")
    tip = [alt.Tooltip("label:N", title=" "), alt.Tooltip("words:N", title=texts.FIGURE)]
    return layered(
        own.mark_rule(color=BLUE, strokeWidth=3, opacity=0.75).encode(
            y=y, x=alt.X("lo:Q", title=title, scale=scale), x2="hi:Q"
        ),
        own.mark_point(color=BLUE, filled=True, size=80, opacity=1).encode(y=y, x=x, tooltip=tip),
        base.transform_filter("!isValid(datum.lo)")
        .mark_point(color=PURPLE, filled=True, shape="diamond", size=90, opacity=1)
        .encode(y=y, x=x, tooltip=tip),
        base.mark_text(align="left", dx=9, dy=-9, color=INK).encode(y=y, x=x, text="said:N"),
        height=row_height(data),
    )


def course(frame: pl.DataFrame, cutoff: float | None, domain: tuple[float, float]) -> alt.Chart:
    """Draw the expected course of one intake band: the middle line, and where few did worse.

    Args:
        frame: rows of `expected_course` of one band, by session.
        cutoff: of the instrument, or None.
        domain: of the score, the same for all bands.
    """
    columns = ("session_index", "expected_score", "amber_line", "red_line")
    data = frame.select(columns).to_dicts()
    last = data[-1]
    scale = alt.Scale(domain=list(domain), nice=True, zero=False)
    x = alt.X(
        "session_index:Q",
        title=texts.SESSION,
        scale=alt.Scale(domain=[data[0]["session_index"], last["session_index"]], nice=False),
        axis=alt.Axis(tickMinStep=1, format="d", grid=False, tickCount=6),
    )
    axis = alt.Axis(minExtent=LEFT_EXTENT, tickCount=5)
    base = alt.Chart(rows(data)).encode(x=x)
    tip = [
        alt.Tooltip("session_index:Q", title=texts.SESSION),
        alt.Tooltip("expected_score:Q", title=texts.HALF_WORSE, format=".1f"),
        alt.Tooltip("amber_line:Q", title=texts.QUARTER_WORSE, format=".1f"),
        alt.Tooltip("red_line:Q", title=texts.TENTH_WORSE, format=".1f"),
    ]
    layers: list[Any] = [
        base.mark_area(color=ORANGE, opacity=0.35).encode(
            y=alt.Y("amber_line:Q", scale=scale, title=texts.SCORE, axis=axis), y2="red_line:Q"
        ),
        base.mark_line(color=VERMILION, strokeWidth=2, strokeDash=[6, 3]).encode(
            y=alt.Y("red_line:Q", scale=scale, title=texts.SCORE, axis=axis)
        ),
        base.mark_line(color=BLUE, strokeWidth=2.4).encode(
            y=alt.Y("expected_score:Q", scale=scale, title=texts.SCORE, axis=axis)
        ),
        base.mark_point(size=120, opacity=0, filled=True).encode(
            y=alt.Y("expected_score:Q", scale=scale), tooltip=tip
        ),
    ]
    if cutoff is not None:
        level = alt.Chart(rows([{"cutoff": cutoff}])).encode(y=alt.Y("cutoff:Q", scale=scale))
        layers.append(level.mark_rule(color=MUTED, strokeDash=[2, 3]))
    return layered(*layers, height=230)
