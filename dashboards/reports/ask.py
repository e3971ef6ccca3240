"""Who asks for a paper, what they may see, and the filters, from the parameters of an address.

The same parameters as those of the pages (`filters.py`), resolved anew for every paper. What the
page would not show is not on paper either: `NotYoursError`, in the same words as "no such case".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dashboards import wording
from dashboards.filters import Filters, last_whole_month, narrow
from dashboards.frame import View, has_clinician_page, planned
from dashboards.queries import practice, reference
from dashboards.scope import Persona, Role, Roster, Scope, personas, resolve
from dashboards.texts import papers as words
from dashboards.warehouse import Release, current_release, home, roster

PAPERS = ("a4", "letter")
MINUTES = (30, 60, 90, 120, 240)


class NotYoursError(LookupError):
    """There is no such paper for whom asks; whether there is one for others is not said."""

    def __init__(self) -> None:
        super().__init__(words.NO_PAPER)


class UnknownChoiceError(ValueError):
    """A filter has a value that this view does not know."""


@dataclass(frozen=True)
class Ask(View):
    """One asking for a paper: what a page needs of the frame, and the size of the sheet.

    Attributes:
        paper: one of `PAPERS`.
    """

    paper: str

    def filters_in_words(self) -> list[str]:
        """Say what was chosen; nothing where nothing was."""
        chosen = self.filters
        said = []
        if chosen.site:
            said.append(words.OF_SITE.format(site=chosen.site.capitalize()))
        if chosen.supervisor:
            said.append(words.OF_SUPERVISOR.format(label=self.roster.label(chosen.supervisor)))
        if chosen.clinician:
            said.append(words.OF_CLINICIAN.format(label=self.roster.label(chosen.clinician)))
        return said


def asked(parameters: Mapping[str, str], is_strict: bool = False) -> Ask:
    """Turn the parameters of an address into an asking.

    Args:
        parameters: `as`, the filters of the pages, and `paper`; what is not known or not allowed
            counts as not said, as on the pages, save for whom one looks as.
        is_strict: refuse what is not known instead.

    Raises:
        UnknownChoiceError: a filter is not known, and that is refused.
        NotYoursError: nobody of this release looks as that.
        WarehouseError: there is no release to read.
    """
    release = current_release()
    everyone = roster(str(release.path), release.fingerprint)
    base = _scope(parameters.get("as", ""), release, everyone)
    filters = _filters(parameters, base, everyone, release, is_strict)
    paper = parameters.get("paper", "")
    return Ask(
        release=release,
        roster=everyone,
        base=base,
        scope=narrow(base, everyone, filters, release.as_of),
        filters=filters,
        names=reference.names(base),
        paper=paper if paper in PAPERS else PAPERS[0],
    )


def choices(release: Release, everyone: Roster) -> tuple[Persona, ...]:
    """List whom one can look as, as the side bar does."""
    return personas(everyone, release.as_of, has_clinician_page(home()))


def _scope(label: str, release: Release, everyone: Roster) -> Scope:
    known = choices(release, everyone)
    found = [one for one in known if one.label == label] if label else list(known)
    if not found:
        raise NotYoursError
    return resolve(found[0], everyone, release.release_id, release.fingerprint, release.as_of)


def _filters(
    parameters: Mapping[str, str],
    base: Scope,
    everyone: Roster,
    release: Release,
    is_strict: bool,
) -> Filters:
    mine = [c for c in everyone.clinicians if c.key in base.clinician_keys]
    supervisors = everyone.supervisors(release.as_of) if base.role is Role.DIRECTOR else ()
    periods = ["all", *practice.periods(base)]
    measures = practice.measures(base)
    names = reference.names(base)
    known = {
        "period": {period: wording.period(period) for period in periods},
        "site": {c.site: c.site.capitalize() for c in mine},
        "supervisor": {c.key: c.label for c in supervisors},
        "clinician": {c.key: c.label for c in mine},
        "measure": {measure: names.of(measure) for measure in measures},
    }
    chosen = {name: _chosen(parameters.get(name, ""), known[name]) for name in known}
    unknown = [name for name in known if parameters.get(name) and not chosen[name]]
    if unknown and is_strict:
        raise UnknownChoiceError(words.UNKNOWN_CHOICE.format(name=unknown[0]))
    meeting = planned(base, release.as_of)
    minutes = re.match(r"\d{1,3}\b", parameters.get("minutes", ""))
    return Filters(
        period=chosen.pop("period")
        # Practice month has the same filter under another name, with a default of its own.
        or _chosen(parameters.get("month", ""), known["period"])
        or last_whole_month(periods, release.as_of),
        measure=chosen.pop("measure") or next(iter(measures), ""),
        minutes=int(minutes[0]) if minutes and int(minutes[0]) in MINUTES else Filters().minutes,
        minutes_per_case=meeting.minutes_per_case,
        meeting=_day(parameters.get("meeting", "")) or meeting.day,
        **chosen,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _chosen(value: str, known: Mapping[str, str]) -> str:
    """Find what was chosen, by its code or in the words that stand in a page's address."""
    if value in known:
        return value
    return next((code for code, said in known.items() if value and said == value), "")
