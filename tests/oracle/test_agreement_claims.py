"""Release and oracle agree on the comparisons behind the page "What the relationship needs".

Belongs here: differences between two groups of clients, and the session of a transfer. Does not
belong here: the shares and means of the claims (`test_agreement_long.py`) or a rule.
"""

from __future__ import annotations

from statistics import median

import pytest

from tests.oracle import figures_claims as claims
from tests.oracle.agreement import Case, agree, pseudonym
from tests.oracle.course import COMPONENTS, CUTOFF


def _differences(case: Case, metric: str) -> dict[str, dict]:
    rows = case.rows(f"from metrics.practice_metric where metric_id = '{metric}'")
    return {row["instrument"]: row for row in rows}


@pytest.mark.parametrize(
    ("metric", "values", "instruments"),
    [
        ("trauma_bond_difference", claims.bonds, list(COMPONENTS)),
        ("trauma_alert_difference", claims.alerts, list(CUTOFF)),
    ],
)
def test_trauma_within_clinicians(
    case: Case, metric: str, values: object, instruments: list[str]
) -> None:
    rows, shown = _differences(case, metric), 0
    for instrument in instruments:
        found = claims.within_clinicians(values(case.reading, instrument))
        if found is None:
            assert rows.get(instrument, {}).get("estimate") is None
            continue
        shown += 1
        row = rows[instrument]
        expected = dict(zip(("estimate", "lo", "hi"), found, strict=True))
        agree({instrument: expected}, {instrument: row})
    assert case.seed != 4 or shown, "the large practice has both groups"


def test_early_alliance_by_preference(case: Case) -> None:
    rows = _differences(case, "preference_alliance_difference")
    for instrument in COMPONENTS:
        found = claims.by_preference(case.reading, instrument)
        if found is None:
            assert rows.get(instrument, {}).get("estimate") is None
            continue
        difference, met, unmet = found
        assert rows[instrument]["estimate"] == pytest.approx(difference, abs=1e-9)
        assert rows[instrument]["denominator_n"] == met + unmet


def test_sessions_at_a_transfer(case: Case) -> None:
    lengths: dict[str, list[int]] = {}
    for e in case.reading.episodes:
        if e.ended and e.indexed and e.transferred:
            for scope in ("practice", pseudonym("clinician", e.clinician)):
                lengths.setdefault(scope, []).append(len(e.indexed))
    expected = {
        scope: {"denominator_n": len(n), **({"estimate": float(median(n))} if len(n) >= 5 else {})}
        for scope, n in lengths.items()
    }
    where = "where metric_id = 'transfer_median_sessions' and denominator_n > 0"
    found = case.rows(f"from metrics.clinician_metric {where}")
    actual = {row["clinician_key"]: row for row in found}
    (actual["practice"],) = case.rows(f"from metrics.practice_metric {where}")
    agree(expected, actual)
