"""The one set of filters: their order, what can be chosen in each, what they narrow.

Pages draw them (`Bar`), papers read them (`read`), both by the same choices. A filter only ever
narrows a scope. Not here: which page has which filter (`registry.py`), and how a choice lies in the
address (`address.py`).
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboards import address, wording
from dashboards.scope import Role, Roster, Scope
from dashboards.texts import frame as texts

# The order on every page. `month` is the filter `period` of a page about a month, in its place: it
# opens on the last whole month, the others on all time.
ORDER = ("month", *address.FILTERS)

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


@dataclass(frozen=True)
class Choice:
    """What can be chosen in one filter.

    Attributes:
        label: what it is called on a page.
        said: what can be chosen, by code, with the words shown; in their order.
        default: the code of the usual choice.
        is_drawn: whether choosing could change anything for this viewer.
    """

    label: str
    said: Mapping[str, str]
    default: str
    is_drawn: bool = True


class Choices:
    """What a viewer can choose in each filter of one release."""

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
        """Keep what the choices come from.

        Args:
            scope: what the viewer may see.
            roster: clinicians and assignments of the release.
            day: the day on which an assignment must hold.
            periods: those with figures, the newest first.
            measures: questionnaires in use, for `measure` and `outcome`, with their short names.
            meeting: what is known of the next meeting.
        """
        self._scope, self._roster, self._day = scope, roster, day
        self._periods, self._measures = list(periods), measures
        self.planned = meeting or Meeting(day)

    def of(self, name: str, so_far: Filters) -> Choice:
        """Give what can be chosen in a filter, given what was chosen in those before it.

        Args:
            name: one of `ORDER`, save `meeting`, which is a day of `meeting_days`.
            so_far: what was chosen before.
        """
        if name == "clinician":
            return self._clinicians(so_far)
        return getattr(self, f"_{name}")()

    @property
    def meeting_days(self) -> tuple[date, date]:
        """Give the first and the last day on which a meeting can be."""
        span = timedelta(days=_MEETING_DAYS)
        return self._day - span, max(self.planned.day, self._day + span)

    def _period(self) -> Choice:
        said = {period: wording.period(period) for period in ("all", *self._periods)}
        return Choice(texts.PERIOD, said, "all")

    def _month(self) -> Choice:
        said = {period: wording.period(period) for period in (*self._periods, "all")}
        return Choice(texts.PERIOD, said, last_whole_month(self._periods, self._day))

    def _site(self) -> Choice:
        keys = set(self._scope.clinician_keys)
        sites = sorted({c.site for c in self._roster.clinicians if c.key in keys})
        said = {ANY: texts.ALL_SITES} | {site: site.capitalize() for site in sites}
        return Choice(texts.SITE, said, ANY, is_drawn=len(sites) > 1)

    def _supervisor(self) -> Choice:
        """Give the supervisors of the day; a supervisor's view is of one caseload already."""
        is_director = self._scope.role is Role.DIRECTOR
        found = [
            c
            for c in self._roster.supervisors(self._day)
            if is_director or c.key == self._scope.person
        ]
        said = {ANY: texts.ALL_SUPERVISORS} | {c.key: c.label for c in found}
        return Choice(texts.SUPERVISOR, said, ANY, is_drawn=is_director and bool(found))

    def _clinicians(self, so_far: Filters) -> Choice:
        keys = set(narrow(self._scope, self._roster, so_far, self._day).clinician_keys)
        found = [c for c in self._roster.clinicians if c.key in keys]
        said = {ANY: texts.ALL_CLINICIANS} | {c.key: c.label for c in found}
        is_drawn = len(self._scope.clinician_keys) > 1
        return Choice(texts.CLINICIAN, said, ANY, is_drawn)

    def _measure(self) -> Choice:
        return self._questionnaires("measure", texts.MEASURE)

    def _outcome(self) -> Choice:
        return self._questionnaires("outcome", texts.OUTCOME)

    def _questionnaires(self, name: str, label: str) -> Choice:
        known = self._measures[name]
        return Choice(label, known, next(iter(known), ANY), is_drawn=bool(known))

    def _status(self) -> Choice:
        return Choice(texts.STATUS, texts.STATUSES, Filters().status)

    def _minutes(self) -> Choice:
        each = self.planned.minutes_per_case
        fit = {m: Filters(minutes=m, minutes_per_case=each).cases_in_time for m in _MINUTES}
        said = {str(m): texts.MINUTES_FOR.format(minutes=m, cases=n) for m, n in fit.items()}
        return Choice(texts.MINUTES, said, str(Filters().minutes))


# Asks for the value of a filter: what can be chosen, or None for the day of a meeting.
Ask = Callable[[str, Choice | None], "str | date"]


def parameter(name: str) -> str:
    """Give the name of a filter in an address: the month of one page is the period of the next."""
    return "period" if name == "month" else name


def gathered(choices: Choices, names: Sequence[str], ask: Ask) -> Filters:
    """Ask for each of the named filters in the common order.

    Args:
        choices: what can be chosen.
        names: filters wanted, a part of `ORDER`.
        ask: gives the value of one.
    """
    chosen = Filters(minutes_per_case=choices.planned.minutes_per_case)
    for name in ORDER:
        if name in names:
            choice = None if name == "meeting" else choices.of(name, chosen)
            value = ask(name, choice)
            told = int(str(value)) if name == "minutes" else value
            chosen = replace(chosen, **{parameter(name): told})
    return chosen


def read(
    choices: Choices, names: Sequence[str], asked: Mapping[str, str]
) -> tuple[Filters, list[str]]:
    """Read filters without a page, as a paper does.

    Args:
        choices: what can be chosen.
        names: filters wanted, a part of `ORDER`.
        asked: values by name, as in the address of a page.

    Returns:
        The filters, and the names of those whose value is not known here.
    """
    unknown: list[str] = []

    def ask(name: str, choice: Choice | None) -> str | date:
        value = asked.get(parameter(name)) or None
        found: str | date | None
        if choice is None:
            found, usual = address.day(value, *choices.meeting_days), choices.planned.day
        else:
            found, usual = address.understood(value, choice.said), choice.default
        if value and found is None:
            unknown.append(parameter(name))
        return usual if found is None else found

    return gathered(choices, names, ask), unknown


class Bar:
    """Draws the filters of a page in one row and collects what was chosen."""

    def __init__(self, choices: Choices) -> None:
        """Begin with nothing said."""
        self._choices = choices
        self._columns: dict[str, DeltaGenerator] = {}
        self._said: list[tuple[str, str]] = []
        self._unknown: list[str] = []

    def draw(self, names: Sequence[str]) -> Filters:
        """Draw the named filters in the common order and give the choice.

        Args:
            names: filters of this page, a part of `ORDER`.
        """
        wanted = [name for name in ORDER if name in names]
        drawn = [name for name in wanted if self._is_drawn(name)]
        if drawn:
            with st.container(key="filters"):
                self._columns = dict(zip(drawn, st.columns(len(drawn)), strict=True))
        chosen = gathered(self._choices, wanted, self._ask)
        if drawn or self._unknown:
            st.html(self._said_html())
        return chosen

    def _is_drawn(self, name: str) -> bool:
        return name == "meeting" or self._choices.of(name, Filters()).is_drawn

    def _ask(self, name: str, choice: Choice | None) -> str | date:
        told = parameter(name)
        label = choice.label if choice else texts.MEETING
        if choice and name not in self._columns:
            address.peek(told, choice.said)
            value: str | date = choice.default
        else:
            value, shown = self._drawn(name, told, choice)
            self._said.append((label, shown))
        if not address.is_understood(told):
            self._unknown.append(label)
        return value

    def _drawn(self, name: str, told: str, choice: Choice | None) -> tuple[str | date, str]:
        with self._columns[name]:
            if choice is None:
                planned, days = self._choices.planned.day, self._choices.meeting_days
                day = address.select_day(told, texts.MEETING, planned, *days)
                return day, wording.day(day)
            code = address.select(told, choice.label, choice.said, choice.default)
            return code, choice.said[code]

    def _said_html(self) -> str:
        """Write the choice as a line for print, and whether a link asked for what is not there."""
        said = "; ".join(texts.CHOICE.format(label=label, value=v) for label, v in self._said)
        line = f'<p class="printed">{escape(texts.SHOWN.format(choices=said))}</p>' if said else ""
        if self._unknown:
            names = ", ".join(self._unknown)
            line += f'<p class="note">{escape(texts.UNKNOWN_CHOICE.format(names=names))}</p>'
        return line
