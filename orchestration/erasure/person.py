"""Who is meant: every key under which the landing and the releases know one client.

Here: following the links between ids, gathering keys. Not here: removing anything (forget.py).
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from orchestration.contracts.reviews import LANDED_FEEDS
from orchestration.errors import RapportError
from orchestration.home import Home, parquet_in
from orchestration.release.catalogue import list_releases, shelf
from review_log import NAME
from review_log.erasure import records_of
from review_log.store import ReviewLog

_RECORDS = {"session_key", "episode_key", "response_key", "entry_key"}
LINKS = ("merged_into", "renamed", "same_person")


@dataclass(frozen=True)
class Person:
    """What is known of one client, in pseudonyms only.

    Attributes:
        client_keys: every key of the person: the one asked for and those linked with it.
        record_keys: keys of the person's sessions, episodes and answers.
        labels: how the releases call the person on a screen.
        deliveries: ``source/delivery`` of the exports that brought the rows.
    """

    client_keys: frozenset[str]
    record_keys: frozenset[str]
    labels: frozenset[str]
    deliveries: tuple[str, ...]


def find_person(home: Home, client_key: str, log: ReviewLog) -> Person:
    """Gather what the landing, the releases and the review log know of a client.

    Raises:
        RapportError: nothing is known under this key.
    """
    keys = linked_keys(home, client_key)
    records: set[str] = set()
    deliveries: set[str] = set()
    for feed in LANDED_FEEDS:
        rows = _landed(home, feed).filter(names_client(feed, keys))
        deliveries |= set(rows["delivery_id"])
        # A supervision row is the clinicians' own; only the client's name in it goes.
        if feed != "supervision":
            for column in _RECORDS & set(rows.columns):
                records |= set(rows[column].drop_nulls())
    labels, derived = _from_releases(home, keys)
    recorded = records_of(log, keys)
    if not (deliveries or labels or recorded):
        raise RapportError(
            "Nothing is known of a client with this id in this source. Check both; nothing was "
            "changed."
        )
    return Person(
        client_keys=frozenset(keys),
        record_keys=frozenset(records | derived | recorded),
        labels=frozenset(labels),
        deliveries=_delivery_names(home, deliveries),
    )


def linked_keys(home: Home, client_key: str) -> set[str]:
    """All keys of the person with this key, as the release knows them that looks furthest.

    It has weighed every statement: dates, corrections, links that were taken back. Where there is
    none yet, the links that landed are followed as they stand.
    """
    releases = sorted(list_releases(home), key=lambda release: (release.as_of, release.release_id))
    for release in releases[-1:]:
        path = home.releases / release.file
        with closing(duckdb.connect(str(path), read_only=True)) as con:
            if con.execute(_HAS_LINKS).fetchone():
                query = "select merged_key, kept_key from core.id_link where entity = 'client'"
                return _connected(con.execute(query).fetchall(), client_key)
    return _connected(_landed_links(home), client_key)


def linked_elsewhere(home: Home, keys: Collection[str]) -> int:
    """How many more ids the landed links name for the person, which no release counts as theirs.

    A link that came after the newest release, or that it did not believe: a person must decide.
    """
    links = _landed_links(home)
    return len({key for known in keys for key in _connected(links, known)} - set(keys))


_HAS_LINKS = "from duckdb_tables() where schema_name = 'core' and table_name = 'id_link'"


def _landed_links(home: Home) -> list[tuple[str, str]]:
    links = _landed(home, "id_links").filter(pl.col("entity") == "client")
    pair = pl.concat_list("old_key", "new_key").list.sort()
    parted = links.filter(pl.col("relation") == "unmerged").select(pair.alias("pair"))
    standing = links.filter(pl.col("relation").is_in(LINKS)).with_columns(pair.alias("pair"))
    merged = _landed(home, "clients").filter(pl.col("merged_into_client_key").is_not_null())
    return [
        *standing.join(parted, on="pair", how="anti").select("old_key", "new_key").iter_rows(),
        *merged.select("client_key", "merged_into_client_key").iter_rows(),
    ]


def _connected(pairs: list[tuple[str, str]], client_key: str) -> set[str]:
    keys, size = {client_key}, 0
    while size < len(keys):
        size = len(keys)
        for pair in pairs:
            if keys.intersection(pair):
                keys.update(pair)
    return keys


def names_client(feed: str, keys: set[str]) -> pl.Expr:
    """Whether a landed row of a feed is about, or names, a client with one of these keys."""
    wanted = list(keys)
    if feed == "id_links":
        named = pl.col("old_key").is_in(wanted) | pl.col("new_key").is_in(wanted)
        return (pl.col("entity") == "client") & named
    columns = [
        column.landed_name
        for column in LANDED_FEEDS[feed].columns
        if column.entity == "client" and column.landed_name != "group_session_key"
    ]
    found = [pl.col(column).is_in(wanted) for column in columns]
    return pl.any_horizontal(found).fill_null(value=False) if found else pl.lit(value=False)


def landed_files(home: Home, feed: str) -> list[Path]:
    """The landed files of a feed, one per delivery."""
    files = (home.landing / feed).glob("*.parquet")
    return sorted(path for path in files if not path.name.startswith("_"))


def _landed(home: Home, feed: str) -> pl.DataFrame:
    empty = pl.DataFrame(schema=LANDED_FEEDS[feed].landed_schema())
    parts = [pl.read_parquet(path, glob=False) for path in landed_files(home, feed)]
    # Files that landed under an older contract may lack a column.
    return pl.concat([empty, *parts], how="diagonal_relaxed")


def _from_releases(home: Home, keys: set[str]) -> tuple[set[str], set[str]]:
    """Labels of the client, and episode keys that dbt derived."""
    labels: set[str] = set()
    episodes: set[str] = set()
    for release in shelf(home):
        with closing(duckdb.connect(str(home.releases / release.file), read_only=True)) as con:
            for table, column, found in (
                ("core.dim_client", "client_label", labels),
                ("core.fct_episode", "episode_key", episodes),
            ):
                query = f"select {column} from {table} where list_contains(?, client_key)"  # noqa: S608
                found |= {value for (value,) in con.execute(query, [list(keys)]).fetchall()}
    return labels, episodes


def _delivery_names(home: Home, delivery_ids: set[str]) -> tuple[str, ...]:
    ledger = pl.read_parquet(parquet_in(home.landing / "delivery"), missing_columns="insert")
    # The review log's rows came out of no export.
    is_export = pl.col("source") != NAME
    named = ledger.filter(is_export & pl.col("delivery_id").is_in(list(delivery_ids)))
    pairs = named.select("source", "delivery").unique().sort("source", "delivery")
    return tuple(f"{source}/{delivery}" for source, delivery in pairs.iter_rows())
