"""The case-mix fit: what it solves, and when it refuses (metrics.md 5.4).

Belongs here: the pure functions of int_casemix__coefficients.py, and its model over a DuckDB that
holds what it reads. Does not belong here: whether a model may be fitted, and what follows from it;
that is SQL, with its tests beside the models.
"""

from __future__ import annotations

import runpy
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from tests.support import REPO

MODEL = REPO / "dbt_project" / "models" / "intermediate" / "int_casemix__coefficients.py"
LARGEST = 10.0
ESTIMATES = {"severity": 0.4, "remote": 0.7}


@pytest.fixture(scope="module")
def code() -> dict[str, Any]:
    """Run the model's file as dbt does, from its text."""
    return runpy.run_path(str(MODEL))


def practice(seed: int, folds: int = 6, rows: int = 400) -> dict[str, np.ndarray]:
    """Draw patterns of a practice in which both characteristics matter."""
    rng = np.random.default_rng(seed)
    severity, remote = rng.normal(size=rows).round(1), rng.integers(0, 2, rows)
    trials = rng.integers(1, 4, rows)
    odds = -1.5 + ESTIMATES["severity"] * severity + ESTIMATES["remote"] * remote
    return {
        "fold": rng.integers(1, folds + 1, rows),
        "severity": severity,
        "remote": remote.astype(float),
        "episodes_n": trials,
        "events": rng.binomial(trials, 1 / (1 + np.exp(-odds))),
    }


def patterns_of(code: dict[str, Any], drawn: dict[str, np.ndarray]) -> Any:
    """Put drawn columns into the shape the fit takes."""
    ones = np.ones(len(drawn["fold"]))
    return code["Patterns"](
        fold=drawn["fold"],
        values=np.column_stack([ones, drawn["severity"], drawn["remote"]]),
        trials=drawn["episodes_n"].astype(float),
        events=drawn["events"].astype(float),
    )


@pytest.mark.parametrize("seed", range(5))
def test_estimates_solve_the_equations_of_the_likelihood(code: dict[str, Any], seed: int) -> None:
    """At the maximum no characteristic is left with a surplus of events; errors by Fisher."""
    patterns = patterns_of(code, practice(seed))
    found = code["fit"](patterns, LARGEST)
    assert found.problem is None
    shares = 1 / (1 + np.exp(-patterns.values @ found.estimates))
    surplus = patterns.values.T @ (patterns.events - patterns.trials * shares)
    assert surplus == pytest.approx([0, 0, 0], abs=1e-7)
    weights = patterns.trials * shares * (1 - shares)
    information = patterns.values.T @ (weights[:, None] * patterns.values)
    assert found.errors == pytest.approx(np.sqrt(np.diag(np.linalg.inv(information))), abs=1e-9)


def test_a_fold_is_fitted_without_its_clinicians(code: dict[str, Any]) -> None:
    """Whatever happened to a clinician's clients, her own expectation does not move."""
    drawn = practice(1)
    before = code["cross_fit"](patterns_of(code, drawn), LARGEST)
    everyone_dropped_out = np.where(drawn["fold"] == 3, drawn["episodes_n"], drawn["events"])
    after = code["cross_fit"](patterns_of(code, {**drawn, "events": everyone_dropped_out}), LARGEST)
    assert before[3].estimates.tolist() == after[3].estimates.tolist()
    assert abs(before[2].estimates[0] - after[2].estimates[0]) > 0.1
    assert list(before) == [0, 1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("column", ["severity", "remote"])
def test_a_characteristic_that_separates_is_refused(code: dict[str, Any], column: str) -> None:
    """Nobody with it drops out (quasi-separation), or its sign decides (complete separation)."""
    drawn = practice(2)
    kept = np.where(drawn[column] > 0, 0, drawn["events"])
    if column == "severity":
        kept = np.where(drawn[column] > 0, 0, drawn["episodes_n"])
    found = code["fit"](patterns_of(code, {**drawn, "events": kept}), LARGEST)
    assert found.problem == "separation"
    assert np.isnan(found.estimates).all()


def test_a_characteristic_that_never_varies_is_refused(code: dict[str, Any]) -> None:
    drawn = practice(3)
    found = code["fit"](patterns_of(code, {**drawn, "remote": np.ones(400)}), LARGEST)
    assert found.problem == "separation"


def test_calibration_of_a_model_that_is_right_is_one(code: dict[str, Any]) -> None:
    """Many episodes: slope and intercept of the cross-fitted expectations are 1 and 0."""
    patterns = patterns_of(code, practice(4, folds=20, rows=40_000))
    fits = code["cross_fit"](patterns, LARGEST)
    checked = code["calibrate"](patterns, fits, LARGEST)
    assert checked.estimates == pytest.approx([0, 1], abs=0.04)
    assert fits[0].estimates[1:] == pytest.approx(list(ESTIMATES.values()), abs=0.05)


def test_one_refused_fold_leaves_nothing_to_calibrate(code: dict[str, Any]) -> None:
    patterns = patterns_of(code, practice(5))
    refused = code["Fit"](np.zeros(3), np.zeros(3), "no_convergence")
    checked = code["calibrate"](patterns, {1: refused}, LARGEST)
    assert checked.problem == "no_model"


class Warehouse:
    """What dbt hands a model, over tables given here."""

    def __init__(self, reason: str | None, drawn: dict[str, np.ndarray]) -> None:
        self.con = duckdb.connect()
        self.con.register("pattern_rows", pa.table(drawn))
        self.con.execute("create table int_casemix__pattern as from pattern_rows")
        self.con.execute(
            "create table int_casemix__design as select $1::varchar as reason", [reason]
        )
        self.con.execute(
            "create table int_casemix__term as from (values ('remote', 2, true),"
            " ('severity', 1, true), ('trainee', 3, false)) as t (term, sort_order, is_used)"
        )
        self.con.execute(
            "create table parameters as"
            " select 'casemix_max_log_odds' as parameter_id, 10.0 as value"
        )

    def config(self, **_: object) -> None:
        """Take dbt's configuration and do nothing."""

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        """Give a table as dbt-duckdb does."""
        return self.con.table(name)


def test_the_model_gives_one_row_per_fold_and_coefficient(code: dict[str, Any]) -> None:
    drawn = practice(6)
    table = code["model"](Warehouse(None, drawn), None)
    assert table.schema == code["SCHEMA"]
    rows = table.to_pylist()
    terms = ["intercept", "severity", "remote"]
    assert [r["term"] for r in rows if r["fold"] == 2] == terms
    assert {r["term"] for r in rows if r["fold"] == 0} == {
        *terms,
        "calibration_intercept",
        "calibration_slope",
    }
    expected = code["fit"](patterns_of(code, drawn), LARGEST).estimates
    assert [r["estimate"] for r in rows[:3]] == pytest.approx(expected, abs=1e-9)


def test_the_order_of_rows_does_not_change_a_bit(code: dict[str, Any]) -> None:
    drawn = practice(7)
    shuffled = np.random.default_rng(0).permutation(len(drawn["fold"]))
    mixed = {name: column[shuffled] for name, column in drawn.items()}
    first = code["model"](Warehouse(None, drawn), None)
    assert first.equals(code["model"](Warehouse(None, mixed), None))


def test_a_design_that_refuses_is_not_fitted(code: dict[str, Any]) -> None:
    table = code["model"](Warehouse("few_events", practice(8)), None)
    assert table.num_rows == 0
    assert table.schema == code["SCHEMA"]
