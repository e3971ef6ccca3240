"""Statistics of groups as pure functions: courses with competing ends, tables, funnels, agreement.

Belongs here: one function per formula of metrics.md 2.6, 4.4, 4.7, 5.2-5.6, 6 and 8, on plain
sequences, in numpy and scipy. Does not belong here: rules on one client's series (`rules.py`), who
is counted (`figures*.py`), and above all anything copied from the SQL: this is the second opinion.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from tests.oracle.rules import Z95

# -- time to an event ---------------------------------------------------------------------------


@dataclass
class Incidence:
    """One time of a cumulative incidence curve: counts, and the curves of both ends."""

    at_risk: int
    events: int
    competing: int
    censored: int
    cif: float
    cif_competing: float
    se: float
    lo: float | None
    hi: float | None


def aalen_johansen(times: Sequence[int], ends: Sequence[int]) -> dict[int, Incidence]:
    """Cumulative incidence with a competing event; at one time events come before censorings.

    Args:
        times: whole units since the start, from 0.
        ends: 1 the event, 2 the competing one, 0 censored.

    Returns:
        Per observed time; the standard error is the delta-method one (Marubini and Valsecchi),
        limits on the log-log scale.
    """
    t, e = np.asarray(times), np.asarray(ends)
    curve: dict[int, Incidence] = {}
    survival, cif, other = 1.0, 0.0, 0.0
    steps: list[tuple[int, int, int, float, float]] = []
    for time in sorted(set(t.tolist())):
        n = int((t >= time).sum())
        d1, d2 = int(((t == time) & (e == 1)).sum()), int(((t == time) & (e == 2)).sum())
        before = survival
        cif += before * d1 / n
        other += before * d2 / n
        survival *= 1 - (d1 + d2) / n
        steps.append((n, d1, d1 + d2, before, cif))
        variance = 0.0
        for at_risk, mine, both, s_before, f_then in steps:
            gap = cif - f_then
            if both < at_risk:
                variance += gap**2 * both / (at_risk * (at_risk - both))
            variance += s_before**2 * mine * (at_risk - mine) / at_risk**3
            variance -= 2 * gap * s_before * mine / at_risk**2
        se = math.sqrt(max(0.0, variance))
        lo = hi = None
        if 0 < cif < 1:
            width = Z95 * se / abs(cif * math.log(cif))
            lo, hi = cif ** math.exp(width), cif ** math.exp(-width)
        censored = int(((t == time) & (e == 0)).sum())
        curve[time] = Incidence(n, d1, d2, censored, cif, other, se, lo, hi)
    return curve


def kaplan_meier(times: Sequence[float], events: Sequence[bool]) -> dict[float, float]:
    """Survival after each event time (metrics.md 6, F3)."""
    t, d = np.asarray(times, float), np.asarray(events, bool)
    curve, s = {}, 1.0
    for time in sorted(set(t[d].tolist())):
        s *= 1 - ((t == time) & d).sum() / (t >= time).sum()
        curve[time] = s
    return curve


def median_time(curve: dict[float, float]) -> float | None:
    """First time at which survival is at or below one half; None where it stays above."""
    return next((t for t, s in sorted(curve.items()) if round(s, 9) <= 0.5), None)


def entered_survival(
    entries: Sequence[int], times: Sequence[int], events: Sequence[bool]
) -> dict[int, tuple[int, int, float]]:
    """Kaplan-Meier with delayed entry: at risk at s are those entered by s and still observed."""
    a, t, d = np.asarray(entries), np.asarray(times), np.asarray(events, bool)
    curve, s = {}, 1.0
    for index in range(1, int(t.max()) + 1):
        n, died = int(((a <= index) & (t >= index)).sum()), int(((t == index) & d).sum())
        if n:
            s *= 1 - died / n
        curve[index] = (n, died, s)
    return curve


def restricted_mean(
    times: Sequence[int], events: Sequence[bool], until: int
) -> tuple[float, float]:
    """Mean number of sessions up to `until`: the area under S, S(0) = 1, and its standard error."""
    t, d = np.asarray(times), np.asarray(events, bool)
    s, curve, deaths = 1.0, [1.0], []
    for index in range(1, until):
        n, died = int((t >= index).sum()), int(((t == index) & d).sum())
        if n:
            s *= 1 - died / n
            deaths.append((index, n, died))
        curve.append(s)
    variance = 0.0
    for index, n, died in deaths:
        if 0 < died < n:
            variance += sum(curve[index:]) ** 2 * died / (n * (n - died))
    return sum(curve), math.sqrt(variance)


def log_rank(
    first: tuple[Sequence[int], Sequence[bool]], second: tuple[Sequence[int], Sequence[bool]]
) -> tuple[int, float, float]:
    """Observed and expected events of the first group, and chi-square with one degree (T4)."""
    t1, d1 = np.asarray(first[0]), np.asarray(first[1], bool)
    t2, d2 = np.asarray(second[0]), np.asarray(second[1], bool)
    observed, expected, variance = int(d1.sum()), 0.0, 0.0
    for time in sorted({*t1[d1].tolist(), *t2[d2].tolist()}):
        n1, n = int((t1 >= time).sum()), int((t1 >= time).sum() + (t2 >= time).sum())
        died = int(((t1 == time) & d1).sum() + ((t2 == time) & d2).sum())
        expected += died * n1 / n
        if n > 1:
            variance += died * (n1 / n) * (1 - n1 / n) * (n - died) / (n - 1)
    return observed, expected, (observed - expected) ** 2 / variance


# -- tables -------------------------------------------------------------------------------------


def kappa(both: int, first: int, second: int, neither: int) -> float:
    """Cohen's kappa of a 2 x 2 table (metrics.md 4.4 R8)."""
    n = both + first + second + neither
    agreed = (both + neither) / n
    chance = ((both + first) * (both + second) + (second + neither) * (first + neither)) / n**2
    return (agreed - chance) / (1 - chance)


def mantel_haenszel(
    strata: Sequence[tuple[int, int, int, int]],
) -> tuple[float, float | None] | None:
    """Risk ratio over strata of (events, n) exposed and (events, n) not, and SE of its log.

    Greenland and Robins' variance (metrics.md 4.7). None without an event among the unexposed; no
    standard error without one among the exposed.
    """
    up = sum(a * m0 / (m1 + m0) for a, m1, _, m0 in strata if m1 + m0)
    down = sum(c * m1 / (m1 + m0) for _, m1, c, m0 in strata if m1 + m0)
    if not down:
        return None
    if not up:
        return 0.0, None
    spread = sum(
        ((a + c) * m1 * m0 - a * c * (m1 + m0)) / (m1 + m0) ** 2
        for a, m1, c, m0 in strata
        if m1 + m0
    )
    return up / down, math.sqrt(spread / (up * down))


# -- counts against expectation -----------------------------------------------------------------


def poisson_binomial_upper(p: Sequence[float], observed: int) -> tuple[float, float]:
    """P(X >= observed) and its mid-p for independent events of unequal probability."""
    mass = np.ones(1)
    for one in p:
        mass = np.convolve(mass, [1 - one, one])
    tail = float(mass[observed:].sum())
    return tail, tail - 0.5 * float(mass[observed])


def byar(observed: int, expected: float) -> tuple[float, float]:
    """Byar's 95 % limits of O/E."""
    o = observed
    lo = o * (1 - 1 / (9 * o) - Z95 / (3 * math.sqrt(o))) ** 3 / expected if o else 0.0
    hi = (o + 1) * (1 - 1 / (9 * (o + 1)) + Z95 / (3 * math.sqrt(o + 1))) ** 3 / expected
    return lo, hi


def funnel_limit(n: int, theta: float, p: float) -> float:
    """Exact binomial limit with interpolation (metrics.md 5.5)."""
    r = int(stats.binom.ppf(p, n, theta))
    while r > 0 and stats.binom.cdf(r - 1, n, theta) >= p:
        r -= 1
    below = stats.binom.cdf(r - 1, n, theta) if r else 0.0
    at = stats.binom.cdf(r, n, theta)
    return max(0.0, (r - (at - p) / (at - below)) / n)


@dataclass
class Dispersion:
    """Overdispersion of a funnel: ratio, extra variance on the arcsine scale."""

    phi: float
    tau2: float


def overdispersion(
    events: Sequence[int], n: Sequence[int], theta: float, winsor: float = 0.1
) -> Dispersion:
    """Phi and tau2 of arcsine z scores (metrics.md 5.5; T11's printed figures have winsor = 0)."""
    x, m = np.asarray(events, float), np.asarray(n, float)
    z = (np.arcsin(np.sqrt(x / m)) - math.asin(math.sqrt(theta))) * 2 * np.sqrt(m)
    lo, hi = np.quantile(z, [winsor, 1 - winsor])
    phi = float((np.clip(z, lo, hi) ** 2).mean())
    w, k = 4 * m, len(m)
    tau2 = max(0.0, float((k * phi - (k - 1)) / (w.sum() - (w**2).sum() / w.sum())))
    return Dispersion(phi, tau2)


def adjusted_limit(n: int, theta: float, tau2: float, z: float) -> float:
    """Funnel limit on the arcsine scale with extra variance; z with its sign."""
    angle = math.asin(math.sqrt(theta)) + z * math.sqrt(1 / (4 * n) + tau2)
    return math.sin(min(max(angle, 0.0), math.pi / 2)) ** 2


def benjamini_hochberg(p: Sequence[float], q: float) -> list[bool]:
    """Which hypotheses are rejected at false discovery rate q."""
    order = sorted(range(len(p)), key=lambda i: p[i])
    last = max((r for r, i in enumerate(order, 1) if p[i] <= q * r / len(p)), default=0)
    rejected = {order[r] for r in range(last)}
    return [i in rejected for i in range(len(p))]


def beta_limits(successes: float, n: float, prior: float, icc: float) -> tuple[float, float]:
    """95 % limits of the posterior of a rate under the beta prior (metrics.md 5.4)."""
    m = (1 - icc) / icc
    a, b = successes + prior * m, n - successes + (1 - prior) * m
    return float(stats.beta.ppf(0.025, a, b)), float(stats.beta.ppf(0.975, a, b))


def logistic(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Maximum-likelihood logistic coefficients by Newton's method on the plain likelihood."""
    beta = np.zeros(x.shape[1])
    for _ in range(100):
        p = 1 / (1 + np.exp(-x @ beta))
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x, x.T @ (y - p))
        beta = beta + step
        if np.abs(step).max() < 1e-12:
            break
    return beta


def quantile_line(x: Sequence[float], y: Sequence[float], q: float) -> tuple[float, float]:
    """Intercept and slope of linear quantile regression, as the linear programme it is."""
    n = len(x)
    design = np.column_stack([np.ones(n), x])
    cost = np.concatenate([np.zeros(4), np.full(n, q), np.full(n, 1 - q)])
    left = np.hstack([design, -design, np.eye(n), -np.eye(n)])
    found = optimize.linprog(cost, A_eq=left, b_eq=np.asarray(y, float), method="highs")
    return float(found.x[0] - found.x[2]), float(found.x[1] - found.x[3])


# -- agreement of two raters, size of an effect --------------------------------------------------


@dataclass
class Agreement:
    """Client against clinician on one scale (metrics.md 2.6)."""

    bias: float
    mad: float
    sd: float | None
    r: float | None
    icc: float | None
    ccc: float | None


def agreement(client: Sequence[float], clinician: Sequence[float]) -> Agreement:
    """Bias, mean absolute difference, its SD, correlation, ICC(A,1) and Lin's CCC."""
    x, y = np.asarray(client, float), np.asarray(clinician, float)
    d, n = x - y, len(x)
    if n < 2:
        return Agreement(float(d.mean()), float(np.abs(d).mean()), None, None, None, None)
    both = np.column_stack([x, y])
    grand = both.mean()
    rows = 2 * ((both.mean(1) - grand) ** 2).sum() / (n - 1)
    columns = n * ((both.mean(0) - grand) ** 2).sum()
    rest = both - both.mean(1, keepdims=True) - both.mean(0) + grand
    error = (rest**2).sum() / (n - 1)
    below = rows + error + 2 * (columns - error) / n
    spread = x.var(ddof=1) + y.var(ddof=1) + (x.mean() - y.mean()) ** 2
    covariance = float(((x - x.mean()) * (y - y.mean())).sum() / (n - 1))
    flat = x.std() == 0 or y.std() == 0
    return Agreement(
        float(d.mean()),
        float(np.abs(d).mean()),
        float(d.std(ddof=1)),
        None if flat else covariance / float(x.std(ddof=1) * y.std(ddof=1)),
        (rows - error) / below if below else None,
        2 * covariance / spread if spread else None,
    )


@dataclass
class Effect:
    """Standardised mean change before against after, with its small-sample correction."""

    d: float
    correction: float
    corrected: float
    variance: float


def effect_size(pre: Sequence[float], post: Sequence[float], *, higher_is_better: bool) -> Effect:
    """Change in the direction of improvement in SDs of the first scores (metrics.md 5.6 O3)."""
    a, b = np.asarray(pre, float), np.asarray(post, float)
    n = len(a)
    sign = -1 if higher_is_better else 1
    d = sign * float(a.mean() - b.mean()) / float(a.std(ddof=1))
    correction = 1 - 3 / (4 * n - 5)
    r = float(np.corrcoef(a, b)[0, 1])
    return Effect(d, correction, d * correction, 2 * (1 - r) / n + d**2 / (2 * n))
