"""Who is looking and which clinicians they may see.

Here: the frozen `Scope` that every data function takes as its first, hashed argument, the local
personas one can switch between until sign-in exists, and the rule that turns dated supervision
assignments into a set of clinicians. Not here: SQL (`relations.py` applies the scope to a table)
and anything that reads Streamlit's session or the URL.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import InitVar, dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cached_property

from dashboards.texts import frame as texts


class Role(StrEnum):
    """What a viewer is there for; decides which kind of table a page may show."""

    DIRECTOR = "director"
    SUPERVISOR = "supervisor"
    CLINICIAN = "clinician"
    ANALYST = "analyst"


@dataclass(frozen=True)
class Clinician:
    """A clinician as the release knows one: a pseudonym, its short label, and a site code."""

    key: str
    label: str
    site: str


@dataclass(frozen=True)
class Assignment:
    """One dated line "this supervisor supervises this clinician".

    `ended_on` is the last day it holds (core.supervision), None while it goes on. A line that names
    a single client opens no caseload and is not read here.
    """

    supervisor_key: str
    supervisee_key: str
    started_on: date
    ended_on: date | None

    def holds_on(self, day: date) -> bool:
        """Say whether the line holds on a day; access ends with the last day (trust.md 1)."""
        return self.started_on <= day and (self.ended_on is None or day <= self.ended_on)


@dataclass(frozen=True)
class Roster:
    """Everybody a release knows, and who supervises whom; the input of every scope decision."""

    clinicians: tuple[Clinician, ...]
    assignments: tuple[Assignment, ...]

    @cached_property
    def _labels(self) -> dict[str | None, str]:
        return {c.key: c.label for c in self.clinicians}

    def label(self, key: str | None) -> str:
        """Give the label of a clinician key, or a dash for nobody."""
        return self._labels.get(key, "–")

    def supervisees(self, supervisor_key: str, day: date) -> frozenset[str]:
        """Give the keys of those a supervisor supervises on a day."""
        return frozenset(
            line.supervisee_key
            for line in self.assignments
            if line.supervisor_key == supervisor_key and line.holds_on(day)
        )

    def supervisors(self, day: date) -> tuple[Clinician, ...]:
        """Give those with at least one supervisee on a day, in the order of their labels."""
        keys = {line.supervisor_key for line in self.assignments if line.holds_on(day)}
        return tuple(sorted((c for c in self.clinicians if c.key in keys), key=lambda c: c.label))


@dataclass(frozen=True)
class Persona:
    """A role, and the person it is about; chosen in the side bar until sign-in replaces it.

    A director and an analyst are nobody in particular.
    """

    role: Role
    label: str
    person: str | None = None

    @property
    def code(self) -> str:
        """Give what stands for it in an address: `director`, or the role and whose key it is."""
        return f"{self.role}-{self.person}" if self.person else self.role.value


DIRECTOR = Persona(Role.DIRECTOR, texts.DIRECTOR)


@dataclass(frozen=True)
class Scope:
    """What one viewer may see of one release.

    Frozen and hashable, because it is part of the key of every cache: two viewers with different
    scopes can never be served each other's rows (trust.md 5.3). The keys stand in it by their
    SHA-256: Streamlit reads every field at every call of a cached function, and a director's scope
    holds thousands of keys.
    """

    release_id: str
    fingerprint: str
    role: Role
    clinician_keys: InitVar[tuple[str, ...]]
    person: str | None = None
    keys_digest: str = field(init=False)

    def __post_init__(self, clinician_keys: tuple[str, ...]) -> None:
        """Keep the keys beside the fields, and what stands for them among the fields."""
        object.__setattr__(self, "clinician_keys", clinician_keys)
        digest = hashlib.sha256(repr(clinician_keys).encode()).hexdigest()
        object.__setattr__(self, "keys_digest", digest)

    @property
    def sees_cases(self) -> bool:
        """Say whether this role looks at single cases at all."""
        return self.role is not Role.ANALYST

    @property
    def sees_practice_figures(self) -> bool:
        """Say whether practice figures come exact; others get rounded ones (design.md 3.4)."""
        return self.role is Role.DIRECTOR

    def narrowed(self, keys: Iterable[str]) -> Scope:
        """Give the same scope over fewer clinicians; a filter can only ever take away."""
        wanted = set(keys)
        return replace(self, clinician_keys=tuple(k for k in self.clinician_keys if k in wanted))


def personas(roster: Roster, day: date, has_clinician_page: bool = False) -> tuple[Persona, ...]:
    """List whom one can look as: the director, each supervisor of that day, an analyst.

    Args:
        roster: everybody the release knows.
        day: the day on which somebody supervises.
        has_clinician_page: whether the practice lets clinicians look at their own cases.
    """
    own = roster.clinicians if has_clinician_page else ()
    return (
        DIRECTOR,
        *(
            Persona(
                Role.SUPERVISOR,
                texts.SUPERVISOR_OF.format(label=c.label.removeprefix(texts.LABEL_PREFIX)),
                c.key,
            )
            for c in roster.supervisors(day)
        ),
        *(Persona(Role.CLINICIAN, c.label, c.key) for c in own),
        Persona(Role.ANALYST, texts.ANALYST),
    )


def resolve(
    persona: Persona, roster: Roster, release_id: str, fingerprint: str, day: date
) -> Scope:
    """Turn a persona into a scope; called on every rerun, so that an ended assignment ends access.

    Args:
        persona: who is looking.
        roster: the clinicians and assignments of the release.
        release_id: the release the scope is about.
        fingerprint: sha256 of the release file, so that no cache outlives a file.
        day: the day that decides which assignments hold; the release's `as_of`.

    Returns:
        A scope; an unknown person or an analyst has no clinicians in it, and a clinician has
        nobody but themselves.
    """
    known = {c.key for c in roster.clinicians}
    if persona.role is Role.DIRECTOR:
        keys = known
    elif persona.role is Role.SUPERVISOR and persona.person:
        keys = roster.supervisees(persona.person, day) & known
    elif persona.role is Role.CLINICIAN and persona.person:
        keys = {persona.person} & known
    else:
        keys = set()
    return Scope(release_id, fingerprint, persona.role, tuple(sorted(keys)), persona.person)
