"""The proof: looking for a client in everything that is left.

Here: every column of every table of every release, every landed file, the quarantine, the review
log and the logs.
Not here: the inbox, which holds the exports as they came; the person is told which they are.

A byte search through releases would prove nothing: DuckDB and Parquet compress what they hold. The
review log's SQLite file and the logs are plain, and their bytes are searched.
"""

from __future__ import annotations

import glob
from contextlib import closing
from dataclasses import dataclass, field

import duckdb

from orchestration.erasure.person import Person
from orchestration.home import Home
from orchestration.release.catalogue import Release, shelf
from orchestration.release.content import quoted
from review_log.erasure import places_of
from review_log.store import ReviewLog


@dataclass
class Search:
    """What was looked through, and where the client was found.

    Attributes:
        tables: tables of releases.
        files: landed, quarantine and log files, and those of the review log.
        found: places that still hold the client: file, table and column.
    """

    tables: int = 0
    files: int = 0
    found: list[str] = field(default_factory=list)


def search_release(home: Home, release: Release, person: Person) -> Search:
    """Look through every text of every table of a release, both its files."""
    search = Search()
    for name in (release.file, release.analyst_file):
        with closing(duckdb.connect(str(home.releases / name), read_only=True)) as con:
            tables = con.execute(
                "select distinct schema_name, table_name from duckdb_columns() "
                "where database_name = current_database() order by all"
            ).fetchall()
            for schema, table in tables:
                search.tables += 1
                place = f"{quoted(schema)}.{quoted(table)}"
                for column in _columns_that_hold(con, place, person):
                    search.found.append(f"{name}: {schema}.{table}.{column}")
    return search


def search_home(home: Home, person: Person, log: ReviewLog) -> Search:
    """Look through every release, the landing, the quarantine, the review log and the logs."""
    search = Search()
    for release in shelf(home):
        part = search_release(home, release, person)
        search.tables += part.tables
        search.found += part.found
    with closing(duckdb.connect()) as con:
        for path in sorted([*home.landing.rglob("*.parquet"), *home.quarantine.glob("*.parquet")]):
            search.files += 1
            con.read_parquet(glob.escape(str(path))).create_view("file", replace=True)
            for column in _columns_that_hold(con, "file", person):
                search.found.append(f"{path.relative_to(home.path)}: {column}")
    needles = [text.encode() for text in (*person.client_keys, *person.labels)]
    for path in sorted([*home.logs.rglob("*"), *home.review_log.rglob("*")]):
        if path.is_file():
            search.files += 1
            content = path.read_bytes()
            if any(needle in content for needle in needles):
                search.found.append(f"{path.relative_to(home.path)}")
    keys = person.client_keys | person.record_keys | person.labels
    search.found += [f"the review log: {place}" for place in places_of(log, keys)]
    return search


def _columns_that_hold(con: duckdb.DuckDBPyConnection, place: str, person: Person) -> list[str]:
    """Columns of a table in which a key or label of the person stands, alone or in a sentence."""
    described = con.execute(f"describe {place}").fetchall()
    texts = [name for name, kind, *_ in described if "VARCHAR" in kind]
    if not texts:
        return []
    keys = list(person.client_keys | person.record_keys | person.labels)
    phrases = list(person.client_keys | person.labels)
    sums = ", ".join(
        f"count(*) filter (where list_contains($keys, {text}) "
        f"or len(list_filter($phrases, lambda each: contains({text}, each))) > 0)"
        for text in (f"{quoted(name)}::varchar" for name in texts)
    )
    counts = (
        con.execute(
            f"select {sums} from {place}",  # noqa: S608 -- names from the catalogue, values bound
            {"keys": keys, "phrases": phrases},
        ).fetchone()
        or ()
    )
    return [name for name, number in zip(texts, counts, strict=True) if number]
