"""Interval coverage on a small sample: the counting, and that a wrong interval would be seen."""

from __future__ import annotations

import polars as pl
import pytest

from validity.coverage import MEAN, SHARE, WORLDS, Covered, draw, measure


@pytest.fixture(scope="module")
def covered() -> list[Covered]:
    return measure(WORLDS[0], practices=60, seed=3)


def of_all(covered: list[Covered]) -> dict[str, Covered]:
    return {c.interval: c for c in covered if c.group == "all clinicians"}


def test_four_intervals_are_measured_in_every_caseload(covered: list[Covered]) -> None:
    assert len(of_all(covered)) == 4
    per_interval = {name: 0 for name in of_all(covered)}
    for c in covered:
        if c.group.startswith("caseload"):
            per_interval[c.interval] += c.intervals
    assert per_interval == {name: c.intervals for name, c in of_all(covered).items()}


def test_intervals_hold_the_planted_value_about_as_often_as_they_say(
    covered: list[Covered],
) -> None:
    for c in of_all(covered).values():
        assert 0.90 < c.rate.estimate < 0.985, c


def test_an_unusual_clinician_is_held_less_often_by_a_drawn_in_interval(
    covered: list[Covered],
) -> None:
    unusual = {c.interval: c.rate.estimate for c in covered if c.group.startswith("planted")}
    assert unusual["mean: t"] > 0.9
    assert unusual["mean, drawn toward the practice: empirical Bayes"] < 0.9


def test_units_carry_the_planted_values() -> None:
    truth, units = draw(WORLDS[0], practices=30, seed=4)
    means = (
        units.filter(pl.col("metric_id") == MEAN)
        .group_by("clinician_key")
        .agg(pl.col("value").mean(), pl.len())
        .join(truth.filter(pl.col("metric_id") == MEAN), on="clinician_key")
    )
    assert means.select(pl.corr("value", "planted")).item() > 0.6
    shares = units.filter(pl.col("metric_id") == SHARE)
    planted = truth.filter(pl.col("metric_id") == SHARE)
    assert shares["is_numerator"].mean() == pytest.approx(planted["planted"].mean(), abs=0.02)
