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
from dashboards.figures.variation import reading
from dashboards.parts import Drawn
from dashboards.queries import endings, practice, reference
from dashboards.scope import Scope
from dashboards.texts import casemix as texts
from dashboards.texts import common

_SIGNIFICANT = 0.05


def state(scope: Scope) -> str:
    """Say whether endings are held against the mix of cases, for what, or why not."""
    row = endings.casemix(scope)
    if row is None:
        return texts.NO_MODEL
    if row["status"] != "ok":
        return texts.AS_COUNTED.format(refusal=refusal(scope, row), missing=_missing(row))
    return texts.STATE.format(
        cases=wording.whole(row["episodes_n"]),
        events=wording.whole(row["events"]),
        variables=_listed(row["variables"]),
        missing=_missing(row),
        never=texts.NEVER,
    )


def is_standing(scope: Scope) -> bool:
    """Say whether there is a model to hold endings against."""
    row = endings.casemix(scope)
    return row is not None and row["status"] == "ok"


def refusal(scope: Scope, row: Mapping[str, Any]) -> str:
    """Say why there is no model."""
    clinicians = int(reference.parameter(scope, "casemix_min_clinicians", 5))
    per_term = int(reference.parameter(scope, "casemix_events_per_term", 10))
    said = texts.REFUSALS.get(str(row["reason"]), texts.REFUSED)
    return said.format(clinicians=clinicians, per_term=per_term)


def quality(scope: Scope) -> str:
    """Say how well the model tells apart cases of clinicians it has not seen."""
    row = endings.casemix(scope)
    if row is None or row["status"] != "ok" or row["calibration_slope"] is None:
        return ""
    low, high = row["calibration_slope_lo"], row["calibration_slope_hi"]
    said = texts.HOLDS
    if not row["has_skill"]:
        said = texts.SAYS_NOTHING
    elif high < 1:
        said = texts.CLAIMS_TOO_MUCH
    return texts.QUALITY.format(
        right=wording.percent(row["c_statistic"]),
        slope=wording.number(row["calibration_slope"], 2),
        limits=wording.limits(low, high, False, 2),
        reading=said,
    )


def _listed(names: str | None) -> str:
    """Give each characteristic a line of its own; ten in one sentence nobody reads."""
    return "\n".join(f"· {name}" for name in (names or texts.NOTHING_LISTED).lower().split(", "))


def _missing(row: Mapping[str, Any]) -> str:
    if not row.get("not_adjusted_for"):
        return ""
    return texts.NOT_ALLOWED_FOR.format(names=_listed(row["not_adjusted_for"]))


def terms(scope: Scope) -> pl.DataFrame:
    """Give the characteristics of the model with the odds that go with them."""
    frame = endings.casemix_terms(scope)
    return pl.DataFrame(
        {
            texts.CHARACTERISTIC: frame["name"],
            common.CASES: frame["with_n"],
            texts.ODDS: [wording.number(v, 2) for v in frame["odds_ratio"]],
            common.INTERVAL: [
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
        return Drawn(None, "", empty=texts.NO_CALIBRATION)
    lowest, highest = frame["expected_rate"].min(), frame["expected_rate"].max()
    sentence = texts.CALIBRATION.format(
        lowest=wording.percent(lowest), highest=wording.percent(highest), groups=frame.height
    )
    table = pl.DataFrame(
        {
            common.CASES: frame["episodes_n"],
            texts.EXPECTED: [wording.percent(v) for v in frame["expected_rate"]],
            texts.OBSERVED: [wording.percent(v) for v in frame["observed_rate"]],
            texts.UNPLANNED: frame["observed"],
            common.INTERVAL: [
                wording.limits(low, high, True)
                for low, high in frame.select("lo", "hi").iter_rows()
            ],
        }
    )
    return Drawn(spec(charts.calibration(frame)), sentence, table)


def strata(scope: Scope) -> pl.DataFrame:
    """Give the unplanned endings of staff and of trainees."""
    frame = endings.strata(scope)
    full_from = int(reference.parameter(scope, "flag_min_n", 20))
    return pl.DataFrame(
        {
            texts.CASES_OF: [texts.STRATA.get(code, code) for code in frame["stratum"]],
            texts.CLINICIANS: frame["clinicians_n"],
            texts.ENDED: frame["n"],
            texts.UNPLANNED_SHORT: frame["o"],
            texts.EXPECTED: frame["e"],
            texts.SHARE: [
                share.value if share.is_shown else common.TOO_FEW
                for share in (
                    wording.figure(
                        {"estimate": rate, "numerator": o, "denominator_n": n},
                        "share",
                        texts.ENDED,
                        full_from,
                    )
                    for rate, o, n in frame.select("rate", "o", "n").iter_rows()
                )
            ],
            common.INTERVAL: [
                wording.limits(low, high, True)
                for low, high in frame.select("lo", "hi").iter_rows()
            ],
        }
    )


def strata_words(scope: Scope) -> str:
    """Say whether unplanned endings come sooner with trainees than with staff."""
    row = endings.strata_test(scope)
    if row is None or row["status"] != "ok":
        return texts.STRATA_TOO_FEW
    more = row["observed"] > row["expected"]
    said = texts.ALIKE
    if row["p_value"] < _SIGNIFICANT:
        said = texts.SOONER if more else texts.LATER
    return texts.STRATA_SAID.format(
        said=said,
        observed=row["observed"],
        expected=wording.number(row["expected"]),
        probability=probability(row["p_value"]),
    )


def probability(value: float) -> str:
    """Say a p value with as many decimals as it deserves."""
    if value < 0.001:
        return texts.PROBABILITY_BELOW
    return wording.number(value, 2 if value >= 0.1 else 3)


@st.cache_data(show_spinner=False, max_entries=64)
def adjusted(scope: Scope, period: str, full_from: int) -> pl.DataFrame:
    """Give observed and expected unplanned endings of every clinician in view, by label.

    Both readings are those of `clinician_metric`, so that no page judges by a rule of its own.
    """
    readings = {metric: _readings(scope, metric, period, full_from) for metric in _JUDGED}
    return pl.DataFrame(
        [
            _clinician(row)
            | {
                title: readings[metric].get(row["clinician_key"], wording.NOTHING)
                for metric, title in _JUDGED.items()
            }
            for row in endings.adjusted(scope, period).iter_rows(named=True)
        ]
    )


_JUDGED = {
    "dropout_d1": texts.AS_COUNTED_READING,
    "dropout_sdr": texts.AGAINST_MIX_READING,
}


def _readings(scope: Scope, metric: str, period: str, full_from: int) -> dict[str, str]:
    """Say by clinician how a figure may be read."""
    entry = reference.catalogue(scope).get(metric, {})
    rows = practice.clinician_figures(scope, metric, "", period)
    return {r["clinician_key"]: reading(r, entry, full_from) for r in rows.iter_rows(named=True)}


def _clinician(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        common.CLINICIAN: row["clinician_label"],
        texts.READ_BESIDE: texts.ROLES.get(row["stratum"], texts.ROLE_UNKNOWN),
        texts.ENDED: row["n"],
        texts.UNPLANNED_SHORT: row["o"],
        texts.EXPECTED: row["e"],
        texts.RATIO: wording.number(row["sdr"], 2),
        common.INTERVAL: wording.limits(row["byar_lo"], row["byar_hi"], False, 2),
    }
