"""The same deliveries end in the same release content, whatever the order, names or home.

Belongs here: whole builds compared with each other. Does not belong here: whether the content is
right, which the oracle says.
"""

from __future__ import annotations

import copy
import hashlib
import random
from datetime import timedelta
from pathlib import Path

import duckdb

from tests.oracle.practices import Practice, random_practice
from tests.support import run_rapport

SECRET = {"RAPPORT_PSEUDONYM_KEY": "a7" * 32}
# What names the release itself, and may therefore differ between two builds of the same content.
OWN = {"release_id", "built_at"}


def content(home: Path) -> dict[str, str]:
    """A hash per table over its sorted rows, numbers rounded to nine decimals."""
    release = duckdb.connect(str((home / "releases" / "current").resolve()), read_only=True)
    tables = release.execute(
        "select table_schema, table_name from information_schema.tables order by all"
    ).fetchall()
    found = {}
    for schema, table in tables:
        cursor = release.execute(f'from "{schema}"."{table}"')
        keep = [i for i, column in enumerate(cursor.description) if column[0] not in OWN]
        rows = sorted(
            repr([round(r[i], 9) if isinstance(r[i], float) else r[i] for i in keep])
            for r in cursor.fetchall()
        )
        found[f"{schema}.{table}"] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def deliveries() -> dict[str, Practice]:
    """A first delivery, a correction of some of its rows with deletions, and late rows."""
    whole = random_practice(21, clients=60)
    pick = random.Random(5)
    first, correction, late = (Practice(whole.as_of - timedelta(days=back)) for back in (20, 10, 0))
    for feed, rows in whole.feeds.items():
        for row in rows:
            target = late if pick.random() < 0.1 else first
            target.rows(feed).append(copy.deepcopy(row))
    for row in pick.sample(first.rows("sessions"), 60):
        correction.rows("sessions").append({**row, "status": "no_show", "is_deleted": "false"})
    for row in pick.sample(first.rows("sessions"), 10):
        if row["session_id"] not in {r["session_id"] for r in correction.rows("sessions")}:
            correction.rows("sessions").append({**row, "is_deleted": "true"})
    # a session attended after the delivery was made would be refused, and rightly
    first.feeds["sessions"] = [
        r
        for r in first.rows("sessions")
        if r["started_at"][:10] <= str(first.as_of) or r["status"] == "scheduled"
    ]
    return {"2-first": first, "1-correction": correction, "3-late": late, "0-again": first}


def build(home: Path, steps: list[list[str]]) -> dict[str, str]:
    """Drop deliveries in steps, building after each; returns the content of the last release."""
    made = deliveries()
    assert run_rapport(home, "init", **SECRET).returncode == 0
    for step in steps:
        for name in step:
            made[name].write(home / "inbox" / "random" / name)
        done = run_rapport(home, "build", "--as-of", str(made["3-late"].as_of), **SECRET)
        assert done.returncode == 0, done.stdout + done.stderr
    return content(home)


def test_reversed_in_steps_and_in_another_home(tmp_path: Path) -> None:
    at_once = build(tmp_path / "once", [["2-first", "1-correction", "3-late", "0-again"]])
    in_steps = [["0-again", "3-late"], ["1-correction"], ["2-first"]]
    assert build(tmp_path / "reversed", in_steps) == at_once
