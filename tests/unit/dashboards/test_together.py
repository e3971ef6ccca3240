"""What a run of a page sends goes together and in order; what is no part of a run goes at once.

Not here: what it saves the browser (`benchmarks/screens.py`).
"""

from __future__ import annotations

import asyncio

import pytest
from starlette import types as asgi
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from dashboards import together


def message(kind: str, words: str = "") -> asgi.Message:
    made = ForwardMsg()
    if kind == "delta":
        made.delta.new_element.html.body = words
    elif kind == "script_finished":
        made.script_finished = ForwardMsg.FINISHED_SUCCESSFULLY
    elif kind == "new_session":
        made.new_session.main_script_path = "app.py"
    else:
        made.session_status_changed.script_is_running = True
    return {"type": "websocket.send", "bytes": made.SerializeToString()}


NEW, LAST, STATUS = message("new_session"), message("script_finished"), message("status")
SHORT, LONG = message("delta", "a"), message("delta", "long " * 200)
CLOSE = {"type": "websocket.close", "code": 1000}


def run(*steps: asgi.Message | float) -> list[tuple[int, asgi.Message]]:
    """Let a session send messages, or pause; give each that came, after how many were given."""
    given, came = 0, []

    async def send(message: asgi.Message) -> None:
        came.append((given, message))

    async def app(_: asgi.Scope, __: asgi.Receive, send: asgi.Send) -> None:
        nonlocal given
        for step in steps:
            if isinstance(step, float):
                await asyncio.sleep(step)
            else:
                given += 1
                await send(step)

    async def receive() -> asgi.Message:
        raise AssertionError("nobody asks here")

    asyncio.run(together.Together(app)({"type": "websocket"}, receive, send))
    return came


def test_what_a_run_draws_is_sent_when_it_ends() -> None:
    drawn = [SHORT, LONG, SHORT, LAST]
    assert run(NEW, *drawn, STATUS) == [(1, NEW), *((5, m) for m in drawn), (6, STATUS)]


def test_how_a_run_stands_goes_at_once_with_all_before_it() -> None:
    assert run(NEW, SHORT, STATUS, LONG, LAST) == [
        (1, NEW),
        (3, SHORT),
        (3, STATUS),
        (5, LONG),
        (5, LAST),
    ]


def test_what_is_no_part_of_a_run_goes_at_once() -> None:
    assert run(STATUS, SHORT, NEW, LAST, LONG) == [
        (1, STATUS),
        (2, SHORT),
        (3, NEW),
        (4, LAST),
        (5, LONG),
    ]


def test_a_long_run_shows_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "MOMENT_SECONDS", 0.01)
    assert run(NEW, SHORT, 0.2, LONG, 0.2, LAST) == [(1, NEW), (2, SHORT), (3, LONG), (4, LAST)]


def test_an_end_within_a_run_leaves_nothing_behind() -> None:
    assert run(NEW, SHORT, CLOSE) == [(1, NEW), (3, SHORT), (3, CLOSE)]


def test_nothing_is_left_waiting_when_a_session_has_gone() -> None:
    async def app(_: asgi.Scope, __: asgi.Receive, send: asgi.Send) -> None:
        await send(NEW)
        await send(SHORT)

    async def nobody(*_: object) -> asgi.Message:
        return CLOSE

    async def left() -> int:
        await together.Together(app)({"type": "websocket"}, nobody, nobody)
        await asyncio.sleep(0)
        return len(asyncio.all_tasks())

    # This one alone.
    assert asyncio.run(left()) == 1


def test_a_session_that_breaks_off_is_told_to_streamlit_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(together, "MOMENT_SECONDS", 0.01)

    async def send(_: asgi.Message) -> None:
        raise ConnectionError

    async def app(_: asgi.Scope, __: asgi.Receive, send: asgi.Send) -> None:
        with pytest.raises(ConnectionError):
            await send(NEW)
        await send(SHORT)
        await asyncio.sleep(0.1)
        with pytest.raises(ConnectionError):
            await send(LAST)

    async def receive() -> asgi.Message:
        raise AssertionError("nobody asks here")

    asyncio.run(together.Together(app)({"type": "websocket"}, receive, send))


def test_what_is_no_session_is_left_alone() -> None:
    came: list[asgi.Message] = []

    async def send(message: asgi.Message) -> None:
        came.append(message)

    async def app(_: asgi.Scope, __: asgi.Receive, send: asgi.Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> asgi.Message:
        raise AssertionError("nobody asks here")

    asyncio.run(together.Together(app)({"type": "http"}, receive, send))
    assert [m["type"] for m in came] == ["http.response.start"]
