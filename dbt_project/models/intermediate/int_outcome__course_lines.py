"""The lines of the expected course: quantile regressions of the score on ln(session) (O5).

Here: the fit, which SQL cannot carry. Not here: who is the reference and whether there are enough
(int_outcome__course_bands), nor what follows from a line (metrics.expected_course).

Solved exactly, as the linear programme that a quantile regression is: an iterative solution would
differ in its last digits from machine to machine, and a release may not.
"""

import numpy as np
import pyarrow as pa

SCHEMA = pa.schema(
    [
        ("instrument", pa.string()),
        ("intake_band", pa.int32()),
        ("line", pa.string()),
        ("intercept", pa.float64()),
        ("slope", pa.float64()),
    ]
)
_LINES = {
    "red": "course_red_quantile",
    "amber": "course_amber_quantile",
    "expected": "course_expected_quantile",
}


def quantile_line(x, y, weights, quantile):
    """Fit the line below which a share of the points lies.

    Args:
        x: explanatory values.
        y: values to explain.
        weights: how often each point was seen.
        quantile: the share, between 0 and 1.

    Returns:
        Intercept and slope that minimise the weighted check loss, to 9 decimals.
    """
    # half a second, and only a practice with enough episodes needs it
    from scipy.optimize import linprog  # noqa: PLC0415

    design = np.column_stack([np.ones_like(x), x])
    bounds = np.column_stack([(quantile - 1) * weights, quantile * weights])
    # The dual: its multipliers are the coefficients.
    solved = linprog(-y, A_eq=design.T, b_eq=np.zeros(2), bounds=bounds, method="highs-ds")
    intercept, slope = -solved.eqlin.marginals
    return round(float(intercept), 9), round(float(slope), 9)


def model(dbt, session):
    """Give three lines per fitted intake band; no row where no band is fitted."""
    dbt.config(materialized="table")
    told = dict(dbt.ref("parameters").project("parameter_id, value").fetchall())
    # in one order, so that the solution is the same in every build
    found = dbt.ref("int_outcome__course_points").order("all").fetchnumpy()
    columns = {name: np.asarray(column) for name, column in found.items()}
    groups = sorted(set(zip(columns["instrument"], columns["intake_band"], strict=True)))
    rows = []
    for instrument, band in groups:
        mine = (columns["instrument"] == instrument) & (columns["intake_band"] == band)
        x = np.log(columns["session_index"][mine].astype(float))
        y = columns["better_score"][mine].astype(float)
        weights = columns["weight"][mine].astype(float)
        for line, parameter in _LINES.items():
            intercept, slope = quantile_line(x, y, weights, told[parameter])
            rows.append(
                {
                    "instrument": str(instrument),
                    "intake_band": int(band),
                    "line": line,
                    "intercept": intercept,
                    "slope": slope,
                }
            )
    return pa.Table.from_pylist(rows, schema=SCHEMA)
