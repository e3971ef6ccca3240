"""The picture of one case: alliance, outcome and attendance over a shared session axis.

Never two y axes: alliance and outcome stand in panels above one another (screens.md 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt
import polars as pl

from dashboards.charts.case_rows import (
    ATTENDED,
    BOOKED,
    CANCELLED,
    MISSED,
    SUPERVISED,
    Measure,
    rupture_rows,
    score_rows,
    session_rows,
)
from dashboards.charts.theme import (
    BLUE,
    GREEN,
    GREY,
    INK,
    LEFT_EXTENT,
    MUTED,
    NOTE,
    PALE_BLUE,
    PALE_VERMILION,
    PALER_GREY,
    PURPLE,
    VERMILION,
    rows,
)

# Room after the last session for the name of the line and the words of the cut-off.
_ROOM_SHARE = 0.16
_MOST_TICKS = 24
_SALTIRE = "M-1,-.6L-.6,-1L0,-.4L.6,-1L1,-.6L.4,0L1,.6L.6,1L0,.4L-.6,1L-1,.6L-.4,0Z"
_DASH = "M-1,-.25L1,-.25L1,.25L-1,.25Z"
_MARKS = {
    ATTENDED: ("circle", GREY),
    MISSED: (_SALTIRE, VERMILION),
    CANCELLED: (_DASH, GREY),
    BOOKED: ("triangle-right", BLUE),
    SUPERVISED: ("square", PURPLE),
}


@dataclass(frozen=True)
class Axes:
    """The scales of one panel; all layers of the panel share them."""

    x: alt.Scale
    y: alt.Scale
    title: str

    def at(self, field: str = "at") -> alt.X:
        """Encode a position on the session axis, without labels: the strip below has them."""
        axis = alt.Axis(title=None, labels=False, ticks=False, grid=False)
        return alt.X(f"{field}:Q", scale=self.x, axis=axis)

    def score(self, field: str = "score") -> alt.Y:
        """Encode a score."""
        axis = alt.Axis(tickCount=5, minExtent=LEFT_EXTENT, maxExtent=LEFT_EXTENT)
        return alt.Y(f"{field}:Q", title=self.title, scale=self.y, axis=axis)


def _axes(title: str, seen: list[float], measure: Measure, limit: float) -> Axes:
    """Choose axes that hold all that is drawn and no more of the range than that needs."""
    margin = (measure.maximum - measure.minimum) / 20
    low = max(measure.minimum, min(seen) - margin)
    high = min(measure.maximum, max(seen) + margin)
    return Axes(
        alt.Scale(domain=[0.5, limit], nice=False),
        alt.Scale(domain=[low, high], nice=False, zero=False, clamp=True),
        title,
    )


def _line(data: list[dict[str, Any]], axes: Axes, colour: str, name: str) -> list[alt.Chart]:
    """Draw a line broken at gaps, its points, and its name after the last point."""
    base = alt.Chart(rows(data)).encode(x=axes.at(), y=axes.score())
    tip = [
        alt.Tooltip("at:Q", title="Session"),
        alt.Tooltip("score:Q", title=name, format=".1f"),
        alt.Tooltip("day:N", title="Completed"),
    ]
    last = next(row for row in reversed(data) if row["score"] is not None)
    return [
        base.mark_line(color=colour, strokeWidth=2),
        base.transform_filter("isValid(datum.score)")
        .mark_point(color=colour, filled=True, size=46, opacity=1)
        .encode(tooltip=tip),
        alt.Chart(rows([last]))
        .mark_text(align="left", dx=10, fontWeight=600, color=INK)
        .encode(x=axes.at(), y=axes.score(), text=alt.value(name)),
    ]


def _level(value: float | None, latest: float, axes: Axes) -> list[alt.Chart]:
    """Draw the cut-off as a dashed level, its words on the side where the line does not end."""
    if value is None:
        return []
    away = 9 if latest >= value else -7
    data = alt.Chart(rows([{"score": value}]))
    return [
        data.mark_rule(color=MUTED, strokeDash=[5, 4]).encode(y=axes.score()),
        data.mark_text(align="right", dy=away, color=NOTE, fontSize=12).encode(
            x=alt.value("width"), y=axes.score(), text=alt.value(f"cut-off {value:g}")
        ),
    ]


def _shading(spans: list[dict[str, Any]], axes: Axes) -> list[alt.Chart]:
    """Shade the ruptures behind the line and say above each what became of it."""
    if not spans:
        return []
    fill = alt.condition("datum.is_repaired", alt.value(PALE_BLUE), alt.value(PALE_VERMILION))
    base = alt.Chart(rows(spans))
    return [
        base.mark_rect().encode(
            x=axes.at("from"), x2="to:Q", color=fill, tooltip=alt.Tooltip("tip:N", title="Rupture")
        ),
        base.mark_text(fontSize=12, color=INK).encode(
            x=axes.at("middle"), y=alt.value(-8), text="words:N"
        ),
    ]


def _onsets(
    spans: list[dict[str, Any]], scores: dict[float, float | None], axes: Axes
) -> list[alt.Chart]:
    """Mark each onset by a square and each repair by a ring."""
    if not spans:
        return []
    falls = [{"at": s["onset"], "score": s["onset_score"]} for s in spans]
    rings = [
        {"at": s["closed"], "score": scores.get(s["closed"])}
        for s in spans
        if s["is_repaired"] and scores.get(s["closed"]) is not None
    ]
    marks = [
        alt.Chart(rows(falls))
        .mark_point(shape="square", filled=True, size=115, color=VERMILION, opacity=1)
        .encode(x=axes.at(), y=axes.score())
    ]
    if rings:
        marks.append(
            alt.Chart(rows(rings))
            .mark_point(shape="circle", filled=False, size=190, strokeWidth=2.5, color=BLUE)
            .encode(x=axes.at(), y=axes.score())
        )
    return marks


def alliance_panel(
    data: list[dict[str, Any]], measure: Measure, spans: list[dict[str, Any]], limit: float
) -> alt.LayerChart | None:
    """Draw the client's alliance totals with cut-off and ruptures; None when there is no score."""
    values = [row["score"] for row in data if row["score"] is not None]
    if not values:
        return None
    seen = [*values, *([measure.cutoff] if measure.cutoff is not None else [])]
    axes = _axes(f"Alliance ({measure.name})", seen, measure, limit)
    scores = {row["at"]: row["score"] for row in data}
    return alt.layer(
        *_shading(spans, axes),
        *_level(measure.cutoff, values[-1], axes),
        *_line(data, axes, BLUE, measure.name),
        *_onsets(spans, scores, axes),
    ).properties(height=240)


def outcome_panel(
    data: list[dict[str, Any]], measure: Measure, limit: float
) -> alt.LayerChart | None:
    """Draw the outcome totals with cut-off and the band of no reliable change around the first."""
    values = [row["score"] for row in data if row["score"] is not None]
    if not values:
        return None
    change = measure.reliable_change
    edges = [values[0] - change, values[0] + change] if change else []
    seen = [*values, *edges, *([measure.cutoff] if measure.cutoff is not None else [])]
    axes = _axes(f"Outcome ({measure.name})", seen, measure, limit)
    return alt.layer(
        *_band(edges, measure, axes, limit),
        *_level(measure.cutoff, values[-1], axes),
        *_line(data, axes, GREEN, measure.name),
    ).properties(height=190)


def _band(edges: list[float], measure: Measure, axes: Axes, limit: float) -> list[alt.Chart]:
    """Shade the scores that differ from the first by less than the reliable change."""
    if not edges:
        return []
    band = {
        "from": 0.5,
        "to": limit,
        "low": max(measure.minimum, edges[0]),
        "high": min(measure.maximum, edges[1]),
    }
    base = alt.Chart(rows([band]))
    return [
        base.mark_rect(color=PALER_GREY).encode(
            x=axes.at("from"), x2="to:Q", y=axes.score("low"), y2="high:Q"
        ),
        base.mark_text(align="left", dx=4, dy=-8, color=NOTE, fontSize=12).encode(
            x=axes.at("from"),
            y=axes.score("low"),
            text=alt.value("in the band: no reliable change"),
        ),
    ]


def attendance_strip(events: list[dict[str, Any]], sessions: int, limit: float) -> alt.Chart:
    """Draw one mark per appointment and supervision contact, told apart by shape and colour."""
    every = -(-sessions // _MOST_TICKS) or 1
    kinds = [kind for kind in _MARKS if any(row["kind"] == kind for row in events)]
    legend = alt.Legend(title=None, orient="bottom", symbolSize=110, columns=2)
    return (
        alt.Chart(rows(events))
        .mark_point(filled=True, size=95, opacity=1, strokeWidth=2)
        .encode(
            x=alt.X(
                "at:Q",
                scale=alt.Scale(domain=[0.5, limit], nice=False),
                axis=alt.Axis(
                    title="Session",
                    values=list(range(1, sessions + 1, every)),
                    format="d",
                    grid=False,
                ),
            ),
            y=alt.Y(
                "row:N",
                title=None,
                axis=alt.Axis(
                    labels=False, ticks=False, minExtent=LEFT_EXTENT, maxExtent=LEFT_EXTENT
                ),
            ),
            shape=alt.Shape(
                "kind:N",
                scale=alt.Scale(domain=kinds, range=[_MARKS[k][0] for k in kinds]),
                legend=legend,
            ),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=kinds, range=[_MARKS[k][1] for k in kinds]),
                legend=legend,
            ),
            tooltip=[
                alt.Tooltip("label:N", title="What"),
                alt.Tooltip("day:N", title="Day"),
            ],
        )
        .properties(height=alt.Step(24))
    )


def case_chart(
    timeline: pl.DataFrame,
    ruptures: pl.DataFrame,
    alliance: Measure | None,
    outcome: Measure | None,
    sessions: int,
) -> alt.VConcatChart:
    """Draw one case.

    Args:
        timeline: the events of the case in order, as `metrics.case_timeline`.
        ruptures: its rows of `metrics.rupture`.
        alliance: the alliance questionnaire to draw, or None.
        outcome: the outcome questionnaire to draw, or None.
        sessions: number of attended sessions, the length of the axis.

    Returns:
        Up to three panels over one session axis; a panel without data is left out.
    """
    placed = session_rows(timeline)
    for row in placed:
        row["row"] = "b" if row["kind"] == SUPERVISED else "a"
    last = max([sessions, *(row["at"] for row in placed)])
    limit = last + max(1.0, last * _ROOM_SHARE)
    panels: list[Any] = []
    if alliance:
        spans = rupture_rows(ruptures, alliance.code, sessions)
        panels.append(
            alliance_panel(score_rows(timeline, alliance, sessions), alliance, spans, limit)
        )
    if outcome:
        panels.append(outcome_panel(score_rows(timeline, outcome, sessions), outcome, limit))
    panels.append(attendance_strip(placed, sessions, limit))
    kept = [panel for panel in panels if panel is not None]
    return alt.vconcat(*kept, spacing=14).resolve_scale(
        x="independent", y="independent", color="independent", shape="independent"
    )
