"""What the feedback page says of single figures and tables; nothing is computed here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from dashboards import wording
from dashboards.texts import feedback as texts


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
        of = texts.OF_100.format(value=wording.signed(row["estimate"], 0))
        return wording.Figure(of, said.detail, said.caution, is_shown=True)
    if unit != "hours" or row is None or not said.is_shown:
        return said
    limits = (
        texts.DURATION_LIMITS.format(lo=wording.duration(row["lo"]), hi=wording.duration(row["hi"]))
        if row.get("lo") is not None
        else ""
    )
    detail = texts.WITH_INTERVAL.format(
        n=wording.whole(row["denominator_n"]), noun=noun, limits=limits
    )
    return wording.Figure(wording.duration(row["estimate"]), detail, "", is_shown=True)


def bounds(row: Mapping[str, Any] | None) -> str:
    """Say what a share would be if every missing form said no, and if every one said yes."""
    lo, hi = (row or {}).get("bound_lo"), (row or {}).get("bound_hi")
    if lo is None or hi is None or not (row or {}).get("excluded_n"):
        return ""
    return texts.BOUNDS.format(
        missing=wording.counted(row["excluded_n"], texts.MISSING_FORM),
        lo=wording.percent(lo),
        hi=wording.percent(hi),
    )


def not_heard_table(found: pl.DataFrame) -> pl.DataFrame:
    """Lay scored and unscored episodes side by side, a trait to a row."""
    return pl.DataFrame([_trait_row(r) for r in found.iter_rows(named=True)])


def _trait_row(r: Mapping[str, Any]) -> dict[str, str]:
    is_share = r["measure_kind"] == "share"
    name = texts.TRAITS.get(r["trait"], wording.sentence_case(r["trait"]))
    label = f"{name} {r['level']}" if r["level"] else name
    return {
        texts.TRAIT: label,
        texts.WITH_FORM: _group(r, "scored", is_share),
        texts.WITHOUT: _group(r, "unscored", is_share),
        texts.IN_SD: wording.signed(r["standardised_difference"]),
    }


def _group(r: Mapping[str, Any], side: str, is_share: bool) -> str:
    n = wording.counted(r[f"{side}_n"], "case")
    value = r[f"{side}_estimate"]
    if value is None:
        return texts.GROUP_TOO_FEW.format(n=n)
    said = wording.percent(value) if is_share else wording.number(value)
    limits = wording.limits(r[f"{side}_lo"], r[f"{side}_hi"], is_share)
    return texts.GROUP.format(value=said, limits=limits, n=n)


def gap_words(r: Mapping[str, Any]) -> str:
    """Say how the parts of the form that lagged twice in a row stand on the latest one."""
    lagged = [
        (word, r[f"{part}_gap"]) for part, word in texts.GAP_PARTS.items() if r[f"has_{part}_gap"]
    ]
    return "; ".join(
        (texts.GAP if gap > 0 else texts.GAP_CLOSED).format(part=word, gap=f"{gap:.1f}")
        for word, gap in lagged
    ).capitalize()


def outcome_table(found: pl.DataFrame, names: wording.Names) -> pl.DataFrame:
    """Say how the early alliance goes with each outcome questionnaire."""
    return pl.DataFrame(
        [
            {
                texts.OUTCOME: names.of(r["outcome_instrument"]),
                texts.ENDED: wording.whole(r["n_episodes"]),
                texts.CORRELATION: correlation(
                    r["correlation"], r["correlation_lo"], r["correlation_hi"]
                ),
                texts.LAGGED: correlation(r["lagged_correlation"], r["lagged_lo"], r["lagged_hi"]),
                texts.LEVELS: coefficients(r),
            }
            for r in found.iter_rows(named=True)
        ]
    )


def published_words(found: pl.DataFrame) -> str:
    """Say the published correlations of alliance and outcome, each with what it rests on."""
    return "".join(
        texts.PUBLISHED.format(
            value=correlation(r["value"], r["lo"], r["hi"]),
            studies=wording.counted(r["studies"], texts.STUDY, texts.STUDIES),
            source=r["source"],
        )
        for r in found.iter_rows(named=True)
    )


def correlation(r: float | None, lo: float | None, hi: float | None) -> str:
    """Say a correlation with its limits, or that there are too few."""
    if r is None:
        return texts.TOO_FEW
    limits = f" ({wording.limits(lo, hi, is_share=False, digits=2)})" if lo is not None else ""
    return f"{wording.number(r, 2)}{limits}"


def coefficients(r: Mapping[str, Any]) -> str:
    """Say both coefficients, or why there are none."""
    if r["levels_status"] != "ok":
        return texts.NOT_ESTIMATED.format(
            clinicians=wording.counted(r["level_clinicians_n"], "clinician")
        )
    return texts.COEFFICIENTS.format(
        between=wording.number(r["b_between"], 2),
        between_se=wording.number(r["b_between_se"], 2),
        within=wording.number(r["b_within"], 2),
        within_se=wording.number(r["b_within_se"], 2),
    )


def between_words(found: Mapping[str, Any] | None, name: str) -> str:
    """Say how much lies between clinicians and how many episodes a difference would take."""
    if found is None:
        return ""
    share = wording.percent(found["icc"])
    origin = (texts.BETWEEN if found["is_estimated"] else texts.ASSUMED).format(
        share=share, name=name
    )
    if found["episodes_for_70"] is None:
        return f"{origin} {texts.NOTHING_BETWEEN}"
    needed = texts.NEEDED.format(
        for_70=wording.counted(found["episodes_for_70"], "case"),
        for_50=wording.counted(found["episodes_for_50"], "case"),
    )
    return f"{origin} {needed}"
