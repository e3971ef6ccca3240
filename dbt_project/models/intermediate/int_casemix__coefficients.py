"""The case-mix model of unplanned endings: a logistic regression per fold (metrics.md 5.4).

Here: the fit, which SQL cannot carry. Not here: who may be fitted (int_casemix__design), what is
known of an episode (int_casemix__episode), what follows from the coefficients (the SQL after it).

statsmodels is imported where a model is fitted: a practice too small for one does not wait for it.
"""

import warnings
from typing import NamedTuple

import numpy as np
import pyarrow as pa

ALL = 0  # the fold of nobody: fitted on every episode, to be shown, never to expect from
STEPS, SETTLED = 50, 1e-10
SCHEMA = pa.schema(
    [
        ("fold", pa.int32()),
        ("term", pa.string()),
        ("estimate", pa.float64()),
        ("standard_error", pa.float64()),
        ("problem", pa.string()),
    ]
)


class Patterns(NamedTuple):
    """Equal episodes counted together.

    Attributes:
        fold: of the episodes' clinicians.
        values: one column per coefficient, the intercept's ones first.
        trials: episodes.
        events: unplanned endings among them.
    """

    fold: np.ndarray
    values: np.ndarray
    trials: np.ndarray
    events: np.ndarray

    def outside(self, fold):
        """Keep the patterns of the other folds."""
        return Patterns(*(column[self.fold != fold] for column in self))


class Fit(NamedTuple):
    """A fitted model, or the problem that forbids its use."""

    estimates: np.ndarray
    errors: np.ndarray
    problem: str | None = None


def fit(patterns, largest):
    """Fit a binomial logistic regression.

    Args:
        patterns: what to fit it on.
        largest: log odds beyond which a coefficient only says that the outcomes are separated.
    """
    from statsmodels.genmod.families import Binomial  # noqa: PLC0415 -- a second to import
    from statsmodels.genmod.generalized_linear_model import GLM  # noqa: PLC0415

    nothing = np.full(patterns.values.shape[1], np.nan)
    if np.linalg.matrix_rank(patterns.values) < len(nothing):
        return Fit(nothing, nothing, "separation")
    answers = np.column_stack([patterns.events, patterns.trials - patterns.events])
    with warnings.catch_warnings():
        # separation is judged below, by the size of what comes out
        warnings.simplefilter("ignore")
        found = GLM(answers, patterns.values, family=Binomial()).fit(
            maxiter=STEPS, tol=SETTLED, tol_criterion="params"
        )
    if not np.isfinite(found.params).all() or np.abs(found.params).max() > largest:
        return Fit(nothing, nothing, "separation")
    if not found.converged:
        return Fit(nothing, nothing, "no_convergence")
    return Fit(found.params, found.bse)


def cross_fit(patterns, largest):
    """Fit once on all, and for every fold on the clinicians outside it.

    Returns:
        The fits by fold, `ALL` first.
    """
    folds = [ALL, *(int(fold) for fold in np.unique(patterns.fold))]
    return {fold: fit(patterns.outside(fold), largest) for fold in folds}


def calibrate(patterns, fits, largest):
    """Regress the outcomes on the log odds that the other clinicians' models expect of them.

    A slope of 1 and an intercept of 0 mean that the expectations hold for clinicians the model has
    not seen; a slope below 1, that it claims to tell episodes apart better than it does.
    """
    if any(each.problem for each in fits.values()):
        nothing = np.full(2, np.nan)
        return Fit(nothing, nothing, "no_model")
    pairs = zip(patterns.values, patterns.fold.tolist(), strict=True)
    expected = np.array([row @ fits[fold].estimates for row, fold in pairs])
    return fit(
        patterns._replace(values=np.column_stack([np.ones_like(expected), expected])), largest
    )


def rows_of(fold, terms, found):
    """Give one row per coefficient of a fit, rounded so that a last bit does not travel."""
    return [
        {
            "fold": fold,
            "term": term,
            "estimate": None if found.problem else round(float(estimate), 10),
            "standard_error": None if found.problem else round(float(error), 10),
            "problem": found.problem,
        }
        for term, estimate, error in zip(terms, found.estimates, found.errors, strict=True)
    ]


def model(dbt, session):
    """Give the coefficients of every fold; no row where the design forbids a model."""
    dbt.config(materialized="table")
    (reason,) = dbt.ref("int_casemix__design").project("reason").fetchone()
    if reason is not None:
        return SCHEMA.empty_table()
    terms = dbt.ref("int_casemix__term").filter("is_used").order("sort_order").project("term")
    names = [name for (name,) in terms.fetchall()]
    limits = dbt.ref("parameters").filter("parameter_id = 'casemix_max_log_odds'").project("value")
    (largest,) = limits.fetchone()
    # in one order, so that sums over them are the same in every build
    found = dbt.ref("int_casemix__pattern").order("all").fetchnumpy()
    columns = {name: np.asarray(column, dtype=float) for name, column in found.items()}
    ones = np.ones_like(columns["fold"])
    patterns = Patterns(
        fold=columns["fold"].astype(int),
        values=np.column_stack([ones, *(columns[name] for name in names)]),
        trials=columns["episodes_n"],
        events=columns["events"],
    )
    fits = cross_fit(patterns, largest)
    rows = [row for fold in fits for row in rows_of(fold, ["intercept", *names], fits[fold])]
    checked = calibrate(patterns, fits, largest)
    rows += rows_of(ALL, ["calibration_intercept", "calibration_slope"], checked)
    return pa.Table.from_pylist(rows, schema=SCHEMA)
