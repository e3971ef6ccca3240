"""Ids for people whom a system knows by name alone.

Here: the one way from a name to an id, and the canonical files (id_links, supervision, clinicians)
that a practice may write with names and lay beside its reports. Not here: the keyed pseudonym,
which is made of that id before anything lands (extract/pseudonyms.py).

A name becomes an id in memory, so that no frame, message or file after the reader ever holds it.
The id itself is no protection, because names can be guessed; the key is. Names are compared as
written but for case, width, spaces and characters that nobody sees: "Smith, Ann" and "Ann Smith"
stay two people, because nothing says which part is which. A row of id_links makes them one.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace

import polars as pl

from orchestration.contracts.feeds import FEEDS, Kind
from orchestration.readers.base import Delivery, DeliveryFile, Extract
from orchestration.readers.canonical import CanonicalReader
from orchestration.readers.tabular import INVISIBLE
from orchestration.settings import SourceConfig

_ID = re.compile(r"name-[0-9a-f]{32}")
_PEOPLE = ("client", "clinician")


def name_id(name: str | None) -> str | None:
    """The id of a person by name: ``name-<32 hex>``; None where there is no name.

    What is such an id already stays as it is, so that an id out of a log or list can be typed too.
    """
    text = unicodedata.normalize("NFKC", INVISIBLE.sub("", name or ""))
    # Folding case may undo the normal form, and what is left may have gained a space.
    text = " ".join(unicodedata.normalize("NFKC", text.casefold()).split())
    if not text or _ID.fullmatch(text):
        return text or None
    return f"name-{hashlib.sha256(text.encode(errors='replace')).hexdigest()[:32]}"


def read_named(delivery: Delivery, files: Sequence[DeliveryFile]) -> Iterator[Extract]:
    """Canonical files in which people are named: the same extracts, with ids for the names.

    Raises:
        DeliveryRejected: a file does not fit its contract.
    """
    named = replace(delivery, files=tuple(files))
    for extract in CanonicalReader().read(named, SourceConfig()):
        yield replace(extract, frame=_with_ids(extract, delivery.source))


def _with_ids(extract: Extract, source: str) -> pl.DataFrame:
    frame = extract.frame
    for column in FEEDS[extract.feed].columns:
        if column.kind is not Kind.ID or column.name not in frame.columns:
            continue
        ids = pl.col(column.name).map_elements(name_id, return_dtype=pl.String())
        if column.entity == "by_row":
            # In id_links the ids of another system stand beside the names of this one.
            frame = frame.with_columns(
                pl.when(_is_of(source, column.name, frame))
                .then(ids)
                .otherwise(pl.col(column.name))
                .alias(column.name)
            )
        elif column.entity in _PEOPLE:
            frame = frame.with_columns(ids)
    return frame


def _is_of(source: str, column: str, frame: pl.DataFrame) -> pl.Expr:
    """Whether the id in this column of id_links belongs to the source."""
    system = pl.col("source_system")
    target = "target_source_system"
    if column == "new_id" and target in frame.columns:
        given = pl.col(target).str.strip_chars()
        system = pl.when(given.str.len_bytes() > 0).then(given).otherwise(system)
    return system.str.strip_chars().str.to_lowercase() == source.lower()
