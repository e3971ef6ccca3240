"""The rooms stay apart: who may import whom, how long a file may be, what a module opens with.

Belongs here: rules about the Python side that a reader could check by hand. The dbt side is in
`test_dbt_project.py`, promises about secrets and addresses in `test_hygiene.py`.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.support import REPO

ROOMS = ("orchestration", "dashboards", "review_log")
MODULES = sorted(p for room in ROOMS for p in (REPO / room).rglob("*.py"))
LONGEST = 400


def imports(path: Path) -> set[str]:
    """Top-level and dotted names that a module imports, wherever in the file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


def name_of(path: Path) -> str:
    return str(path.relative_to(REPO))


def test_there_is_something_to_check() -> None:
    assert {p.relative_to(REPO).parts[0] for p in MODULES} == set(ROOMS)
    assert len(MODULES) > 20


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_the_two_sides_meet_only_in_the_release(path: Path) -> None:
    room = path.relative_to(REPO).parts[0]
    # The review log serves both sides and knows neither.
    others = {"orchestration", "dashboards"} - {room}
    assert not others & roots(path)


@pytest.mark.parametrize(
    ("folder", "forbidden"),
    [
        ("orchestration/contracts", {"dagster", "dagster_dbt", "dbt", "duckdb", "streamlit"}),
        ("orchestration/readers", {"dagster", "dagster_dbt", "dbt", "streamlit"}),
        ("orchestration/extract", {"dagster", "dagster_dbt", "dbt", "streamlit"}),
        ("orchestration/simulator", {"dagster", "dagster_dbt", "dbt", "duckdb", "streamlit"}),
        ("dashboards", {"dagster", "dagster_dbt", "dbt", "sqlalchemy"}),
        ("review_log", {"dagster", "dagster_dbt", "dbt", "duckdb", "streamlit"}),
    ],
)
def test_a_room_does_not_reach_past_its_tools(folder: str, forbidden: set[str]) -> None:
    modules = sorted((REPO / folder).rglob("*.py"))
    assert modules
    reached = {name_of(p): roots(p) & forbidden for p in modules if roots(p) & forbidden}
    assert not reached


def test_the_pipeline_never_reads_the_simulators_truth() -> None:
    readers = [
        p
        for p in MODULES
        if "simulator" in imports(p)
        or any(name.startswith("orchestration.simulator") for name in imports(p))
    ]
    inside = REPO / "orchestration" / "simulator"
    outside = {name_of(p) for p in readers if inside not in p.parents}
    assert outside <= {"orchestration/cli.py", "orchestration/commands/demo.py"}


def test_duckdb_is_opened_by_the_warehouse_module_and_beside_the_dashboard_alone() -> None:
    openers = {name_of(p) for p in MODULES if "dashboards" in p.parts and "duckdb" in roots(p)}
    assert openers == {"dashboards/warehouse.py", "dashboards/question.py"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_opens_by_saying_what_it_is_for(path: Path) -> None:
    tree = ast.parse(path.read_text())
    if tree.body:
        docstring = ast.get_docstring(tree)
        assert docstring and len(docstring.split()) >= 8, "say what belongs here and what does not"


@pytest.mark.parametrize(
    "path",
    sorted(
        p for f in (*ROOMS, "tests", "benchmarks", "validity") for p in (REPO / f).rglob("*.py")
    ),
    ids=name_of,
)
def test_no_file_is_longer_than_a_reader_can_hold(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST


def test_definitions_only_load() -> None:
    body = ast.parse((REPO / "orchestration" / "definitions.py").read_text())
    lines = (REPO / "orchestration" / "definitions.py").read_text().splitlines()
    opening = len((ast.get_docstring(body) or "").splitlines()) + 1
    assert len(lines) - opening <= 20


def test_every_argument_of_a_cached_function_is_part_of_its_key() -> None:
    """Streamlit leaves out arguments that start with an underscore (trust.md 0.9)."""
    found = [
        (name_of(path), node.name, argument.arg)
        for path in MODULES
        if path.is_relative_to(REPO / "dashboards")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
        and any("st.cache_" in ast.unparse(decorator) for decorator in node.decorator_list)
        for argument in [*node.args.args, *node.args.kwonlyargs]
    ]
    assert len(found) > 50
    assert not [one for one in found if one[2].startswith("_")]
