"""Which addresses the server answers with a page: those of the registry, and home.

Streamlit answers any path with the same page, and its script then says "page not found" over the
first one. Here an address that is no page gets 404 and our own words, and the first page under its
name leads home. Not here: the pages themselves.
"""

from __future__ import annotations

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboards.registry import HOME, PAGES
from dashboards.texts import frame as texts

_PATHS = {"/", *(f"/{page.name}" for page in PAGES)}
_NO_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="color-scheme" content="light dark"><title>{title}</title></head>'
    '<body style="font: 1.1rem/1.5 sans-serif; max-width: 40rem; margin: 4rem auto; '
    'padding: 0 1rem"><main><h1 style="font-size: 1.6rem">{title}</h1><p>{said}</p>'
    '<p><a href="/{query}" style="color: inherit">{home}</a></p></main></body></html>'
)


def _to_home(request: Request) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/{query}", status_code=307)


def routes() -> list[BaseRoute]:
    """Give the routes for the server around the pages."""
    return [Route(f"/{HOME.name}", _to_home, methods=["GET"])]


class KnownPages:
    """Middleware that answers 404 where Streamlit would send its page for an unknown address."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and put our own words in the place of a page that is none."""
        if scope["type"] != "http" or scope["path"] in _PATHS:
            await self._app(scope, receive, send)
            return
        is_page = False

        async def send_unless_page(message: Message) -> None:
            nonlocal is_page
            if message["type"] == "http.response.start":
                told = dict(message["headers"]).get(b"content-type", b"")
                is_page = message["status"] == 200 and told.startswith(b"text/html")
            if not is_page:
                await send(message)

        await self._app(scope, receive, send_unless_page)
        if is_page:
            await _no_page(scope)(scope, receive, send)


def _no_page(scope: Scope) -> Response:
    query = scope["query_string"].decode("latin-1")
    said = _NO_PAGE.format(
        title=escape(texts.NO_PAGE),
        said=escape(texts.NO_PAGE_SAID),
        home=escape(texts.TO_HOME.format(page=HOME.title)),
        query=escape(f"?{query}") if query else "",
    )
    return HTMLResponse(said, 404, {"Cache-Control": "no-store"})
