"""``rapport digest``: what is said of each supervisor's digest.

Not here: writing and sending (digest/).
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from orchestration.commands.output import count, line, step
from orchestration.digest.weekly import Outcome, planned, run, week_of
from orchestration.settings import load_settings

_WORDS = {
    "written": "written to digests/",
    "sent": "sent",
    "sent_before": "sent before this week, not again",
    "unsure": "begun before and not ended: it may have gone out, so it is not sent again",
    "no_address": "written to digests/, not sent: no address in secrets/digest_addresses.toml",
    "failed": "not sent; the next run tries again",
}


@click.command("digest")
@click.option("--dry-run", is_flag=True, help="Show the texts; write nothing, send nothing.")
def command(dry_run: bool) -> int:
    """Write the weekly digest of every supervisor, and send it if so configured.

    Counts by kind of reason only. At most one mail per supervisor and week, however often this
    runs; one that failed is tried again by the next run. Exits 1 if a mail was not sent.
    """
    settings = load_settings()
    if dry_run:
        for outcome in planned(settings):
            line(f"--- {outcome.label}: would be {_WORDS[outcome.state]}")
            line(outcome.text)
        return 0
    if not settings.digest.enabled:
        line("The digest is off. rapport.toml: [digest] enabled = true switches it on.")
        return 0
    today = datetime.now(ZoneInfo(settings.practice.time_zone)).date()
    outcomes = run(settings, today)
    line(f"Digest of {week_of(today)} for {count(len(outcomes), 'supervisor')}.")
    for outcome in outcomes:
        step(outcome.label, said(outcome))
    return 1 if any(outcome.state == "failed" for outcome in outcomes) else 0


def said(outcome: Outcome) -> str:
    """Say what became of one digest."""
    words = _WORDS[outcome.state]
    return f"{words}: {outcome.problem}" if outcome.problem else words
