"""A server on this machine that plays a vendor's documented answers, faults included.

Belongs here: scripted answers by path, and what was asked. Does not belong here: any vendor's own
documents (the tests that need them).

    with LocalServer() as server:
        server.answer("/v1/patients", Reply(429, headers={"Retry-After": "0"}), Reply(body={...}))
        ...
        assert server.asked[0].query == [("page", "1")]
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One question as it arrived."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes

    def one(self, name: str) -> str | None:
        """The value of a parameter of the query."""
        return dict(self.query).get(name)


@dataclass(frozen=True)
class Reply:
    """One answer.

    Attributes:
        status: of HTTP.
        body: bytes as they are, text as UTF-8, anything else as JSON.
        headers: beside or instead of Date, Content-Type and Content-Length.
        delay: seconds before the first byte.
        cut: so many bytes of the promised length never come.
    """

    status: int = 200
    body: Any = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    cut: int = 0

    @property
    def content(self) -> bytes:
        """The body as bytes."""
        if isinstance(self.body, bytes):
            return self.body
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        return text.encode()


Answering = Callable[[Asked], Reply]


class LocalServer:
    """A scripted server on 127.0.0.1, for the length of a ``with`` block."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._script: dict[str, list[Reply] | Answering] = {}
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def answer(self, path: str, *replies: Reply) -> None:
        """Answer a path with these in turn; the last one stays."""
        self._script[path] = list(replies)

    def answer_by(self, path: str, answering: Answering) -> None:
        """Answer a path by looking at the question."""
        self._script[path] = answering

    def times(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(each.path == path for each in self.asked)

    def reply_to(self, asked: Asked) -> Reply:
        """The scripted answer; 404 where none is."""
        with self._lock:
            self.asked.append(asked)
            script = self._script.get(asked.path, [Reply(404, {"message": "not found"})])
            if isinstance(script, list):
                return script.pop(0) if len(script) > 1 else script[0]
        return script(asked)

    def __enter__(self) -> LocalServer:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Answer nobody any more."""
        if self._thread.is_alive():
            self._http.shutdown()
            self._thread.join()
            self._http.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                parts = urlsplit(self.path)
                length = int(self.headers.get("Content-Length") or 0)
                asked = Asked(
                    self.command,
                    parts.path,
                    parse_qsl(parts.query, keep_blank_values=True),
                    dict(self.headers.items()),
                    self.rfile.read(length),
                )
                reply = server.reply_to(asked)
                time.sleep(reply.delay)
                content = reply.content
                headers = {
                    "Date": self.date_time_string(),
                    "Content-Type": "application/json",
                    "Content-Length": str(len(content)),
                }
                self.close_connection = True
                with suppress(OSError):  # who asked may have gone
                    self.send_response_only(reply.status)
                    for name, value in (headers | reply.headers).items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(content[: len(content) - reply.cut])

            do_GET = do_POST = _serve  # noqa: N815 -- the names http.server calls

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        return Handler
