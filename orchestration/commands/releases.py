"""``rapport releases``: the list as a table. Not here: the shelf itself (release/catalogue.py)."""

from __future__ import annotations

import click

from orchestration.release.build_note import last_build
from orchestration.release.catalogue import damage, list_releases, pointed_release
from orchestration.settings import load_settings


@click.command("releases")
def command() -> None:
    """List the releases.

    Newest first; the current one has an arrow. Each is compared with the SHA-256 it was published
    with.
    """
    home = load_settings().home
    current = pointed_release(home)
    releases = list_releases(home)
    if not releases:
        click.echo("There is no release yet. Run `rapport build`.")
    for release in releases:
        is_current = current is not None and release.release_id == current.release_id
        problem = damage(home, release)
        rows = sum(release.row_counts.values())
        click.echo(
            f"{'→' if is_current else ' '} {release.release_id}  as of {release.as_of}  "
            f"{rows:>12,} rows  {problem or 'whole'}"
        )
    note = last_build(home)
    if note is not None and note["status"] == "failed":
        click.echo(f"The last build ({note['at']}) failed: {note['reason']}")
