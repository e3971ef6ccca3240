"""The second opinion's statistics are checked against the printed numbers of metrics.md."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest

from tests.oracle import statistics as st
from tests.oracle.figures_outcome import Change, Talking
from tests.oracle.test_golden import near
from tests.support import REPO

PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
RELAPSED = [6, 6, 6, 7, 10, 13, 16, 22, 23]
CENSORED = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]


def test_cumulative_incidence_of_section_4_6() -> None:
    curve = st.aalen_johansen([1, 1, 2, 3, 1, 2, 1, 2], [1, 1, 1, 1, 2, 2, 0, 0])
    assert [curve[t].cif for t in (1, 2, 3)] == [near(v) for v in (0.25, 0.40625, 0.71875)]
    assert [curve[t].cif_competing for t in (1, 2, 3)] == [
        near(v) for v in (0.125, 0.28125, 0.28125)
    ]


def test_kappa_of_section_4_6() -> None:
    assert st.kappa(6, 9, 5, 80) == near(0.3833)


def test_mantel_haenszel_of_section_4_7() -> None:
    ratio, se = st.mantel_haenszel([(2, 20, 10, 180), (4, 25, 6, 150), (3, 15, 4, 120)])
    assert (ratio, se) == (near(3.4303), near(0.3833))
    # printed with z = 1.96
    assert ratio * math.exp(-1.96 * se) == near(1.6183)
    assert ratio * math.exp(1.96 * se) == near(7.2713)


def test_standardised_ratio_of_section_5_4() -> None:
    p = [0.10] * 10 + [0.20] * 10 + [0.35] * 10
    tail, middle = st.poisson_binomial_upper(p, 11)
    assert (tail, middle) == (near(0.0386), near(0.0266))
    assert st.byar(11, sum(p)) == (near(0.8436), near(3.0282))


@pytest.mark.parametrize(
    ("n", "limits"),
    [
        (10, (0, 0, 0.4234, 0.5958)),
        (20, (0, 0.0103, 0.3611, 0.4860)),
        (30, (0, 0.0457, 0.3314, 0.4294)),
        (50, (0.0322, 0.0826, 0.3028, 0.3765)),
        (100, (0.0789, 0.1167, 0.2730, 0.3230)),
    ],
)
def test_funnel_limits_of_section_5_5(n: int, limits: tuple) -> None:
    assert [st.funnel_limit(n, 0.197, p) for p in (0.001, 0.025, 0.975, 0.999)] == [
        near(v) for v in limits
    ]


def test_overdispersion_t11() -> None:
    events = [12, 30, 26, 50, 42, 71, 4, 29, 48, 36]
    n = [82, 98, 100, 125, 162, 151, 12, 100, 82, 99]
    theta = sum(events) / sum(n)
    found = st.overdispersion(events, n, theta, winsor=0)
    assert (theta, found.phi, found.tau2) == (
        near(0.34421, 5),
        near(6.03739, 5),
        near(0.0143565, 7),
    )
    limits = [st.adjusted_limit(50, theta, found.tau2, z) for z in (-1.959964, 1.959964)]
    assert limits == [near(0.1204), near(0.6133)]
    strict = [st.adjusted_limit(50, theta, found.tau2, z) for z in (-3.090232, 3.090232)]
    assert strict == [near(0.0383), near(0.7584)]


def test_benjamini_hochberg_of_section_8() -> None:
    p = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216]
    assert sum(st.benjamini_hochberg(p, 0.05)) == 2


def test_beta_limits_of_section_5_4() -> None:
    found = [st.beta_limits(x, n, 0.197, 0.057) for x, n in [(4, 12), (9, 20), (0, 6)]]
    assert found == [
        (near(0.1154), near(0.4258)),
        (near(0.1941), near(0.4939)),
        (near(0.0353), near(0.3126)),
    ]


def test_log_rank_t4() -> None:
    drug = (RELAPSED + CENSORED, [True] * 9 + [False] * 12)
    observed, expected, chi2 = st.log_rank((PLACEBO, [True] * 21), drug)
    assert (observed, expected, chi2) == (21, near(10.75, 2), near(16.793, 3))


def test_time_to_response_of_section_6() -> None:
    times, answered = [0, 1, 1, 2, 5, 3, 9], [True] * 5 + [False] * 2
    curve = st.kaplan_meier(times, answered)
    assert curve == {0: near(0.8571), 1: near(0.5714), 2: near(0.4286), 5: near(0.2143)}
    assert st.median_time(curve) == 2


def test_agreement_of_section_2_6() -> None:
    found = st.agreement([85, 70, 90, 60, 75, 80], [75, 72, 78, 66, 70, 70])
    assert (found.bias, found.mad, found.sd) == (near(4.8333), near(7.5), near(7.3326))
    assert (found.r, found.icc, found.ccc) == (near(0.8859), near(0.5420), near(0.5112))


def test_effect_size_of_section_5_6() -> None:
    pre, post = [22, 28, 18, 25, 30, 20, 24, 27], [14, 20, 15, 12, 25, 10, 22, 13]
    found = st.effect_size(pre, post, higher_is_better=False)
    assert (found.d, found.correction, found.corrected) == (
        near(1.9221),
        near(0.8889),
        near(1.7086),
    )


def test_restricted_mean_is_the_area_under_the_curve() -> None:
    times = [1, 1, 2, 3, 3, 4, 5, 5, 6, 8, 8, 10]
    events = [bool(e) for e in (1, 1, 1, 1, 0, 1, 0, 1, 0, 1, 0, 0)]
    mean, se = st.restricted_mean(times, events, 12)
    steps = [1, 0.83333, 0.75, 0.66667, 0.57143, 0.47619, 0.47619, 0.47619, *[0.31746] * 4]
    assert mean == near(sum(steps), 3)
    assert 0 < se < 2


def test_delayed_entry_is_the_plain_curve_where_all_enter_at_one() -> None:
    times = [1, 1, 2, 3, 3, 4, 5, 5, 6, 8, 8, 10]
    events = [bool(e) for e in (1, 1, 1, 1, 0, 1, 0, 1, 0, 1, 0, 0)]
    curve = st.entered_survival([1] * 12, times, events)
    assert curve[8][2] == near(0.3175)
    late = st.entered_survival([1] * 11 + [3], times, events)
    assert [late[s][0] for s in (1, 2, 3)] == [11, 9, 9]


def test_quantile_line_passes_through_a_perfect_line() -> None:
    x = np.log(np.arange(1, 8))
    assert st.quantile_line(x, 20 + 3 * x, 0.25) == (near(20), near(3))


def test_logistic_recovers_the_odds_of_a_table() -> None:
    x = np.array([[1.0, 0]] * 10 + [[1.0, 1]] * 10)
    y = np.array([1] * 2 + [0] * 8 + [1] * 5 + [0] * 5)
    assert st.logistic(x, y).tolist() == [near(math.log(0.25)), near(math.log(4))]


@pytest.mark.parametrize(
    ("phq", "gad", "recovered", "better", "worse"),
    [
        ((15, 7), (12, 6), True, True, False),
        ((15, 9), (12, 9), False, True, False),
        ((11, 9), (9, 7), True, False, False),
        ((8, 2), (7, 3), False, True, False),
        ((12, 19), (10, 10), False, False, True),
        ((15, 9), (8, 12), False, False, False),
        ((10, 4), (7, 7), True, True, False),
    ],
)
def test_talking_therapies_of_section_5_6(
    phq: tuple, gad: tuple, recovered: bool, better: bool, worse: bool
) -> None:
    found = Talking(Change("phq9", *phq, 2, 10, 10), Change("gad7", *gad, 2, 8, 8))
    assert (found.recovered, found.better, found.worse) == (recovered, better, worse)


def test_published_correlation_as_a_difference_t13() -> None:
    """T13: r .278 is d .579; the seed that the pages read says both."""
    with (REPO / "seeds" / "benchmarks.csv").open() as handle:
        (row,) = (r for r in csv.DictReader(handle) if r["benchmark_id"] == "alliance_outcome")
    r = float(row["value"])
    assert 2 * r / math.sqrt(1 - r**2) == near(0.579, 3)
    assert (r, "d .579" in row["definition"]) == (0.278, True)
