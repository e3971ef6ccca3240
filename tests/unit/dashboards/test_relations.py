"""The scope filter: every table about people is narrowed, every query goes through it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboards.relations import (
    RELATIONS,
    SCOPE_PARAMETER,
    Reach,
    UnknownRelationError,
    named,
    visible,
)
from dashboards.scope import Role, Scope
from dashboards.warehouse import fetch
from tests.unit.dashboards.small_release import (
    ANNA,
    BORIS,
    CLARA,
    DORA,
    ELSA,
    contracts,
)

PEOPLE = (ANNA, BORIS, CLARA, DORA, ELSA)
OF_PEOPLE = sorted(name for name, r in RELATIONS.items() if r.reach is Reach.PERSON)
# `small_release.basics` has rows of these already.
KEYED = [name for name in OF_PEOPLE if name not in ("dim_clinician", "supervision")]


@pytest.mark.parametrize("name", sorted(RELATIONS))
def test_every_relation_is_promised_by_a_contract(name: str) -> None:
    relation = RELATIONS[name]
    columns = contracts()[relation.table]
    if relation.reach is Reach.PERSON:
        assert relation.owner in columns
    if relation.rounded:
        assert relation.rounded in contracts()


def test_no_table_with_a_person_in_it_is_open() -> None:
    telltale = {"clinician_key", "client_key", "episode_key"}
    for name, relation in RELATIONS.items():
        if telltale & set(contracts()[relation.table]):
            assert relation.reach is Reach.PERSON, name


@pytest.fixture
def owned(released: Callable[..., Path]) -> None:
    """Release two rows of each clinician in every table about people."""
    rows: dict[str, list[dict[str, Any]]] = {}
    # two relations may be parts of one table
    tables = {RELATIONS[name].table: name for name in sorted(KEYED, reverse=True)}
    for name in tables.values():
        relation = RELATIONS[name]
        for key, place in itertools.product(PEOPLE, (1, 2)):
            row: dict[str, Any] = {relation.owner: key}
            if name == "clinician_survival":
                row |= {"scope_kind": "clinician", "session_index": place}
            if name == "clinician_repair_course":
                row |= {"scope_kind": "clinician"}
            if name == "rupture":
                row |= {"method_id": "casesens_shrunk_sd"}
            rows.setdefault(relation.table, []).append(row)
    released(rows)


def rows_of(name: str, scope: Scope) -> pl.DataFrame:
    """Fetch a whole relation."""
    return fetch(scope, f"select * from {name}")  # noqa: S608 - names of RELATIONS


@pytest.mark.usefixtures("owned")
@pytest.mark.parametrize("name", KEYED)
def test_visible_rows_equal_brute_force(name: str, scoped: Callable[..., Scope]) -> None:
    owner = RELATIONS[name].owner
    for size in range(len(PEOPLE) + 1):
        for chosen in itertools.combinations(PEOPLE, size):
            seen = rows_of(name, scoped(*chosen))[owner].to_list()
            assert sorted(seen) == sorted(key for key in PEOPLE if key in chosen for _ in "12")


@pytest.mark.usefixtures("owned")
def test_an_analyst_gets_no_row_about_a_person(scoped: Callable[..., Scope]) -> None:
    for name in OF_PEOPLE:
        assert rows_of(name, scoped(role=Role.ANALYST)).is_empty()


def test_ruptures_of_other_methods_are_not_counted_with_the_canonical_ones(
    released: Callable[..., Path], scoped: Callable[..., Scope]
) -> None:
    methods = ("casesens_shrunk_sd", "after_strauss2006", "psq_direct")
    released({"metrics.rupture": [{"clinician_key": ANNA, "method_id": m} for m in methods]})
    assert rows_of("rupture", scoped(ANNA))["method_id"].to_list() == ["casesens_shrunk_sd"]


def test_practice_figures_are_exact_for_the_director_and_rounded_for_others(
    released: Callable[..., Path], scoped: Callable[..., Scope]
) -> None:
    exact = {"practice_metric_key": "k", "metric_id": "dropout_d1", "period": "all", "numerator": 3}
    hidden = {**exact, "numerator": None, "is_suppressed": True}
    released({"metrics.practice_metric": [exact], "analyst.practice_metric": [hidden]})
    ask = "select numerator from practice_metric"
    assert fetch(scoped(role=Role.DIRECTOR), ask)["numerator"].to_list() == [3]
    assert fetch(scoped(ANNA), ask)["numerator"].to_list() == [None]
    assert fetch(scoped(role=Role.ANALYST), ask)["numerator"].to_list() == [None]


def test_practice_figures_without_a_rounded_table_are_for_the_director_alone(
    released: Callable[..., Path], scoped: Callable[..., Scope]
) -> None:
    released({"metrics.practice_flow": [{"practice_flow_key": "k", "period": "all", "n": 2}]})
    assert fetch(scoped(role=Role.DIRECTOR), "select n from practice_flow").height == 1
    assert fetch(scoped(ANNA), "select n from practice_flow").is_empty()


@pytest.mark.parametrize(
    "sql",
    [
        "select * from core.dim_clinician",
        "select * from metrics.case_summary",
        "select * from case_summary join core.dim_client using (client_key)",
        "select * from information_schema.tables",
        "select * from fct_session",
        "select * from case_summary join read_csv",
    ],
)
def test_a_query_can_name_nothing_else(sql: str) -> None:
    with pytest.raises(UnknownRelationError):
        named(sql)


def test_the_filter_is_in_front_of_the_query() -> None:
    scope = Scope("r", "f", Role.DIRECTOR, ("a",))
    sql, needs_keys = visible("select * from rupture join case_summary using (episode_key)", scope)
    assert needs_keys
    assert sql.count(f"${SCOPE_PARAMETER}") == 2
    assert not visible("select * from parameter", scope)[1]


def test_pages_read_metric_tables_and_never_scan_facts() -> None:
    core = {r.table for r in RELATIONS.values() if r.table.startswith("core.")}
    assert not [table for table in core if table.startswith("core.fct_")]
    # Dimensions and supervision: small, however many sessions a practice has.
    assert core <= {"core.dim_clinician", "core.dim_instrument", "core.supervision"}
