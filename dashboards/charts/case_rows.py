"""The rows behind the picture of one case: where each event stands on the session axis.

Positions are drawing, not figures: what is not an attended session of the case's own series has no
session index, so it is drawn between its neighbours. A session without a form is a row without a
score, which the chart draws as a gap. Not here: marks and panels (`case.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from dashboards import wording
from dashboards.texts import case as texts

Row = dict[str, Any]

ATTENDED, IN_GROUP, MISSED, NOT_HELD, BOOKED, SUPERVISED, REVIEWED, HANDED_OVER = KINDS = (
    texts.ATTENDED,
    texts.IN_GROUP,
    texts.MISSED,
    texts.NOT_HELD,
    texts.BOOKED,
    texts.SUPERVISED,
    texts.REVIEWED,
    texts.HANDED_OVER,
)
# Lanes: the case's own sessions, those of a group, what did not take place or not yet, and what was
# done about the case.
_LANES = dict(zip(KINDS, "abcccddd", strict=True))
_ATTENDED = ("attended", "attended_late")
_MISSED = ("no_show", "late_cancel")
_HALF_STEP = 0.35
# Where the axis begins: room for what came before the first session.
START = 0.35
# Beyond this many ruptures on one panel only their shapes are written, or they would overlap.
_MOST_SPELLED = 3


@dataclass(frozen=True)
class Measure:
    """What a panel must know of its questionnaire.

    Attributes:
        code: instrument code.
        name: how it is said.
        minimum: lowest possible total.
        maximum: highest possible total.
        cutoff: published cut-off, or None where there is none.
        reliable_change: points that count as reliable change, or None.
    """

    code: str
    name: str
    minimum: float
    maximum: float
    cutoff: float | None
    reliable_change: float | None


def session_rows(timeline: pl.DataFrame, reviewed: Sequence[date] = ()) -> list[Row]:
    """Place appointments, supervision, reviews and changes of clinician on the session axis.

    Args:
        timeline: the events of one case in order, as `metrics.case_timeline`.
        reviewed: the days on which the case was reviewed; the release may know some of them.

    Returns:
        at (position), session (its index, or None), kind (one of `KINDS`), lane, label, day, and
        the day as ISO text (on).
    """
    events = [event for event in timeline.iter_rows(named=True) if _kind(event)]
    known = {event["occurred_on"] for event in events if event["event_kind"] == "review"}
    events += [_review(day) for day in reviewed if day not in known]
    events.sort(key=lambda event: event["occurred_on"])
    placed: list[Row] = []
    waiting: list[Row] = []
    last = START
    for event in events:
        kind = _kind(event)
        entry = {
            "kind": kind,
            "lane": _LANES[kind],
            "session": event["session_index"] if kind == ATTENDED else None,
            "label": _label(event, kind),
            "day": wording.day(event["occurred_on"]),
            "on": event["occurred_on"].isoformat(),
        }
        if entry["session"] is None:
            waiting.append(entry)
            continue
        _spread(waiting, last, entry["session"])
        placed += [*waiting, {**entry, "at": float(entry["session"])}]
        waiting, last = [], entry["session"]
    _spread(waiting, last, int(last) + 1)
    return placed + waiting


def _spread(waiting: list[Row], left: float, right: float) -> None:
    """Place what lies between two sessions at even distances."""
    for place, entry in enumerate(waiting, start=1):
        entry["at"] = left + (right - left) * place / (len(waiting) + 1)


def _review(day: date) -> Row:
    return {"event_kind": "review", "occurred_on": day, "session_index": None, "status": None}


def _kind(event: Mapping[str, Any]) -> str:
    """Give the kind of mark of an event, or an empty string for one that has none."""
    kind, status = event["event_kind"], event["status"]
    if kind in ("session", "booking"):
        return _kind_of_appointment(event)
    is_handed_over = (kind == "episode_opened" and event["scope"] == "other_clinician") or (
        kind == "episode_closed" and status == "transferred"
    )
    if is_handed_over:
        return HANDED_OVER
    return {"supervision": SUPERVISED, "review": REVIEWED}.get(kind, "")


def _kind_of_appointment(event: Mapping[str, Any]) -> str:
    status = event["status"]
    if event["event_kind"] == "booking" or status == "scheduled":
        return BOOKED
    if status in _ATTENDED:
        return IN_GROUP if event["scope"] else ATTENDED
    return MISSED if status in _MISSED else NOT_HELD


def _label(event: Mapping[str, Any], kind: str) -> str:
    if kind == REVIEWED:
        return kind
    if kind in (SUPERVISED, HANDED_OVER):
        return event["note"] or kind
    said = wording.SESSION_WORDS.get(event["status"] or "", wording.sentence_case(event["status"]))
    return f"{IN_GROUP}: {said.lower()}" if event["scope"] else said


def totals(timeline: pl.DataFrame) -> pl.DataFrame:
    """Keep the client's totals that belong to a session of the case's own series."""
    return timeline.filter(
        (pl.col("event_kind") == "score")
        & (pl.col("scale") == "total")
        & (pl.col("respondent") == "client")
        & pl.col("session_index").is_not_null()
        & pl.col("scope").is_null()
    )


def score_rows(timeline: pl.DataFrame, measure: Measure, sessions: int) -> list[Row]:
    """Give one row per session with the client's total, or null where no form was given.

    Args:
        timeline: the events of one case.
        measure: the questionnaire.
        sessions: number of attended sessions.
    """
    scores = totals(timeline).filter(pl.col("instrument") == measure.code)
    known = {
        event["session_index"]: (event["value"], wording.day(event["occurred_on"]))
        for event in scores.iter_rows(named=True)
    }
    return [
        {"at": s, "score": known.get(s, (None, ""))[0], "day": known.get(s, (None, ""))[1]}
        for s in range(1, sessions + 1)
    ]


def rupture_rows(ruptures: pl.DataFrame, instrument: str, sessions: int) -> list[Row]:
    """Give the span of each probable rupture of an instrument, from onset to its close or the end.

    Args:
        ruptures: the case's rows of `metrics.rupture`.
        instrument: the questionnaire drawn.
        sessions: number of attended sessions, where an open rupture ends on the picture.
    """
    found = ruptures.filter((pl.col("tier") == "probable") & (pl.col("instrument") == instrument))
    is_spelled = found.height <= _MOST_SPELLED
    return [
        {**_span(r, sessions, is_spelled), "step": place % 2}
        for place, r in enumerate(found.iter_rows(named=True))
    ]


def _span(r: Mapping[str, Any], sessions: int, is_spelled: bool) -> Row:
    end = r["closed_session_index"] or sessions
    shape, status = wording.RUPTURE_SHAPES[r["status"]], wording.RUPTURE_WORDS[r["status"]].lower()
    kind = texts.RUPTURE_KINDS.get(r["rupture_type"] or "")
    template = texts.SPAN_OF_KIND if kind else texts.SPAN
    start, stop = r["onset_session_index"] - _HALF_STEP, end + _HALF_STEP
    middle = (start + stop) / 2
    # Words near an edge of the picture grow away from it.
    side = round(3 * middle / (sessions + 1) - 0.5)
    return {
        "from": start,
        "to": stop,
        "align": ("left", "center", "right")[min(max(side, 0), 2)],
        "anchor": (start, middle, stop)[min(max(side, 0), 2)],
        "onset": r["onset_session_index"],
        "onset_score": r["onset_score"],
        "closed": r["closed_session_index"],
        "is_repaired": r["status"] == "repaired",
        "kind": r["rupture_type"] or "",
        "words": template.format(kind=kind, shape=shape, status=status) if is_spelled else shape,
        "tip": texts.FELL_AT.format(n=r["onset_session_index"], status=status),
    }


def first_session(data: Iterable[Row]) -> int | None:
    """Give the first session with a score."""
    return next((row["at"] for row in data if row["score"] is not None), None)
