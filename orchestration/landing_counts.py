"""How much has landed, counted from the files' own metadata.

Here: rows per feed and rows held back per feed. Not here: whether they add up (release/gates.py).
"""

from __future__ import annotations

from contextlib import closing

import duckdb

from orchestration.contracts.feeds import FEEDS
from orchestration.home import Home, parquet_in


def landed_rows(home: Home) -> dict[str, int]:
    """Rows per landed feed, and of the ledger under ``delivery``; every version of a row counts."""
    with closing(duckdb.connect()) as con:
        counts = {}
        for feed in (*FEEDS, "delivery"):
            pattern = parquet_in(home.landing / feed)
            found = con.execute(
                "select coalesce(sum(num_rows), 0)::bigint from parquet_file_metadata(?)", [pattern]
            ).fetchone()
            counts[feed] = found[0] if found else 0
    return counts


def quarantined_rows(home: Home) -> dict[str, int]:
    """Rows held back per feed; a row that broke two rules counts once."""
    with closing(duckdb.connect()) as con:
        found = con.execute(
            "select feed, count(*) from ("
            "select distinct delivery_id, feed, row_number from read_parquet(?)"
            ") group by feed",
            [parquet_in(home.quarantine)],
        ).fetchall()
    return {feed: count for feed, count in found if feed is not None}
