"""The flow from referral to ending, and the run chart of a practice's months.

Not here: the words and tables beside them (`figures/practice.py`).
"""

from __future__ import annotations

from typing import Any

import altair as alt

from dashboards.charts.practice import names_axis, row_height, wrapped
from dashboards.charts.theme import (
    BLUE,
    GREY,
    INK,
    LEFT_EXTENT,
    MUTED,
    NOTE,
    PALE_BLUE,
    PALER_GREY,
    VERMILION,
    Spec,
    layered,
    percent_axis,
    rows,
)
from dashboards.texts import practice as texts

_ROOM = 1.5
# Readings of a month: shape, colour, size and whether the shape is filled.
_MARKS = {
    texts.COMMON_CAUSE: ("circle", BLUE, 60, True),
    texts.SIGNAL: ("diamond", VERMILION, 190, True),
    texts.NOT_JUDGED: ("circle", MUTED, 60, False),
}


def flow(data: list[dict[str, Any]]) -> Spec:
    """Draw how many of the cases opened reached each step, on a track as long as all of them.

    Args:
        data: label, n (None where suppressed), whole and words of each step, in order; `is_state`
            for those that say how the cases stand now.
    """
    data = wrapped(data)
    longest = max((row["whole"] for row in data), default=0) or 1
    scale = alt.Scale(domain=[0, longest * _ROOM], nice=False)
    # Every bar carries its count and share, so an axis would only repeat them.
    x = alt.X("n:Q", stack=None, scale=scale, axis=None)
    whole = alt.X("whole:Q", stack=None, scale=scale, axis=None)
    base = alt.Chart(rows(data)).encode(y=names_axis(data))
    tip = [alt.Tooltip("label:N", title=" "), alt.Tooltip("words:N", title=texts.IN_COHORT)]
    return layered(
        base.mark_bar(color=PALER_GREY, size=20).encode(x=whole),
        base.transform_filter("!datum.is_state")
        .mark_bar(color=BLUE, size=20)
        .encode(x=x, tooltip=tip),
        base.transform_filter("datum.is_state")
        .mark_bar(color=PALE_BLUE, stroke=BLUE, strokeWidth=1.2, size=20)
        .encode(x=x, tooltip=tip),
        base.mark_text(align="left", dx=7, color=INK).encode(x=whole, text="words:N"),
        height=row_height(data),
    )


def run(data: list[dict[str, Any]], title: str, is_share: bool) -> Spec:
    """Draw a figure by month, with the mean and the range of the months before each.

    Args:
        data: month (ISO), spoken, value, words, mean, lo, hi and reading (in words) of each month;
            value None leaves a gap, mean to hi None where too few months lie before.
        title: what the figure is, with its unit.
        is_share: whether the values are shares.
    """
    known = [row[k] for row in data for k in ("value", "lo", "hi") if row[k] is not None]
    margin = (max(known) - min(known) or 1.0) / 12
    low, high = min(known) - margin, max(known) + margin
    if is_share:
        low, high = max(low, 0.0), min(high, 1.0)
    scale = alt.Scale(domain=[low, high], nice=False, zero=False)
    axis = (
        percent_axis(minExtent=LEFT_EXTENT)
        if is_share
        else alt.Axis(minExtent=LEFT_EXTENT, tickCount=5)
    )
    x = alt.X(
        "month:T",
        title=None,
        scale=alt.Scale(domain=[data[0]["month"], data[-1]["month"]]),
        axis=alt.Axis(format="%b %Y", labelOverlap=True, grid=False, tickCount="month"),
    )

    def up(column: str) -> alt.Y:
        return alt.Y(f"{column}:Q", title=title, scale=scale, axis=axis)

    base = alt.Chart(rows(data)).encode(x=x)
    limited = base.transform_filter("isValid(datum.mean)")
    edge = {"interpolate": "step", "strokeWidth": 1.2, "clip": True}
    layers: list[Any] = [
        limited.mark_area(color=PALER_GREY, interpolate="step", clip=True).encode(
            y=up("lo"), y2="hi:Q"
        ),
        limited.mark_line(color=GREY, strokeDash=[5, 4], **edge).encode(y=up("lo")),
        limited.mark_line(color=GREY, strokeDash=[5, 4], **edge).encode(y=up("hi")),
        limited.mark_line(color=INK, **edge).encode(y=up("mean")),
        base.mark_line(color=BLUE, strokeWidth=1.6).encode(y=up("value")),
        *_months(data, x, up),
    ]
    # The key stands above: the newest months, which matter most, stay free of text.
    key = alt.TitleParams(
        list(texts.RUN_KEY), anchor="start", color=NOTE, fontSize=13, fontWeight="normal"
    )
    return layered(*layers, height=280, title=key)


def _months(data: list[dict[str, Any]], x: alt.X, up: Any) -> list[alt.Chart]:
    """Draw the months by their reading: shape, fill and, for a signal, the word."""
    tip = [
        alt.Tooltip("spoken:N", title=texts.MONTH),
        alt.Tooltip("words:N", title=texts.VALUE),
        alt.Tooltip("reading:N", title=texts.READING),
    ]
    drawn = []
    for reading, (shape, colour, size, is_filled) in _MARKS.items():
        part = [row for row in data if row["reading"] == reading and row["value"] is not None]
        if not part:
            continue
        base = alt.Chart(rows(part)).encode(x=x, y=up("value"))
        drawn.append(
            base.mark_point(
                shape=shape, color=colour, size=size, filled=is_filled, opacity=1, strokeWidth=1.6
            ).encode(tooltip=tip)
        )
        if reading == texts.SIGNAL:
            drawn.append(base.mark_text(dy=-15, color=INK, fontWeight=600).encode(text="reading:N"))
    return drawn
