"""The monthly report for the board: exactly two pages, with the figures of Practice month.

Here: what stands on them. Every figure is one of a page, said by the same rules of small numbers:
who gets rounded figures on the page gets them on paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from dashboards import wording
from dashboards.figures import endings, ruptures
from dashboards.figures import practice as figures
from dashboards.parts import Drawn
from dashboards.queries import practice, reference
from dashboards.reports.ask import Ask
from dashboards.reports.paper import Paper, limited, made, picture, shortened
from dashboards.texts import papers as words

# What is counted by each of the eight figures of the page.
_EIGHT = words.EIGHT
_CHANGED, _CHECKS = 6, 4
_NAME, _LINE = 60, 150
_HALF = 400
_HEIGHTS = (0.7, 0.95)
# Rows of bars need the height of their labels.
_ROWS = (0.8,)
_METHOD = "casesens_shrunk_sd"


def month(ask: Ask) -> Paper:
    """Make the report of one period."""
    scope, filters = ask.base, ask.filters
    full_from = int(reference.parameter(scope, "flag_min_n", 20))
    at_risk = int(reference.parameter(scope, "survival_min_at_risk", 10))
    year = _year_before(filters.bounds()[1])
    return made(
        ask,
        "month",
        words.MONTH_TITLE.format(period=wording.period(filters.period)),
        {
            "whole": words.WHOLE_EXACT if scope.sees_practice_figures else words.WHOLE_ROUNDED,
            "tiles": _tiles(ask, full_from),
            "flow": picture(figures.flow(scope, filters.period), heights=_ROWS),
            "run": picture(
                figures.alliance_months(scope, filters.measure, *year), heights=_HEIGHTS
            ),
            "endings": picture(_definitions(ask, full_from), _HALF, _HEIGHTS),
            "staying": picture(
                endings.survival(scope, "practice", "", "", at_risk), _HALF, _HEIGHTS
            ),
            "alliance": picture(
                figures.alliance_months(scope, filters.measure, *year), _HALF, _HEIGHTS
            ),
            "ruptures": picture(
                ruptures.quarters(scope, filters.measure, _METHOD, *year), _HALF, _HEIGHTS
            ),
            "quality": _quality(ask),
            "changed": _changed(ask),
            "confidential": words.CONFIDENTIAL_PRACTICE,
        },
    )


def _definitions(ask: Ask, full_from: int) -> Drawn:
    """Draw the definitions of dropout; a single month mostly holds too few for a rate."""
    drawn = endings.definitions(ask.base, ask.filters.period, full_from)
    return drawn if drawn.spec else endings.definitions(ask.base, "all", full_from)


def _year_before(end: Any) -> tuple[Any, Any]:
    """Give the year that ends with the period; a chart by month needs months before it."""
    return end.replace(year=end.year - 1) if end.year < 2200 else end.replace(year=1900), end


def _tiles(ask: Ask, full_from: int) -> list[dict[str, Any]]:
    catalogue = reference.catalogue(ask.base)
    chosen = practice.practice_figures(ask.base, ask.filters.period)
    found = []
    for metric, noun in _EIGHT.items():
        entry = catalogue.get(metric, {})
        rows = practice.rows_of(chosen, metric, ask.filters.measure)
        row = rows.row(0, named=True) if rows.height else None
        digits = ask.names.digits((row or {}).get("instrument"))
        figure = wording.figure(row, str(entry.get("unit") or "share"), noun, full_from, digits)
        name = str(entry.get("name") or wording.sentence_case(metric))
        code = (row or {}).get("instrument")
        found.append(
            {
                "label": shortened(f"{name} ({ask.names.of(code)})" if code else name, _NAME),
                "value": figure.value,
                "is_shown": figure.is_shown,
                "lines": [
                    line for line in (figure.detail, figure.caution, _reading(row or {})) if line
                ],
            }
        )
    return found


def _reading(row: Mapping[str, Any]) -> str:
    """Say whether a month stands out from the practice's own months before."""
    if not row.get("xmr_reading"):
        return ""
    return words.SIGNAL if row["xmr_reading"] == "signal" else words.COMMON_CAUSE


def _quality(ask: Ask) -> list[str]:
    found = reference.checks(ask.base)
    failed = found.filter(~pl.col("is_passed"))
    deliveries = reference.deliveries(ask.base)
    status = dict(deliveries["status"].value_counts().iter_rows())
    said = [
        words.CHECKS.format(
            passed=wording.whole(found.height - failed.height),
            all=wording.counted(found.height, words.ONE_CHECK),
        )
    ]
    said += limited([str(d) for d in failed["description"]], _CHECKS, _LINE)
    told = [
        f"{words.DELIVERY_STATUS.get(code, code)} {wording.whole(n)}"
        for code, n in sorted(status.items())
    ]
    return [*said, words.DELIVERIES.format(told=", ".join(told))] if told else said


def _changed(ask: Ask) -> list[str]:
    meta = reference.release(ask.base)
    catalogue = reference.catalogue(ask.base)
    later = [e for e in catalogue.values() if int(str(e["version"])) > 1]
    said = [
        words.RULES.format(
            n=wording.whole(len(catalogue)),
            version=meta["params_version"],
            rapport=meta.get("rapport_version") or wording.NOTHING,
        )
    ]
    if later:
        said.append(words.CHANGED.format(n=wording.counted(len(later), words.ONE_DEFINITION)))
        said += limited(
            [words.NOW_VERSION.format(name=e["name"], n=e["version"]) for e in later],
            _CHANGED,
            _LINE,
        )
    return said
