"""What is remembered of a source between two fetches: ``fetch/<source>.json`` in the home.

Here: times, and under which settings they were true. Not here: anything of a record; what is done
with the times (run.py).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from orchestration.durable import put_in_place, read_json, stage_json
from orchestration.settings import SourceConfig


@dataclass(frozen=True)
class Cursor:
    """When a source was fetched last.

    Attributes:
        fetched_at: with its zone; the source's clock when the last fetch began.
        full_at: the same of the last complete one.
        terms: hash of the settings they were made under; under others they mean nothing.
    """

    fetched_at: datetime
    full_at: datetime
    terms: str


def terms_of(config: SourceConfig) -> str:
    """Hash of all that decides what a fetch asks for."""
    asked = config.model_dump(mode="json", include={"reader", "fetch", "options"})
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]


def read_cursor(folder: Path, source: str) -> Cursor | None:
    """What the last fetch left; None where there is none that can be used."""
    content = read_json(folder / f"{source}.json") or {}
    try:
        times = [datetime.fromisoformat(content[name]) for name in ("fetched_at", "full_at")]
        if any(time.tzinfo is None for time in times):
            return None
        return Cursor(times[0], times[1], str(content["terms"]))
    except (KeyError, TypeError, ValueError):
        return None


def write_cursor(folder: Path, source: str, cursor: Cursor) -> None:
    """Remember a fetch; call it when its delivery stands."""
    path = folder / f"{source}.json"
    staged = stage_json(
        path,
        {
            "fetched_at": cursor.fetched_at.astimezone(UTC).isoformat(),
            "full_at": cursor.full_at.astimezone(UTC).isoformat(),
            "terms": cursor.terms,
        },
    )
    staged.chmod(0o600)
    put_in_place(staged, path)
