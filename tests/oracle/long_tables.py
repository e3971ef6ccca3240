"""The two long metric tables as the oracle has them: shares and means of a practice and its people.

Belongs here: display, waiting and coverage rules, shrinkage and flags of metrics.md 2.5, 5.5, 6 and
8 on counted units. Does not belong here: who is counted (`figures*.py`), formulas (`rules.py`).
"""

from __future__ import annotations

import csv
from collections.abc import Hashable
from datetime import date, timedelta
from functools import cache

import numpy as np

from tests.oracle import rules
from tests.oracle import statistics as st
from tests.oracle.agreement import pseudonym
from tests.oracle.figures import Figure, divide, shrink_means
from tests.oracle.practice_units import MEANS, practice_units
from tests.oracle.reading import Reading
from tests.support import REPO

# Smallest denominators of display, and days until a period is ripe (metrics.md 5.1, 8, 10).
SMALLEST = {"display_rate_n": 5, "display_comparative_n": 10, "display_repair_n": 8}
RIPE = {"lapse_days_min": 42, "follow_up_days_max": 183, "re_referral_days": 365}


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """The metric catalogue: which denominator, waiting time and coverage rule a metric has."""
    with (REPO / "seeds" / "metric_definitions.csv").open() as handle:
        return {row["metric_id"]: row for row in csv.DictReader(handle)}


def is_young(metric: str, period: str, as_of: date) -> bool:
    """Whether what ended in a month or quarter can still change what is known of it."""
    days = RIPE.get(catalogue()[metric]["maturity_parameter"])
    if days is None or period == "all":
        return False
    year, part = int(period[:4]), period[5:]
    month = 3 * int(part[1]) if part.startswith("Q") else int(part)
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return (as_of - last).days < days


def _row(figure: Figure, metric: str, period: str, as_of: date, *, is_covered: bool) -> dict:
    n, values, spec = figure.denominator, figure.values or [], catalogue()[metric]
    row: dict = {
        "metric_id": metric,
        "population_n": figure.population,
        "excluded_n": figure.excluded,
        "estimate": None,
        "lo": None,
        "hi": None,
    }
    if metric not in MEANS:
        count = int(sum(values))
        row["numerator"] = count
        if spec["excluded_is_missing"] == "true":
            row["bound_lo"] = count / figure.population
            row["bound_hi"] = (count + figure.excluded) / figure.population
    if is_young(metric, period, as_of):
        row["status"] = "pending"
    elif n < SMALLEST[spec["display_parameter"]]:
        row["status"] = "insufficient_n"
    elif not is_covered:
        row["status"] = "insufficient_coverage"
    else:
        row |= {"status": "ok", "estimate": float(np.mean(values))}
        limits = rules.t_interval(values) if metric in MEANS else rules.wilson(sum(values), n)
        row["lo"], row["hi"] = limits or (None, None)
    return row


def practice_rows(reading: Reading) -> dict[Hashable, dict]:
    """Shares and means of the practice by (metric, instrument, period)."""
    table = divide(practice_units(reading), by_clinician=False)
    return {
        key[1:]: _row(figure, key[1], key[3], reading.as_of, is_covered=True)
        for key, figure in table.items()
    }


def clinician_rows(reading: Reading) -> dict[Hashable, dict]:
    """Shares and means by (clinician's key, metric, instrument, period), drawn to the practice."""
    found = practice_units(reading)
    table, pooled = divide(found, by_clinician=True), divide(found, by_clinician=False)
    rows: dict[Hashable, dict] = {}
    for (who, metric, instrument, period), figure in table.items():
        asked = table.get((who, "feedback_completion", None, period))
        completed = float(np.mean(asked.values)) if asked and asked.values else 0.0
        covered = (
            catalogue()[metric]["needs_feedback"] != "true" or rules.compare_ready(completed) >= 0.6
        )
        key = pseudonym("clinician", who), metric, instrument, period
        rows[key] = _row(figure, metric, period, reading.as_of, is_covered=covered)
        waits = rows[key]["status"] in {"pending", "insufficient_coverage"}
        if waits:
            rows[key] |= {"shrunken_estimate": None, "flag": None}
        elif metric not in MEANS and figure.denominator:
            whole = pooled[None, metric, instrument, period]
            rows[key] |= _share(figure, float(np.mean(whole.values or [])))
    for metric, instrument, period in {k[1:] for k in table if k[1] in MEANS}:
        members = {
            k[0]: f.values
            for k, f in table.items()
            if k[1:] == (metric, instrument, period) and f.values
        }
        for who, shrunken in shrink_means(members).items():
            row = rows[pseudonym("clinician", who), metric, instrument, period]
            if row["status"] not in {"pending", "insufficient_coverage"}:
                row |= {
                    "shrunken_estimate": shrunken.estimate,
                    "shrunken_se": shrunken.se,
                    "reliability": shrunken.reliability,
                    "shrunken_lo": shrunken.estimate - rules.Z95 * shrunken.limit_se,
                    "shrunken_hi": shrunken.estimate + rules.Z95 * shrunken.limit_se,
                    "can_state": rules.compare_ready(shrunken.reliability) >= 0.7,
                }
    return rows


def _share(figure: Figure, whole: float) -> dict:
    """Posterior of a clinician's share under the practice's rate, and its exact mid-p."""
    count, n = sum(figure.values or []), figure.denominator
    shrunken, reliability = rules.beta_shrunken(count, n, whole, 0.057)
    row = {
        "shrunken_estimate": shrunken,
        "reliability": reliability,
        "can_state": rules.compare_ready(reliability) >= 0.7,
    }
    if 0 < whole < 1:
        row["shrunken_lo"], row["shrunken_hi"] = st.beta_limits(count, n, whole, 0.057)
        if n >= 20:
            row["mid_p"] = rules.mid_p(int(count), n, whole)[1]
    return row
