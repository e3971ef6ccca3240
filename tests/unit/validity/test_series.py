"""The simulated courses are what the report says they are."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from validity.series import SHAPES, Setting, simulate

FEW = {"practices": 20, "episodes": 30}


def test_null_data_hold_no_rupture() -> None:
    courses = simulate(Setting(None, **FEW), seed=1)
    assert not courses.onset.any() and not courses.repaired.any()
    assert courses.truth_rows()["deepest"].sum() == 0


@pytest.mark.parametrize("shape", SHAPES)
def test_every_planted_rupture_is_reached(shape: str) -> None:
    courses = simulate(Setting(shape, **FEW), seed=2)
    assert (courses.onset >= 3).all()
    assert (courses.deepest <= courses.attended).all()
    decline = courses.deepest - courses.onset + 1
    assert decline.min() == SHAPES[shape].fastest and decline.max() == SHAPES[shape].slowest
    repaired = courses.repaired > 0
    assert (courses.repaired[repaired] > courses.deepest[repaired]).all()
    assert (courses.repaired <= courses.attended).all()


def test_planted_scores_are_lower_by_the_planted_depth() -> None:
    """The same draws with and without a rupture differ by the depth while it is open."""
    setting = Setting("step drop", **FEW)
    courses = simulate(setting, seed=3)
    at_onset = courses.scores[np.arange(len(courses)), courses.onset - 1]
    before = courses.scores[np.arange(len(courses)), courses.onset - 2]
    fall = np.nanmean(before - at_onset)
    assert 5.0 < fall < 9.0


def test_scores_are_scores() -> None:
    courses = simulate(Setting("slow decline", **FEW), seed=4)
    known = courses.scores[~np.isnan(courses.scores)]
    assert known.min() >= 0 and known.max() == 40
    assert np.array_equal(known, np.round(known, 1))
    rows = courses.session_rows()
    assert len(rows) == courses.attended.sum()
    assert 0.05 < rows["score"].null_count() / len(rows) < 0.45


def test_noise_is_carried_over_only_where_the_setting_says_so() -> None:
    def correlation(carry_over: float) -> float:
        fixed = Setting(None, carry_over, spread=2.0, sessions=20, **FEW)
        scores = simulate(fixed, seed=5).scores[:, :20]
        return float(np.corrcoef(scores[:, :-1].ravel(), scores[:, 1:].ravel())[0, 1])

    assert abs(correlation(0.0)) < 0.03
    assert correlation(0.3) == pytest.approx(0.3, abs=0.04)


def test_equal_seeds_give_equal_courses() -> None:
    setting = Setting("small drop", **FEW)
    one, same, other = (simulate(setting, seed) for seed in (6, 6, 7))
    for field in dataclasses.fields(one):
        assert np.array_equal(getattr(one, field.name), getattr(same, field.name), equal_nan=True)
    assert not np.array_equal(one.scores, other.scores, equal_nan=True)
