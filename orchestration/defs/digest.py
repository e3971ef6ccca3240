"""After the release: the weekly digest for supervisors.

Here: a job of its own and its schedule. It looks every morning, so that a machine that was off on
the chosen weekday, or a mail server that did not answer, costs a day and not a week. Not here: what
is due and what was sent already (digest/). The job is no asset: a build never waits for mail.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import dagster as dg

from orchestration.digest.weekly import is_due, run
from orchestration.settings import Settings, load_settings


def _today(settings: Settings) -> datetime:
    return datetime.now(ZoneInfo(settings.practice.time_zone))


@dg.op(description="Writes the digests of this week and sends those that were not sent yet.")
def write_digests() -> None:
    """Write and send; fails where a mail was not sent, in words without an address."""
    settings = load_settings()
    outcomes = run(settings, _today(settings).date())
    failed = [one for one in outcomes if one.state == "failed"]
    dg.get_dagster_logger().info(f"{len(outcomes)} digests, {len(failed)} not sent")
    if failed:
        said = "\n".join(f"{one.label}: {one.problem}" for one in failed)
        raise dg.Failure(description=said, allow_retries=False)


@dg.job(name="digest", description="One text per supervisor and week; also `rapport digest`.")
def digest_job() -> None:
    """Write digests, and nothing else."""
    write_digests()


@dg.schedule(
    name="weekly_digest",
    job=digest_job,
    cron_schedule="0 6 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="From the chosen weekday on, every morning at 06:00 UTC until all are sent.",
)
def weekly_digest() -> dg.RunRequest | dg.SkipReason:
    """Ask for a run where the digest of this week is due."""
    settings = load_settings()
    if not settings.digest.enabled:
        return dg.SkipReason("The digest is off in rapport.toml.")
    if not is_due(settings, _today(settings).date()):
        return dg.SkipReason("The digest of this week is due on another day.")
    return dg.RunRequest()


defs = dg.Definitions(jobs=[digest_job], schedules=[weekly_digest])
