"""How much has landed, counted from the files' own metadata.

Here: rows per feed and rows held back per feed. Not here: whether they add up (release/gates.py).
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

import duckdb

from orchestration.contracts.reviews import LANDED_FEEDS
from orchestration.errors import RapportError
from orchestration.home import Home, parquet_in


@dataclass(frozen=True)
class LandingCount:
    """What stands in a home's landing; every version of a row counts.

    Attributes:
        rows: by feed, and of the ledger under ``delivery``.
        quarantined: by feed; a row that broke two rules counts once.
    """

    rows: dict[str, int]
    quarantined: dict[str, int]


def count_landing(home: Home) -> LandingCount:
    """Count what stands in the landing and the quarantine.

    Raises:
        RapportError: a landed file cannot be read.
    """
    with closing(duckdb.connect()) as con:
        rows = {}
        for feed in (*LANDED_FEEDS, "delivery"):
            try:
                found = con.execute(
                    "select coalesce(sum(num_rows), 0)::bigint from parquet_file_metadata(?)",
                    [parquet_in(home.landing / feed)],
                ).fetchone()
            except duckdb.Error:
                raise RapportError(
                    f"A file in landing/{feed} is damaged. Restore it from your backup and build "
                    "again; until then nothing is published."
                ) from None
            rows[feed] = found[0] if found else 0
        held_back = con.execute(
            "select feed, count(*) from ("
            "select distinct delivery_id, feed, file, row_number from read_parquet(?)"
            ") where feed is not null group by feed",
            [parquet_in(home.quarantine)],
        ).fetchall()
    return LandingCount(rows, dict(held_back))
