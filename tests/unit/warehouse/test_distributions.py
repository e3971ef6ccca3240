"""Golden figures of the Python models: what dbt cannot unit-test (it tests SQL models only).

Belongs here: the pure functions of `dbt_project/models/**/*.py`. What they are given and what
becomes of it is SQL, with its tests beside the models.
"""

from __future__ import annotations

import runpy
from typing import Any

import numpy as np
import pytest
from scipy import stats

from tests.support import REPO

INTERMEDIATE = REPO / "dbt_project" / "models" / "intermediate"
# The prior of metrics.md 5.4: practice rate .197, weight (1 - .057) / .057 = 16.54.
RATE, WEIGHT = 0.197, (1 - 0.057) / 0.057


def functions_of(model: str) -> dict[str, Any]:
    """Run a model's file as dbt does, from its text: an import would leave compiled files there."""
    return runpy.run_path(str(INTERMEDIATE / f"{model}.py"))


@pytest.mark.parametrize(
    ("x", "n", "lo", "hi"),
    [(4, 12, 0.1154, 0.4258), (9, 20, 0.1941, 0.4939), (0, 6, 0.0353, 0.3126)],
)
def test_posterior_limits_golden(x: int, n: int, lo: float, hi: float) -> None:
    limits = functions_of("int_metric__posterior")["posterior_limits"]
    found = limits(np.array([x + WEIGHT * RATE]), np.array([n - x + WEIGHT * (1 - RATE)]))
    assert [round(float(side[0]), 4) for side in found] == [lo, hi]


def test_posterior_limits_keep_the_order_of_rows_that_repeat() -> None:
    limits = functions_of("int_metric__posterior")["posterior_limits"]
    a, b = np.array([9.0, 2.0, 9.0, 2.0]), np.array([3.0, 5.0, 3.0, 4.0])
    lo, hi = limits(a, b)
    assert lo == pytest.approx(stats.beta(a, b).ppf(0.025), abs=1e-11)
    assert hi == pytest.approx(stats.beta(a, b).ppf(0.975), abs=1e-11)


def test_where_nobody_or_everybody_counts_the_posterior_is_a_point() -> None:
    limits = functions_of("int_metric__posterior")["posterior_limits"]
    lo, hi = limits(np.array([0.0, 21.5]), np.array([21.5, 0.0]))
    assert lo.tolist() == hi.tolist() == [0.0, 1.0]


def test_dispersion_p_has_one_degree_of_freedom_less_than_clinicians() -> None:
    dispersion_p = functions_of("int_funnel__tested")["dispersion_p"]
    found = dispersion_p(np.array([10, 10, 9, 12]), np.array([6.037390997983, 1.0, np.nan, 0.2]))
    expected = stats.chi2(np.array([9, 9, 8, 11])).sf([60.37390997983, 10.0, np.nan, 2.4])
    assert found == pytest.approx(expected, abs=1e-12, nan_ok=True)
    assert np.isnan(found[2])
    assert found[0] < 1e-8
