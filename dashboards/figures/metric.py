"""Any figure of the catalogue in words, whatever its unit: for pages that show many kinds at once.

Here: the value, what it rests on, what is left out and its bounds, by the rules of small numbers.
Not here: any arithmetic, and the pages' own sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dashboards import wording
from dashboards.figures import feedback
from dashboards.texts import common
from dashboards.texts import metric as texts

Row = Mapping[str, Any]


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
    if group := texts.FIRST_GROUP.get(str(entry.get("metric_id"))):
        return _difference(row, unit, (noun, group), wording.UNIT_DIGITS.get(unit, digits))
    return feedback.figure(row, entry, noun, full_from, wording.UNIT_DIGITS.get(unit, digits))


def unrecorded(metric_id: str, row: Row | None, ruptures: Row | None) -> wording.Figure | None:
    """Say of a figure of answers that none is ever recorded here, else nothing.

    Args:
        metric_id: the metric.
        row: its row, or that of another figure of answers where it has none of its own, or None.
        ruptures: a row that stands for every rupture of the same period (`rupture_depth`), or None.
    """
    if row is not None or ruptures is None or metric_id not in texts.OF_ANSWERS:
        return None
    return wording.Figure(common.NOT_COLLECTED, texts.NO_ANSWERS, "", is_shown=False)


def _difference(row: Row | None, unit: str, words: tuple[str, str], digits: int) -> wording.Figure:
    """Say the difference of two groups, and whether it can be told from none."""
    if row is None or row.get("estimate") is None:
        if row is None or row.get("status") != "not_applicable":
            return wording.figure(row, unit, words[0], 0)
        detail = texts.ONE_TOO_SMALL.format(groups=_groups(row, *words))
        return wording.Figure(texts.TOO_FEW, detail, "", is_shown=False)
    scale, digits = (100, 0) if unit == texts.POINTS_OF_100 else (1, digits)
    of = texts.OF_100 if unit == texts.POINTS_OF_100 else f" {texts.SAID_UNITS.get(unit, unit)}"
    detail, caution = _groups(row, *words), ""
    lo, hi = row.get("lo"), row.get("hi")
    if lo is not None and hi is not None:
        detail = texts.WITH_INTERVAL.format(
            groups=detail,
            lo=wording.signed(lo * scale, digits),
            hi=wording.signed(hi * scale, digits),
        )
        caution = texts.NO_DIFFERENCE if lo <= 0 <= hi else ""
    value = f"{wording.signed(row['estimate'] * scale, digits)}{of}"
    return wording.Figure(value, detail, caution, is_shown=True)


def _groups(row: Row, noun: str, group: str) -> str:
    """Say how many were counted, and how many of them are in the first group."""
    whole = wording.of_noun(row.get("denominator_n"), noun)
    if row.get("numerator") is None:
        return whole
    return texts.IN_GROUP.format(whole=whole, n=wording.whole(row["numerator"]), group=group)


def beside(row: Row | None) -> list[str]:
    """Say what stands beside a figure: units left out, bounds, what chance alone would give."""
    if row is None:
        return []
    lines = []
    if bounds := feedback.bounds(row):
        lines.append(bounds)
    elif row.get("excluded_n"):
        lines.append(texts.LEFT_OUT.format(n=wording.whole(row["excluded_n"])))
    if row.get("expected") is not None:
        lines.append(texts.EXPECTED.format(n=wording.number(row["expected"])))
    return lines


def status(row: Row | None) -> str:
    """Say the status of a row in words."""
    return texts.STATUS_WORDS.get(str((row or {}).get("status")), texts.NO_STATUS)


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
        figure = said(row, entry, texts.COUNTED, full_from, names.digits(code))
        told = [f"{figure.value}: {figure.detail}".rstrip(". "), figure.caution.rstrip(".")]
        told += [*beside(row), texts.STATUS.format(status=status(row).lower())]
        found.append((names.of(code) if code else "", ". ".join(text for text in told if text)))
    return found


def short(row: Row | None, entry: Row, full_from: int, digits: int = 1) -> str:
    """Say a clinician's figure for a cell of a table in which clinicians stand side by side.

    Below the smallest number for a comparison nothing is shown but how many there are; from there
    on the 95 % interval follows the figure.
    """
    if row is None:
        return wording.NOTHING
    figure = said(row, entry, texts.COUNTED, full_from, digits)
    n = wording.whole(row.get("denominator_n"))
    if not figure.is_shown:
        return f"{figure.value} ({n})" if row.get("denominator_n") else wording.NOTHING
    if not row.get("is_comparable"):
        return texts.TOO_FEW_TO_COMPARE.format(n=n)
    limits = figure.detail.partition(texts.INTERVAL_BEFORE)[2]
    counted = f"({n})"
    if row.get("numerator") is not None and entry.get("unit") == "share":
        counted = f"({wording.whole(row['numerator'])} of {n})"
    # below the number for a full rate the value itself is "n of N"
    told = figure.value if " of " in figure.value else f"{figure.value} {counted}"
    return f"{told}, {limits}" if limits else told
