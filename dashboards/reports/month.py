"""The monthly report for the board: exactly two pages, with the figures of Practice month.

Here: what stands on them. Every figure is one of a page, said by the same rules of small numbers:
who gets rounded figures on the page gets them on paper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from dashboards import wording
from dashboards.figures import endings, ruptures
from dashboards.figures import month as figures
from dashboards.figures import practice as charts
from dashboards.figures.practice import Shown
from dashboards.parts import Drawn
from dashboards.queries import practice, reference
from dashboards.reports.ask import Ask
from dashboards.reports.paper import Paper, limited, made, picture, shortened
from dashboards.texts import common
from dashboards.texts import month as texts
from dashboards.texts import papers as words

# The figure that a board follows month by month.
_FOLLOWED = "feedback_completion"
_METHOD = "casesens_shrunk_sd"
_CHECKS, _CHANGED = 4, 4
_NAME, _LINE = 60, 220
_HALF = 400
_HEIGHTS = (0.7, 1.1, 1.45)
# Rows of bars need the height of their labels.
_ROWS = (0.8,)


def month(ask: Ask) -> Paper:
    """Make the report of one period."""
    scope, filters = ask.base, ask.filters
    full_from = int(reference.parameter(scope, "flag_min_n", 20))
    at_risk = int(reference.parameter(scope, "survival_min_at_risk", 10))
    year = _year_before(filters.bounds()[1])
    is_whole = scope.sees_practice_figures
    return made(
        ask,
        "month",
        words.MONTH_TITLE.format(period=wording.period(filters.period)),
        {
            "whole": words.WHOLE_EXACT if is_whole else common.ROUNDED,
            "tiles": _Tiles(ask, full_from).eight(),
            "flow": picture(charts.flow(scope, filters.period, ask.release.as_of), heights=_ROWS),
            "run": picture(
                charts.run(scope, _shown(ask, _FOLLOWED), filters.period, full_from),
                heights=_HEIGHTS,
            ),
            "endings": picture(_definitions(ask, full_from), _HALF, _HEIGHTS),
            "staying": picture(
                endings.survival(scope, "practice", "", "", at_risk), _HALF, _HEIGHTS
            ),
            "alliance": picture(
                charts.alliance_months(scope, filters.measure, *year), _HALF, _HEIGHTS
            ),
            "ruptures": picture(
                ruptures.quarters(
                    scope,
                    filters.measure,
                    _METHOD,
                    (_quarter_of(year[0]), year[1]),
                    ask.release.as_of,
                    is_whole=is_whole,
                ),
                _HALF,
                _HEIGHTS,
            ),
            "quality": _quality(ask),
            "changed": limited(figures.changed(scope, tuple(texts.NOUNS)), _CHANGED, _LINE),
            "changed_title": texts.CHANGED,
            "flow_title": texts.FLOW,
            "confidential": words.CONFIDENTIAL_PRACTICE,
        },
    )


def _year_before(end: date) -> tuple[date, date]:
    """Give the year that ends with the period; a chart by month needs the months before."""
    return (end.replace(year=end.year - 1) if end.year < 2200 else date(1900, 1, 1)), end


def _quarter_of(day: date) -> date:
    """Give the first day of a quarter, so that the picture by quarter begins with a whole one."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1)


def _definitions(ask: Ask, full_from: int) -> Drawn:
    """Draw the definitions of dropout; a single month mostly holds too few for a rate."""
    drawn = endings.definitions(ask.base, ask.filters.period, full_from)
    return drawn if drawn.spec else endings.definitions(ask.base, "all", full_from)


def _shown(ask: Ask, metric: str) -> Shown:
    entry = reference.catalogue(ask.base).get(metric, {})
    return Shown(
        metric,
        ask.filters.measure,
        str(entry.get("name") or wording.sentence_case(metric)),
        texts.NOUNS[metric],
        str(entry.get("unit") or "share"),
        ask.names.digits(ask.filters.measure) if entry.get("per_instrument") else 1,
    )


class _Tiles:
    """The eight tiles of Practice month, said for paper."""

    def __init__(self, ask: Ask, full_from: int) -> None:
        self._ask, self._full_from = ask, full_from
        self._periods = figures.neighbours(ask.filters.period)
        self._at = practice.figures_at(ask.base, (ask.filters.period, *self._periods.values()))

    def eight(self) -> list[dict[str, Any]]:
        """Give the tiles in the order of the page."""
        scope, period = self._ask.base, self._ask.filters.period
        return [
            _tile(
                texts.BEGUN,
                *figures.begun(scope, period, self._periods, self._ask.release.as_of),
            ),
            self._metric("dropout_d1"),
            self._metric("early_alliance"),
            self._metric("feedback_completion"),
            self._metric("rupture_onset_rate", *self._found()),
            self._metric("repair_rate", *self._by_chance("repair_rate", texts.REPAIRED_BY_CHANCE)),
            self._reviewed(),
            _tile(texts.CHECKS, figures.checks(scope), []),
        ]

    def _row(self, metric: str, period: str) -> Mapping[str, Any] | None:
        rows = practice.rows_of(self._at, metric, self._ask.filters.measure)
        return next((r for r in rows.iter_rows(named=True) if r["period"] == period), None)

    def _metric(self, metric: str, *more: str) -> dict[str, Any]:
        shown = _shown(self._ask, metric)
        row = self._row(metric, self._ask.filters.period)
        before = next(iter(self._periods.items()), None)
        beside = [*figures.standing_out(row), *more]
        if before:
            value = shown.said(self._row(metric, before[1]), self._full_from).value
            beside.append(texts.BEFORE[before[0]].format(value=value))
        code = (row or {}).get("instrument")
        measured = texts.WITH_MEASURE.format(name=shown.name, measure=self._ask.names.of(code))
        return _tile(measured if code else shown.name, shown.said(row, self._full_from), beside)

    def _by_chance(self, metric: str, said: str) -> list[str]:
        return figures.by_chance(self._row(metric, self._ask.filters.period), said)

    def _found(self) -> list[str]:
        still = figures.open_now(self._ask.base, self._ask.filters.measure, self._ask.release.as_of)
        return [*self._by_chance("rupture_onset_rate", texts.BY_CHANCE), *still]

    def _reviewed(self) -> dict[str, Any]:
        if self._row("time_to_review", "all"):
            return self._metric("time_to_review")
        none = wording.Figure(common.NOT_COLLECTED, texts.REVIEW_NONE, "", is_shown=False)
        return _tile(texts.REVIEW, none, [])


def _tile(label: str, figure: wording.Figure, beside: Sequence[str]) -> dict[str, Any]:
    return {
        "label": shortened(label, _NAME),
        "value": figure.value,
        "is_shown": figure.is_shown,
        "lines": [line for line in (figure.detail, figure.caution, *beside) if line],
    }


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
