"""``rapport releases``: the list as a table, and taking one off it.

Not here: the shelf itself (release/catalogue.py).
"""

from __future__ import annotations

import click

from orchestration.release.build_note import last_build
from orchestration.release.catalogue import damage, discard, pointed_release, shelf
from orchestration.settings import load_settings


@click.command("releases")
@click.option("--remove", metavar="ID", help="Delete a release as known on a past day.")
def command(remove: str | None) -> None:
    """List the releases.

    Newest first; the current one has an arrow. Each is compared with the SHA-256 it was published
    with. Releases as known on a past day stand at the end; they stay until you remove them.
    """
    home = load_settings().home
    if remove is not None:
        click.echo(f"{discard(home, remove).release_id} is gone.")
        return
    current = pointed_release(home)
    releases = shelf(home)
    if not releases:
        click.echo("There is no release yet. Run `rapport build`.")
    for release in releases:
        is_current = current is not None and release.release_id == current.release_id
        problem = damage(home, release)
        rows = sum(release.row_counts.values())
        click.echo(
            f"{'→' if is_current else ' '} {release.release_id}  as of {release.as_of}  "
            f"{rows:>12,} rows  {problem or 'whole'}"
            f"{f', as known on {release.known_on}' if release.known_on else ''}"
        )
    note = last_build(home)
    if note is not None and note["status"] == "failed":
        click.echo(f"The last build ({note['at']}) failed: {note['reason']}")
