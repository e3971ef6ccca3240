"""``rapport init``: its options and first advice.

Not here: what a home holds (settings_template.py).
"""

from __future__ import annotations

import click

from orchestration.dagster_home import make_dagster_home
from orchestration.home import home_path
from orchestration.settings_template import init_home


@click.command("init")
@click.option("--name", default="Our practice", show_default=True, help="Name of the practice.")
@click.option(
    "--time-zone", default="UTC", show_default=True, help="Its zone, such as Europe/London."
)
def command(name: str, time_zone: str) -> None:
    """Make a home: folders, a commented rapport.toml and a pseudonym key.

    The key turns client and clinician ids into pseudonyms. Keep a copy of it in a safe place apart
    from the backups of the home: without it new exports cannot be joined to what has landed.
    """
    home = init_home(home_path(), name=name, time_zone=time_zone)
    make_dagster_home(home)
    click.echo(f"Made {home.path}.")
    click.echo(f"  settings  {home.settings_file}")
    click.echo(f"  key       {home.secrets / 'pseudonym.key'} (keep a copy in a safe place)")
    click.echo(f"  exports   go into {home.inbox}/<source>/<delivery>/; then run `rapport build`.")
