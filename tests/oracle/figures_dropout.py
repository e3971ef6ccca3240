"""How treatments end: curves, competing endings, and what a mix of cases would lead to expect.

Belongs here: populations of metrics.md 5.1-5.4 over episodes that are already read. Does not belong
here: formulas (`statistics.py`), the definitions of a dropout (`course.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from tests.oracle.course import LEFT_OUT, SETTLED, Episode
from tests.oracle.figures import Unit
from tests.oracle.reading import Reading


def left_truncated(reading: Reading) -> set[str]:
    """Episodes that began so long before the first session of the data that their index is lost."""
    first_day = min(s.started_on for s in reading.sessions)
    return {
        e.name
        for e in reading.episodes
        if e.opened is not None and e.opened < first_day - timedelta(days=42)
    }


def started(reading: Reading) -> list[Episode]:
    """Episodes that a survival curve may contain."""
    lost = left_truncated(reading)
    return [e for e in reading.episodes if e.indexed and e.name not in lost]


def cause(episode: Episode) -> str | None:
    """Kind of ending for competing risks; None where it is unknown or the case is open."""
    if not episode.ended:
        return None
    if episode.transferred or episode.reason in LEFT_OUT:
        return "moved_on"
    if episode.reason in SETTLED:
        return "planned"
    return "dropout" if episode.dropout["is_dropout_d1"] else None


def calendar_curve(episodes: list[Episode], year: int) -> dict[int, tuple[int, int, float]]:
    """Survival in one calendar year: at risk at s is who attended session s in that year."""
    longest = max((len(e.indexed) for e in episodes), default=0)
    curve, survival = {}, 1.0
    for index in range(1, longest + 1):
        there = [
            e
            for e in episodes
            if len(e.indexed) >= index and e.indexed[index - 1].started_on.year == year
        ]
        died = sum(bool(e.dropout["is_dropout_d1"]) and len(e.indexed) == index for e in there)
        if there:
            survival *= 1 - died / len(there)
            curve[index] = (len(there), died, survival)
    return curve


def units(reading: Reading) -> Iterator[Unit]:
    """Units of the shares about endings that `figures.py` does not hold."""
    for e in reading.episodes:
        if not e.ended or e.ended_on is None:
            continue
        on = e.ended_on
        yield Unit("never_started", None, e.clinician, on, False, float(not e.attended))
        if e.indexed and e.dropout["is_dropout_d1"]:
            known = e.outcome_known
            early = float(bool(e.dropout["is_early_completer"]))
            last = e.attended[-1].started_on
            yield Unit("early_completer", None, e.clinician, last, not known, early)
