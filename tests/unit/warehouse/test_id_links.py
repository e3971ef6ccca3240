"""Who is one person: the links between ids, against a union-find of our own on random statements.

Belongs here: int_id_links__resolved as a whole. Does not belong here: golden rows (beside the
model), what becomes of sessions after a merge (test_one_person.py).
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import polars as pl
import pytest

from validity.project_sql import ProjectSql

MODEL = "int_id_links__resolved"
AS_OF = date(2026, 6, 30)
FIRST = datetime(2026, 6, 1)
RELATIONS = ("merged_into", "renamed", "same_person", "unmerged")
WORLDS = 3000


@dataclass(frozen=True)
class Statement:
    """One row of id_links, or of the column merged_into_client_id (then undated)."""

    old: str
    new: str
    relation: str
    effective_at: datetime | None
    generated_at: datetime | None
    is_column: bool = False


def said(pick: random.Random) -> list[Statement]:
    """Statements about a handful of ids that contradict, repeat and encircle each other."""
    ids = [f"k{number}" for number in range(pick.randint(2, 7))]
    made = []
    for _ in range(pick.randint(1, 9)):
        old, new = pick.choice(ids), pick.choice(ids)
        day = FIRST + timedelta(days=pick.randint(0, 4))
        made.append(
            Statement(
                old,
                new,
                pick.choices(RELATIONS, weights=(4, 2, 4, 3))[0],
                pick.choice((None, day, day)),
                pick.choice((None, FIRST + timedelta(days=pick.randint(0, 3)))),
            )
        )
    if pick.random() < 0.3:
        old, new = pick.choice(ids), pick.choice(ids)
        made.append(Statement(old, new, "merged_into", None, FIRST, is_column=True))
    return made


def people(statements: list[Statement]) -> dict[str, str]:
    """Who stands for whom, by reading the rules of decision 21 one after the other."""
    pairs = defaultdict(list)
    for each in statements:
        in_force = each.effective_at is None or each.effective_at.date() <= AS_OF
        if each.old != each.new and in_force:
            pairs[frozenset((each.old, each.new))].append(each)
    links = [latest for about in pairs.values() if (latest := _latest_of_pair(about)) is not None]
    by_old = defaultdict(list)
    for link in links:
        if link.relation != "same_person":
            by_old[link.old].append(link)
    survivors = [max(rest, key=_of_old) for rest in by_old.values()]
    edges = survivors + [link for link in links if link.relation == "same_person"]
    parent: dict[str, str] = {}

    def find(key: str) -> str:
        parent.setdefault(key, key)
        while parent[key] != key:
            key = parent[key]
        return key

    for edge in edges:
        parent[find(edge.old)] = find(edge.new)
    groups = defaultdict(set)
    for key in list(parent):
        groups[find(key)].add(key)
    found = {}
    for group in groups.values():
        inside = [edge for edge in edges if edge.old in group]
        stands = _stands_for(group, inside)
        found |= {key: stands for key in group if key != stands}
    return found


def _latest_of_pair(about: list[Statement]) -> Statement | None:
    if any(each.relation == "unmerged" and each.effective_at is None for each in about):
        return None
    newest = max(_moment(each.effective_at) for each in about)
    last = [each for each in about if _moment(each.effective_at) == newest]
    if any(each.relation == "unmerged" for each in last):
        return None
    made = max(_moment(each.generated_at) for each in last)
    last = [each for each in last if _moment(each.generated_at) == made]
    return min(last, key=lambda each: (each.relation, each.old))


def _of_old(link: Statement) -> tuple:
    latest = (_moment(link.effective_at), _moment(link.generated_at))
    # of two at one moment the smaller relation, then the smaller id
    return (*latest, [-ord(letter) for letter in link.relation + link.new])


def _moment(at: datetime | None) -> datetime:
    return at or datetime.min


def _stands_for(group: set[str], edges: list[Statement]) -> str:
    olds = {edge.old for edge in edges}
    ends = group - olds
    merged_into = {edge.new for edge in edges if edge.relation != "same_person"} & ends
    if merged_into or ends:
        return min(merged_into or ends)
    ways = defaultdict(set)
    for edge in edges:
        ways[edge.old].add(edge.new)
    return min(key for key in group if key in _reached(ways, key))


def _reached(ways: dict[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    waiting = set(ways[start])
    while waiting:
        key = waiting.pop()
        if key not in seen:
            seen.add(key)
            waiting |= ways[key]
    return seen


@pytest.fixture(scope="module")
def project() -> Iterator[ProjectSql]:
    with ProjectSql([MODEL]) as made:
        yield made


def resolve(project: ProjectSql, worlds: list[list[Statement]]) -> list[dict[str, str]]:
    """Run the model once over many worlds whose ids have nothing in common."""
    rows = [
        (number, f"{number}-{each.old}", f"{number}-{each.new}", *vars(each).values())
        for number, world in enumerate(worlds)
        for each in world
    ]
    frame = pl.DataFrame(
        rows,
        schema={
            "world": pl.Int64(),
            "old_key": pl.String(),
            "new_key": pl.String(),
            "old": pl.String(),
            "new": pl.String(),
            "relation": pl.String(),
            "effective_at": pl.Datetime("us"),
            "generated_at": pl.Datetime("us"),
            "is_column": pl.Boolean(),
        },
        orient="row",
    )
    con = project.connection
    con.register("said", frame)
    project.give("stg_context", f"select date '{AS_OF}' as as_of")
    project.give("stg_id_links", "select 'client' as entity, * from said where not is_column")
    project.give(
        "stg_clients",
        "select old_key as client_key, new_key as merged_into_client_key, generated_at "
        "from said where is_column",
    )
    project.run([MODEL])
    found: list[dict[str, str]] = [{} for _ in worlds]
    for old, canonical in con.execute(
        f"select old_key, canonical_key from {project.relation(MODEL)}"  # noqa: S608
    ).fetchall():
        number, key = old.split("-")
        assert canonical.split("-")[0] == number
        assert key not in found[int(number)]
        found[int(number)][key] = canonical.split("-")[1]
    return found


@pytest.fixture(scope="module")
def worlds() -> list[list[Statement]]:
    return [said(random.Random(seed)) for seed in range(WORLDS)]


@pytest.fixture(scope="module")
def resolved(project: ProjectSql, worlds: list[list[Statement]]) -> list[dict[str, str]]:
    return resolve(project, worlds)


def test_agrees_with_a_union_find(
    worlds: list[list[Statement]], resolved: list[dict[str, str]]
) -> None:
    assert sum(map(len, resolved)) > WORLDS
    for world, found in zip(worlds, resolved, strict=True):
        assert found == people(world), world


def test_the_order_of_statements_does_not_matter(
    project: ProjectSql, worlds: list[list[Statement]], resolved: list[dict[str, str]]
) -> None:
    shuffled = [random.Random(seed).sample(world, len(world)) for seed, world in enumerate(worlds)]
    assert resolve(project, shuffled) == resolved


def test_a_link_of_the_future_changes_nothing(
    project: ProjectSql, worlds: list[list[Statement]], resolved: list[dict[str, str]]
) -> None:
    tomorrow = datetime(2026, 7, 1)
    with_future = [
        [*world, replace(world[0], relation="unmerged", effective_at=tomorrow, is_column=False)]
        + [replace(each, new="k0", effective_at=tomorrow, is_column=False) for each in world]
        for world in worlds
    ]
    assert resolve(project, with_future) == resolved


@pytest.mark.parametrize("at", [None, datetime(2026, 6, 29)])
def test_after_an_unmerge_everything_is_as_if_the_pair_had_never_been_linked(
    project: ProjectSql, worlds: list[list[Statement]], at: datetime | None
) -> None:
    retired, without = [], []
    for world in worlds:
        link = world[-1]
        pair = {link.old, link.new}
        backwards = Statement(link.new, link.old, "unmerged", at, None)
        retired.append([*world, backwards])
        without.append([each for each in world if {each.old, each.new} != pair])
    assert resolve(project, retired) == resolve(project, without)


def test_many_records_merged_into_one_stay_cheap(project: ProjectSql) -> None:
    hub = [Statement(f"k{number:05}", "hub", "merged_into", None, None) for number in range(20000)]
    (found,) = resolve(project, [hub])
    assert len(found) == len(hub)
    assert set(found.values()) == {"hub"}
