"""Taking a client's rows out of the landing, and keeping them out.

Here: tombstones, and rewriting landed files together with their ledger rows. Not here: whose keys
these are (person.py), or releases.

A landed file never changes otherwise. What goes counts as filtered from then on, so that every
record that was read stays accounted for. A kill leaves a journal; the next call finishes by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from orchestration.contracts.feeds import NO_ROW_KEY
from orchestration.contracts.reviews import LANDED_FEEDS
from orchestration.durable import put_in_place, read_json, sync_file, sync_folder, write_json
from orchestration.erasure.person import landed_files, names_client
from orchestration.errors import RapportError
from orchestration.home import Home, parquet_in

TOMBSTONES_NAME = "erased.json"
JOURNAL_NAME = "erasing.json"

_STAGED = ".tmp"


def tombstones(home: Home) -> set[str]:
    """Keys of the clients who were erased.

    Raises:
        RapportError: the list is there and cannot be read; going on would let their rows in again.
    """
    path = home.landing / TOMBSTONES_NAME
    content = read_json(path)
    if content is None and path.exists():
        raise RapportError(
            f"landing/{TOMBSTONES_NAME} cannot be read: it says which clients were erased. Restore "
            "it from your backup."
        )
    return set(content or {})


def remember(home: Home, client_keys: Iterable[str]) -> None:
    """Write tombstones: from now on no build lets in a row of these clients."""
    tombstones(home)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    known = read_json(home.landing / TOMBSTONES_NAME) or {}
    write_json(home.landing / TOMBSTONES_NAME, known | dict.fromkeys(sorted(client_keys), now))


def forget(home: Home) -> int:
    """Take the rows of erased clients out of the landing; call it under the lock.

    Returns:
        How many rows went, or lost the name of the client (supervision).
    """
    keys = tombstones(home)
    if not keys:
        return 0
    journal = home.landing / JOURNAL_NAME
    if (unfinished := read_json(journal)) is not None:
        _carry_out(home, keys, unfinished)
    plan, row_keys, gone = _plan(home, keys)
    # Before the rows go: after them nobody knows which records were the client's.
    _blank_quarantine(home, keys | row_keys)
    if plan:
        write_json(journal, plan)
        _carry_out(home, keys, plan)
    journal.unlink(missing_ok=True)
    return gone


def _plan(home: Home, keys: set[str]) -> tuple[dict[str, list[int]], set[str], int]:
    """What the ledger must say afterwards, by ``feed/delivery_id``: accepted and filtered rows.

    Also the keys of the rows that will go, and how many rows are concerned.
    """
    ledger = _read_ledger(home)
    plan: dict[str, list[int]] = {}
    row_keys: set[str] = set()
    gone = 0
    for feed, contract in LANDED_FEEDS.items():
        for path in landed_files(home, feed):
            rows = pl.read_parquet(path, glob=False).filter(names_client(feed, keys))
            named = rows.height
            if not named:
                continue
            if feed != "supervision":
                row_keys |= set(rows.select(contract.row_key()).to_series())
            gone += named
            own = ledger.filter(pl.col("delivery_id") == path.stem, pl.col("feed") == feed)
            removed = 0 if feed == "supervision" else named
            accepted, filtered = own.select("rows_accepted", "rows_filtered").row(0)
            plan[f"{feed}/{path.stem}"] = [accepted - removed, filtered + removed]
    return plan, row_keys, gone


def _blank_quarantine(home: Home, row_keys: set[str]) -> None:
    """Let rows held back no longer say whose they are; they stay counted."""
    # A link held back names the client within its key, which never landed.
    is_theirs = pl.col("row_key").str.contains_any(sorted(row_keys))
    for path in home.quarantine.glob("*.parquet"):
        rows = pl.read_parquet(path, glob=False)
        if "row_key" in rows.columns and rows.select(is_theirs.any()).item():
            blank = pl.when(is_theirs).then(pl.lit(NO_ROW_KEY)).otherwise("row_key")
            _replace(rows.with_columns(blank.alias("row_key")), path)


def _carry_out(home: Home, keys: set[str], plan: dict[str, list[int]]) -> None:
    """Rewrite what the plan names; doing it twice does the same."""
    for place in plan:
        feed, delivery_id = place.split("/")
        path = home.landing / feed / f"{delivery_id}.parquet"
        if path.exists():
            rows = pl.read_parquet(path, glob=False)
            named = names_client(feed, keys)
            if feed == "supervision":
                kept = rows.with_columns(
                    pl.when(named).then(None).otherwise(pl.col("client_key")).alias("client_key")
                )
            else:
                kept = rows.filter(~named)
            _replace(kept, path)
    for path in (home.landing / "delivery").glob("*.parquet"):
        rows = pl.read_parquet(path, glob=False)
        counted = [
            plan.get(f"{row['feed']}/{row['delivery_id']}")
            or [row["rows_accepted"], row["rows_filtered"]]
            for row in rows.iter_rows(named=True)
        ]
        if counted and any(
            f"{f}/{d}" in plan for f, d in rows.select("feed", "delivery_id").rows()
        ):
            accepted, filtered = zip(*counted, strict=True)
            _replace(
                rows.with_columns(
                    pl.Series("rows_accepted", accepted, dtype=pl.Int64()),
                    pl.Series("rows_filtered", filtered, dtype=pl.Int64()),
                ),
                path,
            )


def _replace(rows: pl.DataFrame, path: Path) -> None:
    """Give a file its new rows in one step; a file without rows goes."""
    if rows.is_empty():
        path.unlink()
        sync_folder(path.parent)
        return
    staged = path.with_name(path.name + _STAGED)
    rows.write_parquet(staged)
    sync_file(staged)
    put_in_place(staged, path)


def _read_ledger(home: Home) -> pl.DataFrame:
    return pl.read_parquet(parquet_in(home.landing / "delivery"), missing_columns="insert")
