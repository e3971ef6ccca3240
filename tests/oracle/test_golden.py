"""The second opinion itself is checked against the printed numbers of metrics.md."""

from __future__ import annotations

import pytest

from tests.oracle import methods, rules

SRS = rules.RuptureParameters(sigma_w=2.5, sigma_floor=1.0, min_drop=2.0)
FIRST = [36.5, 37.2, 37.0, 36.8, 31.0, 33.5, 36.9, 37.4, 38.0, 37.6]


def near(value: float, places: int = 4) -> object:
    return pytest.approx(value, abs=0.6 * 10**-places)


def test_first_series_ruptures_at_five_and_repairs_at_seven() -> None:
    (found,) = rules.ruptures(FIRST, SRS, ended=False)
    assert (found.onset, found.status, found.closed) == (5, "repaired", 7)
    assert found.baseline == near(36.875)
    assert found.spread == near(1.900, 3)
    assert found.baseline - 2.5 * found.spread == near(32.125, 3)
    assert found.baseline - 2.0 * found.spread == near(33.075, 3)
    assert found.depth == near(5.875)
    assert found.depth / found.spread == near(3.092, 3)


@pytest.mark.parametrize(
    ("series", "ended", "expected"),
    [
        ([40, 40, 40, 40, 38.5, 40], False, []),
        ([40, 39.8, 40, 34.0, 39.5], False, [(4, "repaired", 5)]),
        ([34.0, 35.1, 34.6, 28.2, 29.0, None], True, [(4, "unrepaired", None)]),
        ([34.0, 35.1, 34.6, 28.2, None, None, None], False, [(4, "indeterminate", 7)]),
        ([34.0, 35.1, 34.6, 28.2, 29.0, None, None], False, [(4, "unrepaired", 7)]),
        ([34.0, 35.1, 34.6, 28.2], False, [(4, "pending", None)]),
        ([31.0], False, []),
    ],
)
def test_series_of_section_4_6(series: list, ended: bool, expected: list) -> None:
    found = rules.ruptures(series, SRS, ended=ended)
    assert [(r.onset, r.status, r.closed) for r in found] == expected


def test_baseline_and_spread_of_the_ended_series() -> None:
    (found,) = rules.ruptures([34.0, 35.1, 34.6, 28.2, 29.0, None], SRS, ended=True)
    assert (found.baseline, found.spread) == (near(34.567, 3), near(2.066, 3))
    assert (found.depth, found.ended_open) == (near(6.367, 3), True)


def test_slope_of_section_2_3() -> None:
    fit = rules.slope([1, 2, 3, 4, 5, 6], [33.0, 34.5, 35.0, 36.5, 36.0, 37.0])
    assert (fit.slope, fit.intercept, fit.se) == (near(0.7429), near(32.7333), near(0.1296))
    assert (fit.lo, fit.hi) == (near(0.3830), near(1.1028))


def test_empirical_bayes_of_section_2_5() -> None:
    groups = {
        "A": [4.2, 4.4, 3.9, 4.5],
        "B": [3.6, 3.9, 3.2],
        "C": [4.8, 4.6],
        "D": [3.9, 4.1, 4.0, 3.7, 4.3, 4.0],
        "E": [3.1, 4.0, 4.6, 3.5, 4.2],
    }
    found = rules.empirical_bayes(groups, fixed_icc=None)
    assert [found[c].estimate for c in "ABCDE"] == [
        near(v) for v in (4.1935, 3.7394, 4.4098, 4.0119, 3.9233)
    ]
    assert [found[c].reliability for c in "ABCDE"] == [
        near(v) for v in (0.7094, 0.6468, 0.5497, 0.7855, 0.7532)
    ]


@pytest.mark.parametrize(
    ("successes", "n", "lo", "hi"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_of_newcombe(successes: int, n: int, lo: float, hi: float) -> None:
    assert rules.wilson(successes, n) == (near(lo), near(hi))


def test_beta_prior_of_section_5_4() -> None:
    assert [rules.beta_shrunken(x, n, 0.197, 0.057)[0] for x, n in [(4, 12), (9, 20), (0, 6)]] == [
        near(0.2543),
        near(0.3355),
        near(0.1446),
    ]


def test_mid_p_of_section_5_5() -> None:
    upper = [rules.mid_p(x, n, 0.197)[1] for x, n in [(7, 20), (8, 20), (9, 20), (20, 60), (4, 12)]]
    assert upper == [near(0.0553), near(0.0193), near(0.0057), near(0.0065), near(0.133, 3)]
    assert rules.mid_p(3, 60, 0.197)[0] == near(0.0007)


def test_survival_of_section_5_2() -> None:
    times = [1, 1, 2, 3, 3, 4, 5, 5, 6, 8, 8, 10]
    events = [bool(e) for e in (1, 1, 1, 1, 0, 1, 0, 1, 0, 1, 0, 0)]
    curve = rules.survival(times, events)
    expected = {1: 0.8333, 2: 0.7500, 3: 0.6667, 4: 0.5714, 5: 0.4762, 8: 0.3175}
    assert {s: curve[s].survival for s in expected} == {s: near(v) for s, v in expected.items()}
    assert curve[3].se == near(0.1361)
    assert (curve[3].lo, curve[3].hi) == (near(0.3370), near(0.8597))


def test_kaplan_meier_of_freireich() -> None:
    """T3: times and standard errors as printed by NAG for the 6-MP arm."""
    relapsed = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    curve = rules.survival(relapsed + censored, [True] * 9 + [False] * 12)
    printed = {
        6: (0.857, 0.076),
        7: (0.807, 0.087),
        10: (0.753, 0.096),
        13: (0.690, 0.107),
        16: (0.627, 0.114),
        22: (0.538, 0.128),
        23: (0.448, 0.135),
    }
    assert {t: (curve[t].survival, curve[t].se) for t in printed} == {
        t: (near(s, 3), near(se, 3)) for t, (s, se) in printed.items()
    }


def test_other_methods_on_the_first_series() -> None:
    for found in (
        methods.babl(FIRST, SRS, ended=True),
        methods.control_chart(FIRST, SRS, ended=True, k=3),
        methods.control_chart(FIRST, SRS, ended=True, k=2),
    ):
        assert [r.onset for r in found] == [5]
    (chart,) = methods.control_chart(FIRST, SRS, ended=True)
    assert chart.spread == near(1.4086)
    # printed with the rounded factor 2.66 for 3 / 1.128
    assert chart.baseline - 2.66 * chart.spread * 1.128 == near(31.9636)
    assert chart.baseline - 2 * chart.spread == near(33.3728)
    (retro,) = methods.babl(FIRST, SRS, ended=True)
    assert (retro.baseline, retro.spread) == (near(36.19), near(2.1997))
    assert methods.babl(FIRST, SRS, ended=False) == []


@pytest.mark.parametrize(("k", "onsets"), [(1, [5]), (2, [5]), (3, [])])
def test_a_steep_drop_counts_in_spreads_of_the_client(k: float, onsets: list[int]) -> None:
    found = methods.steep_drop(FIRST, SRS, ended=True, k=k)
    assert [r.onset for r in found] == onsets
