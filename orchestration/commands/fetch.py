"""``rapport fetch``: what is asked, and what is said of each source.

Not here: asking (fetch/).
"""

from __future__ import annotations

import click

from orchestration.commands.output import Stopwatch, count, fact, line, step
from orchestration.fetch.run import fetch_sources, fetched_sources
from orchestration.settings import load_settings


@click.command("fetch")
@click.argument("sources", nargs=-1)
@click.option("--full", is_flag=True, help="Everything, not only what changed since the last time.")
def command(sources: tuple[str, ...], full: bool) -> int:
    """Fetch new pages from practice systems into the inbox.

    SOURCES are names of rapport.toml with a table [sources.<name>.fetch]; by default all of them.
    Saves what the systems answer as new deliveries; `rapport build` reads them. Exits 1 if a source
    could not be fetched; the others are.
    """
    settings = load_settings()
    if not sources and not fetched_sources(settings):
        line("No source of rapport.toml has a table [sources.<name>.fetch].")
        return 0
    failed = 0
    watch = Stopwatch()
    for outcome in fetch_sources(settings, sources, full=full, say=lambda said: fact("", said)):
        if outcome.problem is not None:
            failed += 1
            step(outcome.source, "not fetched", watch.lap())
            fact("reason", outcome.problem)
            continue
        said = f"{count(outcome.rows, 'record')} on {count(outcome.pages, 'page')}, {outcome.kind}"
        step(outcome.source, f"{said}, as {outcome.delivery}", watch.lap())
    return 1 if failed else 0
