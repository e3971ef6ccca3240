"""Making the dashboard ready before somebody comes: pages run once, by nobody, in the server.

A page is run in a session of its own inside the server's process, exactly as a browser would ask
for it: that loads the modules, opens and verifies the release and fills the caches, whatever the
page is made of. A new release is warmed the same way. Whoever comes meanwhile goes first. Not here:
what a page holds. Nothing that goes wrong here may keep the server from serving.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlencode

import streamlit as st
from starlette import types as asgi
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime, get_instance

from dashboards.registry import HOME, PAGES
from dashboards.scope import DIRECTOR, Role
from dashboards.warehouse import WarehouseError, current_release

# The server answers once these stand: the home and the first page with charts.
FIRST = (HOME.name, "month")
FIRST_SECONDS = 20.0
PAGE_SECONDS = 60.0
LOOK_SECONDS = 15.0
# So long nobody may have asked for anything before another page is warmed, and so long at most a
# page waits for that.
QUIET_SECONDS = 2.0
PATIENCE_SECONDS = 60.0

_LOG = logging.getLogger(__name__)


class Visits:
    """Middleware that keeps when somebody last asked the server for anything."""

    last = -math.inf

    def __init__(self, app: asgi.ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        """Pass a request or a session on, and note each time when something comes."""

        async def heard() -> asgi.Message:
            message = await receive()
            Visits.last = time.monotonic()
            return message

        if scope["type"] != "lifespan":
            Visits.last = time.monotonic()
        await self._app(scope, heard, send)


async def _quiet() -> None:
    """Wait until nobody asks: a page warmed beside a visitor's takes half of the visitor's time."""
    latest = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < min(Visits.last + QUIET_SECONDS, latest):
        await asyncio.sleep(QUIET_SECONDS / 10)


class _Nobody:
    """The client of a session that nobody looks at; knows when a run has ended."""

    client_context = None

    def __init__(self) -> None:
        self.ended = asyncio.Event()

    def write_forward_msg(self, message: ForwardMsg) -> None:
        """Take what a browser would get."""
        if message.WhichOneof("type") == "script_finished":
            self.ended.set()


async def run_page(runtime: Runtime, name: str, viewer: str) -> None:
    """Run one page as one viewer, to its end.

    Args:
        runtime: Streamlit's, of this process.
        name: of the page in the registry.
        viewer: label of the persona.

    Raises:
        TimeoutError: it did not end in time.
    """
    client = _Nobody()
    session = runtime.connect_session(client, {})
    try:
        message = BackMsg()
        message.rerun_script.query_string = urlencode({"as": viewer})
        message.rerun_script.page_name = "" if name == HOME.name else name
        runtime.handle_backmsg(session, message)
        async with asyncio.timeout(PAGE_SECONDS):
            await client.ended.wait()
    finally:
        runtime.close_session(session)


async def warm(names: tuple[str, ...]) -> None:
    """Run pages as the director, whose view is the largest; one that fails is left for later."""
    for name in names:
        if name not in FIRST:
            await _quiet()
        try:
            await run_page(get_instance(), name, DIRECTOR.code)
        except Exception as error:
            # Whatever it is, the server goes on. Never its message: it may hold a value of a row.
            _LOG.warning("warm-up: %s: %s", name, type(error).__name__)
    # Streamlit collects garbage after every run of a page: of what has come to stay (modules,
    # caches), a tenth of a second each time for nothing.
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _fingerprint() -> str | None:
    try:
        return current_release().fingerprint
    except WarehouseError:
        return None


async def _keep_warm(names: tuple[str, ...]) -> None:
    """Warm pages beside the server's work, and every page for each new release."""
    shown = _fingerprint()
    if shown is not None:
        await warm(names)
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        found = _fingerprint()
        if found not in (shown, None):
            await warm(_pages())
        shown = found


def _pages() -> tuple[str, ...]:
    """List the director's pages, those that wait first in front."""
    names = [page.name for page in PAGES if Role.DIRECTOR in page.roles]
    return (*FIRST, *(name for name in names if name not in FIRST))


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Warm the first pages before the server answers, the rest beside its work."""
    left = _pages()
    if _fingerprint() is not None:
        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_SECONDS):
                await warm(FIRST)
                left = left[len(FIRST) :]
    keeping = asyncio.create_task(_keep_warm(left))
    try:
        yield
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping
