"""What the relationship needs, in figures: rhythm, transfers, preferences, trauma, staying away.

Belongs here: populations of metrics.md 7 that no other room holds, over episodes already read. Does
not belong here: formulas (`statistics.py`), rupture rules, or the metrics claims share with others.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from datetime import timedelta
from statistics import median

import numpy as np
from scipy import stats

from tests.oracle import figures_alliance as alliance
from tests.oracle.course import COMPONENTS, CUTOFF, Episode, Session
from tests.oracle.figures import Unit, early
from tests.oracle.reading import Reading

AWAY = {"no_show", "late_cancel", "cancelled_client"}


def _between(e: Episode, a: Session, b: Session) -> set[str]:
    """Statuses of the individual appointments between two sessions in the order of time."""
    return {
        s.status for s in e.sessions if s.series == "individual" and a.order < s.order < b.order
    }


def _rhythm(e: Episode) -> Iterator[Unit]:
    pairs = list(itertools.pairwise(e.indexed))
    gaps = [(b.started_on - a.started_on).days for a, b in pairs]
    if not gaps:
        return
    planned = max(1, math.floor(median(gaps) + 0.5))
    for gap, (a, b) in zip(gaps, pairs, strict=True):
        kept = gap <= 1.5 * planned
        yield Unit("on_schedule_share", None, e.clinician, b.started_on, False, float(kept))
        if not kept:
            seen = _between(e, a, b)
            theirs, own = float(bool(seen & AWAY)), float("cancelled_clinician" in seen)
            yield Unit("late_gap_clinician", None, e.clinician, b.started_on, False, own)
            yield Unit("late_gap_client", None, e.clinician, b.started_on, False, theirs)
    if len(gaps) >= 3:
        mean = float(np.mean(gaps))
        value = float(np.std(gaps, ddof=1)) / mean if mean else 0.0
        on = e.indexed[-1].started_on
        yield Unit("gap_variation", None, e.clinician, on, mean == 0, value)


def followed(e: Episode) -> Episode | None:
    """The client's first course with another clinician within 90 days of the last session."""
    last = e.attended[-1]
    later = [
        o
        for o in e.others
        if o.clinician != e.clinician
        and o.attended
        and o.attended[0].started_at > last.started_at
        and (o.attended[0].started_on - last.started_on).days <= 90
    ]
    return min(later, key=lambda o: o.attended[0].order, default=None)


def _took_hold(e: Episode, new: Episode) -> bool:
    if len(new.indexed) < 3:
        return False
    for instrument in alliance.ALLIANCE:
        (before, gone), (after, short) = early(e, instrument), early(new, instrument)
        told = len(before) >= 2 and len(after) >= 2 and not gone and not short
        if told and round(float(np.mean(after)), 9) < round(float(np.mean(before)), 9):
            return False
    return True


def _transfers(reading: Reading, e: Episode) -> Iterator[Unit]:
    if not (e.ended and e.indexed):
        return
    on = e.attended[-1].started_on
    yield Unit("transfer_rate", None, e.clinician, on, False, float(e.transferred))
    if e.transferred and len(e.indexed) <= 6:
        new = followed(e)
        if new is None:
            waits = reading.as_of <= on + timedelta(days=90)
            yield Unit("transfer_success", None, e.clinician, on, waits, 0.0)
        else:
            waits = not new.ended and len(new.indexed) < 3
            held = float(_took_hold(e, new))
            yield Unit("transfer_success", None, e.clinician, on, waits, held)


def preferences(reading: Reading) -> dict[str, tuple[bool, bool | None]]:
    """Per client: whether a preference is recorded, and whether it was met (None: not said)."""
    said = {"true": True, "false": False}
    return {
        r["client_id"]: (r.get("preference_recorded") == "true", said.get(r["preference_met"]))
        for r in reading.practice.rows("clients")
    }


def _matching(reading: Reading) -> Iterator[Unit]:
    known = preferences(reading)
    for e in reading.episodes:
        if e.indexed:
            recorded, met = known.get(e.client, (False, None))
            on = e.attended[0].started_on
            yield Unit("preference_recorded", None, e.clinician, on, False, float(recorded))
            if recorded:
                yield Unit("preference_met", None, e.clinician, on, met is None, float(bool(met)))


def _staying_away(reading: Reading, e: Episode) -> Iterator[Unit]:
    seen = {"attended", "attended_late", "no_show", "late_cancel"}
    plan = sorted((s for s in e.sessions if s.series == "individual"), key=lambda s: s.order)
    for instrument, cutoff in CUTOFF.items():
        for index, score in e.scores.get(instrument, {}).items():
            session = e.indexed[index - 1]
            later = [
                s
                for s in plan
                if s.order > session.order and s.status in seen and s.started_on <= reading.as_of
            ]
            metric = "missed_after_low" if score.score < cutoff else "missed_after_other"
            gone = float(bool(later) and not later[0].attended)
            on = session.started_on
            yield Unit(metric, instrument, e.clinician, on, not later, gone)


def units(reading: Reading) -> Iterator[Unit]:
    """Units of every share and mean of section 7 that no other part holds."""
    for e in reading.episodes:
        yield from _rhythm(e)
        yield from _transfers(reading, e)
        yield from _staying_away(reading, e)
    yield from _matching(reading)


# -- two groups of clients ----------------------------------------------------------------------


def traumatised(reading: Reading) -> set[str]:
    """Clients with a history of trauma, or whose first PCL-5 total is 33 or more."""
    found = {
        r["client_id"] for r in reading.practice.rows("clients") if r.get("trauma_history") == "yes"
    }
    first: dict[str, tuple] = {}
    for s in reading.scores:
        if (s.instrument, s.scale, s.respondent) == ("pcl5", "total", "client"):
            key = (s.completed_at, s.response)
            if s.client not in first or key < first[s.client][0]:
                first[s.client] = key, s.score
    return found | {client for client, (_, score) in first.items() if score >= 33}


Value = tuple[Episode, bool, float]


def bonds(reading: Reading, instrument: str) -> list[Value]:
    """Early bond on the item scale by episode, with whether the client is of the trauma group."""
    group, found = traumatised(reading), []
    for e, code, _ in alliance.early_windows(reading):
        if code == instrument and instrument in COMPONENTS:
            forms = [f.bond for f in alliance.components(e, instrument) if f.index <= 3]
            _, truncated = early(e, instrument)
            if len(forms) >= 2 and not truncated:
                found.append((e, e.client in group, float(np.mean(forms))))
    return found


def alerts(reading: Reading, instrument: str) -> list[Value]:
    """Share of rated sessions below the cut-off by episode, with the group of the client."""
    group = traumatised(reading)
    return [
        (e, e.client in group, float(np.mean([s.score < CUTOFF[instrument] for s in rated])))
        for e in reading.episodes
        if (rated := list(e.scores.get(instrument, {}).values()))
    ]


def within_clinicians(values: list[Value]) -> tuple[float, float, float] | None:
    """Weighted difference within clinicians with pooled t limits; None below eight clients each."""
    kept = []
    for clinician in {e.clinician for e, _, _ in values}:
        mine = [v for v in values if v[0].clinician == clinician]
        sides = [[x for _, g, x in mine if g == side] for side in (True, False)]
        if all(sides):
            kept.append((mine, *sides))
    clients = [
        {e.client for mine, _, _ in kept for e, g, _ in mine if g == side} for side in (True, False)
    ]
    if min(len(c) for c in clients) < 8:
        return None
    weights = [len(a) * len(b) / (len(a) + len(b)) for _, a, b in kept]
    gaps = [np.mean(a) - np.mean(b) for _, a, b in kept]
    mean = float(np.dot(weights, gaps) / sum(weights))
    squares = sum(((np.asarray(s) - np.mean(s)) ** 2).sum() for _, *two in kept for s in two)
    degrees = sum(len(a) + len(b) for _, a, b in kept) - 2 * len(kept)
    half = stats.t.ppf(0.975, degrees) * math.sqrt(squares / degrees / sum(weights))
    return mean, float(mean - half), float(mean + half)


def by_preference(reading: Reading, instrument: str) -> tuple[float, int, int] | None:
    """Early alliance where the preference was met less where not; None below ten clients each."""
    known = preferences(reading)
    sides: dict[bool, list[tuple[str, float]]] = {True: [], False: []}
    for e, code, _ in alliance.early_windows(reading):
        recorded, met = known.get(e.client, (False, None))
        values, truncated = early(e, instrument)
        told = recorded and met is not None and len(values) >= 2 and not truncated
        if code == instrument and told:
            sides[bool(met)].append((e.client, float(np.mean(values))))
    if min(len({c for c, _ in side}) for side in sides.values()) < 10:
        return None
    met, unmet = ([x for _, x in sides[side]] for side in (True, False))
    return float(np.mean(met) - np.mean(unmet)), len(met), len(unmet)
