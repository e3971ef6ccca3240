"""Pictures of ruptures: what became of them by quarter, found against chance, the course of repair.

Not here: the words and tables beside them (`figures/ruptures.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import polars as pl

from dashboards import wording
from dashboards.charts.practice import names_axis, row_height, wrapped
from dashboards.charts.theme import (
    BLUE,
    INK,
    LEFT_EXTENT,
    MUTED,
    NOTE,
    PALE_GREY,
    PALE_VERMILION,
    PALER_GREY,
    PAPER,
    SKY,
    VERMILION,
    Spec,
    layered,
    percent_axis,
    rows,
    stacked,
)
from dashboards.texts import ruptures as texts

# Neighbours differ in grey too; shape and count stand in each part.
STATES = {
    "repaired": SKY,
    "unrepaired": PALE_VERMILION,
    "pending": PALE_GREY,
    "indeterminate": PALER_GREY,
}
REPAIRED, ENDED = texts.REPAIRED_CURVE, texts.ENDED_CURVE
_COLOURS = {REPAIRED: BLUE, ENDED: VERMILION}
_DASHES = {REPAIRED: [1, 0], ENDED: [7, 4]}
_SHARE = alt.Scale(domain=[0, 1], nice=False)
_ROOM = 0.9
_HEIGHT, _LINE = 250, 16
# A number of a point needs this share of the axis on its left.
_CLEAR = 0.15


def quarters(frame: pl.DataFrame, expected: Mapping[str, float]) -> Spec:
    """Draw the ruptures of each quarter of onset, divided by what became of them.

    Args:
        frame: quarter, status, n as `queries.ruptures.quarters`, and how each quarter is said.
        expected: the number chance alone would give, by quarter as it is said; a quarter of which
            it is not known is absent.
    """
    data, tallest = _parts(frame)
    top = max([float(tallest), *expected.values()]) * 1.06
    found = list(dict.fromkeys(row["quarter"] for row in data))
    x = alt.X(
        "quarter:N",
        title=texts.QUARTER_OF_ONSET,
        scale=alt.Scale(domain=found, paddingInner=0.35),
        # a part of a quarter is said on a second line
        axis=alt.Axis(labelAngle=0, labelOverlap=True, labelExpr="split(datum.label, ', ')"),
    )
    scale = alt.Scale(domain=[0, top], nice=False)
    axis = alt.Axis(tickMinStep=1, format="d", minExtent=LEFT_EXTENT)
    names = [f"{wording.RUPTURE_SHAPES[s]} {wording.RUPTURE_WORDS[s]}" for s in STATES]
    colour = alt.Color(
        "status:N",
        scale=alt.Scale(domain=names, range=list(STATES.values())),
        legend=alt.Legend(title=None, columns=2, symbolStrokeColor=MUTED, symbolStrokeWidth=1),
    )
    base = alt.Chart(rows(data)).encode(x=x)
    layers: list[Any] = [
        base.mark_bar(stroke=MUTED, strokeWidth=0.8).encode(
            y=alt.Y("from:Q", title=texts.RUPTURES, scale=scale, axis=axis),
            y2="to:Q",
            color=colour,
            tooltip=[
                alt.Tooltip("quarter:N", title=texts.QUARTER),
                alt.Tooltip("status:N", title=texts.NOW),
                alt.Tooltip("n:Q", title=texts.RUPTURES),
            ],
        )
    ]
    line = _LINE / _HEIGHT * top
    tall = [_beside(row, expected, line) for row in data if row["n"] >= line]
    if tall:
        layers.append(
            alt.Chart(rows(tall))
            .mark_text(color=INK, fontSize=12)
            .encode(x=x, y=alt.Y("middle:Q", scale=scale, title=texts.RUPTURES), text="short:N")
        )
    if expected:
        layers.append(_chance_marks(expected, x, scale))
    return layered(*layers, height=_HEIGHT)


def _parts(frame: pl.DataFrame) -> tuple[list[dict[str, Any]], int]:
    """Stack the counts of each quarter in the order of `STATES`; give the highest stack too."""
    order, data, heights = list(STATES), [], dict.fromkeys(frame["quarter"], 0)
    found = sorted(
        frame.iter_rows(named=True), key=lambda r: (r["quarter"], order.index(r["status"]))
    )
    for row in found:
        low = heights[row["quarter"]]
        heights[row["quarter"]] = low + row["n"]
        shape = wording.RUPTURE_SHAPES[row["status"]]
        data.append(
            {
                "quarter": row["said"],
                "status": f"{shape} {wording.RUPTURE_WORDS[row['status']]}",
                "short": f"{shape} {row['n']}",
                "n": row["n"],
                "from": low,
                "to": low + row["n"],
                "middle": low + row["n"] / 2,
            }
        )
    return data, max(heights.values())


def _beside(row: dict[str, Any], expected: Mapping[str, float], line: float) -> dict[str, Any]:
    """Write the count of a part where the line by chance does not cross it."""
    by_chance = expected.get(row["quarter"])
    if by_chance is None or abs(by_chance - row["middle"]) >= line / 2:
        return row
    below, above = by_chance - row["from"], row["to"] - by_chance
    low, high = (row["from"], by_chance) if below > above else (by_chance, row["to"])
    return {**row, "middle": (low + high) / 2}


def _chance_marks(expected: Mapping[str, float], x: alt.X, scale: alt.Scale) -> alt.Chart:
    """Draw a line across each bar at the number that chance alone would give."""
    data = [{"quarter": said, "expected": n} for said, n in expected.items()]
    return (
        alt.Chart(rows(data))
        .mark_tick(color=INK, thickness=2.5, bandSize=56)
        .encode(
            x=x,
            y=alt.Y("expected:Q", scale=scale, title=texts.RUPTURES),
            tooltip=[
                alt.Tooltip("quarter:N", title=texts.QUARTER),
                alt.Tooltip("expected:Q", title=texts.BY_CHANCE, format=".1f"),
            ],
        )
    )


def against_chance(data: list[dict[str, Any]]) -> Spec:
    """Draw what each method finds as a point, and where chance alone would put it as a box.

    Args:
        data: label, found, chance, lo, hi and said of each, per 100 rated sessions; chance, lo, hi
            are None where chance is not known.
    """
    widest = max(v for row in data for v in (row["found"], row["hi"]) if v is not None) or 1
    data = [{**row, **_number_place(row, widest)} for row in wrapped(data)]
    scale = alt.Scale(domain=[0, widest * 1.25], nice=False)
    x = alt.X("found:Q", title=texts.AGAINST_TITLE, scale=scale, axis=alt.Axis(tickCount=6))
    base = alt.Chart(rows(data)).encode(y=names_axis(data))
    known = base.transform_filter("isValid(datum.chance)")
    tip = [
        alt.Tooltip("label:N", title=" "),
        alt.Tooltip("found:Q", title=texts.PER_100, format=".1f"),
        alt.Tooltip("chance:Q", title=texts.CHANCE_PER_100, format=".1f"),
    ]
    return layered(
        known.mark_bar(color=PALE_GREY, stroke=MUTED, strokeWidth=1, size=18).encode(
            x=alt.X("lo:Q", scale=scale, title=texts.AGAINST_TITLE), x2="hi:Q"
        ),
        known.mark_tick(color=INK, thickness=2, size=18).encode(
            x=alt.X("chance:Q", scale=scale, title=texts.AGAINST_TITLE)
        ),
        base.mark_point(
            color=BLUE, filled=True, size=95, opacity=1, stroke=PAPER, strokeWidth=1
        ).encode(x=x, tooltip=tip),
        *(
            base.transform_filter(alt.datum.is_left == is_left)
            .mark_text(align=side, dx=away, color=INK, fontSize=12)
            .encode(x=alt.X("at:Q", scale=scale, title=texts.AGAINST_TITLE), text="said:N")
            for is_left, side, away in ((False, "left", 9), (True, "right", -9))
        ),
        height=row_height(data),
        title=alt.TitleParams(
            [f"{texts.FOUND_MARK}   {texts.CHANCE_BAND}"],
            anchor="start",
            color=NOTE,
            fontSize=13,
            fontWeight="normal",
        ),
    )


def _number_place(row: Mapping[str, Any], widest: float) -> dict[str, Any]:
    """Say where the number of a point stands: on its side of the box, clear of the names."""
    found, low, high = row["found"] or 0, row["lo"], row["hi"]
    if low is None or found > row["chance"] or min(found, low) < widest * _CLEAR:
        return {"at": max(found, high or 0), "is_left": False}
    return {"at": min(found, low), "is_left": True}


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


def course(frame: pl.DataFrame) -> Spec:
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
        axis=alt.Axis(title=texts.SINCE, values=list(range(last + 1)), format="d", grid=False),
    )
    up = alt.Y(
        "share:Q",
        title=texts.SHARE_OF_RUPTURES,
        scale=_SHARE,
        axis=percent_axis(minExtent=LEFT_EXTENT, maxExtent=LEFT_EXTENT),
    )
    names = list(_COLOURS)
    colour = alt.Color(
        "curve:N", legend=None, scale=alt.Scale(domain=names, range=list(_COLOURS.values()))
    )
    dash = alt.StrokeDash(
        "curve:N", legend=None, scale=alt.Scale(domain=names, range=list(_DASHES.values()))
    )
    base = alt.Chart(rows(data)).encode(x=across)
    named = alt.Chart(rows([row for row in data if row["session"] == last]))
    tip = [
        alt.Tooltip("curve:N", title=" "),
        alt.Tooltip("session:Q", title=texts.SINCE),
        alt.Tooltip("share:Q", title=texts.SHARE_BY_THEN, format=".0%"),
        alt.Tooltip("at_risk:Q", title=texts.STILL_OPEN_BEFORE),
    ]
    top = layered(
        base.transform_filter("isValid(datum.lo)")
        .mark_rule(color=BLUE, strokeWidth=9, opacity=0.16)
        .encode(y=alt.Y("lo:Q", scale=_SHARE, title=None), y2="hi:Q"),
        base.mark_line(strokeWidth=2.2, interpolate="step-after").encode(
            y=up, color=colour, strokeDash=dash
        ),
        base.mark_point(filled=True, size=70, opacity=1).encode(y=up, color=colour, tooltip=tip),
        named.mark_text(align="left", dx=9, fontWeight=600, color=INK).encode(
            x=across, y=up, text="curve:N"
        ),
        height=250,
    )
    return stacked(top, _still_open(frame, scale), spacing=4, apart=("x", "y"))


def _still_open(frame: pl.DataFrame, scale: alt.Scale) -> Spec:
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
        .encode(x=alt.value(0), y=line, text=alt.value(texts.STILL_OPEN))
    )
    numbers = (
        alt.Chart(rows(data))
        .mark_text(color=INK, fontSize=12)
        .encode(x=alt.X("session:Q", scale=scale, axis=hidden), y=line, text="at_risk:Q")
    )
    return layered(title, numbers, height=34)
