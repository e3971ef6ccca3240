"""A dashboard that runs: a server of its own for a home, its memory and its processor time.

Belongs here: starting, asking and ending it. Does not belong here: what is asked of it and how long
that takes (`screens.py`).
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RAPPORT = Path(sys.executable).with_name("rapport")
# A server that used no more processor time than this in four seconds has nothing to do. It waits
# two itself after a visitor before it goes on warming pages.
RESTING_S, WHILE_S = 0.2, 4


class Served:
    """A dashboard that runs: its port, how long it took to be ready, and its memory."""

    def __init__(self, home: Path) -> None:
        """Start it and wait until it answers."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        before = time.perf_counter()
        self._process = subprocess.Popen(  # noqa: S603 - the program of this environment
            [str(RAPPORT), "serve", "--port", str(self.port)],
            env={**os.environ, "RAPPORT_HOME": str(home)},
            stdout=subprocess.DEVNULL,
        )
        while True:
            if self._process.poll() is not None:
                raise SystemExit(f"the dashboard did not start: {home}/logs/dashboard.log")
            try:
                self.answer("/_stcore/health")
                break
            except OSError:
                time.sleep(0.05)
        self.ready_s = time.perf_counter() - before

    @property
    def address(self) -> str:
        """Give where it is."""
        return f"http://127.0.0.1:{self.port}"

    def answer(self, path: str) -> bytes:
        """Ask for a path and give what comes."""
        with urllib.request.urlopen(self.address + path, timeout=2) as came:  # noqa: S310
            return came.read()

    def cpu_s(self) -> float:
        """Give the processor time of the server's own process so far."""
        spent = Path(f"/proc/{self._pid()}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
        return sum(map(int, spent)) / os.sysconf("SC_CLK_TCK")

    def rest(self) -> None:
        """Wait until it has done what it does beside its work: warming the other pages."""
        before = self.cpu_s()
        time.sleep(WHILE_S)
        while self.cpu_s() - before > RESTING_S:
            before = self.cpu_s()
            time.sleep(WHILE_S)

    def _pid(self) -> str:
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        (server,) = children.read_text().split()
        return server

    def memory_mb(self, line: str = "VmRSS") -> float:
        """Give the memory of the server's own process, now or (`VmHWM`) at most."""
        status = Path(f"/proc/{self._pid()}/status").read_text()
        return float(status.split(f"{line}:")[1].split()[0]) / 1024

    def end(self) -> None:
        """Stop it."""
        self._process.terminate()
        self._process.wait(timeout=20)


@contextmanager
def served(home: Path) -> Iterator[Served]:
    """Serve a home for the length of a block."""
    server = Served(home)
    try:
        yield server
    finally:
        server.end()
