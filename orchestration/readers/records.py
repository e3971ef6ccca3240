"""Canonical rows one at a time, for readers whose files are no tables of canonical cells.

Here: gathering cells, rejects and filtered records, and the extract made of them. Not here: what a
record means (the readers), or tables that are mapped column by column (mapped_rows.py).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import polars as pl

from orchestration.contracts.feeds import FEEDS
from orchestration.readers.base import REJECTS_SCHEMA, DeliveryFile, Extract


@dataclass
class Records:
    """What one file gives to one feed, gathered record by record.

    The reader counts the records itself, apart from what it adds here; that the two agree is
    checked when the extract lands. A record may give several rows: ``rows_read`` counts rows, and
    ``file_rows`` the records of the file.

    Attributes:
        feed: name of the canonical feed.
        file: where the records come from.
    """

    feed: str
    file: DeliveryFile
    _numbers: list[int] = field(default_factory=list)
    _cells: list[dict[str, str | None]] = field(default_factory=list)
    _rejects: list[tuple[int, str, str | None]] = field(default_factory=list)
    _reject_keys: list[dict[str, str | None]] = field(default_factory=list)
    _filtered: Counter[str] = field(default_factory=Counter)

    def add(self, row_number: int, **cells: str | None) -> None:
        """Add a canonical row; a cell that is left out is empty. Cells are text."""
        self._numbers.append(row_number)
        self._cells.append(cells)

    def reject(
        self, row_number: int, rule: str, column: str | None = None, **key: str | None
    ) -> None:
        """Hold a record back: rule is a short word, column a name of the contract or the file.

        Where the row's key is known all the same, its cells go along: the row is then known to
        exist, and its absence from a complete delivery says nothing of other rows.
        """
        self._rejects.append((row_number, rule, column))
        self._reject_keys.append(key)

    def leave_out(self, reason: str, count: int = 1) -> None:
        """Count records that are known not to belong to the feed."""
        self._filtered[reason] += count

    def extract(
        self,
        rows_read: int,
        *,
        file_rows: int | None = None,
        dropped_columns: tuple[str, ...] = (),
        warnings: tuple[str, ...] = (),
    ) -> Extract:
        """The extract; ``rows_read`` is the reader's own count of added, rejected and left out."""
        names = [name for name in FEEDS[self.feed].names if any(name in row for row in self._cells)]
        columns = {
            name: pl.Series([row.get(name) for row in self._cells], dtype=pl.String())
            for name in names
        }
        numbers = pl.Series(self._numbers, dtype=pl.Int64())
        return Extract(
            feed=self.feed,
            file=self.file.label,
            frame=pl.DataFrame({"row_number": numbers, **columns}),
            rows_read=rows_read,
            file_rows=file_rows,
            rows_filtered=dict(self._filtered),
            rejects=pl.DataFrame(self._rejects, schema=REJECTS_SCHEMA, orient="row"),
            reject_keys=self._keys_of_rejects(),
            dropped_columns=dropped_columns,
            warnings=warnings,
        )

    def _keys_of_rejects(self) -> pl.DataFrame | None:
        if not any(self._reject_keys):
            return None
        schema = dict.fromkeys(FEEDS[self.feed].key, pl.String())
        rows = [[key.get(name) for name in schema] for key in self._reject_keys]
        return pl.DataFrame(rows, schema=schema, orient="row")
