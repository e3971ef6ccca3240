"""Release and oracle agree on what clinicians are held against: case-mix, funnels, comparisons.

Belongs here: comparing those tables. Does not belong here: the shares and means themselves
(`test_agreement_long.py`) or a rule.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable

import numpy as np
import pytest
from scipy import stats

from tests.oracle import casemix
from tests.oracle import statistics as st
from tests.oracle.agreement import Case, agree, keyed, pseudonym
from tests.oracle.figures import periods
from tests.oracle.long_tables import catalogue, is_young

TAILS = {"lo_998": 0.001, "lo_95": 0.025, "hi_95": 0.975, "hi_998": 0.999}
KEY = ("metric_id", "instrument", "period")


def test_expected_by_the_mix_of_cases(case: Case) -> None:
    found = casemix.expected(case.reading)
    (model,) = case.rows("from metrics.casemix_model")
    rows = case.rows("from metrics.dropout_adjusted")
    assert case.seed != 4 or found, "the large practice carries a model"
    if found is None:
        assert model["status"] == "refused"
        assert rows == [] and not model["has_skill"]
        return
    assert model["status"] == "ok", model["reason"]
    assert model["has_skill"] == casemix.has_skill(found)
    groups: dict[tuple[str, str], list[casemix.Expected]] = {}
    for one in found:
        for period in periods(one.episode.attended[-1].started_on):
            groups.setdefault((one.episode.clinician, period), []).append(one)
    expected: dict[Hashable, dict] = {}
    for (clinician, period), members in groups.items():
        p, o = [m.p for m in members], sum(m.dropped for m in members)
        row: dict = {"n": len(members), "o": o}
        if len(members) >= 5 and not is_young("dropout_d1", period, case.reading.as_of):
            tail, middle = st.poisson_binomial_upper(p, o)
            lo, hi = st.byar(o, sum(p))
            row |= {"e": sum(p), "v": sum(q * (1 - q) for q in p), "sdr": o / sum(p)}
            row |= {"at_least_p": tail, "mid_p": middle, "byar_lo": lo, "byar_hi": hi}
        expected[pseudonym("clinician", clinician), period] = row
    agree(expected, keyed(rows, "clinician_key", "period"))


def test_a_model_without_skill_judges_nobody(case: Case) -> None:
    (model,) = case.rows("from metrics.casemix_model")
    judged = {
        (r["clinician_key"], r["period"]): r["mid_p"]
        for r in case.rows("from metrics.clinician_metric where metric_id = 'dropout_sdr'")
    }
    exact = {
        (r["clinician_key"], r["period"]): r["mid_p"]
        for r in case.rows("from metrics.dropout_adjusted where mid_p is not null")
    }
    flags = case.rows(
        "from metrics.clinician_metric where metric_id = 'dropout_sdr' and flag is not null"
    )
    if model["has_skill"]:
        assert {key: judged[key] for key in exact} == exact
    else:
        assert set(judged.values()) <= {None}
        assert flags == []


def _comparable(case: Case) -> dict[tuple, list[dict]]:
    groups: dict[tuple, list[dict]] = {}
    for row in case.rows("from metrics.clinician_metric where is_comparable"):
        groups.setdefault(tuple(row[c] for c in KEY), []).append(row)
    return groups


def test_variation_beyond_chance(case: Case) -> None:
    groups = _comparable(case)
    for row in case.rows("from metrics.funnel_dispersion"):
        members = groups.get(tuple(row[c] for c in KEY), [])
        assert row["clinicians_n"] == len(members), row
        if len(members) < 10 or not 0 < row["target"] < 1:
            assert row["phi"] is None, row
            continue
        counts = [(m["numerator"], m["denominator_n"]) for m in members]
        found = st.overdispersion(*zip(*counts, strict=True), row["target"])
        assert row["phi"] == pytest.approx(found.phi, abs=1e-9)
        assert row["tau2"] == pytest.approx(found.tau2, abs=1e-9)
        k = len(members)
        assert row["p_value"] == pytest.approx(stats.chi2.sf(k * found.phi, k - 1), abs=1e-7)


def test_limits_of_the_funnel(case: Case) -> None:
    widths = {tuple(r[c] for c in KEY): r for r in case.rows("from metrics.funnel_dispersion")}
    rows = case.rows("from metrics.funnel_limit")
    assert rows, "the release draws no funnel"
    for row in rows:
        if not 0 < row["target"] < 1:
            continue
        for column, p in TAILS.items():
            limit = min(1.0, st.funnel_limit(row["n"], row["target"], p))
            assert row[column] == pytest.approx(limit, abs=1e-8), row
        width = widths.get(tuple(row[c] for c in KEY))
        if width and width["is_applied"]:
            for column, p in TAILS.items():
                z = float(stats.norm.ppf(p))
                limit = st.adjusted_limit(row["n"], row["target"], width["tau2"], z)
                assert row[f"adjusted_{column}"] == pytest.approx(limit, abs=1e-8), row


def _two_sided(rows: Iterable[dict]) -> list[float]:
    return [min(1.0, 2 * min(r["mid_p"], 1 - r["mid_p"])) for r in rows]


def test_discoveries_among_many_comparisons(case: Case) -> None:
    judged = 0
    for (metric, _, _), members in _comparable(case).items():
        side = catalogue()[metric]["flag_side"]
        if side == "none":
            continue
        tested = [m for m in members if m["denominator_n"] >= 20 and m["mid_p"] is not None]
        rejected = st.benjamini_hochberg(_two_sided(tested), 0.10) if tested else []
        for row, is_one in zip(tested, rejected, strict=True):
            judged += 1
            tail = "high" if row["mid_p"] < 0.5 else "low"
            assert row["is_discovery"] == (is_one and side in {tail, "both"}), row
    if case.seed == 1:
        assert judged, "five clinicians of fifty clients have something to compare"


def test_own_change_and_mix(case: Case) -> None:
    raw: dict[tuple, dict[str, tuple[float, int]]] = {}
    for row in case.rows("from metrics.clinician_metric where period_kind = 'quarter'"):
        if row["metric_id"] == "dropout_d1" and row["denominator_n"]:
            share = row["numerator"] / row["denominator_n"]
            raw.setdefault((row["period"],), {})[row["clinician_key"]] = share, row["denominator_n"]
    for row in case.rows("from metrics.change_decomposition where metric_id = 'dropout_d1'"):
        if row["status"] != "ok":
            continue
        now, then = raw[row["period"],], raw[row["compared_period"],]
        sizes = [sum(n for _, n in side.values()) for side in (now, then)]
        within = sum(
            (now[c][1] / sizes[0] + then[c][1] / sizes[1]) / 2 * (now[c][0] - then[c][0])
            for c in now.keys() & then.keys()
        )
        rates = [
            sum(r * n for r, n in s.values()) / m for s, m in zip((now, then), sizes, strict=True)
        ]
        assert row["within_change"] == pytest.approx(within, abs=1e-9)
        assert row["mix_change"] == pytest.approx(rates[0] - rates[1] - within, abs=1e-9)
        assert math.isfinite(np.float64(row["change"]))
