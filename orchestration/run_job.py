"""``rapport build``: the Dagster job of definitions.py, run in this process.

Here: the run, quietly and cheaply, with what a build session collected. Not here: the stages
(pipeline.py), what is printed (commands/build.py).

The run's thousand events are kept nowhere. Writing them into Dagster's SQLite would cost as much
time as building a small warehouse, and even into one in memory a tenth of it; what became of a
build stands in logs/build.log and releases/last_build.json (docs/decisions/0044).
"""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

from orchestration.manifest import is_held
from orchestration.pipeline import BuildSession

if TYPE_CHECKING:
    from dagster import DagsterInstance


def run_job(session: BuildSession, as_of: date | None) -> bool:
    """Run the whole job for a session that holds its home.

    Args:
        session: collects what came of the stages.
        as_of: date of the metrics, or None for the rule of design.md 3.2.

    Returns:
        Whether a release was published.
    """
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "yes"
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    if not is_held():
        session.say("", "reading the SQL of the warehouse (once after each change of it)", None)
    with _seldom_collected():
        import dagster as dg  # noqa: PLC0415 -- seconds to import

        from orchestration.definitions import defs  # noqa: PLC0415 -- seconds to import

        with dg.DagsterInstance.ephemeral() as instance:
            _forget_events(instance)
            result = defs.resolve_job_def("build").execute_in_process(
                instance=instance,
                run_config={
                    "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
                    "ops": {"warehouse": {"config": {"as_of": as_of.isoformat() if as_of else ""}}},
                },
                resources={"session": session},
                raise_on_error=False,
            )
    return result.success and session.release is not None


def _forget_events(instance: DagsterInstance) -> None:
    """Let the run's events pass unstored: nobody can ask for them once this process has ended.

    How the run ends is kept beside them, in the instance's list of runs.
    """
    events = instance.event_log_storage
    events.store_event = lambda event: None  # type: ignore[method-assign]
    # Looked for before each asset is told of, to name the versions it was made from.
    events.get_asset_records = lambda asset_keys=None: []  # type: ignore[method-assign]


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Search memory for unused cycles a hundredth as often.

    Dagster and dbt hold some million objects to the end. Python would walk through them over and
    over: a twelfth of a small build.
    """
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
