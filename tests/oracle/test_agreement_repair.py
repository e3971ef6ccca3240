"""Release and oracle agree on every other way of telling a rupture, and on what came of ruptures.

Belongs here: metrics.rupture beside the canonical method, its spread, repair over time, leaving
after a rupture. Does not belong here: shares and means (`test_agreement.py`) or a rule.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable

import numpy as np
import pytest

from tests.oracle import figures_repair as repair
from tests.oracle import methods
from tests.oracle import statistics as st
from tests.oracle.agreement import Case, agree, keyed, pseudonym
from tests.oracle.course import RUPTURE, Episode

RATERS = {"psq_direct": "client", "therapist_coded": "clinician", "3rs": "observer"}


@pytest.mark.parametrize("method", methods.METHODS)
def test_ruptures_of_other_methods(case: Case, method: str) -> None:
    keys, p = case.episode_keys(), repair.parameters(case.reading)
    expected = {
        (keys[e.name], instrument, r.onset): {
            "onset_on": e.indexed[r.onset - 1].started_on,
            "baseline": r.baseline,
            "spread": r.spread,
            "nadir": r.nadir,
            "status": r.status,
            "closed_session_index": r.closed,
        }
        for e in case.reading.episodes
        for instrument in RUPTURE
        for r in methods.METHODS[method](e.series(instrument), p[instrument], ended=e.ended)
    }
    rows = case.rows(f"from metrics.rupture where method_id = '{method}'")
    if expected or rows:  # the strictest find nothing in some practices
        agree(expected, keyed(rows, "episode_key", "instrument", "onset_session_index"))


@pytest.mark.parametrize("method", RATERS)
def test_ruptures_that_somebody_tells(case: Case, method: str) -> None:
    keys = case.episode_keys()
    expected = {
        (keys[e.name], r.onset): {
            "instrument": "psq",
            "intensity": r.intensity,
            "rupture_type": r.kind,
            "status": r.status,
            "closed_session_index": r.closed,
        }
        for e in case.reading.episodes
        for r in repair.direct(e, RATERS[method])
    }
    rows = case.rows(f"from metrics.rupture where method_id = '{method}'")
    agree(expected, keyed(rows, "episode_key", "onset_session_index"))


def test_spread_of_the_practice(case: Case) -> None:
    p = repair.parameters(case.reading)
    rows = keyed(case.rows("from metrics.rupture_sigma"), "instrument")
    expected = {(i,): {"sigma_w": p[i].sigma_w, "default_sigma": RUPTURE[i].sigma_w} for i in p}
    agree(expected, rows)
    if case.seed == 4:
        assert rows["srs",]["origin"] == "practice", "two hundred dyads allow its own figure"


Ends = dict[tuple[str, str, str], list[tuple[int, int]]]


def _ends(case: Case) -> Ends:
    """(sessions since onset, how it ended) by scope and instrument."""
    p, found = repair.parameters(case.reading), {}
    for e in case.reading.episodes:
        for instrument in RUPTURE:
            for r in repair.probable(e, instrument, p):
                for scope in (
                    ("practice", "practice"),
                    ("clinician", pseudonym("clinician", e.clinician)),
                ):
                    found.setdefault((*scope, instrument), []).append(repair.end_of(r, e))
    return found


def test_repair_over_time(case: Case) -> None:
    expected: dict[Hashable, dict] = {}
    for scope, ends in _ends(case).items():
        curve = st.aalen_johansen([t for t, _ in ends], [how for _, how in ends])
        for time, step in curve.items():
            row = {
                "at_risk": step.at_risk,
                "repaired": step.events,
                "ended": step.competing,
                "censored": step.censored,
                "cif_repaired": step.cif,
                "cif_ended": step.cif_competing,
            }
            if 0 < step.cif < 1:
                row |= {"se": step.se, "lo": step.lo, "hi": step.hi}
            expected[*scope, time] = row
    rows = case.rows("from metrics.repair_course where at_risk > 0")
    actual = keyed(rows, "scope_kind", "scope_value", "instrument", "sessions_since_onset")
    # a release may print times at which nothing happened; the oracle lists observed ones
    agree(expected, {k: v for k, v in actual.items() if k in expected or _happened(v)})


def _happened(row: dict) -> bool:
    return bool(row["repaired"] or row["ended"] or row["censored"])


def _hazards(rows: Iterable[tuple[str, str, bool]]) -> dict[tuple[str, str], tuple[int, int]]:
    table: dict[tuple[str, str], tuple[int, int]] = {}
    for band, state, dropped in rows:
        for name in (band, "all"):
            n, events = table.get((name, state), (0, 0))
            table[name, state] = (n + 1, events + dropped)
    return table


def test_leaving_after_a_rupture(case: Case) -> None:
    expected: dict[Hashable, dict] = {}
    ratios: dict[Hashable, dict] = {}
    for instrument in RUPTURE:
        table = _hazards(repair.person_periods(case.reading, instrument))
        for (band, state), (n, events) in table.items():
            expected[instrument, band, state] = {
                "sessions": n,
                "dropouts": events,
                "hazard": events / n,
            }
        for exposed in ("open", "repaired"):
            strata = [
                (*table.get((b, exposed), (0, 0))[::-1], *table.get((b, "none"), (0, 0))[::-1])
                for b in repair.BANDS
            ]
            found = st.mantel_haenszel(strata)
            if found:
                ratio, se = found
                limits = (
                    (None, None)
                    if se is None
                    else [ratio * math.exp(sign * st.Z95 * se) for sign in (-1, 1)]
                )
                ratios[instrument, exposed] = {
                    "rr_mh": ratio,
                    "se_ln": se,
                    "lo": limits[0],
                    "hi": limits[1],
                }
    rows = [r for r in case.rows("from metrics.rupture_hazard") if r["sessions"]]
    agree(expected, keyed(rows, "instrument", "band", "state"))
    rows = [r for r in case.rows("from metrics.rupture_dropout") if r["rr_mh"] is not None]
    agree(ratios, keyed(rows, "instrument", "comparison"))


def _practice_row(case: Case, metric: str, instrument: str | None = None) -> dict | None:
    wanted = "instrument is null" if instrument is None else f"instrument = '{instrument}'"
    rows = case.rows(
        f"from metrics.practice_metric where metric_id = '{metric}' and period = 'all' and {wanted}"
    )
    return rows[0] if rows else None


def _known(episodes: list[Episode]) -> list[tuple[bool, bool]]:
    return [pair for e in episodes for pair in repair.both_reported(e)]


def test_client_and_clinician_agree_by_kappa(case: Case) -> None:
    pairs = _known(case.reading.episodes)
    counts = [pairs.count(c) for c in ((True, True), (True, False), (False, True), (False, False))]
    row = _practice_row(case, "rupture_kappa")
    assert row is not None
    assert row["denominator_n"] == len(pairs)
    assert row["estimate"] == pytest.approx(st.kappa(*counts), abs=1e-9)


def test_days_to_a_response(case: Case) -> None:
    p = repair.parameters(case.reading)
    days, answered = [], []
    for e in case.reading.episodes:
        for index in repair.alerts(e, p):
            start = e.indexed[index - 1].started_on
            response = repair.first_response(case.reading, e, index)
            answered.append(response is not None)
            days.append(((response or case.reading.as_of) - start).days)
    row = _practice_row(case, "response_median_days")
    assert row is not None
    assert row["denominator_n"] == len(days)
    assert row["estimate"] == st.median_time(st.kaplan_meier(days, answered))


def test_repair_by_the_third_session(case: Case) -> None:
    for (kind, _, instrument), ends in _ends(case).items():
        if kind != "practice":
            continue
        curve = st.aalen_johansen([t for t, _ in ends], [how for _, how in ends])
        within = [step.cif for t, step in curve.items() if t <= repair.K]
        row = _practice_row(case, "repair_cif_3", instrument)
        assert row is not None
        assert row["denominator_n"] == len(ends)
        if len(ends) >= 8:
            assert row["estimate"] == pytest.approx(within[-1], abs=1e-9)
        half = next((t for t, step in sorted(curve.items()) if step.cif >= 0.5), None)
        median = _practice_row(case, "repair_median_sessions", instrument)
        assert median is not None
        assert median["estimate"] == half
        assert np.isfinite(within[-1])
