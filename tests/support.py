"""Plain helpers for tests, no fixtures: how the program is run, what is made once."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pytest

REPO = Path(__file__).resolve().parents[1]
RAPPORT = Path(sys.executable).with_name("rapport")


def absent(reason: str) -> None:
    """Skip where something outside the project is missing; in CI that is a failure, not a skip."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must have this: {reason}")
    pytest.skip(reason)


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Give a folder that all workers of a run share: whoever asks first makes it.

    Tests only read it; one that writes takes a copy (`copy_of`).

    Args:
        factory: of this worker.
        name: of the folder.
        make: called with the folder, which is empty.
    """
    base = factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent
    folder, whole = base / name, base / f"{name}.whole"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            # A worker that failed may have left a part.
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            whole.touch()
    return folder


def copy_of(home: Path, place: Path) -> Path:
    """Copy a whole home with its links, pipes and modes; give the place."""
    place.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", "--reflink=auto", str(home), str(place)], check=True)
    return place


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


def macro_rows(
    macros: list[str], call: str, given: str, values: dict[str, Any], **names: str
) -> list[tuple]:
    """Run macros that need nothing of dbt in DuckDB: their own SQL, not a copy of it.

    Args:
        macros: files of `dbt_project/macros`, without their ending.
        call: the Jinja that stands in the select list.
        given: what it is selected from, as a select list over `values`.
        values: DuckDB parameters of `given`.
        names: what else the Jinja of the call names.
    """
    folder = REPO / "dbt_project" / "macros"
    text = "\n".join((folder / f"{name}.sql").read_text() for name in macros)
    template = jinja2.Environment(autoescape=False).from_string(text + call)  # noqa: S701 - SQL, not HTML
    with duckdb.connect() as con:
        query = f"select {template.render(**names)} from (select {given})"  # noqa: S608
        return con.execute(query, values).fetchall()
