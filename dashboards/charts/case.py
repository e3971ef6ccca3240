"""The picture of one case: alliance, outcome and attendance over a shared session axis.

Never two y axes: each questionnaire has a panel of its own, one over another (screens.md 4). What a
colour tells, a shape, a dash or a word tells too, because the same picture is printed in grey. Not
here: where an event stands (`case_rows.py`) and any word (`texts/case.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import altair as alt
import polars as pl

from dashboards.charts.case_rows import (
    ATTENDED,
    BOOKED,
    HANDED_OVER,
    IN_GROUP,
    MISSED,
    NOT_HELD,
    REVIEWED,
    START,
    SUPERVISED,
    Measure,
    Row,
    first_session,
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
    Spec,
    layered,
    rows,
    stacked,
)
from dashboards.texts import case as texts

# Room after the last session for the name of the line.
_ROOM_SHARE = 0.16
_MOST_TICKS = 24
# From so many sessions on, marks are drawn smaller: on a phone they would cover each other.
_MANY, _VERY_MANY = 20, 45
# A line is named at its end, but a long name of a practice's own form only over the axis.
_LONGEST_NAME = 9
_HEIGHT_ALONE, _HEIGHT_SHARED, _HEIGHT_OUTCOME, _LANE = 240, 165, 190, 21
# The key stands in one line where there is room, and in two columns on a phone.
_COLUMNS = "width > 700 ? 8 : width > 420 ? 4 : 2"
_SALTIRE = "M-1,-.6L-.6,-1L0,-.4L.6,-1L1,-.6L.4,0L1,.6L.6,1L0,.4L-.6,1L-1,.6L-.4,0Z"
_DASH = "M-1,-.25L1,-.25L1,.25L-1,.25Z"
_TICK = "M-1,.1L-.65,-.25L-.25,.15L.7,-.9L1.05,-.55L-.25,.85Z"
_BARS = "M-.8,-1L-.25,-1L-.25,1L-.8,1ZM.25,-1L.8,-1L.8,1L.25,1Z"
_DOTS = (
    "M-1.2,0L-.8,-.4L-.4,0L-.8,.4ZM-.4,0L0,-.4L.4,0L0,.4ZM.4,0L.8,-.4L1.2,0L.8,.4Z"
    "M-.8,.9L-.4,.5L0,.9L-.4,1.3ZM0,.9L.4,.5L.8,.9L.4,1.3Z"
)
_BOTH = "M-1,-1L1,-1L0,.1ZM0,-.1L.6,.5L0,1.1L-.6,.5Z"
# A speech bubble: a square is the fall of an alliance, in grey too.
_BUBBLE = "M-1.15,-.85L1.15,-.85L1.15,.35L.1,.35L-.55,1.1L-.55,.35L-1.15,.35Z"
_MARKS = {
    ATTENDED: ("circle", GREY),
    IN_GROUP: (_DOTS, GREY),
    MISSED: (_SALTIRE, VERMILION),
    NOT_HELD: (_DASH, GREY),
    BOOKED: ("triangle-right", BLUE),
    SUPERVISED: (_BUBBLE, PURPLE),
    REVIEWED: (_TICK, INK),
    HANDED_OVER: (_BARS, INK),
}
# A square where nobody said which kind of rupture it was.
_ONSETS = {"": "square", "withdrawal": "triangle-down", "confrontation": "diamond", "mixed": _BOTH}


@dataclass(frozen=True)
class Axes:
    """The scales of one panel; all layers of the panel share them.

    Attributes:
        x: the session axis.
        y: the range of the questionnaire that is drawn.
        title: what the panel shows.
        point: area of a point, smaller where there are many.
    """

    x: alt.Scale
    y: alt.Scale
    title: str
    point: float

    def at(self, field: str = "at") -> alt.X:
        """Encode a position on the session axis, without labels: the strip below has them."""
        axis = alt.Axis(title=None, labels=False, ticks=False, grid=False)
        return alt.X(f"{field}:Q", scale=self.x, axis=axis)

    def score(self, field: str = "score") -> alt.Y:
        """Encode a score."""
        # A practice's own questionnaire may have a long name: cut, not a taller panel.
        wide = {"minExtent": LEFT_EXTENT, "maxExtent": LEFT_EXTENT}
        axis = alt.Axis(tickCount=5, titleLimit=_HEIGHT_SHARED, **wide)
        return alt.Y(f"{field}:Q", title=self.title, scale=self.y, axis=axis)


@dataclass(frozen=True)
class Span:
    """The session axis all panels share.

    Attributes:
        sessions: number of attended sessions.
        limit: where the axis ends.
    """

    sessions: int
    limit: float

    @property
    def scale(self) -> alt.Scale:
        """Give the scale of the axis."""
        return alt.Scale(domain=[START, self.limit], nice=False)

    @property
    def shrink(self) -> float:
        """Give by how much marks are smaller where there are many."""
        if self.sessions > _VERY_MANY:
            return 0.3
        return 0.55 if self.sessions > _MANY else 1.0


def _axes(family: str, seen: list[float], measure: Measure, span: Span) -> Axes:
    """Choose axes that hold all that is drawn and no more of the range than that needs."""
    margin = (measure.maximum - measure.minimum) / 20
    low = max(measure.minimum, min(seen) - margin)
    high = min(measure.maximum, max(seen) + margin)
    return Axes(
        span.scale,
        alt.Scale(domain=[low, high], nice=False, zero=False, clamp=True),
        texts.PANEL.format(family=family, measure=measure.name),
        46 * span.shrink,
    )


def _line(data: list[Row], axes: Axes, colour: str, name: str) -> list[alt.Chart]:
    """Draw a line broken at gaps, its points, and its name after the last point."""
    base = alt.Chart(rows(data)).encode(x=axes.at(), y=axes.score())
    tip = [
        alt.Tooltip("at:Q", title=texts.TIP_SESSION),
        alt.Tooltip("score:Q", title=name, format=".1f"),
        alt.Tooltip("day:N", title=texts.TIP_COMPLETED),
    ]
    last = next(row for row in reversed(data) if row["score"] is not None)
    named = alt.Chart(rows([last])).mark_text(align="left", dx=10, fontWeight=600, color=INK)
    return [
        base.mark_line(color=colour, strokeWidth=2),
        base.transform_filter("isValid(datum.score)")
        .mark_point(color=colour, filled=True, size=axes.point, opacity=1)
        .encode(tooltip=tip),
        *(
            [named.encode(x=axes.at(), y=axes.score(), text=alt.value(name))]
            if len(name) <= _LONGEST_NAME
            else []
        ),
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
            x=alt.value("width"),
            y=axes.score(),
            text=alt.value(texts.CUTOFF.format(value=f"{value:g}")),
        ),
    ]


def _shading(spans: list[Row], axes: Axes) -> list[alt.Chart]:
    """Shade the ruptures behind the line and say above each what became of it.

    The edge is whole where it was repaired and dashed where it was not, for a print in grey.
    """
    drawn = []
    for is_repaired, fill, dash in ((True, PALE_BLUE, [1, 0]), (False, PALE_VERMILION, [4, 3])):
        some = [span for span in spans if span["is_repaired"] is is_repaired]
        if some:
            base = alt.Chart(rows(some)).encode(x=axes.at("from"), x2="to:Q")
            drawn.append(
                base.mark_rect(color=fill, stroke=MUTED, strokeWidth=1, strokeDash=dash).encode(
                    tooltip=alt.Tooltip("tip:N", title=texts.TIP_RUPTURE)
                )
            )
    # Every second one a line higher, or the words of two that are close would overlap on a phone.
    for align, step in sorted({(span["align"], span["step"]) for span in spans}):
        some = [span for span in spans if (span["align"], span["step"]) == (align, step)]
        words = alt.Chart(rows(some)).mark_text(align=align, fontSize=12, color=INK)
        drawn.append(
            words.encode(x=axes.at("anchor"), y=alt.value(-13 - 14 * step), text="words:N")
        )
    return drawn


def _onsets(spans: list[Row], scores: dict[float, float | None], axes: Axes) -> list[alt.Chart]:
    """Mark each onset by the shape of its kind and each repair by a ring."""
    if not spans:
        return []
    falls = [{"at": s["onset"], "score": s["onset_score"], "kind": s["kind"]} for s in spans]
    rings = [
        {"at": s["closed"], "score": scores.get(s["closed"])}
        for s in spans
        if s["is_repaired"] and scores.get(s["closed"]) is not None
    ]
    shapes = alt.Scale(domain=list(_ONSETS), range=list(_ONSETS.values()))
    marks = [
        alt.Chart(rows(falls))
        .mark_point(filled=True, size=115, color=VERMILION, opacity=1)
        .encode(x=axes.at(), y=axes.score(), shape=alt.Shape("kind:N", scale=shapes, legend=None))
    ]
    if rings:
        marks.append(
            alt.Chart(rows(rings))
            .mark_point(shape="circle", filled=False, size=190, strokeWidth=2.5, color=BLUE)
            .encode(x=axes.at(), y=axes.score())
        )
    return marks


def _switch(at: int | None, axes: Axes) -> list[alt.Chart]:
    """Mark where another questionnaire of the same family began."""
    if at is None:
        return []
    base = alt.Chart(rows([{"at": at - 0.5}])).encode(x=axes.at())
    is_late = at > sum(axes.x["domain"]) / 2
    side, away = ("right", -4) if is_late else ("left", 4)
    said = texts.SWITCHED.format(n=at)
    return [
        base.mark_rule(color=INK, strokeDash=[2, 3]),
        base.mark_text(align=side, dx=away, baseline="bottom", color=INK, fontSize=12).encode(
            y=alt.value("height"), text=alt.value(said)
        ),
    ]


def alliance_panels(
    timeline: pl.DataFrame, ruptures: pl.DataFrame, measures: Sequence[Measure], span: Span
) -> list[Spec]:
    """Draw the client's totals of each alliance questionnaire, each in a panel of its own."""
    drawn = [(m, score_rows(timeline, m, span.sessions)) for m in measures]
    drawn = [(m, data) for m, data in drawn if first_session(data) is not None]
    # The first to be given is what the others were switched to from.
    drawn.sort(key=lambda pair: first_session(pair[1]) or 0)
    height = _HEIGHT_ALONE if len(drawn) < 2 else _HEIGHT_SHARED
    panels = []
    for place, (measure, data) in enumerate(drawn):
        spans = rupture_rows(ruptures, measure.code, span.sessions)
        switched = first_session(data) if place else None
        panels.append(_alliance(data, measure, spans, span, switched) | {"height": height})
    return panels


def _alliance(
    data: list[Row], measure: Measure, spans: list[Row], span: Span, switched: int | None
) -> Spec:
    """Draw one alliance questionnaire with cut-off and ruptures."""
    values = [row["score"] for row in data if row["score"] is not None]
    seen = [*values, *([measure.cutoff] if measure.cutoff is not None else [])]
    axes = _axes(texts.ALLIANCE, seen, measure, span)
    scores = {row["at"]: row["score"] for row in data}
    return layered(
        *_shading(spans, axes),
        *_level(measure.cutoff, values[-1], axes),
        *_switch(switched, axes),
        *_line(data, axes, BLUE, measure.name),
        *_onsets(spans, scores, axes),
    )


def outcome_panel(data: list[Row], measure: Measure, span: Span) -> Spec | None:
    """Draw the outcome totals with cut-off and, from two on, the band of no reliable change."""
    values = [row["score"] for row in data if row["score"] is not None]
    if not values:
        return None
    change = measure.reliable_change if len(values) > 1 else None
    edges = [values[0] - change, values[0] + change] if change else []
    seen = [*values, *edges, *([measure.cutoff] if measure.cutoff is not None else [])]
    axes = _axes(texts.OUTCOME, seen, measure, span)
    return layered(
        *_band(edges, measure, axes, span),
        *_level(measure.cutoff, values[-1], axes),
        *_line(data, axes, GREEN, measure.name),
        height=_HEIGHT_OUTCOME,
    )


def _band(edges: list[float], measure: Measure, axes: Axes, span: Span) -> list[alt.Chart]:
    """Shade the scores that differ from the first by less than the reliable change."""
    if not edges:
        return []
    band = {
        "from": START,
        "to": span.limit,
        "low": max(measure.minimum, edges[0]),
        "high": min(measure.maximum, edges[1]),
    }
    base = alt.Chart(rows([band]))
    return [
        base.mark_rect(color=PALER_GREY).encode(
            x=axes.at("from"), x2="to:Q", y=axes.score("low"), y2="high:Q"
        ),
        base.mark_text(align="left", dx=4, dy=-8, color=NOTE, fontSize=12).encode(
            x=axes.at("from"), y=axes.score("low"), text=alt.value(texts.BAND)
        ),
    ]


def attendance_strip(events: list[Row], span: Span) -> alt.Chart:
    """Draw a mark per appointment, supervision, review and change, told by lane, shape, colour."""
    every = -(-span.sessions // _MOST_TICKS) or 1
    present = {row["kind"] for row in events}
    kinds = [kind for kind in _MARKS if kind in present]
    legend = alt.Legend(title=None, orient="bottom", symbolSize=110, columns={"expr": _COLUMNS})
    shapes = alt.Scale(domain=kinds, range=[_MARKS[kind][0] for kind in kinds])
    colours = alt.Scale(domain=kinds, range=[_MARKS[kind][1] for kind in kinds])
    lanes = alt.Axis(labels=False, ticks=False, minExtent=LEFT_EXTENT, maxExtent=LEFT_EXTENT)
    sessions = alt.Axis(
        title=texts.SESSION_AXIS,
        values=list(range(1, span.sessions + 1, every)),
        format="d",
        grid=False,
        labelOverlap="greedy",
        labelSeparation=5,
    )
    return (
        alt.Chart(rows(events))
        .mark_point(filled=True, size=95 * span.shrink, opacity=1)
        .encode(
            x=alt.X("at:Q", scale=span.scale, axis=sessions),
            y=alt.Y("lane:N", title=None, axis=lanes),
            shape=alt.Shape("kind:N", scale=shapes, legend=legend),
            color=alt.Color("kind:N", scale=colours, legend=legend),
            tooltip=[
                alt.Tooltip("label:N", title=texts.TIP_WHAT),
                alt.Tooltip("day:N", title=texts.TIP_DAY),
            ],
        )
        .properties(height=alt.Step(_LANE))
    )


def case_chart(
    timeline: pl.DataFrame,
    ruptures: pl.DataFrame,
    alliance: Sequence[Measure],
    outcome: Measure | None,
    sessions: int,
    *,
    reviewed: Sequence[date] = (),
) -> Spec:
    """Draw one case.

    Args:
        timeline: the events of the case in order, as `metrics.case_timeline`.
        ruptures: its rows of `metrics.rupture`.
        alliance: the alliance questionnaires to draw, each in a panel.
        outcome: the outcome questionnaire to draw, or None.
        sessions: number of attended sessions, the length of the axis.
        reviewed: the days on which the case was reviewed.

    Returns:
        Panels over one session axis; a panel without data is left out.
    """
    placed = session_rows(timeline, reviewed)
    last = max([sessions, *(row["at"] for row in placed)])
    span = Span(sessions, last + max(1.0, last * _ROOM_SHARE))
    panels: list[Any] = alliance_panels(timeline, ruptures, alliance, span)
    if outcome:
        panels.append(outcome_panel(score_rows(timeline, outcome, sessions), outcome, span))
    panels.append(attendance_strip(placed, span))
    kept = [panel for panel in panels if panel is not None]
    return stacked(*kept, spacing=14, apart=("x", "y", "color", "shape"))
