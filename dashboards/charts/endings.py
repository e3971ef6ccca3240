"""The survival picture: who is still in treatment after each session, and on how many it rests."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from dashboards.charts.theme import BLUE, INK, LEFT_EXTENT, NOTE, PURPLE, rows

_COLOURS = (BLUE, PURPLE)
_LABELLED = 14
_SHARE = alt.Scale(domain=[0, 1], nice=False)


def shown(frame: pl.DataFrame, min_at_risk: int) -> pl.DataFrame:
    """Cut a curve where fewer than the minimum are at risk (screens.md 5).

    Args:
        frame: rows of `metrics.survival` of one scope, by session; null counts are suppressed.
        min_at_risk: seed `survival_min_at_risk`.
    """
    return frame.filter((pl.col("at_risk") >= min_at_risk) & pl.col("survival").is_not_null())


def curve_rows(frame: pl.DataFrame, name: str) -> list[dict[str, Any]]:
    """Give the steps of a curve, starting with everybody before the first session."""
    start = {"session": 0, "survival": 1.0, "lo": 1.0, "hi": 1.0, "curve": name, "censored": 0}
    return [
        start,
        *(
            {
                "session": row["session_index"],
                "survival": row["survival"],
                "lo": row.get("lo"),
                "hi": row.get("hi"),
                "at_risk": row["at_risk"],
                "events": row["events"],
                "censored": row["censored"],
                "curve": name,
            }
            for row in frame.iter_rows(named=True)
        ),
    ]


def survival(curves: list[tuple[str, pl.DataFrame]]) -> alt.VConcatChart:
    """Draw one or two survival curves with intervals, censoring marks and an at-risk row.

    Args:
        curves: name and rows (already cut by `shown`) of each curve, the main one first.

    Returns:
        A step chart over session index with a row of the numbers at risk below it.
    """
    limit = max(int(frame["session_index"].max()) for _, frame in curves) + 1
    scale = alt.Scale(domain=[0, limit], nice=False)
    layers: list[Any] = []
    for place, (name, frame) in enumerate(curves):
        data = curve_rows(frame, name)
        layers += _curve(data, scale, _COLOURS[place])
        if len(curves) > 1:
            layers.append(_name(data, scale, _COLOURS[place], below=place > 0))
    top = alt.layer(*layers).properties(height=290)
    strips = [_at_risk(name, frame, scale, limit) for name, frame in curves]
    return alt.vconcat(top, *strips, spacing=4).resolve_scale(x="independent", y="independent")


def _position(scale: alt.Scale) -> tuple[alt.X, alt.Y]:
    """Encode session and share, the same for every layer."""
    across = alt.Axis(title="Session", tickMinStep=1, format="d", grid=False)
    up = alt.Axis(format=".0%", minExtent=LEFT_EXTENT, maxExtent=LEFT_EXTENT, tickCount=5)
    return (
        alt.X("session:Q", scale=scale, axis=across),
        alt.Y("survival:Q", title="Without an unplanned ending", scale=_SHARE, axis=up),
    )


def _name(data: list[dict[str, Any]], scale: alt.Scale, colour: str, below: bool) -> alt.Chart:
    """Write the name of a curve beside its middle, above the first and below the second."""
    x, y = _position(scale)
    return (
        alt.Chart(rows([data[len(data) // 2]]))
        .mark_text(
            align="right" if below else "left",
            dx=-6 if below else 6,
            dy=20 if below else -14,
            fontWeight=600,
            color=colour,
        )
        .encode(x=x, y=y, text="curve:N")
    )


def _curve(data: list[dict[str, Any]], scale: alt.Scale, colour: str) -> list[alt.Chart]:
    x, y = _position(scale)
    base = alt.Chart(rows(data))
    tip = [
        alt.Tooltip("curve:N", title=" "),
        alt.Tooltip("session:Q", title="Session"),
        alt.Tooltip("survival:Q", title="Without an unplanned ending", format=".0%"),
        alt.Tooltip("at_risk:Q", title="At risk"),
        alt.Tooltip("events:Q", title="Unplanned endings"),
        alt.Tooltip("censored:Q", title="Left otherwise or still open"),
    ]
    return [
        base.transform_filter("isValid(datum.lo)")
        .mark_area(color=colour, opacity=0.14, interpolate="step-after")
        .encode(x=x, y=alt.Y("lo:Q", scale=_SHARE, title=None), y2="hi:Q"),
        base.mark_line(color=colour, strokeWidth=2.2, interpolate="step-after").encode(x=x, y=y),
        base.transform_filter("datum.censored > 0")
        .mark_tick(color=colour, orient="vertical", size=9, thickness=1.4)
        .encode(x=x, y=y),
        base.transform_filter("datum.session > 0")
        .mark_point(size=120, opacity=0, filled=True)
        .encode(x=x, y=y, tooltip=tip),
    ]


def _at_risk(name: str, frame: pl.DataFrame, scale: alt.Scale, limit: int) -> alt.LayerChart:
    """Write the numbers at risk under the curve, thinned so that they never touch."""
    every = max(1, -(-limit // _LABELLED))
    data = [
        {"session": row["session_index"], "at_risk": row["at_risk"]}
        for row in frame.iter_rows(named=True)
        if (row["session_index"] - 1) % every == 0
    ]
    hidden = alt.Axis(title=None, labels=False, ticks=False, grid=False)
    edge = alt.Axis(
        title=None, labels=False, ticks=False, minExtent=LEFT_EXTENT, maxExtent=LEFT_EXTENT
    )
    line = alt.Y("line:N", axis=edge, scale=alt.Scale(domain=["title", "numbers"]))
    title = (
        alt.Chart(rows([{"line": "title"}]))
        .mark_text(align="left", color=NOTE, fontSize=12)
        .encode(x=alt.value(0), y=line, text=alt.value(f"At risk, {name.lower()}"))
    )
    numbers = (
        alt.Chart(rows([{**row, "line": "numbers"} for row in data]))
        .mark_text(color=INK, fontSize=12)
        .encode(x=alt.X("session:Q", scale=scale, axis=hidden), y=line, text="at_risk:Q")
    )
    return alt.layer(title, numbers).properties(height=34)
