"""A release small enough to reason about: empty tables by the committed contracts, chosen rows in.

Reading the columns from `dbt_project/models/**.yml` makes every test here a drift test as well: a
query over a column that no contract promises fails.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import yaml

from tests.support import REPO

MODELS = REPO / "dbt_project" / "models"
RELEASED = ("core", "metrics", "quality", "meta", "analyst")
AS_OF = date(2026, 11, 20)

ANNA, BORIS, CLARA, DORA, ELSA = (f"{name:a<32}" for name in ("a1", "b2", "c3", "d4", "e5"))
SUPERVISOR, OTHER_SUPERVISOR = f"{'f6':a<32}", f"{'f7':a<32}"
CLINICIANS = {
    ANNA: "Clinician A1AA",
    BORIS: "Clinician B2AA",
    CLARA: "Clinician C3AA",
    DORA: "Clinician D4AA",
    ELSA: "Clinician E5AA",
    SUPERVISOR: "Clinician F6AA",
    OTHER_SUPERVISOR: "Clinician F7AA",
}

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


@cache
def contracts() -> dict[str, dict[str, str]]:
    """Read table -> column -> type from the models' own YAML, by the name they are released as."""
    found: dict[str, dict[str, str]] = {}
    for schema in RELEASED:
        for path in sorted((MODELS / schema).glob("*.yml")):
            for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
                name = (model.get("config") or {}).get("alias") or model["name"]
                found[f"{schema}.{name}"] = {
                    column["name"]: column.get("data_type", "varchar")
                    for column in model["columns"]
                }
    return found


def filled(table: str, row: Mapping[str, Any]) -> list[Any]:
    """Give a whole row of a table: what is named, and a plain value for what is not."""
    plain = {"varchar": None, "boolean": False, "bigint": 0, "integer": 0, "double": None}
    columns = contracts()[table]
    unknown = set(row) - set(columns)
    assert not unknown, f"{table} has no column {unknown}"
    return [row.get(name, plain.get(kind)) for name, kind in columns.items()]


def basics() -> dict[str, list[dict[str, Any]]]:
    """Give the rows without which no page opens: release, clinicians, assignments."""
    return {
        "meta.release": [
            {
                "release_id": "r1",
                "as_of": AS_OF,
                "data_through": AS_OF,
                "params_version": 1,
                "is_demo": True,
            }
        ],
        "core.dim_clinician": [
            {"clinician_key": key, "clinician_label": label, "role": "staff", "site_id": "north"}
            for key, label in CLINICIANS.items()
        ],
        "core.supervision": [
            assigned(SUPERVISOR, ANNA, date(2026, 1, 1), None),
            assigned(SUPERVISOR, BORIS, date(2026, 1, 1), AS_OF),
            assigned(SUPERVISOR, CLARA, date(2026, 1, 1), date(2026, 11, 19)),
            assigned(OTHER_SUPERVISOR, CLARA, date(2026, 11, 20), None),
            assigned(OTHER_SUPERVISOR, DORA, date(2026, 12, 1), None),
        ],
    }


def assigned(
    supervisor: str, supervisee: str, started_on: date, ended_on: date | None, **more: Any
) -> dict[str, Any]:
    """Give one row of core.supervision."""
    return {
        "supervision_key": f"{supervisor[:2]}-{supervisee[:2]}-{started_on}",
        "supervisor_key": supervisor,
        "supervisee_key": supervisee,
        "kind": "assignment",
        "started_on": started_on,
        "ended_on": ended_on,
        **more,
    }


def case(episode_key: str, clinician_key: str, **more: Any) -> dict[str, Any]:
    """Give one row of metrics.case_summary."""
    return {
        "episode_key": episode_key,
        "client_key": f"client-{episode_key}",
        "client_label": f"C-{episode_key.upper()}",
        "clinician_key": clinician_key,
        "clinician_label": CLINICIANS.get(clinician_key, "Clinician ????"),
        "status": "open",
        "ending": "open",
        "opened_on": date(2026, 1, 5),
        "first_attended_on": date(2026, 1, 5),
        "last_seen_on": date(2026, 11, 10),
        "attended_sessions": 3,
        "summary": f"Summary of {episode_key}.",
        "how_sure": "Few forms.",
        **more,
    }


def write(home: Path, rows: Rows | None = None, release_id: str = "r1") -> Path:
    """Write a release and its pointer into a home and give the release file.

    Args:
        home: becomes RAPPORT_HOME.
        rows: rows by table on top of `basics`.
        release_id: id in the pointer and the file name.
    """
    releases = home / "releases"
    releases.mkdir(parents=True, exist_ok=True)
    path = releases / f"release-{release_id}.duckdb"
    path.write_bytes(bare())
    if rows:
        with duckdb.connect(str(path)) as con:
            insert(con, rows)
    point(home, path, release_id)
    return path


@cache
def bare() -> bytes:
    """Give the bytes of a release with the tables of the contracts and only the basic rows."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bare.duckdb"
        with duckdb.connect(str(path)) as con:
            for schema in RELEASED:
                con.execute(f"create schema {schema}")
            for table, columns in contracts().items():
                described = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
                con.execute(f"create table {table} ({described})")
            insert(con, basics())
            con.execute("checkpoint")
        return path.read_bytes()


def insert(con: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    """Insert rows by table."""
    for table, found in rows.items():
        marks = ", ".join("?" * len(contracts()[table]))
        con.executemany(
            f"insert into {table} values ({marks})",  # noqa: S608 - table names of the contracts
            [filled(table, row) for row in found],
        )


def sha256_of(path: Path) -> str:
    """Give the sha256 of a file in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def point(home: Path, path: Path, release_id: str = "r1", **changed: Any) -> None:
    """Write releases/current.json for a release file."""
    told = {
        "release_id": release_id,
        "file": path.name,
        "sha256": sha256_of(path),
        "as_of": AS_OF.isoformat(),
        "built_at": "2026-11-21T06:10:00+00:00",
        "is_demo": True,
        **changed,
    }
    (home / "releases" / "current.json").write_text(json.dumps(told), encoding="utf-8")
