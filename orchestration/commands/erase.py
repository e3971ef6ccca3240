"""``rapport erase``: what is asked, and what is said of the proof.

Not here: removing a client (erasure/).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import click

from orchestration import lock
from orchestration.commands.build import build
from orchestration.commands.output import count, step
from orchestration.erasure.forget import forget, remember
from orchestration.erasure.person import Person, find_person, linked_elsewhere
from orchestration.erasure.search import search_home, search_release
from orchestration.errors import RapportError
from orchestration.extract.pseudonyms import Pseudonymiser, load_key
from orchestration.home import Home
from orchestration.readers.names import name_id
from orchestration.release.catalogue import remove, shelf
from orchestration.settings import Settings, load_settings
from review_log.erasure import forget as forget_recorded
from review_log.errors import LogUnreachableError
from review_log.store import ReviewLog, open_log


@click.command("erase")
@click.argument("client_id")
@click.option("--source", required=True, help="The source whose exports use this id.")
def command(client_id: str, source: str) -> int:
    """Remove a client everywhere, releases included, and prove it.

    CLIENT_ID as the source's exports write it; where they know clients by name alone, the name, in
    quotes. Ids that were merged with it go too. Takes the rows out of the landing and what was
    recorded about the client out of the review log, builds and publishes anew, deletes every
    release that held the client, and then searches everything that is left. The exports in the
    inbox are yours: they are named, not touched; nothing of the client is read from them again.
    """
    settings = load_settings()
    with lock.hold(settings.home.path), _review_log(settings.home) as log:
        person = _find(settings, client_id, source, log)
        others = linked_elsewhere(settings.home, person.client_keys)
        remember(settings.home, person.client_keys)
        gone = forget(settings.home)
        step("landing", f"{count(gone, 'row')} of {count(len(person.client_keys), 'id')} removed")
        recorded = forget_recorded(log, person.client_keys)
        step("review log", f"{count(recorded, 'row')} removed")
        session = build(settings)
        if session.release is None:
            raise RapportError(
                "The client is out of the landing, but no new release could be published, and the "
                "earlier ones still hold the client. Mend the build, then run this again."
            )
        deleted = _delete_releases(settings.home, person, session.release.release_id)
        step("releases", f"{count(deleted, 'earlier release')} held the client and went")
        # Until now a page could still show the client, so somebody may have recorded something.
        forget_recorded(log, person.client_keys)
        code = _prove(settings.home, person, log)
        if others:
            click.echo(_OTHERS.format(ids=count(others, "more id")))
        return code


_OTHERS = """
Links (id_links) name {ids} for this client that the release did not count as the same person: they
are newer than it, or were not believed. Nothing of those ids was erased. If they are this client's,
erase each by its own id."""


@contextmanager
def _review_log(home: Home) -> Iterator[ReviewLog]:
    """The review log; without it nobody can be forgotten."""
    try:
        with closing(open_log(home.path)) as log:
            yield log
    except LogUnreachableError as problem:
        raise RapportError(
            f"{problem} The client is not erased everywhere: mend this (`rapport doctor`), then "
            "run it again."
        ) from None


def _find(settings: Settings, client_id: str, source: str, log: ReviewLog) -> Person:
    if not client_id.strip():
        raise RapportError("The client's id is empty. Nothing was changed.")
    pseudonyms = Pseudonymiser(load_key(settings.home.secrets))
    namespace = settings.id_namespace(source)
    # A system that knows clients by name alone has ids that its reader made of the names.
    by_name = pseudonyms.one("client", namespace, name_id(client_id) or client_id)
    try:
        return find_person(settings.home, pseudonyms.one("client", namespace, client_id), log)
    except RapportError:
        return find_person(settings.home, by_name, log)


def _delete_releases(home: Home, person: Person, new_id: str) -> int:
    deleted = 0
    for release in shelf(home):
        if release.release_id != new_id and search_release(home, release, person).found:
            remove(home, release)
            deleted += 1
    return deleted


def _prove(home: Home, person: Person, log: ReviewLog) -> int:
    search = search_home(home, person, log)
    looked = f"{count(search.tables, 'table')} of releases and {count(search.files, 'other file')}"
    if search.found:
        click.echo(f"Searched {looked}: the client is still in")
        for place in search.found:
            click.echo(f"  {place}")
        return 1
    step("proof", f"searched {looked}: not found")
    if person.deliveries:
        click.echo()
        click.echo(
            "These exports brought the client, identifiable. Where they still lie in the inbox or "
            "elsewhere, delete them yourself:"
        )
        for name in person.deliveries:
            click.echo(f"  {name}")
    return 0
