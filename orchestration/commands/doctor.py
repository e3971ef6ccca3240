"""``rapport doctor``: how findings are printed. Not here: what is looked at (doctor.py)."""

from __future__ import annotations

import click

from orchestration.doctor import examine


@click.command("doctor")
def command() -> int:
    """Say what is wrong with this home and how to mend it.

    Looks at versions, settings, key, permissions, disk, the last build and the current release.
    Exits 1 if anything needs mending; changes nothing.
    """
    wrong = 0
    for finding in examine():
        wrong += not finding.is_well
        click.echo(f"{'ok  ' if finding.is_well else 'MEND'} {finding.topic:<12} {finding.said}")
    return 1 if wrong else 0
