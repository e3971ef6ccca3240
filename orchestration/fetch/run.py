"""Fetching: which sources, everything or the changes only, and what came of it.

Here: the order of the steps for one source, and that one source's trouble stays its own. Not here:
questions and answers (the fetchers), commands and schedules.

The order matters: the pages are written, the delivery gets its name, and only then the time of the
fetch is remembered. Whatever happens in between, the next fetch asks for the same again, and the
same records twice are the same records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from traceback import extract_tb

from orchestration.durable import private_files
from orchestration.errors import RapportError
from orchestration.fetch import FETCHERS
from orchestration.fetch.base import Fetcher, FetchError, FetchOptions, Job, Patience
from orchestration.fetch.cursor import Cursor, read_cursor, terms_of, write_cursor
from orchestration.fetch.pages import Pages
from orchestration.fetch.secret import load_secret
from orchestration.lock import hold
from orchestration.settings import Settings

PATIENCE = Patience()

# No page of an API is so large; a file of the inbox may be.
_MAX_PAGE_BYTES = 100_000_000


@dataclass(frozen=True)
class Outcome:
    """What came of fetching one source.

    Attributes:
        source: its name.
        delivery: name of the new delivery in the inbox, or None.
        kind: ``full`` or ``delta``.
        pages: number of pages saved.
        rows: records in them, repeated ones included.
        problem: why there is no delivery.
    """

    source: str
    delivery: str | None = None
    kind: str = ""
    pages: int = 0
    rows: int = 0
    problem: str | None = None


def fetched_sources(settings: Settings) -> list[str]:
    """Names of the sources that are fetched."""
    return sorted(name for name, config in settings.sources.items() if config.fetch is not None)


def fetch_sources(
    settings: Settings,
    names: Sequence[str] = (),
    *,
    full: bool = False,
    patience: Patience | None = None,
    say: Callable[[str], None] | None = None,
) -> Iterator[Outcome]:
    """Fetch sources into the inbox, one after the other.

    Args:
        settings: of the home.
        names: of the sources; by default all that have a fetch table.
        full: everything, whatever was fetched before.
        patience: with the servers.
        say: takes lines of progress.

    Yields:
        What came of each source, as soon as it is done.

    Raises:
        RapportError: a name is no fetched source; nothing was asked.
        HomeBusyError: another fetch of this home is running.
    """
    known = fetched_sources(settings)
    if unknown := sorted(set(names) - set(known)):
        # A name may be mistyped, or anything: it is not repeated.
        said = "one of these sources has" if len(names) > 1 else "this source has"
        raise RapportError(
            f"{said} no table [sources.<name>.fetch] in rapport.toml ({len(unknown)} of "
            f"{len(names)}); fetched are: {', '.join(known) or 'none'}"
        )
    settings.home.fetch.mkdir(mode=0o700, exist_ok=True)
    with hold(settings.home.fetch), private_files():
        for name in names or known:
            yield _fetch_one(settings, name, full, patience or PATIENCE, say or (lambda line: None))


def _fetch_one(
    settings: Settings, name: str, full: bool, patience: Patience, say: Callable[[str], None]
) -> Outcome:
    pages = None
    try:
        with _one_source(name):
            config = settings.source(name)
            fetcher = FETCHERS[config.reader]
            options = fetcher.options(name, config)
            secret = _secret(settings, name, fetcher)
            before = read_cursor(settings.home.fetch, name)
            since = None if full else _since(before, terms_of(config), options)
            pages = Pages(settings.home.inbox, name)
            job = Job(name, config, secret, since, pages, patience, _MAX_PAGE_BYTES, say)
            return _deliver(settings, job, fetcher, before)
    except RapportError as error:
        return Outcome(name, problem=str(error))
    finally:
        if pages is not None:
            pages.discard()


def _deliver(settings: Settings, job: Job, fetcher: Fetcher, before: Cursor | None) -> Outcome:
    began = fetcher.fetch(job)
    kind = "full" if job.since is None else "delta"
    delivery = job.pages.finish(kind, began)
    full_at = began if before is None or job.since is None else before.full_at
    cursor = Cursor(began, full_at, terms_of(job.config))
    write_cursor(settings.home.fetch, job.source, cursor)
    return Outcome(job.source, delivery, kind, len(job.pages.files), job.pages.rows)


def _secret(settings: Settings, name: str, fetcher: Fetcher) -> str | None:
    options = fetcher.options(name, settings.source(name))
    if not fetcher.needs_secret(options):
        return None
    return load_secret(settings.home.secrets, name)


def _since(before: Cursor | None, terms: str, options: FetchOptions) -> datetime | None:
    """From when on changes are wanted; None: everything."""
    if before is None or before.terms != terms:
        return None
    now = datetime.now(UTC)
    overlap = timedelta(days=options.overlap_days)
    is_due = now - before.full_at >= timedelta(days=options.full_every_days)
    # A time that lies ahead is that of a clock which was wrong then or is now.
    if is_due or before.fetched_at > now + timedelta(days=1):
        return None
    return before.fetched_at - overlap


@contextmanager
def _one_source(name: str) -> Iterator[None]:
    """Let what nobody foresaw stop the source that caused it, and no other.

    The words of such an error may quote an answer; where it arose is said instead.
    """
    try:
        yield
    except RapportError:
        raise
    except OSError as error:
        words = f"its pages cannot be written ({error.strerror}): see `rapport doctor`"
        raise FetchError(name, None, words) from None
    except Exception as error:
        step = [each for each in extract_tb(error.__traceback__) if "fetch" in each.filename][-1]
        place = f"{Path(step.filename).name}:{step.lineno}"
        words = f"could not be fetched ({type(error).__name__} at {place}); please report this"
        raise FetchError(name, None, words) from None
