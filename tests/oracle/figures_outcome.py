"""Outcome of a practice: classes of change, the NHS rules, sizes of change, what lasted.

Belongs here: metrics.md 5.6 and claims 11-12 of section 7 over episodes that are already read. Does
not belong here: formulas (`statistics.py`) or how forms are found (`reading.py`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from tests.oracle.course import INSTRUMENTS, Episode, Score, caseness
from tests.oracle.figures import Unit
from tests.oracle.reading import Reading
from tests.oracle.rules import compare_ready

OUTCOME = [i for i, spec in INSTRUMENTS.items() if spec.family == "outcome"]


@dataclass
class Change:
    """First and last client total of one outcome instrument in an episode."""

    instrument: str
    first: float
    last: float
    n: int
    cutoff: float | None
    last_cutoff: float | None

    @property
    def improvement(self) -> float:
        """Change in the direction of improvement, in points."""
        sign = 1 if INSTRUMENTS[self.instrument].higher_is_better else -1
        return round(sign * (self.last - self.first), 4)

    def _is_case(self, score: float, cutoff: float | None) -> bool | None:
        if cutoff is None:
            return None
        if INSTRUMENTS[self.instrument].higher_is_better:
            return score < cutoff
        return score >= cutoff

    @property
    def case_first(self) -> bool | None:
        """In the clinical range at the first score; None without a cut-off for the age."""
        return self._is_case(self.first, self.cutoff)

    @property
    def case_last(self) -> bool | None:
        """In the clinical range at the last score; None without a cut-off for the age."""
        return self._is_case(self.last, self.last_cutoff)

    @property
    def reliably_better(self) -> bool:
        """Improved by at least the reliable change."""
        return self.improvement >= (INSTRUMENTS[self.instrument].reliable_change or 1e9)

    @property
    def reliably_worse(self) -> bool:
        """Deteriorated by at least the reliable change."""
        return self.improvement <= -(INSTRUMENTS[self.instrument].reliable_change or 1e9)

    @property
    def category(self) -> str:
        """Recovered, improved, unchanged, deteriorated (metrics.md 5.6 O1)."""
        if self.reliably_worse:
            return "deteriorated"
        if self.reliably_better:
            crossed = self.case_first and self.case_last is False
            return "recovered" if crossed else "improved"
        return "not_applicable" if self.case_first is False else "unchanged"


def change(episode: Episode, instrument: str) -> Change | None:
    """First and last score where there are two; None otherwise."""
    found = episode.treatment(instrument)
    if len(found) < 2:
        return None
    first, last = found[0], found[-1]
    cutoffs = [caseness(instrument, s.age) for s in (first, last)]
    return Change(instrument, first.score, last.score, len(found), *cutoffs)


@dataclass
class Talking:
    """The NHS Talking Therapies reading of PHQ-9 with GAD-7 (metrics.md 5.6 O2)."""

    phq: Change
    gad: Change

    @property
    def at_caseness(self) -> bool:
        """Case on either measure at the start."""
        return bool(self.phq.case_first or self.gad.case_first)

    @property
    def recovered(self) -> bool:
        """Case at the start, on neither measure at the end."""
        healthy = self.phq.case_last is False and self.gad.case_last is False
        return self.at_caseness and healthy

    @property
    def better(self) -> bool:
        """At least one reliably better and neither reliably worse."""
        both = (self.phq, self.gad)
        return any(c.reliably_better for c in both) and not any(c.reliably_worse for c in both)

    @property
    def worse(self) -> bool:
        """At least one reliably worse and neither reliably better."""
        both = (self.phq, self.gad)
        return any(c.reliably_worse for c in both) and not any(c.reliably_better for c in both)


def talking(episode: Episode) -> Talking | None:
    """Both measures paired, else None."""
    phq, gad = change(episode, "phq9"), change(episode, "gad7")
    return Talking(phq, gad) if phq and gad else None


def used(reading: Reading) -> set[tuple[str, str]]:
    """(clinician, instrument) with at least one client total in a series."""
    return {(e.clinician, i) for e in reading.episodes for i in OUTCOME if e.treatment(i)}


def ended_courses(reading: Reading) -> Iterator[tuple[Episode, str]]:
    """Ended and started episodes, for every outcome instrument their clinician uses."""
    pairs = used(reading)
    for e in reading.episodes:
        if e.ended and e.indexed:
            yield from ((e, i) for i in OUTCOME if (e.clinician, i) in pairs)


def _worth(e: Episode, instrument: str, reference: dict[str, tuple]) -> float | None:
    """Severity-adjusted effect (metrics.md 5.6 O4)."""
    found = change(e, instrument)
    if found is None or instrument not in reference:
        return None
    intercept, slope, sd, mean_effect = reference[instrument]
    sign = 1 if INSTRUMENTS[instrument].higher_is_better else -1
    return sign * (found.last - (intercept + slope * found.first)) / sd + mean_effect


def severity_reference(reading: Reading) -> dict[str, tuple[float, float, float, float]]:
    """Regression of last on first, SD of first, mean effect, from 100 ended pairs on."""
    found = {}
    for instrument in OUTCOME:
        pairs = [c for e, i in ended_courses(reading) if i == instrument and (c := change(e, i))]
        if len(pairs) < 100:
            continue
        first, last = (np.array([getattr(c, side) for c in pairs]) for side in ("first", "last"))
        slope, intercept = np.polyfit(first, last, 1)
        sd = float(first.std(ddof=1))
        sign = 1 if INSTRUMENTS[instrument].higher_is_better else -1
        effect = sign * float((last - first).mean()) / sd
        found[instrument] = float(intercept), float(slope), sd, effect
    return found


def _changes(reading: Reading) -> Iterator[Unit]:
    reference = severity_reference(reading)
    for e, instrument in ended_courses(reading):
        found, on = change(e, instrument), e.attended[-1].started_on

        def unit(
            metric: str,
            excluded: bool,
            value: float,
            # bound now: the generator hands units out while the loop goes on
            key: tuple = (instrument, e.clinician, on),
        ) -> Unit:
            code, clinician, day = key
            return Unit(metric, code, clinician, day, excluded, float(value))

        none = found is None
        yield unit("outcome_paired", False, not none)
        yield unit("outcome_reliably_improved", none, bool(found and found.reliably_better))
        yield unit("outcome_deteriorated", none, bool(found and found.reliably_worse))
        ill = found is not None and found.case_first is True and found.case_last is not None
        recovered = found is not None and found.category == "recovered"
        yield unit("outcome_recovered", not ill, recovered)
        if instrument in reference:
            worth = _worth(e, instrument, reference)
            yield unit("severity_adjusted", worth is None, worth or 0.0)


def _sudden(reading: Reading) -> Iterator[Unit]:
    pairs = used(reading)
    for e in reading.episodes:
        sessions = len(e.indexed)
        if not (sessions >= 4 or (e.ended and sessions >= 2)):
            continue
        on = e.indexed[min(4, sessions) - 1].started_on
        for instrument in (i for i in OUTCOME if (e.clinician, i) in pairs):
            early = [s for s in e.treatment(instrument) if s.session.index <= 4]
            spec = INSTRUMENTS[instrument]
            sign = 1 if spec.higher_is_better else -1
            gain = any(
                round(sign * (b.score - a.score), 4) >= spec.reliable_change
                for a, b in itertools.pairwise(early)
            )
            few = len(early) < 2
            yield Unit("sudden_gain", instrument, e.clinician, on, few, float(gain))


def _talking(reading: Reading) -> Iterator[Unit]:
    pairs = used(reading)
    for e in reading.episodes:
        both = {(e.clinician, "phq9"), (e.clinician, "gad7")} <= pairs
        if not (e.ended and len(e.indexed) >= 2 and both):
            continue
        found, on = talking(e), e.attended[-1].started_on
        none = found is None
        for metric, value in (
            ("nhs_reliable_improvement", bool(found and found.better)),
            ("nhs_deterioration", bool(found and found.worse)),
        ):
            yield Unit(metric, None, e.clinician, on, none, float(value))
        if _case_at_start(e):
            well = bool(found and found.recovered)
            better = bool(found and found.better)
            yield Unit("nhs_recovery", None, e.clinician, on, none, float(well))
            yield Unit("nhs_reliable_recovery", None, e.clinician, on, none, float(well and better))


def _case_at_start(e: Episode) -> bool:
    for instrument in ("phq9", "gad7"):
        scores = e.treatment(instrument)
        cutoff = caseness(instrument, scores[0].age) if scores else None
        if cutoff is not None and scores[0].score >= cutoff:
            return True
    return False


def _afterwards(reading: Reading) -> Iterator[Unit]:
    for e in reading.episodes:
        if not (e.ended and e.indexed and e.ended_on):
            continue
        last = e.attended[-1].started_on
        due = (reading.as_of - e.ended_on).days >= 183
        for instrument in OUTCOME if due and e.reason != "deceased" else ():
            found = change(e, instrument)
            if found is None:
                continue
            later = [
                s
                for s in reading.scores
                if s.client == e.client
                and (s.instrument, s.scale, s.respondent) == (instrument, "total", "client")
                and 90 <= (s.completed_on - e.ended_on).days <= 183
                and s.completed_on <= reading.as_of
            ]
            came = float(bool(later))
            yield Unit("follow_up_coverage", instrument, e.clinician, last, False, came)
            if found.category in {"recovered", "improved"}:
                held = bool(later) and _holds(found, max(later, key=lambda s: s.completed_at))
                gone = not later
                yield Unit("sustained_change", instrument, e.clinician, last, gone, float(held))
        young = (reading.as_of - e.ended_on).days < 365
        if e.reason in {"completed", "mutual"}:
            back = any(
                timedelta(1) <= other.attended[0].started_on - e.ended_on <= timedelta(365)
                for other in e.others
                if other.attended
            )
            yield Unit("re_referral", None, e.clinician, last, young, float(back))


def _holds(found: Change, later: object) -> bool:
    cutoff = caseness(found.instrument, later.age)
    then = Change(found.instrument, found.first, later.score, 2, found.cutoff, cutoff)
    healthy = then.case_last is False if found.category == "recovered" else True
    return then.reliably_better and healthy


OUTCOMES = ("ors", "phq9", "gad7", "core10", "pcl5")


def _is_beyond(first: Score, score: Score, courses: list[dict]) -> bool:
    """Whether a score lies beyond the red line of the course that starts like its case."""
    for c in courses:
        above, up_to = c["intake_above"], c["intake_up_to"]
        if (
            (c["instrument"], c["session_index"]) == (score.instrument, score.session.index)
            and (above is None or first.score > above)
            and (up_to is None or first.score <= up_to)
        ):
            off = score.score - c["red_line"]
            return (
                compare_ready(off if INSTRUMENTS[score.instrument].higher_is_better else -off) < 0
            )
    return False


def off_course(e: Episode, courses: list[dict]) -> list[tuple[Score, date | None]]:
    """The scores of a case's outcome, each with the day since which it is off course there.

    Two in a row beyond the red line, the latest after session 3 (screens.md 4 and 9). Several lines
    can be the best of a quantile regression, so the courses are those of the release, which
    `test_expected_course` holds against the practice.
    """
    found = next((s for i in OUTCOMES if len(s := e.treatment(i)) >= 2), [])
    told: list[tuple[Score, date | None]] = []
    since, run = None, 0
    for place, score in enumerate(found):
        run = run + 1 if place and _is_beyond(found[0], score, courses) else 0
        holds = run >= 2 and score.session.index > 3
        since = (since or score.session.started_on) if holds else None
        told.append((score, since))
    return told


def units(reading: Reading) -> Iterator[Unit]:
    """Units of every share and mean about outcome."""
    yield from _changes(reading)
    yield from _sudden(reading)
    yield from _talking(reading)
    yield from _afterwards(reading)
