"""What the mix of cases would lead to expect of each clinician, by a plain Newton fit.

Belongs here: the case-mix reading of metrics.md 5.4 on episodes that are already read. Does not
belong here: formulas (`statistics.py`) or the definitions of a dropout (`course.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.oracle import statistics as st
from tests.oracle.course import Episode
from tests.oracle.figures import excluded_from_dropout
from tests.oracle.reading import Reading

MIN_LEVEL, EVENTS_PER_TERM, MIN_CLINICIANS, MAX_LOG_ODDS = 20, 10, 5, 10


@dataclass
class Expected:
    """An ended episode of known outcome, and the probability that it ended unplanned."""

    episode: Episode
    dropped: bool
    p: float


def known(reading: Reading) -> list[Episode]:
    """Ended episodes of known outcome: the denominator of the dropout rate."""
    return [e for e in reading.episodes if e.ended and e.indexed and not excluded_from_dropout(e)]


def _features(reading: Reading, episodes: list[Episode]) -> dict[str, np.ndarray]:
    clients = {r["client_id"]: r for r in reading.practice.rows("clients")}
    roles = {r["clinician_id"]: r["role"] for r in reading.practice.rows("clinicians")}
    given = [clients.get(e.client, {}).get("intake_severity") for e in episodes]
    severity = np.array([float(s) if s else np.nan for s in given])
    unknown = np.isnan(severity)
    centred = np.where(
        unknown, 0.0, (severity - np.nanmean(severity)) / np.nanstd(severity, ddof=1)
    )
    ages = [
        e.opened_on.year - reading.born[e.client] if e.client in reading.born else None
        for e in episodes
    ]
    before = [
        any(
            o.ended_on is not None and o.dropout["is_dropout_d1"] and o.ended_on < e.opened_on
            for o in e.others
        )
        for e in episodes
    ]
    flags = {
        "severity_unknown": unknown,
        "age_young": np.array([a is not None and a < 25 for a in ages]),
        "age_older": np.array([a is not None and a >= 45 for a in ages]),
        "age_unknown": np.array([a is None for a in ages]),
        "trainee": np.array([roles.get(e.clinician) == "trainee" for e in episodes]),
        "prior_dropout": np.array(before),
    }
    return {"severity": centred, **{name: flag.astype(float) for name, flag in flags.items()}}


def _is_common(values: np.ndarray, clinicians: np.ndarray) -> bool:
    """With and without it often enough whichever clinician is left out."""
    return all(
        min((values[clinicians != c] != 0).sum(), (values[clinicians != c] == 0).sum()) >= MIN_LEVEL
        for c in set(clinicians)
    )


def expected(reading: Reading) -> list[Expected] | None:
    """Cross-fitted probabilities; None where the data cannot carry the model."""
    episodes = known(reading)
    y = np.array([float(bool(e.dropout["is_dropout_d1"])) for e in episodes])
    clinicians = np.array([e.clinician for e in episodes])
    features = _features(reading, episodes)
    kept = [
        values
        for name, values in features.items()
        if name == "severity" or _is_common(values, clinicians)
    ]
    rare = min(y.sum(), len(y) - y.sum())
    if len(set(clinicians)) < MIN_CLINICIANS or not kept or rare < EVENTS_PER_TERM * len(kept):
        return None
    x = np.column_stack([np.ones(len(y)), *kept])
    p = np.empty(len(y))
    for clinician in set(clinicians):
        mine = clinicians == clinician
        beta = st.logistic(x[~mine], y[~mine])
        if np.abs(beta).max() > MAX_LOG_ODDS:
            return None
        p[mine] = 1 / (1 + np.exp(-x[mine] @ beta))
    return [Expected(e, bool(d), float(q)) for e, d, q in zip(episodes, y, p, strict=True)]


def has_skill(found: list[Expected]) -> bool:
    """Whether the outcome rises with the expected log odds by more than chance may give (95 %)."""
    p = np.array([one.p for one in found])
    y = np.array([float(one.dropped) for one in found])
    x = np.column_stack([np.ones(len(p)), np.log(p / (1 - p))])
    beta = st.logistic(x, y)
    fitted = 1 / (1 + np.exp(-x @ beta))
    information = (x * (fitted * (1 - fitted))[:, None]).T @ x
    return bool(beta[1] > 1.959964 * np.sqrt(np.linalg.inv(information)[1, 1]))
