"""``rapport demo``: the order of a demonstration and which home it may use.

Also here: writing the simulated review log into the home's own database, under the keys that the
release will have. Not here: the practice (simulator/).
"""

from __future__ import annotations

import shutil
from contextlib import closing
from typing import TYPE_CHECKING

import click

from orchestration import lock
from orchestration.commands.build import build
from orchestration.commands.output import Stopwatch, count, step
from orchestration.commands.serve import serve
from orchestration.errors import RapportError
from orchestration.extract.pseudonyms import KEY_FILE, Pseudonymiser, create_key, load_key
from orchestration.home import Home, home_path
from orchestration.settings import load_settings
from review_log import NAME
from review_log.entry import Entry, Kind
from review_log.location import FILE, file_of, url_of
from review_log.store import open_log

if TYPE_CHECKING:
    import polars as pl

# No release was looked at when the simulated entries were made.
_RELEASE = "simulated"
_ENTITIES = {
    "entry_id": "entry",
    "refers_to": "entry",
    "episode_key": "episode",
    "client_key": "client",
    "clinician_key": "clinician",
    "author_key": "clinician",
}


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
    own_log = home.path / NAME
    for folder in (home.inbox, home.landing, home.quarantine, home.path / "truth", own_log):
        shutil.rmtree(folder, ignore_errors=True)
    home.create()
    write_demo_config(home.path)
    if not (home.secrets / KEY_FILE).exists():
        create_key(home.secrets)
    truth = simulate(
        home.inbox,
        home.path / "truth",
        clinicians=clinicians,
        sessions=sessions,
        seed=seed,
    )
    _record_reviews(home, truth.reviews)
    text = f"{count(clinicians, 'clinician')}, about {sessions:,} bookings, seed {seed}"
    step("simulate", text, watch.lap())


def _record_reviews(home: Home, reviews: pl.DataFrame) -> None:
    """Let the home's own review log hold what the simulated supervisors recorded.

    A database that was named on purpose is left alone: it may be a practice's real one.
    """
    if file_of(url_of(home.path)) != home.path / NAME / FILE:
        return
    namespace = load_settings(home.path).id_namespace("practice")
    key_of = Pseudonymiser(load_key(home.secrets))
    hashers = {name: key_of.hasher(entity, namespace) for name, entity in _ENTITIES.items()}
    entries = []
    columns = {"episode_id": "episode_key", "client_id": "client_key"}
    columns |= {"clinician_id": "clinician_key", "author_id": "author_key"}
    for row in reviews.rename(columns).drop("is_rupture_open").iter_rows(named=True):
        keys = {name: hashers[name](row[name]) for name in hashers if row[name] is not None}
        said = row | keys | {"kind": Kind(row["kind"]), "release_id": _RELEASE}
        entries.append(Entry(**said))
    with closing(open_log(home.path)) as log:
        log.restore(entries)
