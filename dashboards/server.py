"""The server around the dashboard: routes beside the pages, security headers, the warm-up.

Started by `rapport serve` (streamlit run dashboards/server.py finds `app` here). What a page shows
begins in `app.py`; what is made ready before the first visitor, in `warmup.py`. Not here: anything
drawn, and any figure.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboards import known_pages, together, warmup
from dashboards.reports import routes as papers

HERE = Path(__file__).parent

# Routes of our own beside the pages; each checks role and scope per request (stack.md 2).
ROUTES: list[BaseRoute] = [*papers.routes(), *known_pages.routes()]

_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
# Files whose names hold a hash of their content: the only ones a browser may keep.
_KEPT = "/static/"


def content_policy() -> str:
    """Write the Content-Security-Policy: nothing from anywhere else, no script but Streamlit's.

    Vega needs no 'unsafe-eval': Streamlit draws charts with Vega's expression interpreter. The one
    inline script of Streamlit's own page is allowed by the hash of its text. Styles are set by
    script on every element (emotion, Vega), hence 'unsafe-inline' for them.
    """
    page = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    hashes = (
        base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        for script in _INLINE_SCRIPT.findall(page)
    )
    scripts = " ".join(["'self'", *(f"'sha256-{value}'" for value in hashes)])
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class SecurityHeaders:
    """Middleware that puts the security headers on every response, refusals included."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app
        self._headers = {
            "Content-Security-Policy": content_policy(),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Resource-Policy": "same-origin",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back with the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                if not scope["path"].startswith(_KEPT):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        await self._app(scope, receive, send_with_headers)


app = st.App(
    HERE / "app.py",
    routes=ROUTES,
    middleware=[
        Middleware(warmup.Visits),
        Middleware(together.Together),
        Middleware(SecurityHeaders),
        # Streamlit checks the host of its websocket alone; a rebound name must not get a page
        # or a paper either (trust.md 5).
        Middleware(
            TrustedHostMiddleware,
            allowed_hosts=st.get_option("server.allowedHosts"),
            www_redirect=False,
        ),
        Middleware(known_pages.KnownPages),
    ],
    lifespan=warmup.lifespan,
)
