"""How a release and the oracle are compared: the built case, keys, and equality to 1e-9.

Belongs here: what every comparison needs. Does not belong here: what is compared (the test files)
or a rule (`rules.py`, `statistics.py`).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tests.oracle.reading import Reading

SECRET = "5e" * 32


def pseudonym(entity: str, identifier: str) -> str:
    """The pseudonym of design.md 3.2, by the standard library."""
    message = f"{entity}|random|{identifier.strip().casefold()}".encode()
    return hmac.new(bytes.fromhex(SECRET), message, hashlib.sha256).hexdigest()[:32]


@dataclass
class Case:
    """One random practice, as the oracle reads it and as the release holds it."""

    reading: Reading
    release: duckdb.DuckDBPyConnection
    home: Path
    seed: int

    def rows(self, query: str) -> list[dict]:
        """Rows of the release as dictionaries."""
        cursor = self.release.execute(query)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def episode_keys(self) -> dict[str, str]:
        """Oracle's episode name to the release's key, through the sessions they share."""
        release = {r["session_key"]: r["episode_key"] for r in self.rows("from core.fct_session")}
        names = {
            e.name: pseudonym("episode", e.name) if not e.name.startswith("derived") else None
            for e in self.reading.episodes
        }
        return {
            e.name: names[e.name] or release[e.sessions[0].key]
            for e in self.reading.episodes
            if names[e.name] or e.sessions
        }


def same(left: object, right: object) -> bool:
    """Equal, where numbers may differ by 1e-9."""
    if left is None or right is None or isinstance(left, str | bool):
        return left == right
    if isinstance(left, int | float) or hasattr(left, "as_tuple"):
        return abs(float(left) - float(right)) <= 1e-9 * max(1.0, abs(float(left)))
    return left == right


def disagreements(expected: dict[Hashable, dict], actual: dict[Hashable, dict]) -> list[str]:
    """Every row that one side lacks and every value that differs, in words."""
    wrong = [f"only the oracle has {k}: {expected[k]}" for k in expected.keys() - actual.keys()]
    wrong += [f"only the release has {k}: {actual[k]}" for k in actual.keys() - expected.keys()]
    for key in expected.keys() & actual.keys():
        for column, value in expected[key].items():
            if not same(value, actual[key][column]):
                found = actual[key][column]
                wrong.append(f"{key}.{column}: oracle {value!r}, release {found!r}")
    return sorted(wrong)


def agree(expected: dict[Hashable, dict], actual: dict[Hashable, dict]) -> None:
    """Same keys, same values; a failure names the first differing rows."""
    assert expected, "the oracle found nothing to compare"
    wrong = disagreements(expected, actual)
    assert not wrong, f"{len(wrong)} differences, e.g.\n" + "\n".join(wrong[:12])


def agree_by_metric(expected: dict[Hashable, dict], actual: dict[Hashable, dict]) -> None:
    """As `agree` for rows that carry a metric_id, at whatever place of the key; grouped by it."""
    assert expected, "the oracle found nothing to compare"
    metrics = {row["metric_id"] for row in (*expected.values(), *actual.values())}
    failures = []
    for metric in sorted(metrics):
        sides = [
            {k: v for k, v in side.items() if v["metric_id"] == metric}
            for side in (expected, actual)
        ]
        wrong = disagreements(*sides)
        if wrong:
            failures.append(f"{metric}: {len(wrong)} differences, e.g.")
            failures += [f"    {line[:300]}" for line in wrong[:3]]
    assert not failures, "\n" + "\n".join(failures)


def keyed(rows: list[dict], *columns: str) -> dict[Hashable, dict]:
    """Rows by key; a repeated key is a failure of the release."""
    table = {tuple(row[c] for c in columns): row for row in rows}
    assert len(table) == len(rows), f"{columns} is not a key"
    return table
