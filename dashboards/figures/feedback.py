"""What the feedback page says of single figures and tables; nothing is computed here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from dashboards import wording

_TRAITS = {
    "attended_sessions": "Sessions attended",
    "dropout_d1": "Ended without a plan",
    "intake_severity": "Severity at the start, of 100",
    "age_band": "Aged",
}


def figure(
    row: Mapping[str, Any] | None, entry: Mapping[str, Any], noun: str, full_from: int, digits: int
) -> wording.Figure:
    """Say a figure of this page by the rules of small numbers.

    Args:
        row: its row of a metric table, or None.
        entry: its entry of the catalogue.
        noun: what is counted, plural.
        full_from: denominator from which a rate stands without "too few".
        digits: decimals of the chosen questionnaire's scores.
    """
    unit = str(entry.get("unit") or "share")
    if unit == "correlation":
        digits = 2
    elif unit.startswith("percent"):
        digits = 0
    said = wording.figure(row, unit, noun, full_from, digits)
    if unit.startswith("percent") and row is not None and said.is_shown:
        of = f"{wording.signed(row['estimate'], 0)} of 100"
        return wording.Figure(of, said.detail, said.caution, is_shown=True)
    if unit != "hours" or row is None or not said.is_shown:
        return said
    limits = (
        f" · 95{wording.NBSP}% interval {wording.duration(row['lo'])} to "
        f"{wording.duration(row['hi'])}"
        if row.get("lo") is not None
        else ""
    )
    detail = f"{wording.whole(row['denominator_n'])} {noun}{limits}"
    return wording.Figure(wording.duration(row["estimate"]), detail, "", is_shown=True)


def bounds(row: Mapping[str, Any] | None) -> str:
    """Say what a share would be if every missing form said no, and if every one said yes."""
    lo, hi = (row or {}).get("bound_lo"), (row or {}).get("bound_hi")
    if lo is None or hi is None or not (row or {}).get("excluded_n"):
        return ""
    return (
        f"Whatever the {wording.counted(row['excluded_n'], 'missing form')} would have said: "
        f"between {wording.percent(lo)} and {wording.percent(hi)}"
    )


def not_heard_table(found: pl.DataFrame) -> pl.DataFrame:
    """Lay scored and unscored episodes side by side, a trait to a row."""
    return pl.DataFrame([_trait_row(r) for r in found.iter_rows(named=True)])


def _trait_row(r: Mapping[str, Any]) -> dict[str, str]:
    is_share = r["measure_kind"] == "share"
    name = _TRAITS.get(r["trait"], wording.sentence_case(r["trait"]))
    label = f"{name} {r['level']}" if r["level"] else name
    return {
        "Trait": label,
        "With a form": _group(r, "scored", is_share),
        "Without any": _group(r, "unscored", is_share),
        "In standard deviations": wording.signed(r["standardised_difference"]),
    }


def _group(r: Mapping[str, Any], side: str, is_share: bool) -> str:
    n = wording.counted(r[f"{side}_n"], "episode")
    value = r[f"{side}_estimate"]
    if value is None:
        return f"Too few to compare: {n}"
    said = wording.percent(value) if is_share else wording.number(value)
    limits = wording.limits(r[f"{side}_lo"], r[f"{side}_hi"], is_share)
    return f"{said} ({limits}), {n}"


def gap_words(r: Mapping[str, Any]) -> str:
    """Say how the parts of the form that lagged twice in a row stand on the latest one."""
    lagged = [
        (word, r[f"{part}_gap"])
        for part, word in (("goal", "goals"), ("task", "tasks"))
        if r[f"has_{part}_gap"]
    ]
    return "; ".join(
        f"{word} {gap:.1f} below the rest" if gap > 0 else f"{word} no longer below the rest"
        for word, gap in lagged
    ).capitalize()


def outcome_table(found: pl.DataFrame, names: wording.Names) -> pl.DataFrame:
    """Say how the early alliance goes with each outcome questionnaire."""
    return pl.DataFrame(
        [
            {
                "Outcome": names.of(r["outcome_instrument"]),
                "Ended cases": wording.whole(r["n_episodes"]),
                "Early alliance and improvement": correlation(
                    r["correlation"], r["correlation_lo"], r["correlation_hi"]
                ),
                "Within clients, next session": correlation(
                    r["lagged_correlation"], r["lagged_lo"], r["lagged_hi"]
                ),
                "Between clinicians, within them": coefficients(r),
            }
            for r in found.iter_rows(named=True)
        ]
    )


def published_words(found: pl.DataFrame) -> str:
    """Say the published correlations of alliance and outcome, each with what it rests on."""
    return "".join(
        f"Published: {correlation(r['value'], r['lo'], r['hi'])} over "
        f"{wording.counted(r['studies'], 'study', 'studies')} ({r['source']}). "
        for r in found.iter_rows(named=True)
    )


def correlation(r: float | None, lo: float | None, hi: float | None) -> str:
    """Say a correlation with its limits, or that there are too few."""
    if r is None:
        return "Too few to say"
    limits = f" ({wording.limits(lo, hi, is_share=False, digits=2)})" if lo is not None else ""
    return f"{wording.number(r, 2)}{limits}"


def coefficients(r: Mapping[str, Any]) -> str:
    """Say both coefficients, or why there are none."""
    if r["levels_status"] != "ok":
        return f"Not estimated: {wording.counted(r['level_clinicians_n'], 'clinician')} with enough"
    return (
        f"{wording.number(r['b_between'], 2)} (± {wording.number(r['b_between_se'], 2)}), "
        f"{wording.number(r['b_within'], 2)} (± {wording.number(r['b_within_se'], 2)})"
    )


def between_words(found: Mapping[str, Any] | None, name: str) -> str:
    """Say how much lies between clinicians and how many episodes a difference would take."""
    if found is None:
        return ""
    share = wording.percent(found["icc"])
    origin = (
        f"In this practice {share} of the spread of the early {name} lies between clinicians."
        if found["is_estimated"]
        else f"Too few clinicians to estimate how much of the spread of the early {name} lies "
        f"between them; {share} is assumed."
    )
    if found["episodes_for_70"] is None:
        return f"{origin} Nothing lies between them, so no caseload could tell them apart."
    return (
        f"{origin} A clinician then needs {wording.counted(found['episodes_for_70'], 'case')} with "
        "an early level before anything may be said of them (reliability .7), and "
        f"{wording.whole(found['episodes_for_50'])} before a comparison is drawn at all."
    )
