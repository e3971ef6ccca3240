"""Pictures of endings by session: survival curves, all ways of ending together, calibration."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from dashboards.charts.theme import (
    BLUE,
    GREY,
    INK,
    LEFT_EXTENT,
    MUTED,
    NOTE,
    ORANGE,
    PALE_GREY,
    PALER_GREY,
    PAPER,
    PURPLE,
    SKY,
    Spec,
    layered,
    percent_axis,
    rows,
    stacked,
)
from dashboards.texts import casemix, common
from dashboards.texts import endings as texts

_COLOURS = (BLUE, PURPLE)
# The second curve is dashed, so that the two differ without colour too.
_DASHES = ([1, 0], [7, 4])
# Bands from the bottom up, with fills light enough for the names written in them.
BANDS = {
    "dropout": (texts.BANDS["dropout"], ORANGE),
    "planned": (texts.BANDS["planned"], SKY),
    "moved_on": (texts.BANDS["moved_on"], PALE_GREY),
    "still": (texts.BANDS["still"], PALER_GREY),
}
_NAMED_FROM, _WIDE = 0.06, 0.9
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


def survival(curves: list[tuple[str, pl.DataFrame]]) -> Spec:
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
        layers += _curve(data, scale, _COLOURS[place], _DASHES[place])
        if len(curves) > 1:
            layers.append(_name(data, scale, below=place > 0))
    top = layered(*layers, height=290)
    strips = [_at_risk(name, frame, scale, limit) for name, frame in curves]
    return stacked(top, *strips, spacing=4, apart=("x", "y"))


def _position(scale: alt.Scale) -> tuple[alt.X, alt.Y]:
    """Encode session and share, the same for every layer."""
    across = alt.Axis(title=texts.SESSION, tickMinStep=1, format="d", grid=False)
    up = percent_axis(minExtent=LEFT_EXTENT, maxExtent=LEFT_EXTENT)
    return (
        alt.X("session:Q", scale=scale, axis=across),
        alt.Y("survival:Q", title=texts.WITHOUT, scale=_SHARE, axis=up),
    )


def _name(data: list[dict[str, Any]], scale: alt.Scale, below: bool) -> alt.Chart:
    """Write the name of a curve beside its middle, above the first and below the second."""
    x, y = _position(scale)
    return (
        alt.Chart(rows([data[len(data) // 2]]))
        .mark_text(
            align="right" if below else "left",
            dx=-6 if below else 6,
            dy=20 if below else -14,
            fontWeight=600,
            color=INK,
        )
        .encode(x=x, y=y, text="curve:N")
    )


def _curve(
    data: list[dict[str, Any]], scale: alt.Scale, colour: str, dash: list[int]
) -> list[alt.Chart]:
    x, y = _position(scale)
    base = alt.Chart(rows(data))
    tip = [
        alt.Tooltip("curve:N", title=" "),
        alt.Tooltip("session:Q", title=texts.SESSION),
        alt.Tooltip("survival:Q", title=texts.WITHOUT, format=".0%"),
        alt.Tooltip("at_risk:Q", title=texts.AT_RISK),
        alt.Tooltip("events:Q", title=texts.EVENTS),
        alt.Tooltip("censored:Q", title=texts.LEFT_OR_OPEN),
    ]
    return [
        base.transform_filter("isValid(datum.lo)")
        .mark_area(color=colour, opacity=0.14, interpolate="step-after")
        .encode(x=x, y=alt.Y("lo:Q", scale=_SHARE, title=None), y2="hi:Q"),
        base.mark_line(
            color=colour, strokeWidth=2.2, strokeDash=dash, interpolate="step-after"
        ).encode(x=x, y=y),
        base.transform_filter("datum.censored > 0")
        .mark_tick(color=colour, orient="vertical", size=9, thickness=1.4)
        .encode(x=x, y=y),
        base.transform_filter("datum.session > 0")
        .mark_point(size=120, opacity=0, filled=True)
        .encode(x=x, y=y, tooltip=tip),
    ]


def _at_risk(name: str, frame: pl.DataFrame, scale: alt.Scale, limit: int) -> Spec:
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
        .encode(x=alt.value(0), y=line, text=alt.value(texts.AT_RISK_OF.format(name=name)))
    )
    numbers = (
        alt.Chart(rows([{**row, "line": "numbers"} for row in data]))
        .mark_text(color=INK, fontSize=12)
        .encode(x=alt.X("session:Q", scale=scale, axis=hidden), y=line, text="at_risk:Q")
    )
    return layered(title, numbers, height=34)


def band_rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Give one row per session and band, starting before the first session with everybody.

    Args:
        frame: rows of `metrics.ending_cif`, already cut by `shown_competing`.
    """
    data: list[dict[str, Any]] = []
    for place, (cause, (name, _)) in enumerate(BANDS.items()):
        one = frame.filter(pl.col("cause") == ("dropout" if cause == "still" else cause))
        column = "still_in_treatment" if cause == "still" else "cif"
        data.append({"session": 0, "share": float(cause == "still"), "band": name, "place": place})
        data += [
            {
                "session": row["session_index"],
                "share": row[column],
                "band": name,
                "place": place,
                "at_risk": row["at_risk"],
            }
            for row in one.iter_rows(named=True)
        ]
    return data


def shown_competing(frame: pl.DataFrame, min_at_risk: int) -> pl.DataFrame:
    """Cut the picture where fewer than the minimum are at risk, as the curves are."""
    return frame.filter(pl.col("at_risk") >= min_at_risk)


def competing(frame: pl.DataFrame) -> Spec:
    """Draw what share of cases has ended in each way by each session, as bands of one whole.

    Args:
        frame: rows of `metrics.ending_cif`, cut by `shown_competing`.
    """
    data = band_rows(frame)
    last = max(row["session"] for row in data)
    limit = last + 1
    # the last step needs a width to be seen, and the names a place to stand
    data += [{**row, "session": limit} for row in data if row["session"] == last]
    scale = alt.Scale(domain=[0, limit], nice=False)
    across = alt.Axis(title=texts.SESSION, tickMinStep=1, format="d", grid=False)
    up = percent_axis(minExtent=LEFT_EXTENT, maxExtent=LEFT_EXTENT)
    x = alt.X("session:Q", scale=scale, axis=across)
    y = alt.Y("share:Q", stack="zero", title=None, scale=_SHARE, axis=up)
    names = [name for name, _ in BANDS.values()]
    fill = alt.Color(
        "band:N",
        scale=alt.Scale(domain=names, range=[colour for _, colour in BANDS.values()]),
        legend=None,
    )
    base = alt.Chart(rows(data)).encode(x=x, y=y, order="place:Q")
    area = base.mark_area(interpolate="step-after", stroke=PAPER, strokeWidth=1.4).encode(
        color=fill
    )
    tip = [
        alt.Tooltip("band:N", title=" "),
        alt.Tooltip("session:Q", title=texts.BY_SESSION),
        alt.Tooltip("share:Q", title=texts.SHARE_OF_CASES, format=".0%"),
        alt.Tooltip("at_risk:Q", title=texts.AT_RISK),
    ]
    touch = (
        base.transform_filter("isValid(datum.at_risk)")
        .mark_bar(opacity=0, width=12)
        .encode(tooltip=tip, color=fill)
    )
    middle = _middles(data, limit)
    label = (
        alt.Chart(rows(middle))
        .mark_text(align="center", fontWeight=600, color=INK)
        .encode(x=x, y=alt.Y("share:Q", title=None, scale=_SHARE, axis=up), text="band:N")
    )
    top = layered(area, touch, label, height=290)
    strip = _at_risk(
        common.WHOLE_PRACTICE, frame.filter(pl.col("cause") == "dropout"), scale, limit
    )
    return stacked(top, strip, spacing=4, apart=("x", "y"))


def _middles(data: list[dict[str, Any]], limit: int) -> list[dict[str, Any]]:
    """Find where the name of each band stands: the last wide place of it between the edges."""
    sessions = sorted({row["session"] for row in data})
    inside = [s for s in sessions if 0.12 * limit <= s <= 0.88 * limit] or sessions
    share = {(row["band"], row["session"]): row["share"] for row in data}
    names = [name for name, _ in BANDS.values()]
    found = []
    for place, name in enumerate(names):
        widest = max(share[name, s] for s in inside)
        best = max(s for s in inside if share[name, s] >= _WIDE * widest)
        if share[name, best] >= _NAMED_FROM:
            below = sum(share[other, best] for other in names[:place])
            found.append(
                {"session": best + 0.5, "share": below + share[name, best] / 2, "band": name}
            )
    return found


def calibration(frame: pl.DataFrame) -> Spec:
    """Draw observed against expected shares by group, with the line on which they agree.

    Args:
        frame: rows of `metrics.casemix_calibration`.
    """
    data = [
        {
            "expected": row["expected_rate"],
            "observed": row["observed_rate"],
            "lo": row["lo"],
            "hi": row["hi"],
            "words": casemix.OF_CASES.format(events=row["observed"], cases=row["episodes_n"]),
        }
        for row in frame.iter_rows(named=True)
    ]
    top = max([row["hi"] for row in data] + [row["expected"] for row in data])
    scale = alt.Scale(domain=[0, min(1.0, top * 1.1)], nice=False)
    percent = percent_axis()
    x = alt.X("expected:Q", title=casemix.EXPECTED_AXIS, scale=scale, axis=percent)
    y = alt.Y("observed:Q", title=casemix.OBSERVED, scale=scale, axis=percent)
    agree = alt.Chart(rows([{"expected": v, "observed": v} for v in (0.0, min(1.0, top * 1.1))]))
    base = alt.Chart(rows(data))
    return layered(
        agree.mark_line(color=MUTED, strokeDash=[5, 4]).encode(x=x, y=y),
        base.mark_rule(color=GREY, strokeWidth=2).encode(
            x=x, y=alt.Y("lo:Q", scale=scale, title=casemix.OBSERVED), y2="hi:Q"
        ),
        base.mark_point(color=BLUE, filled=True, size=80, opacity=1).encode(
            x=x,
            y=y,
            tooltip=[
                alt.Tooltip("words:N", title=casemix.UNPLANNED),
                alt.Tooltip("expected:Q", title=casemix.EXPECTED, format=".0%"),
                alt.Tooltip("observed:Q", title=casemix.OBSERVED, format=".0%"),
            ],
        ),
        height=260,
    )
