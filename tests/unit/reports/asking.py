"""Asking the routes of the papers as a server would, without one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlencode

from starlette.routing import Router

from dashboards.reports.routes import routes


@dataclass
class Answer:
    """What came back."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def get(path: str, **parameters: str) -> Answer:
    """Ask for an address.

    Args:
        path: of the address.
        **parameters: of its query.
    """
    answer = Answer()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {k.decode(): v.decode() for k, v in message["headers"]}
        else:
            answer.body += message.get("body", b"")

    scope = {
        "type": "http",
        "method": "GET",
        "path": unquote(path),
        "root_path": "",
        "query_string": urlencode(parameters).encode(),
        "headers": [],
    }
    asyncio.run(Router(routes=routes())(scope, receive, send))
    return answer
