"""Alliance and feedback of a practice: levels, components, agreement of raters, coverage of forms.

Belongs here: populations of metrics.md 2.2-2.8 and 6 over episodes that are already read. Does not
belong here: formulas (`rules.py`, `statistics.py`) or ruptures (`figures_repair.py`).
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from tests.oracle import rules
from tests.oracle import statistics as st
from tests.oracle.course import CEILING, COMPONENTS, CUTOFF, INSTRUMENTS, PAIRS, Episode, Session
from tests.oracle.figures import Unit, early
from tests.oracle.reading import Reading

ALLIANCE = [i for i, spec in INSTRUMENTS.items() if spec.family == "alliance" and not spec.supplied]


def scored(episode: Episode, instrument: str) -> list[tuple[int, float]]:
    """(session index, client total) of an episode, in order."""
    return [(i, x) for i, x in enumerate(episode.series(instrument), start=1) if x is not None]


def is_due(reading: Reading, session: Session) -> bool:
    """An attended individual session whose client is old enough to be asked (metrics.md 6 F1)."""
    age = reading.age(session.client, session.started_on)
    return (
        session.series == "individual"
        and session.index is not None
        and (age is None or age >= 13)
        and session.started_on <= reading.as_of
    )


@dataclass
class Components:
    """Component means of one form on the item scale."""

    index: int
    bond: float
    goal: float
    task: float

    @property
    def goal_gap(self) -> float:
        """How far agreement on goals lags behind bond and task."""
        return (self.bond + self.task) / 2 - self.goal

    @property
    def task_gap(self) -> float:
        """How far agreement on tasks lags behind bond and goal."""
        return (self.bond + self.goal) / 2 - self.task


def components(episode: Episode, instrument: str) -> list[Components]:
    """Client forms that have all three components, in session order (metrics.md 2.4)."""
    names, spec = COMPONENTS[instrument], INSTRUMENTS[instrument]
    counts = dict(spec.subscales)
    found = []
    for index, form in sorted(episode.forms.get((instrument, "client"), {}).items()):
        if all(scale in form for scale in names.values()):
            means = {c: form[s].score / len(counts[s]) for c, s in names.items()}
            found.append(Components(index, **means))
    return found


def has_gap(gaps: list[float]) -> bool:
    """At least one item-scale point on two forms in a row."""
    return any(
        rules.compare_ready(a) >= 1.0 and rules.compare_ready(b) >= 1.0
        for a, b in itertools.pairwise(gaps)
    )


def _levels(e: Episode, instrument: str) -> Iterator[Unit]:
    values = scored(e, instrument)
    if not values:
        return
    scores = [x for _, x in values]
    last = e.indexed[values[-1][0] - 1].started_on

    def unit(metric: str, value: float) -> Unit:
        return Unit(metric, instrument, e.clinician, last, False, value)

    yield unit("alliance_level", float(np.mean(scores[-3:])))
    yield unit("alliance_minimum", min(scores))
    if len(scores) >= 3:
        yield unit("candour_spread", float(np.std(scores, ddof=1)))
        if instrument in CUTOFF:
            yield unit("ever_below_cutoff", float(min(scores) < CUTOFF[instrument]))
        if instrument in CEILING:
            yield unit("uninformative_ceiling", float(e.ceiling(instrument)))
    if instrument in CEILING:
        for index, x in values:
            on = e.indexed[index - 1].started_on
            top = float(x >= CEILING[instrument])
            yield Unit("ceiling_share", instrument, e.clinician, on, False, top)


def _alerts(asked: set[str], e: Episode) -> Iterator[Unit]:
    for instrument, cutoff in CUTOFF.items():
        found = e.scores.get(instrument, {})
        for session in e.indexed if found else []:
            score = found.get(session.index or 0)
            if score is None and session.key not in asked:
                continue
            below = float(score is not None and score.score < cutoff)
            missing = score is None
            on = session.started_on
            yield Unit("alert_share", instrument, e.clinician, on, missing, below)


def _gaps(e: Episode, instrument: str) -> Iterator[Unit]:
    forms = components(e, instrument)
    if len(forms) < 2:
        return
    on = e.indexed[scored(e, instrument)[-1][0] - 1].started_on
    for metric, gaps in (
        ("goal_gap", [f.goal_gap for f in forms]),
        ("task_gap", [f.task_gap for f in forms]),
    ):
        yield Unit(metric, instrument, e.clinician, on, False, float(has_gap(gaps)))


def early_windows(reading: Reading) -> Iterator[tuple[Episode, str, date]]:
    """Episodes whose early window is over, per instrument the clinician uses, and its last day."""
    used = {(e.clinician, i) for e in reading.episodes for i in ALLIANCE if e.scores.get(i)}
    for e in reading.episodes:
        if e.indexed and (len(e.indexed) >= 3 or e.ended):
            on = e.indexed[min(3, len(e.indexed)) - 1].started_on
            for instrument in (i for who, i in used if who == e.clinician):
                yield e, instrument, on


def _early(reading: Reading) -> Iterator[Unit]:
    goals: dict[str, list[tuple[Episode, date, float | None]]] = defaultdict(list)
    for e, instrument, on in early_windows(reading):
        values, truncated = early(e, instrument)
        yield Unit("early_coverage", instrument, e.clinician, on, False, len(values) / 3)
        if instrument in COMPONENTS:
            first = [f.goal for f in components(e, instrument) if f.index <= 3]
            told = float(np.mean(first)) if len(first) >= 2 and not truncated else None
            goals[instrument].append((e, on, told))
    for instrument, rows in goals.items():
        known = [goal for _, on, goal in rows if goal is not None and on <= reading.as_of]
        quarter = rules.compare_ready(float(np.quantile(known, 0.25))) if known else 0.0
        for e, on, goal in rows:
            low = float(goal is not None and rules.compare_ready(goal) < quarter)
            yield Unit("low_goal_early", instrument, e.clinician, on, goal is None, low)


def _window_3_5(reading: Reading) -> Iterator[Unit]:
    used = {(e.clinician, i) for e in reading.episodes for i in ALLIANCE if e.scores.get(i)}
    for e in reading.episodes:
        sessions = len(e.indexed)
        if sessions < 3 or not (sessions >= 5 or e.ended):
            continue
        on = e.indexed[min(5, sessions) - 1].started_on
        for instrument in (i for who, i in used if who == e.clinician):
            late = [x for i, x in scored(e, instrument) if 3 <= i <= 5]
            few = len(late) < 2
            mean = 0.0 if few else float(np.mean(late))
            yield Unit("early_alliance_3_5", instrument, e.clinician, on, few, mean)


def pairs(episode: Episode, instrument: str) -> list[tuple[date, float, float]]:
    """(day, client, clinician) in percent of the range, of sessions that both rated."""
    other = PAIRS[instrument]
    mine = episode.forms.get((instrument, "client"), {})
    theirs = episode.forms.get((other, "clinician"), {})

    def pomp(code: str, score: float) -> float:
        low, high = INSTRUMENTS[code].range
        return 100 * (score - low) / (high - low)

    return [
        (
            episode.indexed[index - 1].started_on,
            pomp(instrument, mine[index]["total"].score),
            pomp(other, theirs[index]["total"].score),
        )
        for index in sorted(mine.keys() & theirs.keys())
        if "total" in mine[index] and "total" in theirs[index]
    ]


def _attunement(e: Episode) -> Iterator[Unit]:
    for instrument in PAIRS:
        found = pairs(e, instrument)
        for on, client, clinician in found:
            above = float(rules.compare_ready(clinician - client) >= 15)
            for metric, value in (
                ("attunement_bias", client - clinician),
                ("attunement_mad", abs(client - clinician)),
                ("attunement_overestimated", above),
            ):
                yield Unit(metric, instrument, e.clinician, on, False, value)
        if len(found) >= 6:
            r = st.agreement([c for _, c, _ in found], [t for _, _, t in found]).r
            if r is not None:
                yield Unit("attunement_tracking", instrument, e.clinician, found[-1][0], False, r)


def _first_lags(reading: Reading) -> dict[str, float]:
    """Hours from the end of each session to its earliest valid client alliance form."""
    first: dict[str, float] = {}
    for s in reading.scores:
        alliance = INSTRUMENTS[s.instrument].family == "alliance"
        if alliance and s.scale == "total" and s.respondent == "client" and s.session:
            hours = (s.completed_at - s.session.ended_at) / timedelta(hours=1)
            first[s.session.key] = min(hours, first.get(s.session.key, hours))
    return first


def due_sessions(reading: Reading) -> list[tuple[Session, float | None]]:
    """Sessions after which a form was due, with the hours until one came (metrics.md 6 F1, F2)."""
    first = _first_lags(reading)
    live_from = min(
        (
            s.completed_on
            for s in reading.scores
            if INSTRUMENTS[s.instrument].family == "alliance"
            and s.scale == "total"
            and s.respondent == "client"
        ),
        default=date.max,
    )
    return [
        (s, first.get(s.key))
        for s in reading.sessions
        if is_due(reading, s) and s.started_on >= live_from
    ]


def _feedback(reading: Reading) -> Iterator[Unit]:
    by_episode: dict[str, list[tuple[Session, bool]]] = defaultdict(list)
    for session, hours in due_sessions(reading):
        soon, on = float(hours is not None and hours <= 2), session.started_on
        yield Unit("feedback_within_2h", None, session.clinician, on, hours is None, soon)
        by_episode[session.episode].append((session, hours is not None))
    for e in reading.episodes:
        due = by_episode.get(e.name, [])
        if not due:
            continue
        on, came = min(s.started_on for s, _ in due), sum(has for _, has in due)
        paired = any(
            len(found) >= 2 for i, found in e.scores.items() if INSTRUMENTS[i].family == "outcome"
        )
        for metric, least, value in (
            ("coverage_any", 1, came >= 1),
            ("coverage_three", 3, came >= 3),
            ("coverage_paired", 2, paired),
        ):
            if len(due) >= least:
                yield Unit(metric, None, e.clinician, on, False, float(value))


def units(reading: Reading) -> Iterator[Unit]:
    """Units of every share and mean of sections 2 and 6 that `figures.py` does not hold."""
    asked = {session.key for session, _ in due_sessions(reading)}
    for e in reading.episodes:
        for instrument in ALLIANCE:
            yield from _levels(e, instrument)
        for instrument in COMPONENTS:
            yield from _gaps(e, instrument)
        yield from _alerts(asked, e)
        yield from _attunement(e)
    yield from _early(reading)
    yield from _window_3_5(reading)
    yield from _feedback(reading)
