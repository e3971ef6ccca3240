"""``rapport demo``: the order of a demonstration and which home it may use.

Not here: the practice (simulator/).
"""

from __future__ import annotations

import shutil

import click

from orchestration import lock
from orchestration.commands.build import build
from orchestration.commands.output import Stopwatch, count, step
from orchestration.commands.serve import serve
from orchestration.errors import RapportError
from orchestration.extract.pseudonyms import KEY_FILE, create_key
from orchestration.home import Home, home_path
from orchestration.settings import load_settings


@click.command("demo")
@click.option(
    "--clinicians", type=click.IntRange(2, 5000), default=12, show_default=True, help="How many."
)
@click.option(
    "--sessions",
    type=click.IntRange(50, 20_000_000),
    default=6000,
    show_default=True,
    help="Bookings in all, give or take a few per cent.",
)
@click.option("--seed", type=int, default=7, show_default=True, help="The same gives the same.")
@click.option("--no-serve", is_flag=True, help="Stop after the build.")
def command(clinicians: int, sessions: int, seed: int, no_serve: bool) -> int:
    """Simulate a practice, build and serve it.

    Every person in it is invented. A home that holds anything else is refused.
    """
    watch = Stopwatch()
    home = Home(home_path())
    click.echo(f"A simulated practice in {home.path}")
    _must_be_ours(home)
    home.create()
    with lock.hold(home.path):
        _simulate(home, clinicians, sessions, seed, watch)
        session = build(load_settings(home.path))
    if session.release is None:
        return 1
    click.echo(f"  {'in all':<12} {watch.total:.1f} s")
    click.echo()
    return 0 if no_serve else serve(session.settings)


def _must_be_ours(home: Home) -> None:
    """Refuse a home that holds, or may come to hold, the data of real people."""
    if home.settings_file.exists():
        if load_settings(home.path).practice.demo:
            return
        reason = "its rapport.toml does not say `demo = true`"
    elif any(path.exists() and any(path.iterdir()) for path in home.folders):
        reason = "there are files in it already"
    else:
        return
    raise RapportError(
        f"{home.path} is not a home of the demo: {reason}. Nothing was changed. "
        "Set RAPPORT_HOME to another folder for the demo."
    )


def _simulate(home: Home, clinicians: int, sessions: int, seed: int, watch: Stopwatch) -> None:
    # numpy and the simulator only here: they are not needed to refuse a home.
    from orchestration.simulator import simulate, write_demo_config  # noqa: PLC0415

    watch.lap()
    # Another seed is another practice: its people must not mix with those of the last demo.
    for folder in (home.inbox, home.landing, home.quarantine, home.path / "truth"):
        shutil.rmtree(folder, ignore_errors=True)
    home.create()
    write_demo_config(home.path)
    if not (home.secrets / KEY_FILE).exists():
        create_key(home.secrets)
    simulate(
        home.inbox,
        home.path / "truth",
        clinicians=clinicians,
        sessions=sessions,
        seed=seed,
    )
    text = f"{count(clinicians, 'clinician')}, about {sessions:,} bookings, seed {seed}"
    step("simulate", text, watch.lap())
