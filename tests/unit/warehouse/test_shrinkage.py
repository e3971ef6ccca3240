"""The shrinkage formula by its name, on the example everybody knows (metrics.md 9, T10 and T10b).

Efron and Morris: 18 players, 45 times at bat each, and their averages over the rest of the season.
The macro of the warehouse is rendered and run in DuckDB; the published figures are by
`james_stein`, and ours is `moments`: a test that would notice if one were taken for the other.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.support import REPO, macro_rows

AT_BATS = 45
HITS = np.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7])
# Williams is .256. A copy in circulation has another Williams' .330, and gives other errors.
REST = np.array(
    [
        *(0.346, 0.298, 0.276, 0.222, 0.273, 0.270, 0.263, 0.210, 0.269),
        *(0.230, 0.264, 0.256, 0.303, 0.264, 0.226, 0.285, 0.316, 0.200),
    ]
)


def arcsine(share: np.ndarray) -> np.ndarray:
    """Put a batting average on a scale on which its variance is 1."""
    return np.sqrt(AT_BATS) * np.arcsin(2 * share - 1)


def kept(formula: str, values: np.ndarray, variance: float) -> float:
    """Give the share of its distance from the middle that a player keeps, by the macro's SQL."""
    squares = float(np.sum((values - values.mean()) ** 2))
    ((between,),) = macro_rows(
        ["arithmetic", "shrinkage"],
        "{{ between_variance(formula, 'squares', 'k', 'variance', '1') }}",
        "$v as squares, $k as k, $w as variance",
        {"v": squares, "k": len(values), "w": float(variance)},
        formula=formula,
    )
    return between / (between + variance)


def drawn_in(values: np.ndarray, share: float) -> np.ndarray:
    """Draw values towards their mean."""
    return values.mean() + share * (values - values.mean())


def squared_error(estimates: np.ndarray, truth: np.ndarray) -> float:
    """Give the total squared error."""
    return float(np.sum((estimates - truth) ** 2))


def test_published_example_on_the_arcsine_scale() -> None:
    x, truth = arcsine(HITS / AT_BATS), arcsine(REST)
    share = kept("james_stein", x, 1.0)
    assert share == pytest.approx(0.209, abs=5e-4)
    estimates = (np.sin(drawn_in(x, share) / np.sqrt(AT_BATS)) + 1) / 2
    assert estimates.round(3).tolist() == [
        *(0.290, 0.286, 0.281, 0.277, 0.273, 0.273, 0.268, 0.264, 0.259, 0.259),
        *(0.254, 0.254, 0.254, 0.254, 0.254, 0.249, 0.244, 0.239),
    ]
    assert squared_error(x, truth) == pytest.approx(17.571, abs=1e-3)
    assert squared_error(drawn_in(x, share), truth) == pytest.approx(4.999, abs=1e-3)


def test_published_example_on_the_scale_of_shares() -> None:
    share_hit = HITS / AT_BATS
    variance = share_hit.mean() * (1 - share_hit.mean()) / AT_BATS
    share = kept("james_stein", share_hit, variance)
    assert share == pytest.approx(0.212, abs=5e-4)
    assert drawn_in(share_hit, share).round(3).tolist() == [
        *(0.294, 0.289, 0.285, 0.280, 0.275, 0.275, 0.270, 0.266, 0.261, 0.261),
        *(0.256, 0.256, 0.256, 0.256, 0.256, 0.252, 0.247, 0.242),
    ]
    assert squared_error(share_hit, REST) == pytest.approx(0.0753, abs=1e-4)
    assert squared_error(drawn_in(share_hit, share), REST) == pytest.approx(0.0213, abs=1e-4)


def test_ours_is_the_formula_of_moments_and_serves_as_well() -> None:
    x, truth = arcsine(HITS / AT_BATS), arcsine(REST)
    share = kept("moments", x, 1.0)
    assert share == pytest.approx(0.1035, abs=5e-5)
    assert squared_error(drawn_in(x, share), truth) < squared_error(x, truth) / 3


def test_less_spread_than_chance_keeps_nothing() -> None:
    assert kept("moments", np.array([1.0, 1.0, 1.1, 1.1]), 1.0) == 0.0


def test_the_metrics_name_the_formula_they_use() -> None:
    model = REPO / "dbt_project" / "models" / "intermediate" / "int_metric__variance_share.sql"
    assert "between_variance('moments'" in model.read_text()
