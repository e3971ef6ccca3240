"""``rapport serve``: starting Streamlit on 127.0.0.1 with its hardened options.

Not here: a page (dashboards/).
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.error import URLError

import click

from orchestration.beside import RELEASE_VARIABLE
from orchestration.errors import RapportError
from orchestration.home import HOME_VARIABLE
from orchestration.release.catalogue import find_release
from orchestration.settings import Settings, load_settings

ADDRESS = "127.0.0.1"
APP = Path(__file__).resolve().parents[2] / "dashboards" / "server.py"

_STARTING_SECONDS = 60


@click.command("serve")
@click.option("--port", type=click.IntRange(1, 65535), help="By default that of rapport.toml.")
@click.option("--release", "release_id", metavar="ID", help="Show this release only.")
def command(port: int | None, release_id: str | None) -> int:
    """Serve the dashboard over the current release.

    It listens on this machine only (127.0.0.1) and runs until Ctrl-C. With --release it shows that
    release, an older one or one as known on a past day, and says so on every page.
    """
    settings = load_settings()
    if release_id is not None:
        release_id = find_release(settings.home, release_id).release_id
    return serve(settings, port, release_id)


def serve(settings: Settings, port: int | None = None, release_id: str | None = None) -> int:
    """Start the dashboard, say where it is once it answers, and wait until it ends.

    Args:
        settings: of the home.
        port: by default that of rapport.toml.
        release_id: the only release to show; by default whichever is current.

    Returns:
        The exit code of the command.

    Raises:
        RapportError: the port is taken, or the dashboard does not come up.
    """
    port = port or settings.dashboard.port
    _must_be_free(port)
    settings.home.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (settings.home.logs / "dashboard.log").open("a", encoding="utf-8") as log:
        # The rest of its configuration stands in dashboards/.streamlit/config.toml.
        process = subprocess.Popen(  # noqa: S603 -- our own interpreter and file
            [
                *(sys.executable, "-m", "streamlit", "run", str(APP)),
                *("--server.address", ADDRESS, "--server.port", str(port)),
                *("--server.headless", "true", "--browser.gatherUsageStats", "false"),
            ],
            cwd=APP.parent,
            env={
                **os.environ,
                HOME_VARIABLE: str(settings.home.path),
                RELEASE_VARIABLE: release_id or "",
            },
            stdout=log,
            stderr=log,
        )
        # `kill` and a supervisor's stop must not leave the dashboard behind.
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        try:
            _wait_until_up(process, port)
            click.echo(f"Rapport is at http://{ADDRESS}:{port} (Ctrl-C ends it)")
            return 0 if process.wait() in (0, -signal.SIGTERM) else 1
        except KeyboardInterrupt:
            return 0
        finally:
            _end(process)


def _must_be_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            raise RapportError(
                f"Port {port} is in use; `rapport serve --port {port + 1}` takes another one."
            ) from None


def _wait_until_up(process: subprocess.Popen[bytes], port: int) -> None:
    url = f"http://{ADDRESS}:{port}/_stcore/health"
    deadline = time.monotonic() + _STARTING_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RapportError("The dashboard did not start. Details: logs/dashboard.log in the home.")


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
