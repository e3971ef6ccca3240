"""Release and oracle agree on every share and mean of the two long metric tables.

Belongs here: comparing them. Does not belong here: statistics such as a median or a ratio, which
stand beside the tables they come from (`test_agreement_*.py`), or a rule.
"""

from __future__ import annotations

from tests.oracle import long_tables
from tests.oracle.agreement import Case, agree_by_metric, keyed


def _shares_and_means(rows: list[dict]) -> list[dict]:
    kinds = {name: spec["measure_kind"] for name, spec in long_tables.catalogue().items()}
    compared = {m for m, kind in kinds.items() if kind in {"share", "mean"}}
    return [row for row in rows if row["metric_id"] in compared]


def test_practice_metrics(case: Case) -> None:
    rows = _shares_and_means(case.rows("from metrics.practice_metric"))
    expected = long_tables.practice_rows(case.reading)
    agree_by_metric(expected, keyed(rows, "metric_id", "instrument", "period"))


def test_clinician_metrics(case: Case) -> None:
    rows = _shares_and_means(case.rows("from metrics.clinician_metric"))
    expected = long_tables.clinician_rows(case.reading)
    agree_by_metric(expected, keyed(rows, "clinician_key", "metric_id", "instrument", "period"))
