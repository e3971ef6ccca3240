"""The one set of filters: their order, their options, how they live in the URL, what they narrow.

Each filter is a select box bound to a query parameter of the same name, so that a link keeps the
view. A filter only ever narrows a scope. Not here: which page has which filter (`registry.py`).
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

import streamlit as st

from dashboards import wording
from dashboards.scope import Role, Roster, Scope
from dashboards.texts import frame as texts

# The order on every page (screens.md 3). `period` and `month` are one filter with two defaults:
# a page about a month opens on the last whole month, the others on all time.
ORDER = (
    "period",
    "month",
    "site",
    "supervisor",
    "clinician",
    "measure",
    "outcome",
    "status",
    "meeting",
    "minutes",
)

ANY = ""
MINUTES_PER_CASE = 10
_MEETING_DAYS = 365
_MINUTES = (30, 60, 90, 120, 240)


@dataclass(frozen=True)
class Filters:
    """The chosen values; a filter that a page does not have keeps its neutral value."""

    period: str = "all"
    site: str = ANY
    supervisor: str = ANY
    clinician: str = ANY
    measure: str = ANY
    outcome: str = ANY
    status: str = "any"
    minutes: int = 60
    minutes_per_case: int = MINUTES_PER_CASE
    meeting: date | None = None

    def bounds(self) -> tuple[date, date]:
        """Give the first day of the period and the first day after it."""
        return bounds(self.period)

    @property
    def cases_in_time(self) -> int:
        """Give how many cases fit into the minutes available (screens.md 4: 60 minutes, six)."""
        return max(1, self.minutes // self.minutes_per_case)


@dataclass(frozen=True)
class Meeting:
    """What is known of the meeting before anybody chooses: its day, and how long a case takes."""

    day: date
    minutes_per_case: int = MINUTES_PER_CASE


def bounds(period: str) -> tuple[date, date]:
    """Turn a period code into a half-open range of days.

    Args:
        period: `all`, `2026-Q1` or `2026-03`.
    """
    if period == "all":
        return date(1900, 1, 1), date(2200, 1, 1)
    year, part = period.split("-", 1)
    if part.startswith("Q"):
        first, months = date(int(year), 3 * int(part[1:]) - 2, 1), 3
    else:
        first, months = date(int(year), int(part), 1), 1
    index = first.year * 12 + first.month - 1 + months
    return first, date(index // 12, index % 12 + 1, 1)


def last_whole_month(periods: Sequence[str], as_of: date) -> str:
    """Choose the newest month that had ended by `as_of`; all time when none has."""
    is_last_day = as_of.day == calendar.monthrange(as_of.year, as_of.month)[1]
    newest = f"{as_of:%Y-%m}"
    months = [p for p in periods if len(p) == 7 and "Q" not in p]
    whole = [m for m in months if m < newest or (m == newest and is_last_day)]
    return max(whole, default="all")


def narrow(scope: Scope, roster: Roster, filters: Filters, day: date) -> Scope:
    """Apply site, supervisor and clinician to a scope; the result is never wider.

    Args:
        scope: what the viewer may see.
        roster: clinicians and assignments of the release.
        filters: the chosen values.
        day: the day on which an assignment must hold.
    """
    narrowed = scope
    if filters.site:
        narrowed = narrowed.narrowed(c.key for c in roster.clinicians if c.site == filters.site)
    if filters.supervisor:
        narrowed = narrowed.narrowed(roster.supervisees(filters.supervisor, day))
    if filters.clinician:
        narrowed = narrowed.narrowed([filters.clinician])
    return narrowed


class Bar:
    """Draws the filters of a page in one row and collects what was chosen."""

    def __init__(
        self,
        scope: Scope,
        roster: Roster,
        day: date,
        periods: Sequence[str],
        measures: Mapping[str, Mapping[str, str]],
        *,
        meeting: Meeting | None = None,
    ) -> None:
        self._scope, self._roster, self._day = scope, roster, day
        self._planned = meeting or Meeting(day)
        self._periods, self._measures = list(periods), measures
        self._chosen: dict[str, object] = {}
        self._said: list[tuple[str, str]] = []
        self._unknown: list[str] = []

    def draw(self, names: Sequence[str]) -> Filters:
        """Draw the named filters in the common order and give the choice.

        Args:
            names: filters of this page, a part of `ORDER`.
        """
        wanted = [name for name in ORDER if name in names and self._applies(name)]
        if not wanted:
            return Filters()
        with st.container(key="filters"):
            for name, column in zip(wanted, st.columns(len(wanted)), strict=True):
                with column:
                    getattr(self, f"_{name}")()
        st.html(self._said_html())
        return Filters(**self._chosen)

    def _said_html(self) -> str:
        """Write the choice as a line for print, and whether a link asked for what is not there."""
        said = "; ".join(texts.CHOICE.format(label=label, value=v) for label, v in self._said)
        line = f'<p class="printed">{escape(texts.SHOWN.format(choices=said))}</p>'
        if self._unknown:
            names = ", ".join(self._unknown)
            line += f'<p class="note">{escape(texts.UNKNOWN_CHOICE.format(names=names))}</p>'
        return line

    def _applies(self, name: str) -> bool:
        """Leave out a filter that could change nothing for this viewer."""
        if name == "supervisor":
            is_director = self._scope.role is Role.DIRECTOR
            return is_director and bool(self._roster.supervisors(self._day))
        if name == "site":
            return len(self._sites()) > 1
        if name == "clinician":
            return len(self._scope.clinician_keys) > 1
        return name not in self._measures or bool(self._measures[name])

    def _select(
        self,
        name: str,
        label: str,
        options: Sequence[object],
        said: Callable[[object], str],
        index: int = 0,
    ) -> object:
        asked = st.query_params.get(name)
        chosen = st.selectbox(
            label, list(options), index=index, format_func=said, key=name, bind="query-params"
        )
        self._said.append((label, said(chosen)))
        if asked is not None and asked not in map(said, options):
            self._unknown.append(label)
        return chosen

    def _period(self) -> None:
        options = ["all", *self._periods]
        self._chosen["period"] = self._select("period", texts.PERIOD, options, wording.period)

    def _month(self) -> None:
        options = [*self._periods, "all"]
        index = options.index(last_whole_month(self._periods, self._day))
        self._chosen["period"] = self._select("month", texts.PERIOD, options, wording.period, index)

    def _sites(self) -> list[str]:
        keys = set(self._scope.clinician_keys)
        return sorted({c.site for c in self._roster.clinicians if c.key in keys})

    def _site(self) -> None:
        self._chosen["site"] = self._select(
            "site",
            texts.SITE,
            [ANY, *self._sites()],
            lambda v: str(v).capitalize() or texts.ALL_SITES,
        )

    def _supervisor(self) -> None:
        keys = [c.key for c in self._roster.supervisors(self._day)]
        self._chosen["supervisor"] = self._select(
            "supervisor",
            texts.SUPERVISOR,
            [ANY, *keys],
            lambda v: self._person(v, texts.ALL_SUPERVISORS),
        )

    def _clinician(self) -> None:
        so_far = Filters(**self._chosen)
        keys = set(narrow(self._scope, self._roster, so_far, self._day).clinician_keys)
        options = [c.key for c in self._roster.clinicians if c.key in keys]
        self._chosen["clinician"] = self._select(
            "clinician",
            texts.CLINICIAN,
            [ANY, *options],
            lambda v: self._person(v, texts.ALL_CLINICIANS),
        )

    def _person(self, key: object, everybody: str) -> str:
        return self._roster.label(str(key)) if key else everybody

    def _measure(self) -> None:
        self._questionnaire("measure", texts.MEASURE)

    def _outcome(self) -> None:
        self._questionnaire("outcome", texts.OUTCOME)

    def _questionnaire(self, name: str, label: str) -> None:
        known = self._measures[name]
        self._chosen[name] = self._select(name, label, list(known), lambda v: known[str(v)])

    def _status(self) -> None:
        self._chosen["status"] = self._select(
            "status", texts.STATUS, list(texts.STATUSES), lambda v: texts.STATUSES[str(v)]
        )

    def _minutes(self) -> None:
        per_case = self._planned.minutes_per_case

        def fit(minutes: object) -> int:
            return Filters(minutes=int(str(minutes)), minutes_per_case=per_case).cases_in_time

        self._chosen["minutes"] = self._select(
            "minutes",
            texts.MINUTES,
            _MINUTES,
            lambda v: texts.MINUTES_FOR.format(minutes=v, cases=fit(v)),
            index=1,
        )
        self._chosen["minutes_per_case"] = per_case

    def _meeting(self) -> None:
        span = timedelta(days=_MEETING_DAYS)
        chosen = st.date_input(
            texts.MEETING,
            self._planned.day,
            min_value=self._day - span,
            max_value=max(self._planned.day, self._day + span),
            key="meeting",
            bind="query-params",
            format="DD/MM/YYYY",
        )
        self._said.append((texts.MEETING, wording.day(chosen)))
        self._chosen["meeting"] = chosen
