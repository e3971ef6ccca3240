"""Asking one server, carefully: HTTPS, time limits, retries, a rate, and one host.

Here: ``Web``, the only place that speaks HTTP. Not here: which questions are asked (the fetchers),
what becomes of the answers (pages.py).

The rules, for an address may hold a person's id and every question carries a key:

* Only the scheme, host and port of the base address are ever asked. A link to the next page, or a
  redirect, that leads elsewhere ends the fetch: the key must not go there.
* Certificates are checked. A proxy of the environment is used; ``.netrc`` is not read.
* No address, answer, header or exception of the HTTP library reaches a message or a log.
* A refusal that may pass (429, 5xx, a lost connection, an answer cut short) is asked again, after
  the time the server asks for (``Retry-After``, ``X-RateLimit-Reset``) within Patience.
"""

from __future__ import annotations

import logging
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import InvalidHeader
from urllib3.response import BaseHTTPResponse
from urllib3.util.retry import Retry

from orchestration.fetch.base import FetchError, Patience, is_this_machine
from orchestration.readers.json_text import NotJsonError, parse_json

__all__ = ["Answer", "Web"]

Params = Mapping[str, str] | list[tuple[str, str]] | None

_MAY_PASS = (429, 500, 502, 503, 504)
_REDIRECTS = (301, 302, 303, 307, 308)
_MAX_REDIRECTS = 3
_MAX_PAGES = 20_000
_CUT_SHORT = 3
_CHUNK = 1 << 16
# A rate limit's reset is a moment since 1970 at Cliniko, elsewhere also seconds from now.
_A_MOMENT = 1_000_000_000
_BELIEVED_CLOCK = timedelta(days=1)
_MINUTE = 60.0

_TROUBLE = {
    401: "the key is refused (401). It may have expired or been withdrawn: make a new one in the "
    "system and put it into {secret}",
    403: "the key may not read this (403). Give its user the right to, or make a key of a user who "
    "has it",
    404: "there is nothing at this address (404): check base_url in rapport.toml",
    429: "the server asks us to wait longer than we do (429): try again later",
}


@dataclass(frozen=True)
class Answer:
    """What a server said to one question.

    Attributes:
        source: whose server.
        endpoint: what was asked for, in a word.
        status: of HTTP; always a good one, or 404 where that was allowed.
        headers: by name, without regard to case.
        body: the bytes as they came, unpacked.
    """

    source: str
    endpoint: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """The answer as JSON; FetchError when it is none."""
        with suppress(UnicodeDecodeError, NotJsonError):
            return parse_json(self.body.decode("utf-8-sig"))
        raise self.wrong("the answer is not sound JSON: try again later; if it stays, report this")

    def wrong(self, words: str) -> FetchError:
        """An error that says where it arose."""
        return FetchError(self.source, self.endpoint, words)


class Web:
    """One server, for the length of one fetch.

    Args:
        source: name of the source, for messages.
        base_url: checked by ``check_base_url``.
        patience: with this server.
        max_bytes: of one answer.
        headers: sent with each question, such as ``User-Agent`` or a bearer token.
        auth: user and password of HTTP Basic.
        per_minute: most questions in any minute.
    """

    def __init__(
        self,
        source: str,
        base_url: str,
        *,
        patience: Patience,
        max_bytes: int,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        per_minute: int | None = None,
    ) -> None:
        _silence_the_libraries()
        self.source = source
        self.base_url = base_url
        self.started: datetime | None = None
        self._patience = patience
        self._max_bytes = max_bytes
        self._asked: deque[float] = deque(maxlen=per_minute)
        self._session = requests.Session()
        # What the environment says of proxies and certificates holds; a .netrc must not take the
        # place of our key.
        self._session.trust_env = False
        self._session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
        if not is_this_machine(base_url):
            self._session.proxies.update(requests.utils.get_environ_proxies(base_url))
        # Where a redirect leads is for us to judge; the library would first read its whole answer.
        self._session.get_redirect_target = lambda resp: None
        self._session.auth = auth
        self._session.headers.update(headers or {})
        adapter = HTTPAdapter(max_retries=_retry(patience))
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def get(
        self,
        endpoint: str,
        path: str,
        params: Params = None,
        *,
        expect: tuple[int, ...] = (200,),
    ) -> Answer:
        """Ask for something.

        Args:
            endpoint: what it is, in a word, for messages.
            path: below the base address, or a whole address of the same server.
            params: of the query.
            expect: the statuses of HTTP that are an answer.

        Raises:
            FetchError: no good answer.
        """
        return self._ask(endpoint, "GET", path, expect, params=params)

    def post(
        self,
        endpoint: str,
        path: str,
        data: Mapping[str, str],
        *,
        expect: tuple[int, ...] = (200,),
    ) -> Answer:
        """Send a form that only reads (REDCap asks so), and give the answer; see ``get``.

        Raises:
            FetchError: no good answer.
        """
        return self._ask(endpoint, "POST", path, expect, data=data)

    def follow(
        self,
        endpoint: str,
        path: str,
        params: Params,
        next_link: Callable[[Any], str | None],
        *,
        may_be_missing: bool = False,
    ) -> Iterator[tuple[Answer, Any]]:
        """Each page of a list, as it came and as JSON, until a page names no next one.

        Args:
            endpoint: what it is, in a word.
            path: of the first page.
            params: of the first page; later ones are asked for as they are named.
            next_link: finds in a page the address of the next.
            may_be_missing: whether 404 to the first page means an empty list.

        Raises:
            FetchError: no good answer, a link elsewhere, or pages in a circle.
        """
        seen: set[str] = set()
        link: str | None = path
        while link is not None:
            first = (200, 404) if may_be_missing else (200,)
            answer = self.get(endpoint, link, params, expect=(200,) if seen else first)
            if answer.status == 404:
                return
            page = answer.json()
            yield answer, page
            seen.add(self._same_host(endpoint, link))
            link, params = next_link(page), None
            if link is not None and (
                self._same_host(endpoint, link) in seen or len(seen) >= _MAX_PAGES
            ):
                raise answer.wrong("the pages go round in a circle: please report this")

    def _ask(
        self, endpoint: str, method: str, path: str, expect: tuple[int, ...], **parts: Any
    ) -> Answer:
        url = self._same_host(endpoint, path)
        for _ in range(_MAX_REDIRECTS + 1):
            answer = self._complete(endpoint, method, url, parts)
            if answer.status not in _REDIRECTS:
                break
            if method != "GET":
                raise answer.wrong("the server redirects: check base_url in rapport.toml")
            url = self._same_host(endpoint, answer.headers.get("Location", ""), url)
            parts = {}
        if answer.status in expect:
            return answer
        raise answer.wrong(self._trouble(answer.status))

    def _trouble(self, status: int) -> str:
        if status in _TROUBLE:
            return _TROUBLE[status].format(secret=f"secrets/{self.source}.key")
        if status >= 500:
            return f"the server fails ({status}), also when asked again: try again later"
        if status in _REDIRECTS:
            return "the server redirects again and again: check base_url in rapport.toml"
        return f"the server does not take the question ({status}): please report this"

    def _complete(self, endpoint: str, method: str, url: str, parts: Mapping[str, Any]) -> Answer:
        """An answer with its whole body; one cut short is asked for again."""
        for attempt in range(1, _CUT_SHORT + 1):
            self._keep_pace()
            try:
                return self._once(endpoint, method, url, parts)
            except requests.exceptions.SSLError:
                words = "its certificate cannot be trusted: check base_url, or ask who runs it"
                raise FetchError(self.source, endpoint, words) from None
            except _CutShortError:
                if attempt == _CUT_SHORT:
                    words = "the answer breaks off before its end, every time: try again later"
                    raise FetchError(self.source, endpoint, words) from None
                time.sleep(self._patience.backoff * attempt)
            except (requests.exceptions.ConnectionError, requests.exceptions.Timeout):
                words = "the server does not answer: check the network, and base_url"
                raise FetchError(self.source, endpoint, words) from None
            except requests.exceptions.RequestException as error:
                # The words of the library quote the address; its kind says enough.
                words = f"cannot be asked ({type(error).__name__}): try again later"
                raise FetchError(self.source, endpoint, words) from None
        raise AssertionError

    def _once(self, endpoint: str, method: str, url: str, parts: Mapping[str, Any]) -> Answer:
        with self._session.request(
            method,
            url,
            allow_redirects=False,
            stream=True,
            timeout=(self._patience.connect, self._patience.read),
            **parts,
        ) as response:
            body = self._body(endpoint, response)
            if self.started is None:
                self.started = _clock_of(response.headers.get("Date"))
            return Answer(self.source, endpoint, response.status_code, response.headers, body)

    def _body(self, endpoint: str, response: requests.Response) -> bytes:
        begun = time.monotonic()
        body = bytearray()
        try:
            for chunk in response.iter_content(_CHUNK):
                body += chunk
                if len(body) > self._max_bytes:
                    words = f"an answer is larger than {self._max_bytes // 1_000_000} MB"
                    raise FetchError(self.source, endpoint, words)
                if time.monotonic() - begun > self._patience.whole:
                    raise FetchError(self.source, endpoint, "the answer comes too slowly")
        except requests.exceptions.RequestException:
            raise _CutShortError from None
        return bytes(body)

    def _same_host(self, endpoint: str, link: str, against: str | None = None) -> str:
        """The whole address, or FetchError where it is not the server we have the key for."""
        with suppress(ValueError):
            url = urljoin(against or f"{self.base_url}/", link)
            if _origin(url) == _origin(self.base_url):
                return url
        words = "the server points to another address; the key is not sent there"
        raise FetchError(self.source, endpoint, f"{words}: check base_url in rapport.toml")

    def _keep_pace(self) -> None:
        """Wait until this question is one of the allowed number in a minute."""
        now = time.monotonic()
        if len(self._asked) == self._asked.maxlen and self._asked:
            time.sleep(max(0.0, self._asked[0] + _MINUTE - now))
        if self._asked.maxlen:
            self._asked.append(time.monotonic())


class _CutShortError(Exception):
    """An answer ended before its end."""


class _Retry(Retry):
    """Waits as long as the server asks, within reason, also where it says until when."""

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        """Seconds the server asks for, or None."""
        asked: float | None = None
        with suppress(InvalidHeader):
            asked = super().get_retry_after(response)
        if asked is None and response.status == 429:
            with suppress(TypeError, ValueError, OverflowError):
                reset = float(response.headers["X-RateLimit-Reset"])
                asked = reset - time.time() if reset > _A_MOMENT else reset
        return None if asked is None else min(max(asked, 0.0), self.retry_after_max)


def _retry(patience: Patience) -> Retry:
    return _Retry(
        total=patience.retries,
        redirect=0,
        backoff_factor=patience.backoff,
        backoff_max=patience.longest_wait,
        retry_after_max=patience.longest_wait,
        status_forcelist=_MAY_PASS,
        allowed_methods=None,
        raise_on_status=False,
        raise_on_redirect=False,
    )


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    if parts.username or parts.password or not parts.hostname:
        raise ValueError
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _clock_of(header: str | None) -> datetime:
    """The server's clock; ours where it says nothing or is more than a day off."""
    ours = datetime.now(UTC).replace(microsecond=0)
    with suppress(TypeError, ValueError):
        theirs = parsedate_to_datetime(header or "").astimezone(UTC)
        if abs(theirs - ours) < _BELIEVED_CLOCK:
            return theirs
    return ours


def _silence_the_libraries() -> None:
    """They log addresses, and those hold ids and dates of people."""
    for name in ("urllib3", "requests"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL + 1)
        logger.propagate = False
