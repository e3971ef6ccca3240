"""Checked rows as they land: every id replaced by its pseudonym.

Here: which column gets which key. Not here: the keyed hash itself (pseudonyms.py), checks of values
(row_checks.py), files (staging.py, landing.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from orchestration.contracts.feeds import NO_ROW_KEY, Column, Feed, Kind
from orchestration.extract.pseudonyms import Pseudonymiser


@dataclass(frozen=True)
class Keying:
    """Under what a delivery's rows get their keys.

    Attributes:
        delivery_id: that the landed rows carry.
        source: of the delivery.
        pseudonyms: with the home's key.
        namespaces: id namespace by lower-case name of a source.
    """

    delivery_id: str
    source: str
    pseudonyms: Pseudonymiser
    namespaces: Mapping[str, str]

    @property
    def namespace(self) -> str:
        """Of the source's own ids."""
        return self.namespaces[self.source.lower()]


def landed_rows(feed: Feed, good: pl.DataFrame, keying: Keying) -> pl.DataFrame:
    """Checked rows in the landed schema: no id is left."""
    columns: dict[str, pl.Series | pl.Expr] = {
        "delivery_id": pl.lit(keying.delivery_id),
        "source": pl.lit(keying.source),
        "row_number": pl.col("row_number"),
    }
    for column in feed.columns:
        columns[column.landed_name] = _landed_column(column, good, keying)
        if column.date_as:
            columns[column.date_as] = pl.col(column.date_as)
    schema = feed.landed_schema()
    return good.select(value.alias(name) for name, value in columns.items()).cast(schema)


def _landed_column(column: Column, rows: pl.DataFrame, keying: Keying) -> pl.Series | pl.Expr:
    if column.kind is not Kind.ID:
        return pl.col(column.name)
    if column.entity == "by_row":
        return _linked(column.name, rows, keying)
    return keying.pseudonyms.column(rows[column.name], column.entity or "", keying.namespace)


def row_keys(feed: Feed, keys: pl.DataFrame, keying: Keying) -> pl.Series:
    """Keys of rows held back: a row whose content is bad still says that it exists.

    A row held back that was marked as deleted has no key that any row has.
    """
    columns = [feed.column(name) for name in feed.key]
    landed = keys.with_columns(
        _landed_column(column, keys, keying).alias(column.landed_name) for column in columns
    )
    is_gone = pl.col("is_deleted").fill_null(value=False)
    key = pl.when(is_gone).then(pl.lit(NO_ROW_KEY)).otherwise(feed.row_key())
    return landed.select(pl.when("is_readable").then(key).alias("row_key")).to_series()


def _linked(name: str, good: pl.DataFrame, keying: Keying) -> pl.Series:
    """Keys of id_links, whose entity and source stand in each row."""
    systems = good["source_system"]
    if name == "new_id":
        systems = good.select(pl.coalesce("target_source_system", "source_system")).to_series()
    known = pl.Series(list(keying.namespaces), dtype=pl.String())
    spaces = pl.Series(list(keying.namespaces.values()), dtype=pl.String())
    namespaces = systems.replace(known, spaces)
    return keying.pseudonyms.by_row(good[name], good["entity"], namespaces)
