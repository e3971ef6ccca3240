"""Rows of one feed on their way into the landing: few in memory, many in a file.

Here: keeping rows in order, and taking out those that turn out not to land. Not here: which rows
these are (row_checks.py, duplicates.py), or when a file counts (landing.py).

A delivery is known to be sound when its last row has been read. Until then its rows wait; beyond
some hundred thousand of them in a file of the landing's own folder under a temporary name, so that
the memory does not grow with the delivery. They hold pseudonyms, no identities.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from orchestration.contracts.feeds import Feed
from orchestration.extract.duplicates import Settled, identity_of, settle_duplicates

# So many rows are held in memory, make a row group of the file, and are compared at a time.
ROWS_IN_MEMORY = 250_000


class Stage:
    """The accepted rows of one feed of one delivery, in the order of files and rows.

    Attributes:
        height: how many rows there are.
    """

    def __init__(self, feed: Feed, place: Callable[[], Path] | None = None) -> None:
        """An empty stage.

        Args:
            feed: the contract.
            place: gives the path of the file to spill into, beside which another may lie for a
                while; without it all rows are held in memory.
        """
        self.height = 0
        self._feed = feed
        self._place = place
        self._path: Path | None = None  # of the file that rows were spilled into
        self._writer: pq.ParquetWriter | None = None
        self._frames: list[pl.DataFrame] = []
        self._identities = [pl.Series(dtype=pl.UInt64())]
        self._files: list[str] = []
        self._ends: list[int] = []
        self._removed = [pl.Series(dtype=pl.Int64())]

    def add(self, file: str, rows: pl.DataFrame) -> int:
        """Add landed rows of a file; gives the index of the first."""
        start = self.height
        self.height += rows.height
        self._files.append(file)
        self._ends.append(self.height)
        self._identities.append(identity_of(self._feed, rows))
        self._frames.append(rows)
        if self._place and sum(frame.height for frame in self._frames) >= ROWS_IN_MEMORY:
            self._path = self._path or self._place()
            self._spill(self._path)
        return start

    def remove(self, places: pl.Series) -> None:
        """Let rows not land, by index."""
        self._removed.append(places)

    def settle(self) -> Settled:
        """Take out the removed rows, and of the others those that duplicates.py says.

        Only rows whose key comes more than once are compared, and of them so many at a time as fit
        into memory: all rows of one key are among the same.
        """
        if self._path is not None:
            self._spill(self._path)
            self._close()
        kept = np.ones(self.height, dtype=bool)
        kept[pl.concat(self._removed).to_numpy()] = False
        identities = pl.concat(self._identities)
        repeated = (
            kept
            & pl.select(pl.when(pl.Series(kept)).then(identities).is_duplicated())
            .to_series()
            .to_numpy()
        )
        shares = int(repeated.sum()) // ROWS_IN_MEMORY + 1
        share_of = (identities % shares).to_numpy()
        nothing = self._feed.landed_schema() | {"file": pl.String(), "place": pl.Int64()}
        settled = settle_duplicates(self._feed, pl.DataFrame(schema=nothing))
        for share in range(shares if repeated.any() else 0):
            rows = self._chosen(repeated & (share_of == share))
            settled += settle_duplicates(self._feed, rows)
        kept[settled.gone.to_numpy()] = False
        if not kept.all():
            self._keep(kept)
        return settled

    def frames(self) -> Iterator[pl.DataFrame]:
        """The rows, a part at a time; only when they are settled."""
        if self._path is not None:
            with pq.ParquetFile(self._path) as file:
                for group in range(file.num_row_groups):
                    yield pl.DataFrame(file.read_row_group(group))
        yield from self._frames

    def frame(self) -> pl.DataFrame:
        """All rows at once; only when they are settled."""
        return pl.concat([pl.DataFrame(schema=self._feed.landed_schema()), *self.frames()])

    def save(self, path: Path) -> None:
        """Leave the settled rows in this file."""
        if self._path is None:
            self.frame().write_parquet(path, compression="zstd")
        else:
            self._path.replace(path)
            self._path = None

    def discard(self) -> None:
        """Remove what was written and not put in place."""
        self._close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def _spill(self, path: Path) -> None:
        rows = pl.concat([pl.DataFrame(schema=self._feed.landed_schema()), *self._frames])
        self._frames = []
        table = rows.to_arrow()
        if self._writer is None:
            self._writer = pq.ParquetWriter(path, table.schema, compression="zstd")
        self._writer.write_table(table)

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _masked(self, mask: np.ndarray) -> Iterator[pl.DataFrame]:
        start = 0
        for frame in self.frames():
            yield frame.filter(pl.Series(mask[start : start + frame.height]))
            start += frame.height

    def _chosen(self, mask: np.ndarray) -> pl.DataFrame:
        """Rows by their mask, with the file of each, and its index as ``place``."""
        places = np.flatnonzero(mask)
        files = np.searchsorted(self._ends, places, side="right")
        return pl.concat(self._masked(mask)).with_columns(
            file=pl.Series(self._files, dtype=pl.String()).gather(files),
            place=pl.Series(places, dtype=pl.Int64()),
        )

    def _keep(self, mask: np.ndarray) -> None:
        """Let the rows of the mask alone remain."""
        rows = self._masked(mask)
        if self._path is None:
            self._frames = list(rows)
        else:
            kept = self._path.with_name(f"kept-{self._path.name}")
            first = next(rows).to_arrow()
            with pq.ParquetWriter(kept, first.schema, compression="zstd") as writer:
                writer.write_table(first)
                for frame in rows:
                    writer.write_table(frame.to_arrow())
            kept.replace(self._path)
        self.height = int(mask.sum())
