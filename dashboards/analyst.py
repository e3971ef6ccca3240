"""Questions an analyst writes: one select over the de-identified file of the release on show.

Here: who may ask, which file answers, the limits of an answer, and refusals in plain words. Not
here: the process that answers (`question.py`) and the page (`app_pages/query.py`). The supervision
release is never opened from there: its tables cannot be named, whatever is written.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from dashboards.scope import Role, Scope
from dashboards.texts import frame
from dashboards.texts import query as texts
from dashboards.warehouse import WarehouseError, check, current_release

SECONDS = 5.0
MOST_ROWS = 500
_LONGEST_CELL = 300
_QUESTION = Path(__file__).with_name("question.py")
# An answer takes a core and its memory; whoever asks meanwhile waits for their turn.
_TURN = threading.Lock()
# What a busy machine may add: a question's own time is that of the processor.
_SPARE_SECONDS = 20.0


@dataclass(frozen=True)
class Answer:
    """What a question gave.

    Attributes:
        rows: at most `MOST_ROWS` of them.
        is_cut: whether there were more.
        seconds: how long it took.
    """

    rows: pl.DataFrame
    is_cut: bool
    seconds: float


def ask(scope: Scope, sql: str) -> Answer:
    """Run one select on the de-identified file.

    Args:
        scope: who asks; only an analyst does.
        sql: the question.

    Raises:
        WarehouseError: in plain words, why there is no answer.
    """
    release = current_release()
    if scope.role is not Role.ANALYST:
        raise WarehouseError(texts.ANALYSTS_ONLY)
    if release.analyst_path is None or not release.analyst_path.is_file():
        raise WarehouseError(texts.NO_FILE)
    if not sql.strip():
        raise WarehouseError(texts.NOTHING_ASKED)
    began = time.monotonic()
    check(str(release.analyst_path), release.analyst_fingerprint)
    told = _answered(release.analyst_path, sql)
    if "refusal" in told:
        raise WarehouseError(_said(told["refusal"], told["detail"]))
    names, rows = told["names"], told["rows"]
    shown = rows[:MOST_ROWS]
    columns = {
        name: _column([row[place] for row in shown]) for place, name in enumerate(_unique(names))
    }
    return Answer(pl.DataFrame(columns), len(rows) > MOST_ROWS, time.monotonic() - began)


def _answered(path: Path, sql: str) -> dict[str, Any]:
    """Ask in a process of its own, without our environment, that the system ends in time."""
    asked = {
        "path": str(path),
        "sql": sql,
        "rows": MOST_ROWS + 1,
        "longest": _LONGEST_CELL,
        "seconds": SECONDS,
    }
    if not _TURN.acquire(timeout=2 * SECONDS):
        raise WarehouseError(texts.BUSY)
    try:
        done = subprocess.run(  # noqa: S603 -- our own interpreter and file
            # -I: no module is taken from any folder but Python's own.
            [sys.executable, "-I", "-X", "utf8", str(_QUESTION)],
            input=json.dumps(asked).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={},
            timeout=_SPARE_SECONDS + SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"refusal": "slow", "detail": ""}
    finally:
        _TURN.release()
    if done.returncode == 0:
        return json.loads(done.stdout)
    # Ended by a signal, it met one of its limits; ended by itself, a mistake of Python's.
    kind = {-signal.SIGPROF: "slow", 1: "other"}.get(done.returncode, "memory")
    return {"refusal": kind, "detail": ""}


def _said(kind: str, detail: str) -> str:
    """Say a refusal of DuckDB; its own words only where they can hold nothing but the question."""
    detail = detail.splitlines()[0].partition(": ")[2] if detail else ""
    return {
        "slow": texts.TOO_SLOW.format(seconds=f"{SECONDS:.0f}"),
        "select": frame.ONE_SELECT,
        "syntax": texts.NOT_SQL.format(detail=detail),
        "name": texts.NOT_THERE.format(detail=detail),
        "closed": texts.NOT_ALLOWED,
        "memory": texts.TOO_LARGE,
    }.get(kind, texts.CANNOT.format(detail=detail)).strip()


def _unique(names: list[str]) -> list[str]:
    """Tell columns of the same name apart."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def _column(values: list[Any]) -> pl.Series:
    """Make a column of plain values; where they are of several kinds, of text."""
    kinds = {type(value) for value in values} - {type(None)}
    if len(kinds) <= 1 and str not in kinds:
        return pl.Series(values, strict=False)
    return pl.Series(
        [None if value is None else _short(str(value)) for value in values], dtype=pl.String
    )


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_CELL else text[:_LONGEST_CELL] + texts.SHORTENED
