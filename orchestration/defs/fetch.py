"""Before stage 1: asking the practice systems that have an API, every night.

Here: a job of its own and its schedule; what it saves, the inbox sensor then builds. Not here: how
a system is asked (fetch/). The job is no asset of the build: a build never asks the network, and a
system that does not answer must not hold one up.
"""

from __future__ import annotations

import dagster as dg

from orchestration.fetch.run import fetch_sources, fetched_sources
from orchestration.settings import load_settings


@dg.op(description="Saves the answers of every source that rapport.toml says to fetch.")
def fetch_every_source() -> None:
    """Fetch every source; fails at the end if one could not be fetched."""
    problems = []
    for outcome in fetch_sources(load_settings()):
        if outcome.problem is None:
            dg.get_dagster_logger().info(
                f"{outcome.source}: {outcome.rows} records, {outcome.kind}"
            )
        else:
            problems.append(outcome.problem)
    if problems:
        raise dg.Failure(description="\n".join(problems), allow_retries=False)


@dg.job(
    name="fetch", description="New pages from practice systems into the inbox; `rapport fetch`."
)
def fetch_job() -> None:
    """Fetch, and nothing else."""
    fetch_every_source()


@dg.schedule(
    name="nightly_fetch",
    job=fetch_job,
    cron_schedule="30 1 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="A fetch every night at 01:30 UTC, an hour before the nightly build.",
)
def nightly_fetch() -> dg.RunRequest | dg.SkipReason:
    """Ask for a run where a source is to be fetched."""
    if not fetched_sources(load_settings()):
        return dg.SkipReason("No source of rapport.toml is fetched.")
    return dg.RunRequest()


defs = dg.Definitions(jobs=[fetch_job], schedules=[nightly_fetch])
