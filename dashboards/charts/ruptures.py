"""The course of repair: what share of ruptures is repaired, or lost to an ending, by session."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from dashboards.charts.theme import BLUE, INK, LEFT_EXTENT, NOTE, VERMILION, rows

REPAIRED, ENDED = "○ Repaired", "✕ Ended"
_COLOURS = {REPAIRED: BLUE, ENDED: VERMILION}
_SHARE = alt.Scale(domain=[0, 1], nice=False)
_ROOM = 0.9


def course_rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Give the steps of the two shares, one row per session and share.

    Args:
        frame: rows of `metrics.repair_course` of one scope and instrument, by session.
    """
    return [
        {"session": row["sessions_since_onset"], "curve": name, "at_risk": row["at_risk"], **share}
        for row in frame.iter_rows(named=True)
        for name, share in (
            (REPAIRED, {"share": row["cif_repaired"], "lo": row["lo"], "hi": row["hi"]}),
            (ENDED, {"share": row["cif_ended"], "lo": None, "hi": None}),
        )
    ]


def course(frame: pl.DataFrame) -> alt.VConcatChart:
    """Draw both shares as steps, the interval of the repaired one, and the open ones below.

    Args:
        frame: rows of `metrics.repair_course` of one scope and instrument, by session.
    """
    data = course_rows(frame)
    last = int(frame["sessions_since_onset"].max())
    scale = alt.Scale(domain=[0, last + _ROOM], nice=False)
    across = alt.X(
        "session:Q",
        scale=scale,
        axis=alt.Axis(
            title="Sessions since the fall",
            values=list(range(last + 1)),
            format="d",
            grid=False,
        ),
    )
    up = alt.Y(
        "share:Q",
        title="Share of ruptures",
        scale=_SHARE,
        axis=alt.Axis(format=".0%", minExtent=LEFT_EXTENT, maxExtent=LEFT_EXTENT, tickCount=5),
    )
    colour = alt.Color(
        "curve:N",
        legend=None,
        scale=alt.Scale(domain=list(_COLOURS), range=list(_COLOURS.values())),
    )
    base = alt.Chart(rows(data)).encode(x=across)
    named = alt.Chart(rows([row for row in data if row["session"] == last]))
    tip = [
        alt.Tooltip("curve:N", title=" "),
        alt.Tooltip("session:Q", title="Sessions since the fall"),
        alt.Tooltip("share:Q", title="Share by then", format=".0%"),
        alt.Tooltip("at_risk:Q", title="Still open before"),
    ]
    top = alt.layer(
        base.transform_filter("isValid(datum.lo)")
        .mark_rule(color=BLUE, strokeWidth=9, opacity=0.16)
        .encode(y=alt.Y("lo:Q", scale=_SHARE, title=None), y2="hi:Q"),
        base.mark_line(strokeWidth=2.2, interpolate="step-after").encode(y=up, color=colour),
        base.mark_point(filled=True, size=70, opacity=1).encode(y=up, color=colour, tooltip=tip),
        named.mark_text(align="left", dx=9, fontWeight=600, color=INK).encode(
            x=across, y=up, text="curve:N"
        ),
    ).properties(height=250)
    return alt.vconcat(top, _still_open(frame, scale), spacing=4).resolve_scale(
        x="independent", y="independent"
    )


def _still_open(frame: pl.DataFrame, scale: alt.Scale) -> alt.LayerChart:
    """Write how many are still open and observed under each session."""
    data = [
        {"session": row["sessions_since_onset"], "at_risk": row["at_risk"], "line": "numbers"}
        for row in frame.iter_rows(named=True)
    ]
    hidden = alt.Axis(title=None, labels=False, ticks=False, grid=False)
    edge = alt.Axis(
        title=None, labels=False, ticks=False, minExtent=LEFT_EXTENT, maxExtent=LEFT_EXTENT
    )
    line = alt.Y("line:N", axis=edge, scale=alt.Scale(domain=["title", "numbers"]))
    title = (
        alt.Chart(rows([{"line": "title"}]))
        .mark_text(align="left", color=NOTE, fontSize=12)
        .encode(x=alt.value(0), y=line, text=alt.value("Still open and observed"))
    )
    numbers = (
        alt.Chart(rows(data))
        .mark_text(color=INK, fontSize=12)
        .encode(x=alt.X("session:Q", scale=scale, axis=hidden), y=line, text="at_risk:Q")
    )
    return alt.layer(title, numbers).properties(height=34)
