"""The project's own SQL, run over tables of our making.

Here: dbt's compiled text of chosen models, executed in DuckDB in memory over the real seeds and
whatever stands in for the other models. Not here: what those tables hold. Nothing is rewritten: the
text that runs is the text a build would run.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from orchestration.manifest import (
    PROJECT_FOLDER,
    SEEDS_FOLDER,
    HeldManifest,
    dbt_environment,
    held_manifest,
)
from orchestration.release.catalogue import BUILD_NAME

# The name of the build file is the name of the database in every relation that dbt writes.
DATABASE = Path(BUILD_NAME).stem
_MODEL = "model.rapport."
_SEED = "seed.rapport."


class ProjectSql:
    """A DuckDB in memory that runs models of the project; use it in a ``with`` block.

    Attributes:
        connection: for reading what the models made.
    """

    def __init__(self, models: Iterable[str]) -> None:
        held = held_manifest()
        self._nodes: Mapping[str, Any] = held.content["nodes"]
        self._code = _compiled(held, sorted(models))
        self._given: set[str] = set()
        self.connection = duckdb.connect()
        self.connection.execute(f"attach ':memory:' as {DATABASE}")
        for unique_id in {
            parent for model in self._code for parent in self._parents(model) if _is_seed(parent)
        }:
            self._load_seed(unique_id)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.connection.close()

    def give(self, model: str, query: str) -> None:
        """Let the rows of a query stand for a model that is not run.

        Args:
            model: its name.
            query: a select over anything DuckDB can read, tables registered on the connection
                among them.
        """
        self._create(self._nodes[_MODEL + model], query)
        self._given.add(model)

    def run(self, models: Iterable[str] | None = None) -> None:
        """Make models, parents first.

        Args:
            models: names among the chosen ones; by default all that were not given.

        Raises:
            LookupError: a model reads one that is neither run nor given.
        """
        waiting = set(self._code) - self._given if models is None else set(models)
        while waiting:
            ready = sorted(m for m in waiting if not self._read_by(m) & waiting)
            lacking = {name for m in waiting for name in self._read_by(m)} - self._given - waiting
            if lacking or not ready:
                raise LookupError(f"neither run nor given: {sorted(lacking or waiting)}")
            for model in ready:
                self.give(model, self._code[model])
            waiting -= set(ready)

    def relation(self, model: str) -> str:
        """Name of a model's table, as the SQL has it."""
        return str(self._nodes[_MODEL + model]["relation_name"])

    def seed(self, name: str) -> str:
        """Name of a seed's table; only seeds that a chosen model reads are there."""
        return str(self._nodes[_SEED + name]["relation_name"])

    def _parents(self, model: str) -> list[str]:
        return list(self._nodes[_MODEL + model]["depends_on"]["nodes"])

    def _read_by(self, model: str) -> set[str]:
        return {p.removeprefix(_MODEL) for p in self._parents(model) if p.startswith(_MODEL)}

    def _load_seed(self, unique_id: str) -> None:
        node = self._nodes[unique_id]
        types = node["config"]["column_types"]
        path = SEEDS_FOLDER / Path(node["original_file_path"]).name
        reading = f"read_csv('{path}', header = true, types = {dict(types)!r})"
        self._create(node, f"select * from {reading}")  # noqa: S608 - a file of the repository

    def _create(self, node: Mapping[str, Any], query: str) -> None:
        self.connection.execute(f"create schema if not exists {DATABASE}.{node['schema']}")
        self.connection.execute(f"create or replace table {node['relation_name']} as {query}")


def _is_seed(unique_id: str) -> bool:
    return unique_id.startswith(_SEED)


def _compiled(held: HeldManifest, models: list[str]) -> dict[str, str]:
    """What dbt would run for each model."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 -- seconds to import

    with tempfile.TemporaryDirectory(prefix="rapport-validity-") as scratch:
        file = str(Path(scratch) / BUILD_NAME)
        with dbt_environment(RAPPORT_HOME=scratch, RAPPORT_BUILD_FILE=file):
            done = dbtRunner(manifest=held.for_dbt()).invoke(
                [
                    *("compile", "--quiet", "--no-introspect"),
                    *("--select", *models),
                    *("--project-dir", str(PROJECT_FOLDER), "--profiles-dir", str(PROJECT_FOLDER)),
                    *("--target-path", scratch, "--log-path", scratch),
                    *("--log-level", "none", "--log-level-file", "none", "--no-write-json"),
                ]
            )
            DuckDBConnectionManager.close_all_connections()
    if not done.success:
        raise RuntimeError(f"dbt cannot compile {', '.join(models)}: {done.exception}")
    nodes = [run.node for run in done.result.results]
    return {n.name: n.compiled_code for n in nodes if n.resource_type == "model"}
