"""Asking the dashboard's own code for a paper or a text, in a process beside.

Here: the one way over, for `rapport report` and the digest; the two sides meet in the released file
and share no code. Not here: what is asked, and what becomes of the answer.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from orchestration.errors import RapportError
from orchestration.home import HOME_VARIABLE, Home

# Names the one release that the dashboard shows; empty: the current one.
RELEASE_VARIABLE = "RAPPORT_RELEASE"

_ROOT = Path(__file__).resolve().parents[1]
_SECONDS = 300
# Exit code with which the other process says in one sentence why there is nothing.
_SAID = 3


def ask_dashboard(home: Home, release_id: str | None = None, **asked: Any) -> bytes:
    """Have something made by `python -m dashboards.reports`.

    Args:
        home: whose release is read.
        release_id: of which release; by default the current one.
        **asked: what is wanted.

    Raises:
        RapportError: it cannot be made; the message says why.
    """
    environment = {
        **os.environ,
        HOME_VARIABLE: str(home.path),
        RELEASE_VARIABLE: release_id or "",
        # No empty part: Python would take the folder somebody stands in for it.
        "PYTHONPATH": os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")])),
    }
    try:
        done = subprocess.run(  # noqa: S603 -- our own interpreter and module
            # -P: nor is any module taken from that folder.
            [sys.executable, "-P", "-m", "dashboards.reports", json.dumps(asked)],
            env=environment,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise RapportError(f"It was not ready after {_SECONDS} seconds.") from None
    if done.returncode == _SAID:
        raise RapportError(done.stderr.decode().splitlines()[-1])
    if done.returncode != 0:
        home.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (home.logs / "errors.log").open("ab") as log:
            log.write(done.stderr)
        raise RapportError("It could not be made. Details: logs/errors.log in the home.")
    return done.stdout
