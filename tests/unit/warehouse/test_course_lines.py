"""The quantile regression of the expected course against what is known of quantile regressions.

Belongs here: the fit of `int_outcome__course_lines.py`. Who is the reference and what follows from
the lines is SQL, with its tests beside the models.
"""

from __future__ import annotations

import runpy
from collections.abc import Callable

import numpy as np
import pytest
from statsmodels.regression.quantile_regression import QuantReg

from tests.support import REPO

MODEL = REPO / "dbt_project" / "models" / "intermediate" / "int_outcome__course_lines.py"
SESSIONS = np.log(np.array([2.0, 3, 4, 5, 6, 8, 10, 12]))


@pytest.fixture(scope="module")
def quantile_line() -> Callable[..., tuple[float, float]]:
    """Run the model's file as dbt does, from its text."""
    return runpy.run_path(str(MODEL))["quantile_line"]


def check_loss(
    line: tuple[float, float], x: np.ndarray, y: np.ndarray, weights: np.ndarray, quantile: float
) -> float:
    away = y - line[0] - line[1] * x
    return float(np.sum(weights * np.where(away > 0, quantile * away, (quantile - 1) * away)))


def test_points_on_a_line_give_the_line(quantile_line: Callable[..., tuple[float, float]]) -> None:
    y = 20 + 3.5 * SESSIONS
    for quantile in (0.10, 0.25, 0.50):
        found = quantile_line(SESSIONS, y, np.ones_like(y), quantile)
        assert found == pytest.approx((20, 3.5), abs=1e-8)


def test_at_one_session_and_the_next_the_line_joins_their_quantiles(
    quantile_line: Callable[..., tuple[float, float]],
) -> None:
    """With two sessions the line passes through the quantile of each: here the third of eleven."""
    first, second = np.arange(11.0), 100 + 2 * np.arange(11.0)
    x = np.repeat([0.0, 1.0], 11)
    found = quantile_line(x, np.concatenate([first, second]), np.ones(22), 0.25)
    assert found == pytest.approx((2.0, 102.0), abs=1e-8)


def test_points_seen_often_count_as_often(
    quantile_line: Callable[..., tuple[float, float]],
) -> None:
    x, y = np.repeat([0.0, 1.0], 3), np.array([1.0, 2, 3, 4, 5, 6])
    weights = np.array([5.0, 1, 1, 5, 1, 1])
    often, once = np.repeat(x, weights.astype(int)), np.repeat(y, weights.astype(int))
    weighted = quantile_line(x, y, weights, 0.5)
    assert weighted == quantile_line(often, once, np.ones_like(often), 0.5)
    assert weighted == pytest.approx((1.0, 3.0), abs=1e-8)


@pytest.mark.parametrize("quantile", [0.10, 0.25, 0.50])
def test_agrees_with_statsmodels_and_no_line_is_better(
    quantile_line: Callable[..., tuple[float, float]], quantile: float
) -> None:
    random = np.random.default_rng(20261123)
    x = np.tile(SESSIONS, 60)
    y = 18 + 4 * x + random.normal(0, 5, x.size)
    weights = np.ones_like(x)
    found = quantile_line(x, y, weights, quantile)
    other = QuantReg(y, np.column_stack([weights, x])).fit(q=quantile).params
    assert found == pytest.approx(other, abs=1e-3)
    best = check_loss(found, x, y, weights, quantile)
    for shift in ((0.01, 0), (-0.01, 0), (0, 0.01), (0, -0.01), (0.02, -0.01), (-0.02, 0.01)):
        moved = (found[0] + shift[0], found[1] + shift[1])
        assert best <= check_loss(moved, x, y, weights, quantile)
    below = float(np.mean(y < found[0] + found[1] * x - 1e-6))
    assert below <= quantile <= float(np.mean(y <= found[0] + found[1] * x + 1e-6))
