"""A visitor without a browser: one Streamlit session over its websocket, in protobuf.

Belongs here: asking for a page, changing a filter, waiting for the end of the run, and the words
of what came. Does not belong here: a clock or a verdict (`screens.py`, the tests of the server).
"""

from __future__ import annotations

import socket
from types import TracebackType
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

PROTOCOL = "streamlit"


class Visitor:
    """One session; its filters stand in the address, as they do for a browser."""

    def __init__(self, port: int, host: str = "127.0.0.1", origin: str | None = None) -> None:
        """Prepare a session; `with` opens it.

        Args:
            port: of a dashboard on this machine.
            host: what the visitor takes the server's name to be.
            origin: of the page the visitor comes from.
        """
        self._opening = connect(
            f"ws://{host}:{port}/_stcore/stream",
            sock=socket.create_connection(("127.0.0.1", port), timeout=30),
            subprotocols=[PROTOCOL],
            origin=origin,
            max_size=None,
        )

    def __enter__(self) -> Visitor:
        """Connect, and give the session itself."""
        self._socket = self._opening.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the session."""
        self._opening.__exit__(kind, error, trace)

    def open(self, page: str, timeout: float = 60.0, **asked: str) -> list[ForwardMsg]:
        """Run a page to its end, as a browser does that goes to its address.

        Args:
            page: its path; empty for the home.
            timeout: seconds to wait for each message.
            **asked: filters and persona, as they stand in the address.

        Returns:
            Everything the server sent for it.
        """
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = urlencode(asked)
        self._socket.send(message.SerializeToString())
        came: list[ForwardMsg] = []
        while not came or came[-1].WhichOneof("type") != "script_finished":
            came.append(ForwardMsg.FromString(self._socket.recv(timeout=timeout)))
        return came


def words(came: list[ForwardMsg]) -> str:
    """Give everything in the messages as text, charts and tables included."""
    return "\n".join(
        str(message.delta) for message in came if message.WhichOneof("type") == "delta"
    )
