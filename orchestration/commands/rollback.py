"""``rapport rollback``: what is said when an older release becomes current.

Not here: the swap (release/).
"""

from __future__ import annotations

import click

from orchestration.release.catalogue import rollback
from orchestration.settings import load_settings


@click.command("rollback")
@click.argument("release_id")
def command(release_id: str) -> None:
    """Make an older release current.

    RELEASE_ID as `rapport releases` shows it, or the beginning of it. Nothing is lost: the newer
    releases stay on the shelf, and the next build publishes a new one.
    """
    release = rollback(load_settings().home, release_id)
    click.echo(f"{release.release_id} is current (as of {release.as_of}).")
