"""Charts of the practice: scores of the months, counts and figures side by side.

Every scale has an explicit domain: the browser draws a chart once before its data arrive, and a
scale without one would complain in the console.
"""

from __future__ import annotations

from textwrap import wrap
from typing import Any

import altair as alt
import polars as pl

from dashboards import wording
from dashboards.charts.theme import (
    BLUE,
    INK,
    LABEL,
    LEFT_EXTENT,
    MUTED,
    NOTE,
    PALE_BLUE,
    PURPLE,
    Spec,
    layered,
    percent_axis,
    rows,
)
from dashboards.texts import common
from dashboards.texts import practice as texts

_ROW_HEIGHT = 30
_ROOM, _ROOM_OF_NUMBER = 1.12, 1.15
_LABEL_WIDTH = 30


def month_distribution(frame: pl.DataFrame, name: str, cutoff: float | None) -> Spec:
    """Draw the median and the middle half of the scores of each month.

    Args:
        frame: month_starts_on, period, n_scores, q1, median, q3 as `metrics.alliance_month`.
        name: the questionnaire as the field writes it.
        cutoff: its cut-off, or None.
    """
    data = [
        {
            "month": row["month_starts_on"].isoformat(),
            "spoken": wording.period(row["period"]),
            **{k: row[k] for k in ("n_scores", "q1", "median", "q3")},
        }
        for row in frame.iter_rows(named=True)
    ]
    edges = [v for row in data for v in (row["q1"], row["q3"])]
    edges += [cutoff] if cutoff is not None else []
    margin = (max(edges) - min(edges) or 1.0) / 10
    scale = alt.Scale(domain=[min(edges) - margin, max(edges) + margin], nice=True, zero=False)
    x = alt.X(
        "month:T",
        title=None,
        scale=alt.Scale(domain=[data[0]["month"], data[-1]["month"]]),
        axis=alt.Axis(format="%b %Y", labelOverlap=True, grid=False, tickCount="month"),
    )
    y = alt.Y(
        "median:Q",
        title=texts.TOTAL.format(name=name),
        scale=scale,
        axis=alt.Axis(minExtent=LEFT_EXTENT, tickCount=5),
    )
    base = alt.Chart(rows(data)).encode(x=x)
    tip = [
        alt.Tooltip("spoken:N", title=texts.MONTH),
        alt.Tooltip("median:Q", title=texts.MEDIAN, format=".1f"),
        alt.Tooltip("q1:Q", title=texts.LOWER, format=".1f"),
        alt.Tooltip("q3:Q", title=texts.UPPER, format=".1f"),
        alt.Tooltip("n_scores:Q", title=texts.FORMS),
    ]
    layers: list[Any] = [
        base.mark_area(color=PALE_BLUE).encode(y=alt.Y("q1:Q", scale=scale), y2="q3:Q"),
        base.mark_line(color=BLUE, strokeWidth=2).encode(y=y),
        base.mark_point(color=BLUE, filled=True, size=42, opacity=1).encode(y=y, tooltip=tip),
    ]
    if cutoff is not None:
        level = alt.Chart(rows([{"median": cutoff}]))
        layers += [
            level.mark_rule(color=MUTED, strokeDash=[5, 4]).encode(y=y),
            level.mark_text(align="right", dy=9, color=NOTE, fontSize=12).encode(
                x=alt.value("width"),
                y=y,
                text=alt.value(texts.CUTOFF_LINE.format(value=wording.plain(cutoff))),
            ),
        ]
    return layered(*layers, height=270)


def row_height(data: list[dict[str, Any]]) -> int:
    """Give the height of a chart of rows, without its axis."""
    lines = max((row["label"].count("\n") for row in data), default=0)
    return (_ROW_HEIGHT + 8 * lines) * max(len(data), 1)


def wrapped(data: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Break long labels into lines, so that they leave room for the bars on a phone too."""
    return [{**row, "label": "\n".join(wrap(row["label"], _LABEL_WIDTH))} for row in data]


def names_axis(data: list[dict[str, Any]]) -> alt.Y:
    """Encode the label of a row, in the order given."""
    return alt.Y(
        "label:N",
        title=None,
        sort=None,
        scale=alt.Scale(domain=[row["label"] for row in data]),
        axis=alt.Axis(
            labelLimit=300,
            labelExpr="split(datum.label, '\\n')",
            labelPadding=10,
            ticks=False,
            grid=False,
        ),
    )


def bars(data: list[dict[str, Any]], title: str, colour: str = BLUE) -> Spec:
    """Draw counts as horizontal bars in the order given, each with its number.

    Args:
        data: rows with `label` and `n`.
        title: what is counted, the axis title.
        colour: of the bars.
    """
    data = wrapped(data)
    longest = max((row["n"] for row in data), default=0) or 1
    base = alt.Chart(rows(data)).encode(
        y=names_axis(data),
        x=alt.X(
            "n:Q",
            title=title,
            stack=None,
            scale=alt.Scale(domain=[0, longest * _ROOM], nice=False),
            # Each bar has its number, so the axis needs none.
            axis=alt.Axis(labels=False, ticks=False, grid=False),
        ),
    )
    return layered(
        base.mark_bar(color=colour, size=18).encode(
            tooltip=[alt.Tooltip("label:N", title=" "), alt.Tooltip("n:Q", title=title)]
        ),
        base.mark_text(align="left", dx=5, color=INK).encode(text="n:Q"),
        height=row_height(data),
    )


def rates(
    data: list[dict[str, Any]], title: str, reference: tuple[float, str] | None = None
) -> Spec:
    """Draw shares with their intervals, one line each, in the order given.

    Args:
        data: rows with `label`, `estimate`, `lo`, `hi` (shares) and `words`; estimate may be null,
            then the words stand in its place. A row may have `published`, a share from elsewhere,
            and `said`, what is written beside its point.
        title: the axis title.
        reference: a share to compare with and its words, or None.
    """
    data = [{"said": wording.percent(row["estimate"]), **row} for row in wrapped(data)]
    seen = [row.get(k) for row in data for k in ("estimate", "hi", "published")]
    seen.append(reference[0] if reference else None)
    # From zero to the highest that is drawn, with room for its number.
    highest = max((value for value in seen if value is not None), default=0) or 1
    scale = alt.Scale(domain=[0, highest * _ROOM_OF_NUMBER], nice=False)
    x = alt.X("estimate:Q", title=title, scale=scale, axis=percent_axis())
    y, base = names_axis(data), alt.Chart(rows(data))
    known = base.transform_filter("isValid(datum.estimate)")
    layers: list[Any] = []
    if reference:
        level = alt.Chart(rows([{"estimate": reference[0]}]))
        layers.append(level.mark_rule(color=MUTED, strokeDash=[5, 4]).encode(x=x))
    layers += [
        known.mark_rule(color=BLUE, strokeWidth=3, opacity=0.75).encode(
            y=y, x=alt.X("lo:Q", title=title, scale=scale), x2="hi:Q"
        ),
        known.mark_text(align="left", dx=7, color=INK).encode(
            y=y, x=alt.X("hi:Q", title=title, scale=scale), text="said:N"
        ),
        known.mark_point(color=BLUE, filled=True, size=80, opacity=1).encode(
            y=y,
            x=x,
            tooltip=[
                alt.Tooltip("label:N", title=" "),
                alt.Tooltip("words:N", title=common.FIGURE),
            ],
        ),
        base.transform_filter("!isValid(datum.estimate)")
        .mark_text(align="left", dx=6, color=LABEL, fontStyle="italic")
        .encode(y=y, x=alt.value(0), text="words:N"),
    ]
    if any(row.get("published") is not None for row in data):
        elsewhere = base.transform_filter("isValid(datum.published)")
        layers.append(
            elsewhere.mark_point(
                color=PURPLE, shape="diamond", filled=True, size=90, opacity=1
            ).encode(
                y=y,
                x=alt.X("published:Q", title=title, scale=scale),
                tooltip=[
                    alt.Tooltip("label:N", title=" "),
                    alt.Tooltip("published:Q", title=texts.PUBLISHED, format=".0%"),
                ],
            )
        )
    return layered(*layers, height=row_height(data))
