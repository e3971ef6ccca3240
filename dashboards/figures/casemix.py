"""The mix of cases in words, tables and one chart: what is allowed for, and how well.

Not here: the figures themselves (`metrics.casemix_model` and its neighbours) and the words for
other codes (`wording.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards import wording
from dashboards.charts import endings as charts
from dashboards.charts.theme import spec
from dashboards.parts import Drawn
from dashboards.queries import endings, reference
from dashboards.scope import Scope

STRATUM_WORDS = {"staff": "Staff", "trainee": "Trainees", "unknown": "Role not known"}
_NEVER = (
    "It never allows for the alliance, which lies between clinician and ending, nor for gender."
)
_SIGNIFICANT = 0.05
READING = (
    "{period}: unplanned endings over those expected of the same cases with colleagues; 1.00 is as "
    "expected. In the order of labels, never of the ratio. Most of what differs between caseloads "
    "of this size is chance."
)


def state(scope: Scope) -> str:
    """Say whether endings are held against the mix of cases, for what, or why not."""
    row = endings.casemix(scope)
    if row is None:
        return "This release holds no case-mix model."
    if row["status"] != "ok":
        return f"{refusal(scope, row)} Figures above are as counted. {_missing(row)}"
    return (
        f"A model of {wording.whole(row['episodes_n'])} ended cases, "
        f"{wording.whole(row['events'])} of them unplanned, says how many unplanned endings to "
        "expect of each clinician's cases, had colleagues seen them. It allows for: "
        f"{_listed(row['variables'])}. {_missing(row)} {_NEVER}"
    )


def is_standing(scope: Scope) -> bool:
    """Say whether there is a model to hold endings against."""
    row = endings.casemix(scope)
    return row is not None and row["status"] == "ok"


def refusal(scope: Scope, row: Mapping[str, Any]) -> str:
    """Say why there is no model."""
    clinicians = int(reference.parameter(scope, "casemix_min_clinicians", 5))
    per_term = int(reference.parameter(scope, "casemix_events_per_term", 10))
    words = {
        "few_clinicians": f"No adjustment for the mix of cases: fewer than {clinicians} clinicians "
        "have an ended case, so each would be held against too few others.",
        "no_variables": "No adjustment for the mix of cases: none of the characteristics it could "
        "use is recorded for enough cases.",
        "few_events": "No adjustment for the mix of cases yet: each characteristic needs "
        f"{per_term} unplanned endings to stand on, and there are too few.",
        "separation": "No adjustment for the mix of cases: one characteristic goes with one kind "
        "of ending only, so its weight cannot be told.",
        "no_convergence": "No adjustment for the mix of cases: the model did not settle.",
    }
    return words.get(str(row["reason"]), "No adjustment for the mix of cases.")


def quality(scope: Scope) -> str:
    """Say how well the model tells apart cases of clinicians it has not seen."""
    row = endings.casemix(scope)
    if row is None or row["status"] != "ok" or row["calibration_slope"] is None:
        return ""
    low, high = row["calibration_slope_lo"], row["calibration_slope_hi"]
    if low <= 0:
        reading = (
            "So what is recorded at intake says next to nothing here about who stops, and the "
            "adjusted figures say little more than the plain ones."
        )
    elif high < 1:
        reading = "So it claims to tell cases apart better than it does: read the ratios with care."
    else:
        reading = "So its expectations hold for clinicians it has not seen."
    slope = wording.number(row["calibration_slope"], 2)
    spoken = f"{slope} ({wording.limits(low, high, False, 2)}; 1 is perfect)".replace("-", "−")
    return (
        f"How well it does: of two cases, one unplanned, it picks the right one in "
        f"{wording.percent(row['c_statistic'])} (50{wording.NBSP}% is chance). Slope of "
        f"calibration {spoken}. {reading}"
    )


def _listed(names: str | None) -> str:
    return (names or "nothing").replace(", ", "; ").lower()


def _missing(row: Mapping[str, Any]) -> str:
    if not row.get("not_adjusted_for"):
        return ""
    return f"Not allowed for, not recorded or too rare: {_listed(row['not_adjusted_for'])}."


def terms(scope: Scope) -> pl.DataFrame:
    """Give the characteristics of the model with the odds that go with them."""
    frame = endings.casemix_terms(scope)
    return pl.DataFrame(
        {
            "Characteristic": frame["name"],
            "Cases": frame["with_n"],
            "Odds of an unplanned ending": [wording.number(v, 2) for v in frame["odds_ratio"]],
            "95 % interval": [
                wording.limits(low, high, False, 2)
                for low, high in frame.select("lo", "hi").iter_rows()
            ],
        }
    )


@st.cache_data(show_spinner=False, max_entries=64)
def calibration(scope: Scope) -> Drawn:
    """Draw expected against observed shares, by group of expectation."""
    frame = endings.calibration(scope)
    if frame.is_empty():
        return Drawn(None, "", empty="No case-mix model, so nothing to compare with.")
    lowest, highest = frame["expected_rate"].min(), frame["expected_rate"].max()
    sentence = (
        f"Expected shares run from {wording.percent(lowest)} to {wording.percent(highest)} in "
        f"{frame.height} groups of equal size; on the dashed line observed equals expected. "
        "What is expected of a case comes from a model that has not seen its clinician."
    )
    table = pl.DataFrame(
        {
            "Cases": frame["episodes_n"],
            "Expected": [wording.percent(v) for v in frame["expected_rate"]],
            "Observed": [wording.percent(v) for v in frame["observed_rate"]],
            "Unplanned endings": frame["observed"],
            "95 % interval": [
                wording.limits(low, high, True)
                for low, high in frame.select("lo", "hi").iter_rows()
            ],
        }
    )
    return Drawn(spec(charts.calibration(frame)), sentence, table)


def strata(scope: Scope) -> pl.DataFrame:
    """Give the unplanned endings of staff and of trainees."""
    frame = endings.strata(scope)
    return pl.DataFrame(
        {
            "Cases of": [STRATUM_WORDS.get(code, code) for code in frame["stratum"]],
            "Clinicians": frame["clinicians_n"],
            "Ended cases": frame["n"],
            "Unplanned": frame["o"],
            "Expected": frame["e"],
            "Share": [
                wording.percent(value) if value is not None else "Too few"
                for value in frame["rate"]
            ],
            "95 % interval": [
                wording.limits(low, high, True)
                for low, high in frame.select("lo", "hi").iter_rows()
            ],
        }
    )


def strata_words(scope: Scope) -> str:
    """Say whether unplanned endings come sooner with trainees than with staff."""
    row = endings.strata_test(scope)
    if row is None or row["status"] != "ok":
        return "Too few cases of trainees or of staff to compare their curves."
    more = row["observed"] > row["expected"]
    if row["p_value"] < _SIGNIFICANT:
        said = (
            f"Unplanned endings come {'sooner' if more else 'later'} with trainees than by chance"
        )
    else:
        said = "The curves of trainees and staff differ no more than chance would make them"
    return (
        f"{said}: {row['observed']} with trainees, {wording.number(row['expected'])} if both were "
        f"alike (log-rank test, {probability(row['p_value'])}). "
        "Trainees are read against trainees; their clients and placements differ."
    )


def probability(value: float) -> str:
    """Say a p value with as many decimals as it deserves."""
    if value < 0.001:
        return f"p{wording.NBSP}below{wording.NBSP}0.001"
    return f"p{wording.NBSP}={wording.NBSP}{wording.number(value, 2 if value >= 0.1 else 3)}"


def adjusted(scope: Scope, period: str, full_from: int) -> pl.DataFrame:
    """Give observed and expected unplanned endings of every clinician in view, by label."""
    frame = endings.adjusted(scope, period)
    return pl.DataFrame([_clinician(row, full_from) for row in frame.iter_rows(named=True)])


def _clinician(row: Mapping[str, Any], full_from: int) -> dict[str, Any]:
    return {
        "Clinician": row["clinician_label"],
        "Role": {"trainee": "Trainee", "staff": "Staff"}.get(row["stratum"], "Not known"),
        "Ended cases": row["n"],
        "Unplanned": row["o"],
        "Expected": row["e"],
        "Ratio": wording.number(row["sdr"], 2),
        "95 % interval": wording.limits(row["byar_lo"], row["byar_hi"], False, 2),
        "Reading": _reading(row, full_from),
    }


def _reading(row: Mapping[str, Any], full_from: int) -> str:
    if row["status"] == "pending":
        return "○ Not yet: some endings are not known"
    if row["status"] != "ok":
        return "○ Too few for a figure"
    if row["flag"]:
        return wording.FLAG_WORDS[row["flag"]]
    if row["n"] < full_from:
        return "○ Too few to say more"
    return "● As expected of these cases"
