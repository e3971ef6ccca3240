"""The metric rules as pure functions of numbers, read from metrics.md in numpy and scipy.

Belongs here: one function per rule, on plain sequences. Does not belong here: reading a practice
(`reading.py`), comparing with a release (`test_agreement.py`), and above all anything copied from
the SQL: this file is the second opinion, so it is written from the specification alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import stats

Z95 = float(stats.norm.ppf(0.975))


def compare_ready(value: float) -> float:
    """Round as both readings do before a computed figure meets a threshold (docs/decisions)."""
    return round(value, 9)


# -- proportions and means ------------------------------------------------------------------


def wilson(successes: float, n: float) -> tuple[float, float]:
    """Wilson score interval without continuity correction, 95 % (metrics.md 8, T8)."""
    p = successes / n
    centre = (p + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 * math.sqrt(p * (1 - p) / n + Z95**2 / (4 * n**2)) / (1 + Z95**2 / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def t_interval(values: Sequence[float]) -> tuple[float, float] | None:
    """Mean's 95 % interval by Student's t; None for fewer than two values."""
    n = len(values)
    if n < 2:
        return None
    half = stats.t.ppf(0.975, n - 1) * np.std(values, ddof=1) / math.sqrt(n)
    return float(np.mean(values) - half), float(np.mean(values) + half)


def beta_shrunken(successes: float, n: float, prior: float, icc: float) -> tuple[float, float]:
    """Posterior mean of a rate under a beta prior, and its reliability (metrics.md 5.4)."""
    m = (1 - icc) / icc
    return (successes + prior * m) / (n + m), n / (n + m)


def mid_p(successes: int, n: int, rate: float) -> tuple[float, float]:
    """Exact binomial mid-p of the lower and upper tail (metrics.md 5.5)."""
    half = 0.5 * stats.binom.pmf(successes, n, rate)
    return (
        float(stats.binom.cdf(successes, n, rate) - half),
        float(stats.binom.sf(successes, n, rate) + half),
    )


@dataclass
class Shrunken:
    """Empirical-Bayes figures of one clinician: estimate, reliability, standard error."""

    estimate: float
    reliability: float
    se: float
    limit_se: float


def empirical_bayes(
    groups: dict[str, Sequence[float]], *, fixed_icc: float | None
) -> dict[str, Shrunken]:
    """One-way shrinkage of clinician means (metrics.md 2.5); `fixed_icc` when k or n is small.

    Args:
        groups: values of each clinician's episodes.
        fixed_icc: share of variance between clinicians, or None to estimate it.
    """
    k = len(groups)
    n_total = sum(len(v) for v in groups.values())
    if n_total <= k:
        return {}
    grand = np.mean(np.concatenate([np.asarray(v, float) for v in groups.values()]))
    msw = sum(((np.asarray(v) - np.mean(v)) ** 2).sum() for v in groups.values()) / (n_total - k)
    if fixed_icc is None:
        msb = sum(len(v) * (np.mean(v) - grand) ** 2 for v in groups.values()) / (k - 1)
        n0 = (n_total - sum(len(v) ** 2 for v in groups.values()) / n_total) / (k - 1)
        tau2 = max(0.0, (msb - msw) / n0)
    else:
        tau2 = msw * fixed_icc / (1 - fixed_icc)
    if tau2 == 0 and msw == 0:
        return {}
    weights = {c: 1 / (tau2 + msw / len(v)) for c, v in groups.items()}
    mu = sum(weights[c] * np.mean(v) for c, v in groups.items()) / sum(weights.values())
    shrunken = {}
    for clinician, values in groups.items():
        n = len(values)
        b = tau2 / (tau2 + msw / n)
        variance = b * msw / n
        if k < 10:
            variance += (1 - b) ** 2 / sum(weights.values())
        limit = variance
        if fixed_icc is None and k > 3:  # Morris 1983: the share between clinicians is an estimate
            lost = (k - 3) / (k - 1) * (1 - b)
            share = weights[clinician] / sum(weights.values())
            limit = msw / n * (1 - (1 - share) * lost)
            limit += 2 / (k - 3) * lost**2 * (np.mean(values) - mu) ** 2
        shrunken[clinician] = Shrunken(
            float(mu + b * (np.mean(values) - mu)),
            float(b),
            math.sqrt(variance),
            math.sqrt(limit),
        )
    return shrunken


# -- alliance in one episode ----------------------------------------------------------------


@dataclass
class Slope:
    """Ordinary least squares of score on session index: per session, with a t interval."""

    slope: float
    intercept: float
    se: float
    lo: float
    hi: float


def slope(index: Sequence[int], score: Sequence[float]) -> Slope | None:
    """Trajectory of metrics.md 2.3; None below four scores spanning four sessions."""
    if len(index) < 4 or max(index) - min(index) + 1 < 4:
        return None
    fit = stats.linregress(index, score)
    half = stats.t.ppf(0.975, len(index) - 2) * fit.stderr
    return Slope(fit.slope, fit.intercept, fit.stderr, fit.slope - half, fit.slope + half)


# -- rupture and repair ---------------------------------------------------------------------


@dataclass
class RuptureParameters:
    """Numbers of metrics.md 4.3 for one instrument; spreads and drops in its points."""

    sigma_w: float
    sigma_floor: float
    min_drop: float
    k_sigma: float = 2.5
    nu0: float = 4
    ref_window: int = 5
    sessions: int = 3
    repair_tol: float = 1.0
    repair_frac: float = 0.5


@dataclass
class Rupture:
    """One onset and what became of it; sessions are 1-based indexes of the episode."""

    onset: int
    baseline: float
    spread: float
    nadir: float
    confidence: str
    status: str = "open"
    closed: int | None = None
    ended_open: bool = False

    @property
    def depth(self) -> float:
        """Points between the reference mean and the lowest score."""
        return self.baseline - self.nadir


@dataclass
class _Watch:
    """What the rule carries from session to session."""

    in_control: list[float] = field(default_factory=list)
    open: Rupture | None = None
    seen_since_onset: bool = False


def reference(scores: Sequence[float], p: RuptureParameters) -> tuple[float, float]:
    """Reference mean and shrunken spread from the in-control scores (metrics.md 4.3)."""
    window = np.asarray(scores[-p.ref_window :], float)
    q = len(window) - 1
    own = float(np.var(window, ddof=1)) if q > 0 else 0.0
    spread = math.sqrt((q * own + p.nu0 * p.sigma_w**2) / (q + p.nu0))
    return float(np.mean(window)), max(spread, p.sigma_floor)


def _in_open_rupture(watch: _Watch, t: int, x: float, p: RuptureParameters) -> None:
    rupture = watch.open
    assert rupture is not None
    watch.seen_since_onset = True
    rupture.nadir = min(rupture.nadir, x)
    near = compare_ready(x) >= compare_ready(rupture.baseline - p.repair_tol * rupture.spread)
    regained = compare_ready(x - rupture.nadir) >= compare_ready(
        p.repair_frac * (rupture.baseline - rupture.nadir)
    )
    if near and regained and t - rupture.onset <= p.sessions:
        rupture.status, rupture.closed, watch.open = "repaired", t, None
        watch.in_control.append(x)
    elif t - rupture.onset >= p.sessions:
        rupture.status, rupture.closed, watch.open = "unrepaired", t, None
        watch.in_control = [x]


def ruptures(series: Sequence[float | None], p: RuptureParameters, *, ended: bool) -> list[Rupture]:
    """The canonical rule `casesens_shrunk_sd` over one episode's attended sessions.

    Args:
        series: score of session 1, 2, …; None where no valid form exists.
        p: parameters of the instrument.
        ended: whether the episode has ended (closed or lapsed).
    """
    watch, found = _Watch(), []
    for t, x in enumerate(series, start=1):
        if x is None:
            if watch.open and t - watch.open.onset >= p.sessions:
                watch.open.status = "unrepaired" if watch.seen_since_onset else "indeterminate"
                watch.open.closed, watch.open, watch.in_control = t, None, []
        elif watch.open:
            _in_open_rupture(watch, t, x, p)
        elif watch.in_control:
            m, s = reference(watch.in_control, p)
            below = compare_ready(x) < compare_ready(m - p.k_sigma * s)
            if below and compare_ready(m - x) >= compare_ready(p.min_drop):
                confidence = "low" if len(watch.in_control) < 3 else "normal"
                watch.open = Rupture(t, m, s, x, confidence)
                watch.seen_since_onset = False
                found.append(watch.open)
            else:
                watch.in_control.append(x)
        else:
            watch.in_control.append(x)
    if watch.open:
        watch.open.status = "unrepaired" if ended else "pending"
        watch.open.ended_open = ended
    return found


# -- survival -------------------------------------------------------------------------------


@dataclass
class SurvivalStep:
    """One session index of a survival curve."""

    at_risk: int
    events: int
    censored: int
    hazard: float
    survival: float
    se: float | None
    lo: float | None
    hi: float | None


def survival(times: Sequence[int], events: Sequence[bool]) -> dict[int, SurvivalStep]:
    """Kaplan-Meier with Greenwood errors and log-log limits (metrics.md 5.2)."""
    t, d = np.asarray(times), np.asarray(events, bool)
    curve, s, variance_sum = {}, 1.0, 0.0
    for index in range(1, int(t.max()) + 1):
        at_risk, died = int((t >= index).sum()), int(((t == index) & d).sum())
        s *= 1 - died / at_risk
        if died < at_risk:
            variance_sum += died / (at_risk * (at_risk - died))
        se = lo = hi = None
        if 0 < s < 1:
            se = s * math.sqrt(variance_sum)
            width = Z95 * math.sqrt(variance_sum) / abs(math.log(s))
            lo, hi = s ** math.exp(width), s ** math.exp(-width)
        curve[index] = SurvivalStep(
            at_risk, died, int(((t == index) & ~d).sum()), died / at_risk, s, se, lo, hi
        )
    return curve
