"""The rows behind the picture of one case: where each event stands on the session axis.

Positions are drawing, not figures: an appointment that was not attended has no session index, so
it is drawn between its neighbours. A session without a form is a row without a score, which the
chart draws as a gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from dashboards import wording

ATTENDED, MISSED, CANCELLED, BOOKED, SUPERVISED = KINDS = (
    "Attended",
    "Missed or cancelled late",
    "Cancelled otherwise",
    "Booked",
    "Supervision",
)
_ATTENDED = ("attended", "attended_late")
_MISSED = ("no_show", "late_cancel")
_HALF_STEP = 0.35


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


def session_rows(timeline: pl.DataFrame) -> list[dict[str, Any]]:
    """Place every appointment and supervision contact on the session axis.

    Args:
        timeline: the events of one case in order, as `metrics.case_timeline`.

    Returns:
        at (position), kind (one of `KINDS`), label and day for each.
    """
    placed: list[dict[str, Any]] = []
    waiting: list[dict[str, Any]] = []
    last = 0
    kept = timeline.filter(pl.col("event_kind").is_in(["session", "booking", "supervision"]))
    for event in kept.iter_rows(named=True):
        index = event["session_index"] if event["event_kind"] == "session" else None
        entry = {
            "kind": _kind(event),
            "label": _label(event),
            "day": wording.day(event["occurred_on"]),
        }
        if index is None:
            waiting.append(entry)
            continue
        _spread(waiting, last, index)
        placed += [*waiting, {**entry, "at": float(index)}]
        waiting, last = [], index
    _spread(waiting, last, last + 1)
    return placed + waiting


def _spread(waiting: list[dict[str, Any]], left: int, right: int) -> None:
    """Place what lies between two sessions at even distances."""
    for place, entry in enumerate(waiting, start=1):
        entry["at"] = left + (right - left) * place / (len(waiting) + 1)


def _kind(event: dict[str, Any]) -> str:
    status = event["status"]
    if event["event_kind"] == "supervision":
        return SUPERVISED
    if event["event_kind"] == "booking" or status == "scheduled":
        return BOOKED
    if status in _ATTENDED:
        return ATTENDED
    return MISSED if status in _MISSED else CANCELLED


def _label(event: dict[str, Any]) -> str:
    if event["event_kind"] == "supervision":
        return event["note"] or SUPERVISED
    said = wording.SESSION_WORDS.get(event["status"] or "", wording.sentence_case(event["status"]))
    return f"Session {event['session_index']}: {said}" if event["session_index"] else said


def score_rows(timeline: pl.DataFrame, measure: Measure, sessions: int) -> list[dict[str, Any]]:
    """Give one row per session with the client's total, or null where no form was given.

    Args:
        timeline: the events of one case.
        measure: the questionnaire.
        sessions: number of attended sessions.
    """
    scores = timeline.filter(
        (pl.col("event_kind") == "score")
        & (pl.col("instrument") == measure.code)
        & (pl.col("scale") == "total")
        & (pl.col("respondent") == "client")
        & pl.col("session_index").is_not_null()
    )
    known = {
        event["session_index"]: (event["value"], wording.day(event["occurred_on"]))
        for event in scores.iter_rows(named=True)
    }
    return [
        {"at": s, "score": known.get(s, (None, ""))[0], "day": known.get(s, (None, ""))[1]}
        for s in range(1, sessions + 1)
    ]


def rupture_rows(ruptures: pl.DataFrame, instrument: str, sessions: int) -> list[dict[str, Any]]:
    """Give the span of each probable rupture of an instrument, from onset to its close or the end.

    Args:
        ruptures: the case's rows of `metrics.rupture`.
        instrument: the questionnaire drawn.
        sessions: number of attended sessions, where an open rupture ends on the picture.
    """
    found = ruptures.filter((pl.col("tier") == "probable") & (pl.col("instrument") == instrument))
    spans = []
    for r in found.iter_rows(named=True):
        end = r["closed_session_index"] or sessions
        word = wording.RUPTURE_WORDS[r["status"]].lower()
        spans.append(
            {
                "from": r["onset_session_index"] - _HALF_STEP,
                "to": end + _HALF_STEP,
                "middle": (r["onset_session_index"] + end) / 2,
                "onset": r["onset_session_index"],
                "onset_score": r["onset_score"],
                "closed": r["closed_session_index"],
                "is_repaired": r["status"] == "repaired",
                "words": f"{wording.RUPTURE_SHAPES[r['status']]} {word}",
                "tip": f"Fell at session {r['onset_session_index']}: {word}",
            }
        )
    return spans
