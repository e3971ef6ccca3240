"""`make bench`: the build against raw DuckDB on the same files, and where the build's time goes.

Belongs here: running both in one go and printing ratios. Does not belong here: thresholds.
Seconds depend on the machine; the ratio is what to compare between two commits.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from benchmarks.workload import LAST_DAY, write_delivery

RAPPORT = Path(sys.executable).with_name("rapport")
RAW = Path(__file__).with_name("raw.sql")


def timed(work: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


def raw_build(folder: Path, target: Path) -> None:
    """Read the delivery and compute the five tables in DuckDB alone, into a file."""
    statements = RAW.read_text().format(folder=folder, as_of=LAST_DAY)
    with duckdb.connect(str(target)) as connection:
        connection.execute("set threads = 2")
        connection.execute(statements)


def rapport_build(home: Path) -> None:
    """`rapport build` as a user runs it."""
    done = subprocess.run(  # noqa: S603 - the program of this environment
        [str(RAPPORT), "build"],
        env={**os.environ, "RAPPORT_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)


def build_against_raw(sizes: list[int]) -> list[dict[str, float]]:
    """For each number of sessions: raw seconds, build seconds, and the same without start-up.

    Start-up (Python, Dagster, dbt, manifest) is the build of a delivery with 15 sessions; it does
    not grow with the data and is reported apart.
    """
    rows = []
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as scratch:
        fixed = 0.0
        for sessions in [15, *sizes]:
            home = Path(scratch) / f"home-{sessions}"
            subprocess.run(  # noqa: S603 - the program of this environment
                [str(RAPPORT), "init"],
                env={**os.environ, "RAPPORT_HOME": str(home)},
                check=True,
                capture_output=True,
            )
            delivery = home / "inbox" / "benchmark" / "first"
            counts = write_delivery(delivery, sessions=sessions)
            if sessions == 15:
                rapport_build(home)  # the first build of a clone parses dbt's manifest once
                fixed = timed(lambda h=home: rapport_build(h))
                continue
            raw = timed(lambda d=delivery, s=sessions: raw_build(d, Path(scratch) / f"{s}.duckdb"))
            whole = timed(lambda h=home: rapport_build(h))
            again = timed(lambda h=home: rapport_build(h))
            rows.append(
                {
                    **counts,
                    "raw_s": raw,
                    "build_s": whole,
                    "startup_s": fixed,
                    "ratio": whole / raw,
                    "ratio_without_startup": (whole - fixed) / raw,
                    "unchanged_inbox_s": again,
                }
            )
            print(json.dumps({k: round(v, 2) for k, v in rows[-1].items()}), flush=True)
    return rows


if __name__ == "__main__":
    build_against_raw([int(size) for size in sys.argv[1:]] or [20_000, 200_000])
