"""``rapport build``: the Dagster job of definitions.py, run in this process.

Here: the run, quietly, with what a build session collected. Not here: the stages (pipeline.py),
what is printed (commands/build.py).

The run is kept in memory only. Writing its thousand events into Dagster's SQLite would cost as much
time as building a small warehouse; what became of a build stands in logs/build.log and
releases/last_build.json.
"""

from __future__ import annotations

import logging
import os
from datetime import date

from orchestration.manifest import is_held
from orchestration.pipeline import BuildSession


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
    from orchestration.definitions import defs  # noqa: PLC0415 -- seconds to import

    result = defs.resolve_job_def("build").execute_in_process(
        run_config={
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            "ops": {"warehouse": {"config": {"as_of": as_of.isoformat() if as_of else ""}}},
        },
        resources={"session": session},
        raise_on_error=False,
    )
    return result.success and session.release is not None
