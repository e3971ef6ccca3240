"""Rows of one delivery that say the same twice, or contradict each other.

Here: within one feed of one delivery. Not here: which delivery's word holds when several speak of
the same row (dbt), or the same delivery under two names (ledger.py).

Rows with the same key and the same ``record_updated_at`` are statements about one moment: equal
ones are collapsed into the first, differing ones are all quarantined, because nothing says which is
right. Rows with the same key and different ``record_updated_at`` are a history, and all land.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from orchestration.contracts.feeds import Feed

RULE = "conflicting_duplicate"
_NOT_CONTENT = ("file", "row_number")


@dataclass(frozen=True)
class Settled:
    """The outcome.

    Attributes:
        kept: rows without duplicates.
        conflicts: file, row_number and landed key of rows that contradict another.
        collapsed: how many rows were equal to an earlier one.
    """

    kept: pl.DataFrame = field(repr=False)
    conflicts: pl.DataFrame = field(repr=False)
    collapsed: int


def settle_duplicates(feed: Feed, rows: pl.DataFrame) -> Settled:
    """Collapse equal rows and take out contradicting ones.

    Args:
        feed: the contract.
        rows: ``file``, ``row_number`` and the landed columns, in the order of files and rows.
    """
    identity = [*feed.landed_key, "record_updated_at"]
    is_single = rows.select(pl.struct(identity).is_unique()).to_series()
    if is_single.all():
        return Settled(rows, rows.select(_NOT_CONTENT + feed.landed_key).clear(), 0)
    content = [name for name in rows.columns if name not in _NOT_CONTENT]
    once = rows.unique(subset=content, keep="first", maintain_order=True)
    clashes = once.select(~pl.struct(identity).is_unique()).to_series()
    return Settled(
        kept=once.filter(~clashes),
        conflicts=once.filter(clashes).select(_NOT_CONTENT + feed.landed_key),
        collapsed=rows.height - once.height,
    )
