"""One small picture per case on axes that all share, and a clinician's own figure by quarter.

Pure functions from plain rows to charts. A session without a form breaks the line: nothing is
drawn where nothing was measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from dashboards.charts.theme import (
    BLUE,
    GREY,
    MUTED,
    Spec,
    layered,
    percent_axis,
    rows,
)
from dashboards.texts import caseload as texts

_HEIGHT, _MARGIN = 92, 0.05


@dataclass(frozen=True)
class Shared:
    """The axes that all panels have in common.

    Attributes:
        low: lowest score drawn.
        high: highest score drawn.
        sessions: the longest case.
        cutoff: the level drawn as a dashed line, or None.
    """

    low: float
    high: float
    sessions: int
    cutoff: float | None


def shared(cases: Sequence[Mapping[int, float]], sessions: int, cutoff: float | None) -> Shared:
    """Choose axes that hold every score of every case, and the cut-off.

    Args:
        cases: scores by session, one mapping per case.
        sessions: attended sessions of the longest case.
        cutoff: of the questionnaire, or None.
    """
    seen = [value for case in cases for value in case.values()]
    seen += [cutoff] if cutoff is not None else []
    margin = (max(seen) - min(seen)) * _MARGIN or 1.0
    longest = max([sessions, *(session for case in cases for session in case)])
    return Shared(min(seen) - margin, max(seen) + margin, longest, cutoff)


def panel(scores: Mapping[int, float], sessions: int, axes: Shared) -> Spec:
    """Draw the course of one case.

    Args:
        scores: the score of each session that has a form.
        sessions: attended sessions of this case; those without a form leave a gap.
        axes: common to all panels.
    """
    last = max([sessions, *scores])
    data = [{"at": at, "score": scores.get(at)} for at in range(1, last + 1)]
    x = alt.X(
        "at:Q",
        title=None,
        scale=alt.Scale(domain=[0.5, axes.sessions + 0.5], nice=False),
        axis=alt.Axis(values=sorted({1, axes.sessions}), format="d", grid=False),
    )
    y = alt.Y(
        "score:Q",
        title=None,
        scale=alt.Scale(domain=[axes.low, axes.high], nice=False, zero=False),
        axis=alt.Axis(tickCount=3, grid=False, minExtent=24, maxExtent=24),
    )
    tips = [alt.Tooltip("at:Q", title=texts.SESSION), alt.Tooltip("score:Q", title=texts.SCORE)]
    base = alt.Chart(rows(data)).encode(x=x, y=y)
    layers: list[Any] = []
    if axes.cutoff is not None:
        level = alt.Chart(rows([{"score": axes.cutoff}]))
        layers.append(level.mark_rule(color=MUTED, strokeDash=[4, 3]).encode(y=y))
    layers += [
        base.mark_line(color=BLUE, strokeWidth=1.8),
        base.transform_filter("isValid(datum.score)")
        .mark_point(color=BLUE, filled=True, size=22, opacity=1)
        .encode(tooltip=tips),
    ]
    return layered(*layers, height=_HEIGHT)


def own_past(data: Sequence[Mapping[str, Any]], title: str, is_share: bool) -> Spec:
    """Draw one clinician's figure by quarter with its interval; a quarter without one is a gap.

    Args:
        data: `quarter` in words, `estimate`, `lo`, `hi` (None where there is no figure), in order;
            at least one quarter has a figure.
        title: what the figure is, with its unit.
        is_share: whether it is a share between 0 and 1.
    """
    axis = percent_axis() if is_share else alt.Axis(tickCount=5)
    # Layers hold different quarters, so none of them may set the order.
    order = [str(row["quarter"]) for row in data]
    x = alt.X(
        "quarter:N",
        sort=order,
        title=None,
        axis=alt.Axis(labelAngle=0, labelOverlap=True, grid=False),
    )
    # Said, not left to the drawing: filtered layers tell it no range until they are filled.
    seen = [row[name] for row in data for name in ("estimate", "lo", "hi") if row[name] is not None]
    margin = (max(seen) - min(seen)) * _MARGIN or 1.0
    scale = alt.Scale(domain=[min(seen) - margin, max(seen) + margin], zero=False, nice=True)
    y = alt.Y("estimate:Q", title=title, scale=scale, axis=axis)
    base = alt.Chart(rows([dict(row) for row in data])).encode(x=x)
    known = base.transform_filter("isValid(datum.estimate)")
    tips = [
        alt.Tooltip("quarter:N", title=texts.QUARTER),
        alt.Tooltip("said:N", title=texts.FIGURE),
    ]
    return layered(
        known.mark_rule(color=GREY, strokeWidth=2).encode(
            y=alt.Y("lo:Q", title=title, scale=scale, axis=axis), y2="hi:Q"
        ),
        base.mark_line(color=BLUE, strokeWidth=1.5).encode(y=y),
        known.mark_point(color=BLUE, filled=True, size=60, opacity=1).encode(y=y, tooltip=tips),
        height=200,
    )
