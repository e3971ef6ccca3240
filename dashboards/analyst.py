"""Questions an analyst writes: one select over the de-identified file of the release on show.

Here: who may ask, which file answers, the limits of an answer, and refusals in plain words. Not
here: the hardened connection (`warehouse.py`) and the page (`app_pages/query.py`). The supervision
release is never opened from here: its tables cannot be named, whatever is written.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from dashboards.scope import Role, Scope
from dashboards.texts import query as texts
from dashboards.warehouse import Refusal, WarehouseError, current_release, read_some

SECONDS = 5.0
MOST_ROWS = 500
_LONGEST_CELL = 300
_PLAIN = (bool, int, float, str, type(None))


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
    try:
        names, rows = read_some(
            str(release.analyst_path), release.analyst_fingerprint, sql, MOST_ROWS + 1, SECONDS
        )
    except Refusal as refusal:
        raise WarehouseError(_said(refusal)) from refusal
    shown = rows[:MOST_ROWS]
    columns = {
        name: _column([row[place] for row in shown]) for place, name in enumerate(_unique(names))
    }
    return Answer(pl.DataFrame(columns), len(rows) > MOST_ROWS, time.monotonic() - began)


def _said(refusal: Refusal) -> str:
    """Say a refusal of DuckDB; its own words only where they can hold nothing but the question."""
    detail = refusal.detail.splitlines()[0].partition(": ")[2] if refusal.detail else ""
    return {
        "slow": texts.TOO_SLOW.format(seconds=f"{SECONDS:.0f}"),
        "syntax": texts.NOT_SQL.format(detail=detail),
        "name": texts.NOT_THERE.format(detail=detail),
        "closed": texts.NOT_ALLOWED,
        "memory": texts.TOO_LARGE,
    }.get(refusal.kind, texts.CANNOT.format(detail=detail)).strip()


def _unique(names: list[str]) -> list[str]:
    """Tell columns of the same name apart."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def _column(values: list[Any]) -> pl.Series:
    """Make a column of plain values; whatever is not plain becomes short text."""
    plain = [float(value) if isinstance(value, Decimal) else value for value in values]
    kinds = {type(value) for value in plain} - {type(None)}
    if kinds <= set(_PLAIN) and len(kinds) <= 1 and str not in kinds:
        return pl.Series(plain, strict=False)
    return pl.Series(
        [None if value is None else _short(str(value)) for value in plain], dtype=pl.String
    )


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_CELL else text[:_LONGEST_CELL] + texts.SHORTENED
