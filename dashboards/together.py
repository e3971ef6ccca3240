"""What a run of a page sends goes to the browser together, so that the browser draws it once.

Streamlit sends every element on its own as soon as the page has made it, and the browser draws the
page anew for every few of them: thirty times for one changed filter. Here: holding back what a
session is sent while a run is under way. Not here: what is sent, and to whom.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette import types as asgi
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

# The longest anything is held back: a page that takes longer shows what it has so far.
MOMENT_SECONDS = 0.1
# What says that a run begins or has ended goes at once, with all before it. None of it is longer
# than this, and an element that is need not be read.
_AT_ONCE = ("new_session", "session_status_changed", "script_finished")
_LONGEST = 4000
# Opening and closing a session: no message of Streamlit's.
_SESSION = "session"


class Together:
    """Middleware that sends what a run of a page makes within a moment in one go."""

    def __init__(self, app: asgi.ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        """Pass a session on; everything else goes as it comes."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        session = _Session(send)
        try:
            await self._app(scope, receive, session.take)
        finally:
            session.end()


class _Session:
    """What one session is sent: in order, and during a run together."""

    def __init__(self, send: asgi.Send) -> None:
        self._send = send
        self._held: list[asgi.Message] = []
        self._is_running = False
        self._later: asyncio.Task[None] | None = None
        self._sending = asyncio.Lock()

    async def take(self, message: asgi.Message) -> None:
        """Send a message now, or hold it while the page still runs."""
        kind = _kind(message)
        self._is_running = kind == "new_session" or (
            self._is_running and kind not in ("script_finished", _SESSION)
        )
        self._held.append(message)
        if kind in _AT_ONCE or not self._is_running:
            await self._flush()
        elif self._later is None or self._later.done():
            self._later = asyncio.create_task(self._after_a_moment())

    def end(self) -> None:
        """Forget what is held: nobody is there any more."""
        if self._later is not None:
            self._later.cancel()

    async def _after_a_moment(self) -> None:
        await asyncio.sleep(MOMENT_SECONDS)
        # A session that has gone is met again by the next message, where Streamlit expects it.
        with suppress(Exception):
            await self._flush()

    async def _flush(self) -> None:
        async with self._sending:
            while self._held:
                await self._send(self._held.pop(0))


def _kind(message: asgi.Message) -> str | None:
    """Say what a message is; None where it is too long to be anything but an element."""
    if message["type"] != "websocket.send":
        return _SESSION
    data = message.get("bytes") or b""
    return None if len(data) > _LONGEST else ForwardMsg.FromString(data).WhichOneof("type")
