"""Who asks for a paper, what they may see, and the filters, from the parameters of an address.

The same parameters as those of the pages (`filters.py`), resolved anew for every paper. What the
page would not show is not on paper either: `NotYoursError`, in the same words as "no such case".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dashboards import frame
from dashboards.address import understood
from dashboards.filters import narrow, read
from dashboards.frame import View, has_clinician_page
from dashboards.queries import reference
from dashboards.scope import Persona, Roster, Scope, personas, resolve
from dashboards.texts import papers as words
from dashboards.warehouse import Release, current_release, home, roster

PAPERS = ("a4", "letter")
# A paper without a period is about the last whole month, as the page of the month is.
_FILTERS = ("month", "site", "supervisor", "clinician", "measure", "meeting", "minutes")


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
    known = frame.choices(base, everyone, release.as_of, has_meeting=True)
    filters, unknown = read(known, _FILTERS, parameters)
    if unknown and is_strict:
        raise UnknownChoiceError(words.UNKNOWN_CHOICE.format(name=unknown[0]))
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


def _scope(asked_as: str, release: Release, everyone: Roster) -> Scope:
    known = {persona.code: persona for persona in choices(release, everyone)}
    said = {code: persona.label for code, persona in known.items()}
    code = understood(asked_as, said) if asked_as else next(iter(known))
    if code is None:
        raise NotYoursError
    return resolve(known[code], everyone, release.release_id, release.fingerprint, release.as_of)
