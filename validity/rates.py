"""Intervals of what was measured here: over practices, because episodes of one are not alike.

Here: a ratio of totals and the difference of two, each with a 95 % interval. Not here: the
intervals under test, which are the project's SQL.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True)
class Rate:
    """An estimate with its 95 % interval; NaN where there was nothing to estimate."""

    estimate: float
    lo: float
    hi: float


def ratio(numerator: np.ndarray, denominator: np.ndarray) -> Rate:
    """Ratio of totals, its variance from the spread of practices (linearised).

    Args:
        numerator: total of each practice.
        denominator: total of each practice, aligned.

    Returns:
        The ratio; Student's t on the number of practices less one.
    """
    total = float(denominator.sum())
    if total <= 0:
        return Rate(np.nan, np.nan, np.nan)
    estimate = float(numerator.sum()) / total
    return _interval(estimate, (numerator - estimate * denominator) / total)


def difference(first: tuple[np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray]) -> Rate:
    """Difference of two ratios over the same practices: first minus second, paired by practice."""
    estimates, residuals = [], []
    for numerator, denominator in (first, second):
        total = float(denominator.sum())
        estimate = float(numerator.sum()) / total
        estimates.append(estimate)
        residuals.append((numerator - estimate * denominator) / total)
    return _interval(estimates[0] - estimates[1], residuals[0] - residuals[1])


def _interval(estimate: float, residual: np.ndarray) -> Rate:
    """Interval from what each practice adds to the deviation; those add up to zero."""
    count = len(residual)
    if count < 2:
        return Rate(estimate, np.nan, np.nan)
    margin = float(stats.t.ppf(0.975, count - 1)) * np.sqrt(
        count / (count - 1) * float((residual**2).sum())
    )
    return Rate(estimate, estimate - margin, estimate + margin)
