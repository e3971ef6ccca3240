"""dbt in this process, once per build: from the landing to ``build/build.duckdb``.

Here: one ``dbt build`` with the held manifest, and its outcome in our own words. Not here: parsing
(manifest.py), what the build is (context.py), Dagster (defs/warehouse.py), publishing (release/).

A build always makes the whole warehouse in a fresh file: a part of it would mix two states.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.build_log import LOG_NAME, build_log
from orchestration.context import BuildContext, read_ledger, write_context
from orchestration.errors import RapportError
from orchestration.extract.known_on import known_sightings, landing_known_on
from orchestration.home import Home
from orchestration.manifest import PROJECT_FOLDER, HeldManifest, dbt_environment, held_manifest
from orchestration.release.catalogue import BUILD_NAME, FINISHED_NAME
from orchestration.release.gates import GateError, violated_checks
from orchestration.release.kill_points import reach
from orchestration.release.publish import finish_build
from orchestration.settings import Settings

if TYPE_CHECKING:
    from dbt_common.events.base_types import EventMsg

_GOOD = frozenset({"success", "pass", "warn", "no-op"})
_LEVELS = {"warn": logging.WARNING, "error": logging.ERROR}
_NAMED_FAILURES = 5

# Fails whenever a blocking row of quality.check_result does.
_BLOCKING_TEST = "assert_no_blocking_check_fails"


@dataclass(frozen=True)
class Node:
    """What became of one seed, model or test.

    Attributes:
        unique_id: dbt's name (``model.rapport.fct_session``).
        status: success, pass, warn, fail, error or skipped.
        seconds: how long it took.
        failures: rows a test found; None where that says nothing.
        message: dbt's own words. They may quote what is in a row: for the log, not for a screen.
    """

    unique_id: str
    status: str
    seconds: float
    failures: int | None
    message: str

    @property
    def kind(self) -> str:
        """``seed``, ``model``, ``test``, ``unit_test`` or ``operation``."""
        return self.unique_id.split(".", 1)[0]

    @property
    def name(self) -> str:
        """Name of the seed, model or test within the project."""
        return self.unique_id.split(".")[2]

    @property
    def is_good(self) -> bool:
        """Whether the build may go on; a test with severity ``warn`` never stops it."""
        return self.status in _GOOD


OnNode = Callable[[Node], None]


@dataclass(frozen=True)
class BuildResult:
    """The outcome of a dbt run.

    Attributes:
        context: what was built.
        nodes: every node that dbt touched, in the order of finishing.
        seconds: of the dbt call.
    """

    context: BuildContext
    nodes: tuple[Node, ...]
    seconds: float

    def count(self, kind: str) -> int:
        """Number of nodes of this kind."""
        return sum(node.kind == kind for node in self.nodes)

    @property
    def bad(self) -> list[Node]:
        """Nodes that failed themselves, not those that were skipped in consequence."""
        return [node for node in self.nodes if not node.is_good and node.status != "skipped"]


class WarehouseError(RapportError):
    """dbt did not build the warehouse; the message says which models or tests failed."""

    def __init__(self, message: str, nodes: tuple[Node, ...] = ()) -> None:
        self.nodes = nodes
        super().__init__(message)


def build_warehouse(
    settings: Settings,
    as_of: date | None = None,
    on_event: OnNode | None = None,
    *,
    known_on: date | None = None,
    threads: int = 1,
) -> BuildResult:
    """Build the warehouse of a home from what has landed; publishes nothing.

    Args:
        settings: of the home.
        as_of: date of the metrics; by default the rule of design.md 3.2.
        on_event: called as each seed, model and test finishes.
        known_on: build from what was known on this day alone.
        threads: dbt's threads. One is fastest: dbt's own work is Python, of which one thread runs
            at a time (measured: two took half as long again), and DuckDB uses every core anyway.

    Returns:
        What was built; the file is ``build/build.duckdb``.

    Raises:
        WarehouseError: a model or a test failed.
    """
    held = held_manifest()
    context = write_context(settings, held.fingerprint, as_of, known_on)
    reach("context_written")
    home = settings.home
    if known_on is None:
        return run_dbt(home, context, held, on_event, threads=threads)
    known = known_sightings(settings, read_ledger(home), known_on)
    with landing_known_on(settings, known, known_on) as landed:
        return run_dbt(home, context, held, on_event, threads=threads, landed=landed)


def run_dbt(
    home: Home,
    context: BuildContext,
    held: HeldManifest,
    on_event: OnNode | None = None,
    *,
    threads: int = 1,
    landed: Path | None = None,
) -> BuildResult:
    """Run ``dbt build`` for a context that has been written; see ``build_warehouse``.

    Args:
        home: where the build file is made.
        context: as written.
        held: the manifest.
        on_event: called as each seed, model and test finishes.
        threads: dbt's threads.
        landed: the folder that holds ``landing`` and ``quarantine``; by default the home.
    """
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 -- seconds to import

    from orchestration.dbt_events import few_events  # noqa: PLC0415 -- dbt

    started = time.perf_counter()
    build_file = home.build / BUILD_NAME
    (home.build / FINISHED_NAME).unlink(missing_ok=True)
    for stale in home.build.glob(f"{BUILD_NAME}*"):
        stale.unlink() if stale.is_file() else shutil.rmtree(stale)
    nodes: list[Node] = []
    build_environment = dbt_environment(
        RAPPORT_HOME=str(home.path),
        RAPPORT_LANDED=str(landed or home.path),
        RAPPORT_BUILD_FILE=str(build_file),
    )
    with build_log(home) as log, build_environment:

        def listen(event: EventMsg) -> None:
            node = _finished_node(event)
            if node is not None:
                nodes.append(node)
                log.info("%s %s %.3fs %s", node.status, node.unique_id, node.seconds, node.message)
                if on_event is not None:
                    on_event(node)
            elif event.info.level in ("warn", "error"):
                log.log(_LEVELS[event.info.level], "%s", event.info.msg)

        try:
            runner = dbtRunner(manifest=held.for_dbt(), callbacks=[listen])
            with few_events():
                done = runner.invoke(_arguments(home, threads))
        finally:
            _let_go()
    result = BuildResult(context, tuple(nodes), time.perf_counter() - started)
    if not done.success:
        raise WarehouseError(_explain(result, done.exception, build_file), result.nodes)
    finish_build(home, context.label())
    reach("warehouse_built")
    return result


def _arguments(home: Home, threads: int) -> list[str]:
    return [
        "build",
        *("--project-dir", str(PROJECT_FOLDER), "--profiles-dir", str(PROJECT_FOLDER)),
        # Inside the home, so that builds of two homes never write into one folder.
        *("--target-path", str(home.build / "dbt"), "--log-path", str(home.build / "dbt")),
        # dbt's own logs cost a tenth of its time; ``listen`` writes what we want to keep.
        *("--log-level", "none", "--log-level-file", "none"),
        # Unit tests prove the SQL on made-up rows; `make test` runs them, a build need not.
        *("--exclude-resource-type", "unit_test"),
        *("--threads", str(threads)),
        "--no-write-json",
    ]


def _finished_node(event: EventMsg) -> Node | None:
    if event.info.name != "NodeFinished":
        return None
    run: Any = event.data.run_result
    unique_id = event.data.node_info.unique_id
    is_test = unique_id.startswith("test.")
    return Node(
        unique_id=unique_id,
        status=run.status,
        seconds=run.execution_time,
        failures=run.num_failures if is_test else None,
        message=run.message,
    )


def _let_go() -> None:
    """Close the file: dbt-duckdb keeps its connection for the life of the process."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415

    environment = DuckDBConnectionManager._ENV
    if environment is not None:
        environment.close()
    DuckDBConnectionManager.close_all_connections()


def _explain(result: BuildResult, exception: BaseException | None, build_file: Path) -> str:
    """Say which models and tests failed, without dbt's words: they may quote a row."""
    bad = result.bad
    if bad and all(node.name == _BLOCKING_TEST for node in bad):
        # This test only repeats what the checks say, and they say it better.
        return str(GateError(violated_checks(build_file)))
    parts = []
    for node in bad[:_NAMED_FAILURES]:
        if node.kind == "test" and node.status == "fail":
            parts.append(f"check {node.name} found {node.failures} rows that break its rule")
        else:
            parts.append(f"{node.kind} {node.name} could not be made")
    if len(bad) > _NAMED_FAILURES:
        parts.append(f"{len(bad) - _NAMED_FAILURES} more failed")
    if not parts:
        kind = type(exception).__name__ if exception is not None else "no reason given"
        parts.append(f"dbt stopped before its first model ({kind})")
    return f"The warehouse was not built: {'; '.join(parts)}. Details: logs/{LOG_NAME} in the home."
