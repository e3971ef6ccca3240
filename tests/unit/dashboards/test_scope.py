"""Who may see whom: the resolved set equals a brute-force reading of the assignments."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dashboards.filters import Filters, narrow
from dashboards.scope import (
    Assignment,
    Clinician,
    Persona,
    Role,
    Roster,
    Scope,
    personas,
    resolve,
)

KEYS = [f"k{i}" for i in range(6)]
START = date(2026, 1, 1)

days = st.integers(0, 20).map(lambda n: START + timedelta(days=n))
lines = st.builds(
    Assignment,
    st.sampled_from(KEYS),
    st.sampled_from(KEYS),
    days,
    st.one_of(st.none(), days),
)
rosters = st.builds(
    lambda known, found: Roster(
        tuple(Clinician(k, f"Clinician {k}", f"site{int(k[1]) % 2}") for k in sorted(known)),
        tuple(found),
    ),
    st.sets(st.sampled_from(KEYS)),
    st.lists(lines, max_size=12),
)


def brute_force(roster: Roster, supervisor: str, day: date) -> set[str]:
    seen = set()
    for clinician in roster.clinicians:
        for line in roster.assignments:
            if line.supervisor_key != supervisor or line.supervisee_key != clinician.key:
                continue
            last = line.ended_on if line.ended_on is not None else date.max
            if line.started_on <= day <= last:
                seen.add(clinician.key)
    return seen


@given(rosters, st.sampled_from(KEYS), days)
def test_supervisor_sees_exactly_the_assigned(roster: Roster, person: str, day: date) -> None:
    scope = resolve(Persona(Role.SUPERVISOR, "", person), roster, "r", "f", day)
    assert set(scope.clinician_keys) == brute_force(roster, person, day)
    assert list(scope.clinician_keys) == sorted(set(scope.clinician_keys))


@given(rosters, days)
def test_director_sees_all_and_analyst_nobody(roster: Roster, day: date) -> None:
    everyone = {c.key for c in roster.clinicians}
    director = resolve(Persona(Role.DIRECTOR, ""), roster, "r", "f", day)
    analyst = resolve(Persona(Role.ANALYST, ""), roster, "r", "f", day)
    assert set(director.clinician_keys) == everyone
    assert analyst.clinician_keys == ()


def test_a_supervisor_without_a_person_sees_nobody() -> None:
    roster = Roster((Clinician("k0", "Clinician k0", "s"),), (Assignment("k1", "k0", START, None),))
    assert resolve(Persona(Role.SUPERVISOR, ""), roster, "r", "f", START).clinician_keys == ()


@given(rosters, days, st.sampled_from(["", *KEYS]), st.sampled_from(["", *KEYS]))
def test_a_filter_only_takes_away(
    roster: Roster, day: date, supervisor: str, clinician: str
) -> None:
    base = Scope("r", "f", Role.SUPERVISOR, tuple(KEYS[:3]))
    for site in ("", "site0", "nowhere"):
        chosen = Filters(site=site, supervisor=supervisor, clinician=clinician)
        narrowed = narrow(base, roster, chosen, day)
        assert set(narrowed.clinician_keys) <= set(base.clinician_keys)
        if clinician:
            assert set(narrowed.clinician_keys) <= {clinician}
        assert narrowed.role is base.role


@given(rosters, days)
def test_personas_are_director_current_supervisors_analyst(roster: Roster, day: date) -> None:
    offered = personas(roster, day)
    assert offered[0].role is Role.DIRECTOR
    assert offered[-1].role is Role.ANALYST
    known = {c.key for c in roster.clinicians}
    expected = {
        line.supervisor_key
        for line in roster.assignments
        if line.started_on <= day and (line.ended_on is None or day <= line.ended_on)
    }
    assert {p.person for p in offered[1:-1]} == expected & known


def test_the_last_day_counts_and_the_day_after_does_not() -> None:
    line = Assignment("s", "c", START, START + timedelta(days=3))
    assert line.holds_on(START)
    assert line.holds_on(START + timedelta(days=3))
    assert not line.holds_on(START + timedelta(days=4))
    assert not line.holds_on(START - timedelta(days=1))


def test_scope_is_hashable_and_tells_viewers_apart() -> None:
    one = Scope("r", "f", Role.SUPERVISOR, ("a",), "p")
    assert {one, Scope("r", "f", Role.SUPERVISOR, ("a",), "p")} == {one}
    assert one != Scope("r", "f", Role.SUPERVISOR, ("a",), "q")
    assert one != Scope("r", "g", Role.SUPERVISOR, ("a",), "p")


@given(rosters, st.sampled_from(KEYS), days)
def test_a_clinician_sees_nobody_else_and_stands_in_the_list_only_when_switched_on(
    roster: Roster, person: str, day: date
) -> None:
    scope = resolve(Persona(Role.CLINICIAN, "", person), roster, "r", "f", day)
    assert set(scope.clinician_keys) == {person} & {c.key for c in roster.clinicians}
    assert Role.CLINICIAN not in {p.role for p in personas(roster, day)}
    own = [p.person for p in personas(roster, day, True) if p.role is Role.CLINICIAN]
    assert own == [c.key for c in roster.clinicians]


@given(st.lists(st.text(max_size=3), max_size=4), st.lists(st.text(max_size=3), max_size=4))
def test_two_scopes_are_one_only_with_the_same_keys(one: list[str], two: list[str]) -> None:
    first, second = (Scope("r", "f", Role.DIRECTOR, tuple(keys)) for keys in (one, two))
    assert (first == second) == (one == two)
    # What Streamlit puts into the key of a cache.
    assert (asdict(first) == asdict(second)) == (one == two)
    assert first.clinician_keys == tuple(one)
    assert first.narrowed(two).clinician_keys == tuple(key for key in one if key in two)
