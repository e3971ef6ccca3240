"""A PostgreSQL server of the tests' own: on a free port of this machine, gone when they end.

Not here: tests. The server is Debian's; initdb refuses root, so as root another account runs it.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

PASSWORD = f"/{secrets.token_hex()}:@"  # with what a URL cannot hold as it is
_START_SECONDS = 60
_PARENT_DIED = 1  # PR_SET_PDEATHSIG


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int

    def url(self, database: str) -> str:
        """What an operator would write down."""
        return f"postgresql://rapport:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A connection beside SQLAlchemy."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="rapport",
            password=PASSWORD,
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )

    def create(self, database: str) -> str:
        """Make an empty database; gives its URL."""
        with self.connect() as con:
            con.execute(f'create database "{database}"')
        return self.url(database)


def programs() -> Path | None:
    """The folder of Debian's newest server, or of the one on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[4]))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    return Path(on_path).resolve().parent if on_path else None


@contextmanager
def server(place: Path) -> Iterator[Server]:
    """Run a server with a data folder of its own; stopped whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix="rapport-postgresql-"))
    account: dict[str, Any] = {}
    if os.geteuid() == 0:
        who = _account()
        os.chown(folder, who.pw_uid, who.pw_gid)
        account = {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
    common: dict[str, Any] = {"cwd": folder, "env": {"PATH": os.environ["PATH"], "LC_ALL": "C"}}
    secret = folder / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    try:
        subprocess.run(
            [
                str(place / "initdb"),
                *("-D", str(folder / "data"), "-U", "rapport", "--pwfile", str(secret)),
                *("-A", "scram-sha-256", "-E", "UTF8", "--no-locale", "--no-sync"),
            ],
            check=True,
            capture_output=True,
            **account,
            **common,
        )
        port = _free_port()
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [
                    str(place / "postgres"),
                    *("-D", str(folder / "data"), "-p", str(port), "-h", "127.0.0.1"),
                    *("-k", str(folder), "-c", "fsync=off"),
                ],
                stdout=log,
                stderr=log,
                # Called after the account was changed: killed pytest, stopped server.
                preexec_fn=_stop_with_parent,  # noqa: PLW1509 -- no thread runs this early
                **account,
                **common,
            )
        try:
            _wait(Server(port), process)
            yield Server(port)
        finally:
            process.send_signal(signal.SIGQUIT)
            process.wait(timeout=30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _account() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("there is no account for the server to run as")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _stop_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PARENT_DIED, signal.SIGQUIT)


def _wait(running: Server, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            running.connect().close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return
