"""What every reader takes and gives: a delivery in, extracts of canonical feeds out.

Here: the shapes both sides agree on. Not here: how a file is parsed (tabular.py and the readers),
how rows are checked, pseudonymised and landed (extract/). A reader never writes, never logs a value
of a cell, and raises ``DeliveryRejected`` for a file it cannot read as declared; every exception of
a parser is caught where it arises, because such messages quote cells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Protocol

import polars as pl

from orchestration.contracts.feeds import FEEDS
from orchestration.errors import DeliveryHeld, DeliveryRejected
from orchestration.settings import SourceConfig

__all__ = [
    "REJECTS_SCHEMA",
    "About",
    "Delivery",
    "DeliveryFile",
    "DeliveryHeld",
    "DeliveryRejected",
    "Extract",
    "Reader",
    "empty_rejects",
]

REJECTS_SCHEMA: dict[str, pl.DataType] = {
    "row_number": pl.Int64(),
    "rule": pl.String(),
    "column_name": pl.String(),
}

# A file that is not read in parts is held whole, several times over once it is rows.
MAX_WHOLE_BYTES = 1_000_000_000


def empty_rejects() -> pl.DataFrame:
    """A frame of rejects without rows."""
    return pl.DataFrame(schema=REJECTS_SCHEMA)


@dataclass(frozen=True)
class DeliveryFile:
    """One data file of a delivery (the manifest is not one).

    Attributes:
        name: its real name, for choosing what it is; may hold a person's name, never print it.
        label: what may be printed: the name when it is safe, else ``file-<8 hex>``.
        sha256: of its bytes.
        size: in bytes.
        opened: gives the bytes as a stream; what ``open`` says of errors is its promise.
    """

    name: str
    label: str
    sha256: str
    size: int
    opened: Callable[[], BinaryIO] = field(repr=False)

    def open(self) -> BinaryIO:
        """The bytes as a stream from the start; only who reads it to its end may trust them.

        Reading raises DeliveryHeld, at the end at the latest, unless these are the bytes of
        ``sha256``. The stream cannot seek, and is to be closed (``with``).
        """
        return self.opened()

    def read_bytes(self) -> bytes:
        """The bytes that have this ``sha256``; DeliveryHeld when the file has changed since.

        DeliveryRejected when there are too many to be held in memory.
        """
        self.must_fit_in_memory()
        with self.open() as stream:
            return stream.read()

    def must_fit_in_memory(self) -> None:
        """DeliveryRejected unless the file may be held whole."""
        if self.size > MAX_WHOLE_BYTES:
            said = f"is larger than {MAX_WHOLE_BYTES // 1_000_000:,} MB, too much for its format"
            raise DeliveryRejected("too_big", self.label, said)


@dataclass(frozen=True)
class Delivery:
    """One delivery as a reader sees it.

    Attributes:
        source: name of the source folder.
        label: what may be printed for the delivery's name.
        time_zone: IANA name in which times without an offset are read (manifest, else source, else
            practice); a reader leaves such times as they are.
        files: its data files, by name.
        latest: naive UTC; nothing that has happened later can be in the delivery. None: unknown.
    """

    source: str
    label: str
    time_zone: str
    files: tuple[DeliveryFile, ...]
    latest: datetime | None = None


@dataclass(frozen=True)
class Extract:
    """Rows of one file for one canonical feed, all text, before any check of a value.

    ``rows_read`` is the reader's independent count of records: it must equal the rows of ``frame``
    plus those of ``rejects`` plus the filtered ones, or the delivery is rejected with
    ``row_conservation``. A reader that makes several rows of one record multiplies the count, and
    says in ``file_rows`` how many records the file itself has.

    A long file may come in several extracts, one after the other: all but the last say
    ``is_last=False``, and counts and verdicts are those of all together.

    Attributes:
        feed: name of the canonical feed.
        file: safe label of the file.
        frame: ``row_number`` Int64 and canonical columns as String; a column the file does not have
            may be left out. Nothing outside the contract. Empty text and null both mean missing.
        rows_read: records counted apart from the parse that made ``frame``.
        file_rows: records of the file where they are not ``rows_read``; a manifest counts these.
        rows_filtered: rows a declared filter took out, by the filter's name.
        rejects: one row per row that could not be made: row_number, rule, column_name.
        reject_keys: cells of the feed's key of each reject, as text and in their order, as far as
            the reader knows them; by its key a row that is held back is still known to exist.
        dropped_columns: safe names of columns that are not in the contract, in file order.
        warnings: plain sentences for the person; no value of a cell.
        is_last: whether nothing more comes of this reading of the file.
        part_of: tells apart readings of one file for one feed whose extracts come in turns.
    """

    feed: str
    file: str
    frame: pl.DataFrame = field(repr=False)
    rows_read: int
    file_rows: int | None = None
    rows_filtered: Mapping[str, int] = field(default_factory=dict)
    rejects: pl.DataFrame = field(default_factory=empty_rejects, repr=False)
    reject_keys: pl.DataFrame | None = field(default=None, repr=False)
    dropped_columns: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    is_last: bool = True
    part_of: str = ""

    def __post_init__(self) -> None:
        """A reader that hands on a column outside the contract is a programming mistake."""
        extra = set(self.frame.columns) - {"row_number", *FEEDS[self.feed].names}
        if extra or "row_number" not in self.frame.columns:
            raise ValueError(f"an extract of {self.feed} must hold row_number and its columns only")


@dataclass(frozen=True)
class About:
    """What a reader says of itself to a practice manager, in `rapport sources` and `rapport check`.

    Attributes:
        system: the product as its users call it ("Cliniko").
        takes: one sentence: which files or addresses it reads.
        feeds: the canonical feeds it can give.
        leaves_open: required columns, by feed, that the system may not know (decision 27); from
            any other reader a row without them is held back.
        needs: what must be set or supplied, a plain sentence each; the steps are on the page
            ``docs/connect/<reader>.md``.
    """

    system: str
    takes: str
    feeds: tuple[str, ...]
    needs: tuple[str, ...] = ()
    leaves_open: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Reader(Protocol):
    """One kind of delivery: turns its files into extracts of the canonical feeds."""

    name: str
    about: About

    def recognise(self, files: Sequence[DeliveryFile]) -> str | None:
        """Say what these files seem to be ("an attendance report"), or None when they are not ours.

        Looks at names and headers alone, raises nothing, and is never taken for a decision: which
        reader reads a source is what rapport.toml says.
        """

    def validate(self, source: str, config: SourceConfig) -> None:
        """Check the reader's own part of the settings; SettingsError names the key's path."""

    def read(self, delivery: Delivery, config: SourceConfig) -> Iterator[Extract]:
        """Yield the delivery's extracts; DeliveryRejected when a file does not fit."""
