"""What a map takes and gives: the records of a file, and canonical rows.

Here: the shapes, and what is remembered from one part of a file to the next. Not here: what a map
does to the rows (`mapped_rows.py`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from orchestration.readers.base import Extract, empty_rejects


def no_marks() -> pl.DataFrame:
    """A frame of marked cells without rows: row_number, column, rule."""
    return pl.DataFrame(
        schema={"row_number": pl.Int64(), "column": pl.String(), "rule": pl.String()}
    )


@dataclass(frozen=True)
class Records:
    """The records of one file, under the names the map uses.

    Attributes:
        frame: `row_number` Int64 and one String column per file column that the map reads.
        count: Records of the file by an independent reading, broken ones included.
        blank: How many of them hold nothing at all; they are not in `frame`.
        broken: Records without a usable structure: row_number, rule, column_name, one row each.
        marks: Cells that cannot be relied on: row_number, column, rule.
        present: File columns (map's names) that this file has.
        is_workbook: Whether cells come typed from a workbook.
        is_last: Whether no further records of the file follow.
    """

    frame: pl.DataFrame
    count: int
    blank: int = 0
    broken: pl.DataFrame = field(default_factory=empty_rejects)
    marks: pl.DataFrame = field(default_factory=no_marks)
    present: frozenset[str] = frozenset()
    is_workbook: bool = False
    is_last: bool = True


@dataclass(frozen=True)
class Context:
    """What a map needs to know beside the records.

    Attributes:
        time_zone: IANA zone in which times without an offset are read.
        exported_at: Naive UTC; nothing that happened later can be in the export. None: unknown.
        null_tokens: Cell texts that mean "nothing".
        decimal_comma: Whether numbers are written `1,5`.
    """

    time_zone: str
    exported_at: datetime | None = None
    null_tokens: tuple[str, ...] = ()
    decimal_comma: bool = False


@dataclass(frozen=True)
class CanonicalRows:
    """Canonical rows of one file for one feed, and where its other rows went.

    Attributes:
        frame: `row_number` and canonical columns, all text.
        rows_read: Records times melted columns.
        filtered: Rows left out, by name.
        rejects: One row per rejected canonical row.
        warnings: Sentences for the user.
    """

    frame: pl.DataFrame
    rows_read: int
    filtered: dict[str, int]
    rejects: pl.DataFrame
    warnings: tuple[str, ...] = ()

    def extract(self, feed: str, file: str, file_rows: int, **more: Any) -> Extract:
        """The extract of these rows.

        Args:
            feed: name of the canonical feed.
            file: safe label of the file.
            file_rows: records of the file.
            more: whatever else is to be said of it, as ``Extract`` takes it.
        """
        return Extract(
            feed=feed,
            file=file,
            frame=self.frame,
            rows_read=self.rows_read,
            file_rows=file_rows,
            rows_filtered=self.filtered,
            rejects=self.rejects,
            **more,
        )


class SoFar:
    """What a map must remember of the parts of a file that it has seen.

    Attributes:
        filtered: Rows left out, by name.
    """

    def __init__(self) -> None:
        self.filtered: Counter[str] = Counter()
        self._keys = pl.DataFrame(schema={"a": pl.UInt64(), "b": pl.UInt64()})

    def is_first(self, frame: pl.DataFrame, columns: tuple[str, ...]) -> pl.Series:
        """True for the first record of a key, compared as ids are; an incomplete key is no key."""
        same = [pl.col(name).str.normalize("NFKC").str.to_lowercase() for name in columns]
        key = pl.struct(same)
        keys = frame.select(
            # 128 bits stand for a key: no two of a file will ever share them.
            a=key.hash(1),
            b=key.hash(2),
            incomplete=pl.any_horizontal(pl.col(*columns).is_null()),
        ).join(
            self._keys.with_columns(known=pl.lit(value=True)),
            on=["a", "b"],
            how="left",
            maintain_order="left",
        )
        new = keys.select(pl.struct("a", "b").is_first_distinct() & pl.col("known").is_null())
        is_new = new.to_series() & ~keys["incomplete"]
        self._keys = pl.concat([self._keys, keys.filter(is_new).select("a", "b")])
        return is_new | keys["incomplete"]
