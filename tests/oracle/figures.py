"""Figures of a practice: the units each metric counts, and the division per scope and period.

Belongs here: populations, exclusions and numerators of metrics.md 2, 4.4, 5 and 6 as interfaces to
`rules.py`. Does not belong here: how sessions and scores are found (`reading.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

import numpy as np

from tests.oracle import rules
from tests.oracle.course import INSTRUMENTS, LEFT_OUT, SETTLED, Episode
from tests.oracle.reading import Reading

DROPOUTS = [
    "is_dropout_d1",
    "is_dropout_d2",
    "is_dropout_d3",
    "is_dropout_d4",
    "is_dropout_d5",
    "is_dropout_d1s",
]


@dataclass
class Unit:
    """One thing a metric counts: who, when, whether it is excluded, and what it contributes."""

    metric: str
    instrument: str | None
    clinician: str
    on: date
    excluded: bool
    value: float


def excluded_from_dropout(episode: Episode) -> bool:
    """Left out of the dropout rates: moved on for another reason, or outcome unknown."""
    d1 = bool(episode.dropout["is_dropout_d1"])
    known = episode.reason in SETTLED or d1
    return episode.transferred or episode.reason in LEFT_OUT or not known


def early(episode: Episode, instrument: str) -> tuple[list[float], bool]:
    """Valid scores of sessions 1-3 and whether the episode ended before the third."""
    values = [x for x in episode.series(instrument)[:3] if x is not None]
    return values, episode.ended and len(episode.indexed) <= 2


def _dropout(episode: Episode) -> Iterator[Unit]:
    if not (episode.ended and episode.indexed):
        return
    on, excluded = episode.attended[-1].started_on, excluded_from_dropout(episode)
    for name in DROPOUTS:
        value = episode.dropout[name]
        yield Unit(
            name.removeprefix("is_"),
            None,
            episode.clinician,
            on,
            excluded or value is None,
            float(bool(value)),
        )


def _early(reading: Reading) -> Iterator[Unit]:
    """Every started episode with its early window over, per instrument its clinician uses."""
    used = {
        (e.clinician, i)
        for e in reading.episodes
        for i, spec in INSTRUMENTS.items()
        if spec.family == "alliance" and e.scores.get(i)
    }
    for e in reading.episodes:
        if not e.indexed or not (len(e.indexed) >= 3 or e.ended):
            continue
        for instrument in (i for who, i in used if who == e.clinician):
            values, truncated = early(e, instrument)
            on = e.indexed[min(3, len(e.indexed)) - 1].started_on
            mean = float(np.mean(values)) if values else float("nan")
            excluded = len(values) < 2 or truncated
            yield Unit("early_alliance", instrument, e.clinician, on, excluded, mean)


def _attendance(reading: Reading) -> Iterator[Unit]:
    for s in reading.sessions:
        if s.started_on > reading.as_of:
            continue
        if s.status in {"attended", "attended_late", "no_show", "late_cancel"}:
            for metric, status in (("dna_rate", "no_show"), ("late_cancel_rate", "late_cancel")):
                yield Unit(
                    metric, None, s.clinician, s.started_on, False, float(s.status == status)
                )
        theirs = float(s.status == "cancelled_clinician")
        yield Unit("clinician_cancel_rate", None, s.clinician, s.started_on, False, theirs)


def _feedback(reading: Reading) -> Iterator[Unit]:
    forms = [
        s
        for s in reading.scores
        if INSTRUMENTS[s.instrument].family == "alliance"
        and s.scale == "total"
        and s.respondent == "client"
    ]
    live_from = min((s.completed_on for s in forms), default=date.max)
    in_time = {
        s.session.key
        for s in forms
        if s.session and s.completed_at - s.session.ended_at <= timedelta(hours=48)
    }
    for s in reading.sessions:
        age = reading.age(s.client, s.started_on)
        eligible = (
            s.series == "individual"
            and s.index is not None
            and (age is None or age >= 13)
            and live_from <= s.started_on <= reading.as_of
        )
        if eligible:
            answered = float(s.key in in_time)
            yield Unit("feedback_completion", None, s.clinician, s.started_on, False, answered)


def units(reading: Reading) -> Iterator[Unit]:
    """Units of attendance, completion of feedback, early alliance and unplanned endings."""
    yield from _attendance(reading)
    yield from _feedback(reading)
    yield from _early(reading)
    for episode in reading.episodes:
        yield from _dropout(episode)


def periods(on: date) -> list[str]:
    """The periods a day belongs to: all time, its quarter, its month."""
    return ["all", f"{on.year}-Q{(on.month + 2) // 3}", f"{on.year}-{on.month:02d}"]


@dataclass
class Figure:
    """One row of a long metric table, before display rules blank small denominators."""

    population: int = 0
    excluded: int = 0
    values: list[float] | None = None

    @property
    def denominator(self) -> int:
        """Units that count."""
        return self.population - self.excluded


def divide(found: Iterable[Unit], *, by_clinician: bool) -> dict[tuple, Figure]:
    """Figures by (clinician or None, metric, instrument, period)."""
    table: dict[tuple, Figure] = defaultdict(lambda: Figure(values=[]))
    for unit in found:
        for period in periods(unit.on):
            who = unit.clinician if by_clinician else None
            figure = table[who, unit.metric, unit.instrument, period]
            figure.population += 1
            figure.excluded += unit.excluded
            if not unit.excluded:
                figure.values.append(unit.value)
    return dict(table)


def shrink_means(rows: dict[str, list[float]]) -> dict[str, rules.Shrunken]:
    """Clinician means of one metric and period; ICC fixed where the practice is too small."""
    counts = [len(v) for v in rows.values()]
    small = len(rows) < 20 or median(counts) < 10
    return rules.empirical_bayes(rows, fixed_icc=0.05 if small else None)
