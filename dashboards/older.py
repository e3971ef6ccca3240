"""A release of an earlier version: told calmly, where a page asks for what it does not hold.

DuckDB itself says so where a query names a table or column that is missing (`warehouse.py`). Here:
the same for a page that reads a column of all there are. Only then are the committed contracts
read, so that a mistake of ours is not taken for an old release. Not here: any word on the screen.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import polars as pl
import yaml

from dashboards.relations import RELATIONS
from dashboards.scope import Scope
from dashboards.texts import frame as texts
from dashboards.warehouse import WarehouseError, described

_MODELS = Path(__file__).parents[1] / "dbt_project" / "models"


@contextmanager
def told(scope: Scope) -> Iterator[None]:
    """Say that the release is an older one, where a missing column ends what is done here.

    Args:
        scope: who looks.

    Raises:
        WarehouseError: the release lacks what the contracts of this version promise.
    """
    try:
        yield
    except (KeyError, TypeError, pl.exceptions.ColumnNotFoundError) as error:
        # A filter by a missing column is a TypeError to polars.
        if is_older(described(scope)):
            raise WarehouseError(texts.OLDER_RELEASE) from error
        raise


def is_older(rows: pl.DataFrame) -> bool:
    """Say whether a release lacks a column that a page may ask for.

    Args:
        rows: what `warehouse.described` gives.
    """
    found = set(rows.select("table", "column").iter_rows())
    asked_for = {each.table for each in RELATIONS.values()}
    return not {(table, column) for table, column in promised() if table in asked_for} <= found


@cache
def promised() -> frozenset[tuple[str, str]]:
    """List the tables and columns of the contracts, as they are released."""
    return frozenset(
        (
            f"{path.parent.name}.{(model.get('config') or {}).get('alias') or model['name']}",
            column["name"],
        )
        for path in _MODELS.glob("*/*.yml")
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", [])
        for column in model.get("columns", ())
    )
