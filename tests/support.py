"""Plain helpers for tests, no fixtures: how the program is run, what absence means."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[1]
RAPPORT = Path(sys.executable).with_name("rapport")


def absent(reason: str) -> None:
    """Skip where something outside the project is missing; in CI that is a failure, not a skip."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must have this: {reason}")
    pytest.skip(reason)


def run_rapport(
    home: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the installed program against a home, as a user does; output and exit code come back."""
    return subprocess.run(
        [str(RAPPORT), *arguments],
        env={**os.environ, "RAPPORT_HOME": str(home), **environment},
        cwd=REPO,
        capture_output=True,
        text=True,
        check=False,
    )
