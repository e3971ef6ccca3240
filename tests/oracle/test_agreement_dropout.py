"""Release and oracle agree on how treatments end: summaries of the curve, competing endings, years.

Belongs here: comparing tables about endings. Does not belong here: the curves of `metrics.survival`
by clinician and site (`test_agreement.py`) or a rule.
"""

from __future__ import annotations

from collections.abc import Hashable

import pytest

from tests.oracle import figures_dropout as endings
from tests.oracle import rules
from tests.oracle import statistics as st
from tests.oracle.agreement import Case, agree, keyed, pseudonym
from tests.oracle.course import Episode

CAUSES = ("dropout", "planned", "moved_on")


def _curve_data(members: list[Episode]) -> tuple[list[int], list[bool]]:
    times = [len(e.indexed) for e in members]
    return times, [bool(e.dropout["is_dropout_d1"]) for e in members]


def test_summaries_of_the_curve(case: Case) -> None:
    everyone = endings.started(case.reading)
    scopes = {"practice": everyone}
    for e in everyone:
        scopes.setdefault(pseudonym("clinician", e.clinician), []).append(e)
    expected: dict[Hashable, dict] = {}
    for scope, members in scopes.items():
        times, events = _curve_data(members)
        curve = rules.survival(times, events)
        shown = len(members) >= 5
        gone = curve[max(curve)].survival == 0
        for index in (3, 8):
            step = curve[min(index, max(curve))]
            told = shown and (index <= max(curve) or gone)
            row = {"denominator_n": len(members), "estimate": step.survival if told else None}
            if shown and step.lo is not None and index <= max(curve):
                row |= {"lo": step.lo, "hi": step.hi}
            expected[scope, f"survival_{index}"] = row
        mean, se = st.restricted_mean(times, events, 12)
        told = shown and (max(curve) >= 11 or gone)
        row = {"denominator_n": len(members), "estimate": mean if told else None}
        if told and se > 0:
            row |= {"lo": mean - st.Z95 * se, "hi": min(12.0, mean + st.Z95 * se)}
        expected[scope, "restricted_mean_12"] = row
    metrics = "('survival_3', 'survival_8', 'restricted_mean_12')"
    rows = case.rows(f"from metrics.clinician_metric where metric_id in {metrics}")
    actual = {(r["clinician_key"], r["metric_id"]): r for r in rows}
    rows = case.rows(f"from metrics.practice_metric where metric_id in {metrics}")
    actual |= {("practice", r["metric_id"]): r for r in rows}
    agree(expected, actual)


def test_competing_endings(case: Case) -> None:
    members = endings.started(case.reading)
    times = [len(e.indexed) for e in members]
    expected: dict[Hashable, dict] = {}
    for name in CAUSES:
        kinds = [endings.cause(e) for e in members]
        ends = [1 if k == name else 2 if k else 0 for k in kinds]
        for time, step in st.aalen_johansen(times, ends).items():
            expected[name, time] = {
                "at_risk": step.at_risk,
                "events": step.events,
                "cif": step.cif,
                **({"lo": step.lo, "hi": step.hi} if step.lo is not None else {}),
            }
    rows = case.rows("from metrics.ending_cif where scope_kind = 'practice'")
    actual = keyed(rows, "cause", "session_index")
    agree(expected, {k: v for k, v in actual.items() if k in expected})
    assert {k[1] for k in expected} <= {k[1] for k in actual}


def test_curves_of_calendar_years(case: Case) -> None:
    members = endings.started(case.reading)
    years = {s.started_on.year for e in members for s in e.indexed}
    expected: dict[Hashable, dict] = {}
    for year in years:
        for index, (n, died, survival) in endings.calendar_curve(members, year).items():
            row = {"at_risk": n, "events": died, "survival": survival}
            expected[str(year), index] = row
    rows = case.rows("from metrics.survival where scope_kind = 'calendar_year' and at_risk > 0")
    agree(expected, keyed(rows, "scope_value", "session_index"))


def test_staff_and_trainees_by_log_rank(case: Case) -> None:
    roles = {r["clinician_id"]: r["role"] for r in case.reading.practice.rows("clinicians")}
    members = endings.started(case.reading)
    trainees = [e for e in members if roles[e.clinician] == "trainee"]
    others = [e for e in members if roles[e.clinician] != "trainee"]
    rows = case.rows("from metrics.survival_test")
    if not trainees or not others or not any(_curve_data(members)[1]):
        return
    observed, expected, chi2 = st.log_rank(_curve_data(trainees), _curve_data(others))
    (row,) = rows
    assert row["observed"] == observed
    assert row["expected"] == pytest.approx(expected, abs=1e-9)
    assert row["chi_square"] == pytest.approx(chi2, abs=1e-9)
