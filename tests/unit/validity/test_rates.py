"""Ratios over practices: estimate, interval, and what pairing is for."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from validity.rates import difference, ratio


def test_equal_denominators_give_the_t_interval_of_the_practices_own_rates() -> None:
    numerator = np.array([1.0, 2.0, 4.0, 5.0])
    rate = ratio(numerator, np.full(4, 10.0))
    own = numerator / 10
    margin = stats.t.ppf(0.975, 3) * own.std(ddof=1) / 2
    assert rate.estimate == pytest.approx(0.3)
    assert (rate.lo, rate.hi) == pytest.approx((0.3 - margin, 0.3 + margin))


def test_a_ratio_weighs_practices_by_what_they_hold() -> None:
    assert ratio(np.array([9.0, 0.0]), np.array([10.0, 90.0])).estimate == pytest.approx(0.09)


def test_nothing_counted_is_not_a_rate_of_zero() -> None:
    assert np.isnan(ratio(np.zeros(3), np.zeros(3)).estimate)


def test_a_difference_is_paired_by_practice() -> None:
    """What moves both methods alike is not uncertainty about their difference."""
    first, second = np.array([8.0, 2.0, 5.0]), np.array([7.0, 1.0, 4.0])
    held = np.full(3, 10.0)
    gain = difference((first, held), (second, held))
    assert (gain.estimate, gain.lo, gain.hi) == pytest.approx((0.1, 0.1, 0.1))
