"""The canonical delivery: one CSV or Parquet file per feed, named for it (design.md 3.2).

Here: which file is which feed, and the allow-list of columns. Not here: the structure of files
(tabular.py), checks of values (extract/row_checks.py), any system's own column names (mapped.py).

A feed may come in parts, told apart by a number or date after its name: ``sessions.csv``,
``sessions_2.csv``, ``sessions-part1.parquet``, ``sessions_2026-03.csv``. A file of any other name
is not read, and a warning says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from orchestration.contracts.feeds import FEEDS, Feed
from orchestration.readers.base import About, Delivery, DeliveryFile, DeliveryRejected, Extract
from orchestration.readers.options import read_options
from orchestration.readers.tabular import (
    Table,
    dropped_columns,
    folded_name,
    read_parts,
)
from orchestration.settings import SourceConfig

_FEED_FILE = re.compile(
    rf"(?P<feed>{'|'.join(FEEDS)})(?:[._-](?:part)?[._-]?[0-9][0-9._-]*)?\.(?:csv|parquet)",
    re.IGNORECASE,
)


class CanonicalOptions(BaseModel):
    """``[sources.<name>.options]`` of a canonical source."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    encoding: Literal["utf-8", "cp1252", "iso-8859-1"] = "utf-8"


def feed_of(file_name: str) -> Feed | None:
    """The feed that a file of this name holds, or None."""
    match = _FEED_FILE.fullmatch(file_name)
    return FEEDS[match["feed"].lower()] if match else None


class CanonicalReader:
    """Reads deliveries that already speak the contract."""

    name = "canonical"
    about = About(
        system="Rapport's own format",
        takes="CSV or Parquet files named for the feeds, with the columns of the contract.",
        feeds=tuple(FEEDS),
    )

    def recognise(self, files: Sequence[DeliveryFile]) -> str | None:
        """Canonical files are known by their names."""
        feeds = [feed.name for file in files if (feed := feed_of(file.name))]
        return f"files for {', '.join(dict.fromkeys(feeds))}" if feeds else None

    def validate(self, source: str, config: SourceConfig) -> None:
        """Check the source's options; a canonical source has no feeds to map."""
        read_options(CanonicalOptions, source, config)

    def read(self, delivery: Delivery, config: SourceConfig) -> Iterator[Extract]:
        """Yield each file in the order of their names, a long one in parts.

        Raises:
            DeliveryRejected: no file of a feed, or one that does not fit the contract.
        """
        options = read_options(CanonicalOptions, delivery.source, config)
        feeds = [(file, feed_of(file.name)) for file in delivery.files]
        if not any(feed for _, feed in feeds):
            names = ", ".join(FEEDS)
            raise DeliveryRejected(
                "no_feed_file", None, f"no file is named for a feed ({names}; .csv or .parquet)"
            )
        unread = tuple(
            f"{file.label}: not read, because its name is not that of a feed (unknown_file)"
            for file, feed in feeds
            if feed is None
        )
        for file, feed in feeds:
            if feed is not None:
                yield from _extracts(file, feed, options, unread)
                unread = ()


def _extracts(
    file: DeliveryFile, feed: Feed, options: CanonicalOptions, unread: tuple[str, ...]
) -> Iterator[Extract]:
    """The file's accepted columns under their contract names, a part of its rows at a time."""
    said = list(unread)
    accepted: dict[str, str] = {}
    dropped: tuple[str, ...] = ()
    for table in read_parts(file, encoding=options.encoding):
        said += table.warnings
        if not accepted:
            accepted = _accepted(file, feed, table)
            dropped, dropped_said = dropped_columns(file.label, table, accepted)
            if any(name != accepted[name] for name in accepted):
                said.append(
                    f"{file.label}: column names were read without regard to case and spaces"
                )
            if dropped_said:
                said.append(dropped_said)
        yield Extract(
            feed=feed.name,
            file=file.label,
            frame=table.frame.select("row_number", *accepted).rename(accepted),
            rows_read=table.rows_read,
            rows_filtered={"blank_row": table.rows_blank} if table.rows_blank else {},
            rejects=table.rejects,
            dropped_columns=dropped,
            warnings=tuple(said),
            is_last=table.is_last,
        )
        said = []


def _accepted(file: DeliveryFile, feed: Feed, table: Table) -> dict[str, str]:
    """Column of the table -> contract name, for the columns the contract knows.

    Raises:
        DeliveryRejected: a required column is missing, or a name stands twice.
    """
    folded = [folded_name(cell) for cell in table.header]
    doubled = sorted({name for name in folded if name and folded.count(name) > 1})
    if doubled:
        # Two columns of one name: which of them is meant cannot be known, dropped or not.
        known = [name for name in doubled if name in feed.names]
        said = f"a column name stands twice: {', '.join(known)}" if known else "a name stands twice"
        raise DeliveryRejected("duplicate_header", file.label, f"in the header, {said}")
    missing = [name for name in feed.required if name not in folded]
    if missing:
        raise DeliveryRejected(
            "header_mismatch",
            file.label,
            f"the header lacks required columns of {feed.name}: {', '.join(missing)}",
            1,
        )
    accepted = {
        name: fold for name, fold in zip(table.columns, folded, strict=True) if fold in feed.names
    }
    unreadable = [accepted[name] for name in table.unreadable if name in accepted]
    if unreadable:
        raise DeliveryRejected(
            "column_type", file.label, f"columns hold lists or binary: {', '.join(unreadable)}"
        )
    return accepted
