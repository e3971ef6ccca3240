"""What every fetcher takes and gives: a question to one source in, saved pages out.

Here: the shapes both sides agree on, and the keys of ``[sources.<name>.fetch]`` they share. Not
here: HTTP (web.py), the folder that is written (pages.py), when a source is asked (run.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Protocol, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from orchestration.errors import RapportError, SettingsError
from orchestration.fetch.pages import Pages
from orchestration.settings import SourceConfig, describe

_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


class FetchError(RapportError):
    """A source could not be fetched; nothing of it lies in the inbox, the other sources go on.

    Args:
        source: name of the source.
        endpoint: what was asked for, in a word ("patients"), or None.
        words: what is wrong and what to do; never an address with its query, a key or an answer.
    """

    def __init__(self, source: str, endpoint: str | None, words: str) -> None:
        place = source if endpoint is None else f"{source}: {endpoint}"
        super().__init__(f"{place}: {words}")


@dataclass(frozen=True)
class Patience:
    """How long a server is waited for; tests are less patient.

    Attributes:
        retries: how often a question is asked again after a refusal that may pass (429, 5xx).
        backoff: seconds before the second retry; doubled each time.
        longest_wait: seconds; a server that asks for more than this is not obeyed further.
        connect: seconds until a connection stands.
        read: seconds between two pieces of an answer.
        whole: seconds for one whole answer.
    """

    retries: int = 5
    backoff: float = 1.0
    longest_wait: float = 120.0
    connect: float = 10.0
    read: float = 60.0
    whole: float = 600.0


def check_base_url(url: str) -> str:
    """The address without a slash at its end; ValueError when a key must not be sent there."""
    parts = urlsplit(url)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("is an address without a user, a query or a fragment")
    if not parts.hostname:
        raise ValueError("is not an address such as https://api.example.org/v1")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_this_machine(url)):
        raise ValueError("must start with https://")
    return url.rstrip("/")


def is_this_machine(url: str) -> bool:
    """Whether an address is this computer's own, which no network sees."""
    return urlsplit(url).hostname in _THIS_MACHINE


BaseUrl = Annotated[str, AfterValidator(check_base_url)]


class FetchOptions(BaseModel):
    """The keys of ``[sources.<name>.fetch]`` that every fetcher has; each adds its own.

    Attributes:
        overlap_days: each fetch asks again for the changes of so many days before the last one: a
            server's clock, slow transactions and rows that moved between two pages are in it.
        full_every_days: after so many days everything is fetched, so that what vanished without a
            trace is noticed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    overlap_days: int = Field(default=3, ge=2, le=90)
    full_every_days: int = Field(default=7, ge=1, le=90)


Options = TypeVar("Options", bound=FetchOptions)


def read_options(model: type[Options], source: str, config: SourceConfig) -> Options:
    """Check a source's fetch table; SettingsError names the key's path."""
    try:
        return model.model_validate(config.fetch)
    except ValidationError as error:
        raise SettingsError(describe(error, f"sources.{source}.fetch")) from None


@dataclass(frozen=True)
class Job:
    """One source to be fetched now.

    Attributes:
        source: its name.
        config: its table of rapport.toml.
        secret: its key or password; None where the fetcher needs none.
        since: with its zone; only what changed after this is wanted. None: everything.
        pages: where the answers are written.
        patience: with the server.
        max_bytes: of one page.
        say: takes a line of progress; no value of a record.
    """

    source: str
    config: SourceConfig
    secret: str | None = field(repr=False)
    since: datetime | None
    pages: Pages
    patience: Patience
    max_bytes: int
    say: Callable[[str], None]


class Fetcher(Protocol):
    """Asks one kind of system for its records and saves the answers as they came."""

    name: str
    """That of the reader which reads the saved pages."""

    def options(self, source: str, config: SourceConfig) -> FetchOptions:
        """The checked ``[sources.<name>.fetch]``; SettingsError names the key's path."""

    def needs_secret(self, options: FetchOptions) -> bool:
        """Whether this source cannot be asked without a key."""

    def fetch(self, job: Job) -> datetime:
        """Write every page of the answer with ``job.pages.write``.

        Returns:
            When the source began to answer, by its own clock where that can be believed, with its
            zone: whatever changes later is for the next fetch (``Web.started``).

        Raises:
            FetchError: something is missing or wrong; what was written is thrown away.
        """
