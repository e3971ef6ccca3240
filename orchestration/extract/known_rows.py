"""What the deliveries taken so far tell of one source and feed: which rows there are.

Here: keys, days and clinicians of the rows that are known at a point of the order of deliveries, in
DuckDB over the landed files, and what one more delivery would take away. Not here: the rows
themselves and the state that everybody sees (dbt, macro current_version, by the same rules), or
whether a loss is believed (guards.py).

A row is known by a 64-bit hash of its key: two keys in ten million share one with a probability of
one in a hundred thousand, and a count would then be wrong by one.
"""

from __future__ import annotations

import glob
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration.contracts.feeds import NO_ROW_KEY, Feed, Kind
from orchestration.errors import RapportError
from orchestration.extract.landing import CONTRACT_FILE
from orchestration.home import Home


@dataclass(frozen=True)
class Scope:
    """Of which rows a delivery says that those it lacks are gone.

    Attributes:
        first: first day, or None for every row whatever its day.
        last: last day.
    """

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class _Step:
    delivery_id: str
    scope: Scope | None


@contextmanager
def open_landing(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory for the counts; what does not fit is spilled to the home's own disk.

    Raises:
        RapportError: a landed file cannot be read.
    """
    with duckdb.connect() as con:
        con.execute("set memory_limit = '1GB'")
        con.execute("set temp_directory = $folder", {"folder": str(home.build / "verdict.tmp")})
        try:
            yield con
        except duckdb.Error:
            raise RapportError(
                "A file of the landing is damaged. Restore it from your backup and build again; "
                "until then nothing is published."
            ) from None


class KnownRows:
    """The rows of one source and feed, delivery after delivery.

    Nothing is read before a comparison asks for it: a home with one large delivery costs nothing.
    """

    def __init__(
        self, con: duckdb.DuckDBPyConnection, home: Home, feed: Feed, *, full_says_all: bool
    ) -> None:
        """Know nothing yet.

        Args:
            con: an empty database.
            home: whose landing is read.
            feed: the contract.
            full_says_all: whether what lies before a full delivery can be left unread. Not so where
                any delivery of the feed names a row it could not land: an older version of that row
                may be the one that holds.
        """
        self._con = con
        self._home = home
        self._feed = feed
        self._full_says_all = full_says_all
        self._waiting: list[_Step] = []
        self._forget()

    def take(self, delivery_id: str, scope: Scope | None) -> None:
        """Let a delivery count; its scope is None where it says nothing of rows it lacks."""
        self._waiting.append(_Step(delivery_id, scope))

    def days_of(self, delivery_id: str) -> Scope | None:
        """First and last day of a delivery's own rows, where it has any."""
        path = self._landed(delivery_id)
        if self._feed.event_on is None or not path.exists():
            return None
        on = self._feed.event_on
        first, last = self._row(
            f"select min({on}), max({on}) from read_parquet($path) where not is_deleted",  # noqa: S608
            path=_literal(path),
        )
        return None if first is None else Scope(first, last)

    def losses(self, delivery_id: str, scope: Scope, least: int) -> tuple[int, int, int, int]:
        """What a delivery that is not taken yet would take away.

        Args:
            delivery_id: the delivery.
            scope: what it speaks for.
            least: from how many rows on a clinician or a month is missed.

        Returns:
            Rows known before in its scope; how many of them it lacks; clinicians and months with
            enough rows before and none in it.
        """
        if self._full_says_all:
            full = [i for i, each in enumerate(self._waiting) if each.scope == Scope()]
            if full:
                self._waiting = self._waiting[full[-1] :]
                self._forget()
        for step in self._waiting:
            self._carry_out(step)
        self._waiting = []
        if not self._row(f"select count(*) from {self._table}")[0]:  # noqa: S608 -- our own name
            return 0, 0, 0, 0
        self._load(delivery_id)
        self._con.execute(
            "create or replace temp table asked as "  # noqa: S608 -- our own words
            f"select * from {self._table} as known where is_known and {_in(scope)}"
        )
        known, gone = self._row(
            f"select count(*), count(*) filter (not {_HAS} and not {_NAMED}) "  # noqa: S608
            "from asked as known"
        )
        return known, gone, self._missed("clinician", least), self._missed(_MONTH, least)

    def _missed(self, value: str, least: int) -> int:
        (number,) = self._row(
            f"with missed as (select {value} as value from asked as known "  # noqa: S608
            f"where {value} is not null and not {_NAMED} "
            "group by 1 having count(*) >= $least) "
            "select count(*) from missed where value not in "
            f"(select {value} from incoming where not is_deleted and {value} is not null)",
            least=least,
        )
        return number

    def _carry_out(self, step: _Step) -> None:
        self._load(step.delivery_id)
        is_lacking = "false" if step.scope is None else _in(step.scope)
        self._con.execute(
            "create or replace temp table after as "  # noqa: S608 -- our own words
            "select id, event_on, clinician, true as is_known from incoming where not is_deleted "
            "union all "
            "select id, event_on, clinician, "
            f"case when {_NAMED} then true when {is_lacking} then false else is_known end "
            f"from {self._table} as known where not {_HAS}"
        )
        self._con.execute(f"drop table {self._table}")
        self._con.execute(f"alter table after rename to {self._table}")

    @property
    def _table(self) -> str:
        return f"known_{self._feed.name}"

    def _forget(self) -> None:
        self._con.execute(f"create or replace temp table {self._table} ({_COLUMNS})")

    def _load(self, delivery_id: str) -> None:
        """Tables ``incoming``, one row per key, and ``named``, the keys of rows held back."""
        self._con.execute(
            "create or replace temp table named as select distinct hash(row_key) as id "
            "from read_parquet($paths, union_by_name = true) "
            "where feed = $feed and delivery_id = $delivery and row_key != $none",
            {
                "paths": quarantine_files(self._home, delivery_id),
                "feed": self._feed.name,
                "delivery": delivery_id,
                "none": NO_ROW_KEY,
            },
        )
        path = self._landed(delivery_id)
        if not path.exists():
            self._con.execute(f"create or replace temp table incoming ({_INCOMING})")
            return
        self._con.execute(
            "create or replace temp table incoming as "  # noqa: S608 -- names of the contract
            f"select {_selected(self._feed)}, is_deleted, record_updated_at, row_number "
            "from read_parquet($path)",
            {"path": _literal(path)},
        )
        # Within a delivery a row comes twice only with two times of update (duplicates.py).
        if not self._row("select count(record_updated_at) from incoming")[0]:
            return
        rows, keys = self._row("select count(*), count(distinct id) from incoming")
        if rows > keys:
            self._con.execute(
                "create or replace temp table incoming as select * from incoming "
                "qualify row_number() over (partition by id "
                "order by record_updated_at desc nulls last, row_number desc) = 1"
            )

    def _row(self, query: str, **values: Any) -> tuple[Any, ...]:
        return self._con.execute(query, values).fetchone() or ()

    def _landed(self, delivery_id: str) -> Path:
        return self._home.landing / self._feed.name / f"{delivery_id}.parquet"


_COLUMNS = "id ubigint, event_on date, clinician ubigint, is_known boolean"
_INCOMING = "id ubigint, event_on date, clinician ubigint, is_deleted boolean"
_HAS = "exists (select 1 from incoming where incoming.id = known.id)"
_NAMED = "exists (select 1 from named where named.id = known.id)"
_MONTH = "date_trunc('month', event_on)"


def quarantine_files(home: Home, delivery_id: str) -> list[str]:
    """The quarantine of a delivery for DuckDB; the contract first, for files of older versions."""
    files = [home.quarantine / CONTRACT_FILE, home.quarantine / f"{delivery_id}.parquet"]
    return [_literal(path) for path in files if path.exists()]


def _selected(feed: Feed) -> str:
    """Hash of the key as ``Feed.row_key`` writes it, day and hashed clinician of a landed row."""
    parts = []
    for name in feed.key:
        column = feed.column(name)
        text = f"{column.landed_name}::varchar"
        if column.kind is Kind.TIMESTAMP:
            text = f"strftime({column.landed_name}, '%Y-%m-%d %H:%M:%S.%f')"
        parts.append(f"coalesce({text}, '')")
    key = " || '|' || ".join(parts)
    has_clinician = any(column.landed_name == "clinician_key" for column in feed.columns)
    clinician = "clinician_key" if has_clinician else "null::varchar"
    return (
        f"hash({key}) as id, {feed.event_on or 'null::date'} as event_on, "
        f"case when {clinician} is not null then hash({clinician}) end as clinician"
    )


def _in(scope: Scope) -> str:
    if scope.first is None or scope.last is None:
        return "true"
    return f"(event_on between date '{scope.first}' and date '{scope.last}')"


def _literal(path: Path) -> str:
    """A path in which no character is a wildcard."""
    return glob.escape(str(path))
