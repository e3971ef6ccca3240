"""Query functions: run on the contracts, hash their scope, never leak between viewers."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from types import ModuleType

import pytest

import dashboards.figures
import dashboards.queries
from dashboards.figures.practice import Shown
from dashboards.queries import cases, practice, reference
from dashboards.queries.variation import Choice
from dashboards.scope import Role, Scope
from tests.unit.dashboards.small_release import ANNA, BORIS, case

PLAIN = {
    "period": "all",
    "status": "any",
    "instrument": "srs",
    "metric_id": "dropout_d1",
    "episode_key": "e1",
    "relation": "rupture",
    "reviewed": (),
    "start": date(2026, 1, 1),
    "end": date(2027, 1, 1),
    "kind": "clinician",
    "value": ANNA,
    "clinician": ANNA,
    "name": "Clinician A1AA",
    "minimum": 0.6,
    "min_at_risk": 10,
    "full_from": 20,
    "parameter_id": "flag_min_n",
    "fallback": 20.0,
    "method_id": "casesens_shrunk_sd",
    "min_ruptures": 8,
    "needed": 200,
    "choice": Choice("dropout_d1", None),
    "periods": ("2026-10", "all"),
    "shown": Shown("dropout_d1", "srs", "Unplanned endings", "ended cases", "share", 1),
    "every": (Shown("dropout_d1", "srs", "Unplanned endings", "ended cases", "share", 1),),
    "as_of": date(2026, 11, 20),
    "span": (date(2026, 1, 1), date(2027, 1, 1)),
    "is_whole": True,
    "part": "",
    "family": "alliance",
    "metrics": ("dropout_d1",),
    "episode_keys": ("e1",),
    "entry_key": "n1",
    "day": date(2026, 11, 20),
    "moment": datetime(2026, 11, 20, 12),
}


def modules() -> Iterator[ModuleType]:
    for package in (dashboards.queries, dashboards.figures):
        for found in pkgutil.iter_modules(package.__path__):
            yield importlib.import_module(f"{package.__name__}.{found.name}")


def cached() -> list[tuple[str, Callable[..., object]]]:
    return [
        (f"{module.__name__}.{name}", function)
        for module in modules()
        for name, function in vars(module).items()
        if hasattr(function, "clear") and getattr(function, "__module__", "") == module.__name__
    ]


def test_there_are_cached_functions_to_test() -> None:
    assert len(cached()) > 30


@pytest.mark.parametrize(("name", "function"), cached(), ids=[name for name, _ in cached()])
def test_scope_comes_first_and_every_argument_is_hashed(
    name: str, function: Callable[..., object]
) -> None:
    parameters = list(inspect.signature(function).parameters.values())
    assert parameters[0].name == "scope"
    assert parameters[0].annotation in (Scope, "Scope")
    assert not [p.name for p in parameters if p.name.startswith("_")], name


@pytest.mark.parametrize(("name", "function"), cached(), ids=[name for name, _ in cached()])
@pytest.mark.parametrize("role", list(Role))
def test_every_query_runs_on_a_release_without_rows(
    name: str,
    function: Callable[..., object],
    role: Role,
    released: Callable[..., Path],
    scoped: Callable[..., Scope],
) -> None:
    released()
    wanted = list(inspect.signature(function).parameters)[1:]
    keys = () if role is Role.ANALYST else (ANNA,)
    function(scoped(*keys, role=role), **{argument: PLAIN[argument] for argument in wanted})


def test_unknown_and_foreign_case_give_the_same_answer(
    released: Callable[..., Path], scoped: Callable[..., Scope]
) -> None:
    released({"metrics.case_summary": [case("e1", ANNA), case("e2", BORIS)]})
    scope = scoped(ANNA)
    assert cases.case(scope, "e1")["client_label"] == "C-E1"
    assert cases.case(scope, "e2") is None
    assert cases.case(scope, "nothing") is None


def test_one_viewer_never_gets_the_cached_rows_of_another(
    released: Callable[..., Path], scoped: Callable[..., Scope]
) -> None:
    released({"metrics.case_summary": [case("e1", ANNA), case("e2", BORIS), case("e3", BORIS)]})
    director = scoped(ANNA, BORIS, role=Role.DIRECTOR)
    assert cases.cases(director, "any").height == 3
    assert cases.cases(scoped(ANNA), "any")["episode_key"].to_list() == ["e1"]
    assert cases.cases(scoped(BORIS), "any").height == 2
    assert cases.cases(scoped(role=Role.ANALYST), "any").is_empty()
    assert cases.reach(scoped(BORIS)) == (1, 2)
    assert cases.reach(director) == (2, 3)


def test_status_filter(released: Callable[..., Path], scoped: Callable[..., Scope]) -> None:
    released(
        {
            "metrics.case_summary": [
                case("e1", ANNA),
                case("e2", ANNA, status="closed"),
                case("e3", ANNA, status="lapsed"),
            ]
        }
    )
    scope = scoped(ANNA)
    assert set(cases.cases(scope, "open")["episode_key"]) == {"e1"}
    assert set(cases.cases(scope, "ended")["episode_key"]) == {"e2", "e3"}
    assert cases.open_cases(scope) == 1


def test_a_long_list_of_cases_is_cut_counted_and_searched(
    released: Callable[..., Path], scoped: Callable[..., Scope]
) -> None:
    many = [case(f"e{n:03}", ANNA) for n in range(cases.LISTED + 20)]
    released({"metrics.case_summary": [*many, case("f001", BORIS)]})
    scope = scoped(ANNA)
    assert cases.cases(scope, "any").height == cases.LISTED
    assert cases.how_many(scope, "any") == cases.LISTED + 20
    last = f"e{cases.LISTED + 19}"
    assert cases.cases(scope, "any", last.upper())["episode_key"].to_list() == [last]
    assert cases.how_many(scope, "any", last) == 1
    assert cases.cases(scope, "any", "%").is_empty()
    assert cases.cases(scope, "any", "f001").is_empty()


def test_agenda_comes_by_tier_then_by_waiting(
    released: Callable[..., Path], scoped: Callable[..., Scope]
) -> None:
    def entry(key: str, tier: int, since: date) -> dict[str, object]:
        return {
            "episode_key": key,
            "clinician_key": ANNA,
            "client_label": f"C-{key}",
            "tier": f"T{tier}",
            "tier_rank": tier,
            "waiting_since": since,
        }

    late, early = date(2026, 11, 1), date(2026, 9, 1)
    released(
        {
            "metrics.supervision_agenda": [
                entry("a", 3, early),
                entry("b", 2, late),
                entry("c", 2, early),
                entry("d", 5, early),
            ]
        }
    )
    assert cases.agenda(scoped(ANNA))["episode_key"].to_list() == ["c", "b", "a", "d"]


def test_clinicians_come_by_label_whatever_their_rate(
    released: Callable[..., Path], scoped: Callable[..., Scope]
) -> None:
    released(
        {
            "metrics.clinician_metric": [
                {
                    "clinician_key": key,
                    "metric_id": "dropout_d1",
                    "period": "all",
                    "estimate": rate,
                    "denominator_n": 30,
                }
                for key, rate in ((BORIS, 0.1), (ANNA, 0.9))
            ]
        }
    )
    rows = practice.clinician_figures(scoped(ANNA, BORIS), "dropout_d1", "", "all")
    assert rows["clinician_label"].to_list() == ["Clinician A1AA", "Clinician B2AA"]


def test_periods_are_newest_first_and_a_quarter_follows_its_months(
    released: Callable[..., Path], scoped: Callable[..., Scope]
) -> None:
    codes = ["all", "2026-01", "2026-03", "2026-Q1", "2026-04", "2025-Q4", "2025-12"]
    released({"metrics.practice_metric": [{"period": code} for code in codes]})
    assert practice.periods(scoped(role=Role.DIRECTOR)) == [
        "2026-04",
        "2026-Q1",
        "2026-03",
        "2026-01",
        "2025-Q4",
        "2025-12",
    ]


def test_parameter_falls_back_only_when_absent(
    released: Callable[..., Path], scoped: Callable[..., Scope]
) -> None:
    released(
        {
            "metrics.parameter": [
                {"parameter_id": "flag_min_n", "value": 25.0},
                {"parameter_id": "alert_cutoff", "instrument": "srs", "value": 36.0},
            ]
        }
    )
    scope = scoped(ANNA)
    assert reference.parameter(scope, "flag_min_n", 20.0) == 25.0
    assert reference.parameter(scope, "alert_cutoff", -1.0) == -1.0
    assert reference.parameter(scope, "absent", 7.0) == 7.0
