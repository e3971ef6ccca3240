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
_NOT_CONTENT = ("file", "row_number", "place")


@dataclass(frozen=True)
class Settled:
    """The outcome.

    Attributes:
        gone: ``place`` of the rows that do not land.
        conflicts: file, row_number and landed key of rows that contradict another.
        collapsed: how many rows were equal to an earlier one.
    """

    gone: pl.Series = field(repr=False)
    conflicts: pl.DataFrame = field(repr=False)
    collapsed: int

    def __add__(self, other: Settled) -> Settled:
        """Both outcomes, of rows that have no key in common."""
        return Settled(
            gone=pl.concat([self.gone, other.gone]),
            conflicts=pl.concat([self.conflicts, other.conflicts]),
            collapsed=self.collapsed + other.collapsed,
        )


def identity_of(feed: Feed, rows: pl.DataFrame) -> pl.Series:
    """A number for each row; rows that speak of one key at one moment have the same.

    Others may have it too: those that share a number are compared whole (``settle_duplicates``).
    """
    return rows.select(pl.struct(_identity(feed)).hash()).to_series()


def _identity(feed: Feed) -> list[str]:
    return [*feed.landed_key, "record_updated_at"]


def settle_duplicates(feed: Feed, rows: pl.DataFrame) -> Settled:
    """Find equal rows and contradicting ones.

    Args:
        feed: the contract.
        rows: ``file``, ``row_number``, ``place`` (its index among all rows) and the landed columns,
            in the order of files and rows.
    """
    content = [name for name in rows.columns if name not in _NOT_CONTENT]
    once = rows.unique(subset=content, keep="first", maintain_order=True)
    clashes = once.select(~pl.struct(_identity(feed)).is_unique()).to_series()
    kept = once.filter(~clashes)["place"]
    return Settled(
        gone=rows["place"].filter(~rows["place"].is_in(kept.implode())),
        conflicts=once.filter(clashes).select("file", "row_number", *feed.landed_key),
        collapsed=rows.height - once.height,
    )
