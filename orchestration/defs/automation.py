"""When a build starts by itself: the inbox sensor and the nightly schedule; and the job they start.

Here: wiring, and the one rule of when deliveries have settled. Not here: what a delivery is
(extract/inbox.py), or the limit of one run at a time (dagster.yaml of the home, and its lock).
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import dagster as dg

from orchestration.extract.inbox import Found, find_deliveries
from orchestration.lock import holder
from orchestration.settings import load_settings

# Seconds without any change after which a delivery without a manifest counts as complete. An export
# over a slow network share pauses for some seconds between files, hardly for a minute.
QUIET_SECONDS = 60

# A run that was just started imports for some seconds before it takes the home's lock.
STARTING_SECONDS = 300

build_job = dg.define_asset_job(
    "build",
    selection=dg.AssetSelection.all(),
    description="The whole way from the inbox to the current release; also `rapport build`.",
    tags={"rapport/writes": "home"},
)


@dataclass(frozen=True)
class Watch:
    """What the sensor knows about the inbox between two looks.

    Attributes:
        seen: by delivery (hashed name): its signature, and when it was first seen like that.
        built: the state of the inbox for which a build was asked last.
    """

    seen: dict[str, tuple[str, float]]
    built: str = ""

    @classmethod
    def from_cursor(cls, cursor: str | None) -> Watch:
        """Read what the last look left; an unreadable cursor is a fresh start."""
        try:
            content = json.loads(cursor or "{}")
            seen = {key: (str(sign), float(at)) for key, (sign, at) in content["seen"].items()}
            return cls(seen, str(content["built"]))
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls({})

    def to_cursor(self) -> str:
        """What the next look needs; names are hashed, for they may be those of people."""
        return json.dumps({"seen": self.seen, "built": self.built})


@dataclass(frozen=True)
class Look:
    """The outcome of one look: what to remember, whether to build, and why not."""

    watch: Watch
    build: bool
    why: str


def look(deliveries: Iterable[Found], before: Watch, now: float) -> Look:
    """Decide whether the inbox has settled into something that was not built yet.

    A delivery that the reader would leave alone (a temporary name, nothing in it yet) is left alone
    here too. One whose files keep changing makes all wait: a build would read the half that is
    there. Without a manifest nobody can know that the last file has come, so nothing may change for
    QUIET_SECONDS; with one, two looks that see the same are enough, because the reader checks it
    file by file.

    Args:
        deliveries: what lies in the inbox.
        before: what the last look left.
        now: seconds since the epoch.
    """
    seen: dict[str, tuple[str, float]] = {}
    waiting = 0
    for found in deliveries:
        if found.problem is not None:
            continue
        key = hashlib.sha256(os.fsencode(f"{found.source}/{found.name}")).hexdigest()[:16]
        signature = found.signature()
        was, since = before.seen.get(key, ("", now))
        if was != signature:
            since = now
        seen[key] = (signature, since)
        quiet = now > since if found.manifest else now - since >= QUIET_SECONDS
        waiting += not quiet
    state = hashlib.sha256(
        json.dumps({key: signature for key, (signature, _) in sorted(seen.items())}).encode()
    ).hexdigest()
    if not seen:
        return Look(Watch(seen, before.built), False, "Nothing in the inbox is complete.")
    if waiting:
        return Look(Watch(seen, before.built), False, f"{waiting} deliveries are not complete yet.")
    if state == before.built:
        return Look(Watch(seen, state), False, "Nothing new in the inbox.")
    return Look(Watch(seen, state), True, f"{len(seen)} deliveries are complete.")


def end_dead_runs(instance: dg.DagsterInstance, now: datetime) -> list[str]:
    """Report runs as failed that Dagster still takes for started although nobody holds the home.

    After a power cut they would stay started, and with one run at a time block all others, until
    run monitoring ends them after hours (dagster#4319). A run holds the home's lock from its first
    seconds to its end; call this only when the lock is free.

    Args:
        instance: Dagster's.
        now: the clock, with its zone.

    Returns:
        Ids of the runs that were ended.
    """
    started = dg.RunsFilter(
        statuses=[dg.DagsterRunStatus.STARTED],
        job_name=build_job.name,
        updated_before=now - timedelta(seconds=STARTING_SECONDS),
    )
    dead = instance.get_runs(started)
    for run in dead:
        instance.report_run_failed(run, "The process of this run is gone; nothing was published.")
    return [run.run_id for run in dead]


@dg.sensor(
    job=build_job,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts a build when everything in the inbox is complete and something is new.",
)
def inbox_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """Look at the inbox; ask for a build of each settled state once."""
    home = load_settings().home
    if holder(home.path) is not None:
        return dg.SensorResult(skip_reason="A build is running.")
    end_dead_runs(context.instance, datetime.now(UTC))
    outcome = look(find_deliveries(home.inbox), Watch.from_cursor(context.cursor), time.time())
    cursor = outcome.watch.to_cursor()
    if not outcome.build:
        return dg.SensorResult(skip_reason=outcome.why, cursor=cursor)
    request = dg.RunRequest(run_key=f"inbox-{outcome.watch.built[:32]}")
    return dg.SensorResult(run_requests=[request], cursor=cursor)


# Lapses and waiting times move with the date, so a build a night is due even without a delivery.
nightly = dg.ScheduleDefinition(
    name="nightly",
    job=build_job,
    cron_schedule="30 2 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="A build every night at 02:30 UTC.",
)


defs = dg.Definitions(jobs=[build_job], sensors=[inbox_sensor], schedules=[nightly])
