"""The 95 % limits of a clinician's shrunken share: quantiles of its beta posterior.

Here: one distribution function that SQL has not (metrics.md 5.4). Not here: the posterior itself,
which is int_metric__shrunken, nor the limits of a mean: plus and minus 1.96 standard errors.
"""

import numpy as np
import pyarrow as pa
from scipy.special import betaincinv

_KEYS = ["clinician_key", "metric_id", "instrument", "period"]
_TAILS = (0.025, 0.975)


def posterior_limits(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the 95 % limits of beta distributions.

    Args:
        a: first shape of each, at least 0.
        b: second shape of each, at least 0; never 0 together with the first.

    Returns:
        Lower and upper limits, to 12 decimals. A shape of 0 is a practice in which nobody, or
        everybody, counts: the posterior is a point, and both limits lie on it.
    """
    shapes, back = np.unique(np.column_stack((a, b)), axis=0, return_inverse=True)
    first, second = shapes.T
    point = np.where(first == 0, 0.0, 1.0)
    is_point = (first == 0) | (second == 0)
    safe = np.where(is_point[:, None], 1.0, shapes).T
    lo, hi = (np.where(is_point, point, betaincinv(*safe, tail)).round(12) for tail in _TAILS)
    return lo[back.ravel()], hi[back.ravel()]


def model(dbt, session):
    """Give one row per clinician, share, instrument and period with a shrunken share."""
    dbt.config(materialized="table")
    shares = dbt.ref("int_metric__shrunken").filter("posterior_a is not null")
    columns = shares.project(", ".join([*_KEYS, "posterior_a", "posterior_b"])).to_arrow_table()
    lo, hi = posterior_limits(columns["posterior_a"].to_numpy(), columns["posterior_b"].to_numpy())
    return pa.table(
        {
            **{name: columns[name] for name in _KEYS},
            "shrunken_lo": pa.array(lo, pa.float64()),
            "shrunken_hi": pa.array(hi, pa.float64()),
        }
    )
