"""Any figure of the catalogue in words, whatever its unit: for pages that show many kinds at once.

Here: the value, what it rests on, what is left out and its bounds, by the rules of small numbers.
Not here: any arithmetic, and the pages' own sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dashboards import wording
from dashboards.figures import feedback

Row = Mapping[str, Any]

# Decimals of units that are neither a share nor in points of a questionnaire.
_DIGITS = {
    "ratio": 2,
    "correlation": 2,
    "kappa": 2,
    "standard deviations": 2,
    "item points": 2,
    "points per session": 2,
    "days": 0,
    "sessions": 1,
}
# Figures that set two groups beside one another: how many of those counted are in the first.
_FIRST_GROUP = {
    "trauma_bond_difference": "with trauma",
    "trauma_alert_difference": "with trauma",
    "preference_alliance_difference": "where it was met",
}
_SAID_UNITS = {"item points": "points of an item"}
_POINTS_OF_100 = "difference of shares"


def said(row: Row | None, entry: Row, noun: str, full_from: int, digits: int = 1) -> wording.Figure:
    """Say a row of a metric table.

    Args:
        row: a row of `practice_metric` or `clinician_metric`, or None.
        entry: its entry of the catalogue.
        noun: what is counted, plural.
        full_from: denominator from which a rate stands without "too few".
        digits: decimals of the scores of the row's questionnaire.
    """
    unit = str(entry.get("unit") or "share")
    if group := _FIRST_GROUP.get(str(entry.get("metric_id"))):
        return _difference(row, unit, (noun, group), _DIGITS.get(unit, digits))
    return feedback.figure(row, entry, noun, full_from, _DIGITS.get(unit, digits))


def _difference(row: Row | None, unit: str, words: tuple[str, str], digits: int) -> wording.Figure:
    """Say the difference of two groups, and whether it can be told from none."""
    if row is None or row.get("estimate") is None:
        if row is None or row.get("status") != "not_applicable":
            return wording.figure(row, unit, words[0], 0)
        detail = f"{_groups(row, *words)}. One of the two groups is too small to compare."
        return wording.Figure("Too few", detail, "", is_shown=False)
    scale, digits = (100, 0) if unit == _POINTS_OF_100 else (1, digits)
    of = " of 100" if unit == _POINTS_OF_100 else f" {_SAID_UNITS.get(unit, unit)}"
    detail, caution = _groups(row, *words), ""
    lo, hi = row.get("lo"), row.get("hi")
    if lo is not None and hi is not None:
        detail += (
            f" · 95{wording.NBSP}% interval {wording.signed(lo * scale, digits)} to "
            f"{wording.signed(hi * scale, digits)}"
        )
        caution = "No difference can be told." if lo <= 0 <= hi else ""
    value = f"{wording.signed(row['estimate'] * scale, digits)}{of}"
    return wording.Figure(value, detail, caution, is_shown=True)


def _groups(row: Row, noun: str, group: str) -> str:
    """Say how many were counted, and how many of them are in the first group."""
    whole = f"{wording.whole(row.get('denominator_n'))} {noun}"
    if row.get("numerator") is None:
        return whole
    return f"{whole}, {wording.whole(row['numerator'])} of them {group}"


def beside(row: Row | None) -> list[str]:
    """Say what stands beside a figure: units left out, bounds, what chance alone would give."""
    if row is None:
        return []
    lines = []
    if bounds := feedback.bounds(row):
        lines.append(bounds)
    elif row.get("excluded_n"):
        lines.append(f"{wording.whole(row['excluded_n'])} more left out: not known, or not yet")
    if row.get("expected") is not None:
        lines.append(f"Expected, to compare: {wording.number(row['expected'])}")
    return lines


def status(row: Row | None) -> str:
    """Say the status of a row in words."""
    return _STATUS_WORDS.get(str((row or {}).get("status")), "No figure yet")


_STATUS_WORDS = {
    "ok": "Shown",
    "pending": "Waits until endings are known",
    "insufficient_n": "Too few counted",
    "insufficient_coverage": "Too few forms",
    "not_applicable": "These cases do not give the figure",
    "suppressed": "Hidden: small counts",
}


def practice_rows(
    rows: Iterable[Row], entry: Row, names: wording.Names, full_from: int
) -> list[tuple[str, str]]:
    """Say the practice's current rows of a metric, one to a questionnaire.

    Args:
        rows: rows of `practice_metric` over all time.
        entry: the entry of the catalogue.
        names: how questionnaires are said.
        full_from: denominator from which a rate stands without "too few".

    Returns:
        What a row is of, and its figure with all that belongs to it.
    """
    found = []
    for row in rows:
        code = row.get("instrument")
        figure = said(row, entry, "counted", full_from, names.digits(code))
        told = [f"{figure.value}: {figure.detail}".rstrip(". "), figure.caution.rstrip(".")]
        told += [*beside(row), f"Status: {status(row).lower()}"]
        found.append((names.of(code) if code else "", ". ".join(text for text in told if text)))
    return found


def short(row: Row | None, entry: Row, full_from: int, digits: int = 1) -> str:
    """Say a clinician's figure for a cell of a table in which clinicians stand side by side.

    Below the smallest number for a comparison nothing is shown but how many there are; from there
    on the 95 % interval follows the figure.
    """
    if row is None:
        return wording.NOTHING
    figure = said(row, entry, "counted", full_from, digits)
    n = wording.whole(row.get("denominator_n"))
    if not figure.is_shown:
        return f"{figure.value} ({n})" if row.get("denominator_n") else wording.NOTHING
    if not row.get("is_comparable"):
        return f"Too few to compare ({n})"
    limits = figure.detail.partition(f"95{wording.NBSP}% interval ")[2]
    counted = f"({n})"
    if row.get("numerator") is not None and entry.get("unit") == "share":
        counted = f"({wording.whole(row['numerator'])} of {n})"
    # below the number for a full rate the value itself is "n of N"
    told = figure.value if " of " in figure.value else f"{figure.value} {counted}"
    return f"{told}, {limits}" if limits else told
