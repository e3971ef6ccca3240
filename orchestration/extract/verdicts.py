"""What is made of the landed deliveries as a set: which are held, and which say what is gone.

Here: the order of a source's deliveries, what each speaks for, and the fold of the guards over
them. Not here: the counts (known_rows.py), the rules on counts (guards.py), and the rows that hold
in the end (dbt, macro current_version).

A verdict is a function of the ledger, the landed rows, what a person has accepted and the settings;
the order of arrival is not in it. So an old delivery that arrives late may change what became of a
newer one. A verdict stands until something it rests on changes: ``basis`` is the hash of all that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from orchestration.contracts.feeds import FEEDS, VERDICT_SCHEMA
from orchestration.durable import put_in_place, read_json, sync_file, write_json
from orchestration.errors import RapportError
from orchestration.extract.guards import Losses, reasons
from orchestration.extract.known_rows import KnownRows, Scope, open_landing
from orchestration.extract.landing import ACCEPTED
from orchestration.home import Home
from orchestration.settings import Intake, Settings

VERDICTS_NAME = "verdict.parquet"
ACCEPTED_NAME = "accepted.json"

Row = dict[str, Any]


@dataclass(frozen=True)
class Accepted:
    """What a person took when they accepted a delivery.

    Attributes:
        gone: by feed, the rows that it would take away, as they were told; None: whatever it does.
    """

    gone: dict[str, int] | None

    def covers(self, rows: Sequence[Row], spare: int) -> bool:
        """Whether a delivery takes away no more than was told, but for a few rows.

        The same bytes may come again under a later date, or as another kind of extract, and then
        they say that much more is gone.
        """
        told = self.gone
        return told is None or all(
            (row["rows_gone"] or 0) <= told.get(row["feed"], 0) + spare for row in rows
        )


@dataclass(frozen=True)
class _Feed:
    """One feed of a delivery.

    Attributes:
        rows: rows that say they exist: accepted, or held back with a key that could be read.
        unreadable: rows held back of which not even the key could be read.
        has_named: whether any row was held back with its key.
    """

    rows: int
    unreadable: int
    has_named: bool


@dataclass(frozen=True)
class _Delivery:
    """A landed delivery as its newest sighting tells of it."""

    delivery_id: str
    kind: str
    has_period: bool
    days: Scope | None
    infers_period: bool
    feeds: dict[str, _Feed]
    accepted: Accepted | None

    def scope(self, feed: str) -> Scope | None:
        """Of which rows those it lacks are gone, as far as it says so itself."""
        if self.kind == "delta" or self.feeds[feed].unreadable:
            return None
        if self.kind == "full":
            return Scope()
        return self.days if FEEDS[feed].event_on else None

    def needs_days(self, feed: str) -> bool:
        """Whether its period is that of its rows."""
        is_window = self.kind == "window" and FEEDS[feed].event_on is not None
        may = self.infers_period and not self.has_period
        return is_window and may and not self.feeds[feed].unreadable

    def note(self, feed: str, scope: Scope | None) -> str | None:
        """Why it does not speak for rows it lacks, where a person may expect it to."""
        said = None
        if scope is not None or self.kind == "delta":
            return None
        if self.feeds[feed].unreadable:
            said = f"the id of {self.feeds[feed].unreadable:,} rows held back cannot be read"
        elif FEEDS[feed].event_on and not self.has_period and not self.infers_period:
            said = "no manifest gives its period (see infer_deletes in rapport.toml)"
        elif FEEDS[feed].event_on and self.has_period:
            said = "its period holds no whole day"
        return said and f"{feed}: rows it lacks are not taken as gone: {said}"


def verdict_file(home: Home) -> Path:
    """Where dbt reads the verdicts."""
    return home.build / VERDICTS_NAME


def accepted_deliveries(home: Home, until: date | None = None) -> dict[str, Accepted]:
    """The deliveries that a person accepted, by id.

    Args:
        home: of the landing.
        until: the last day that counts, or None for all.

    Raises:
        RapportError: the list is there and cannot be read.
    """
    path = home.landing / ACCEPTED_NAME
    content = read_json(path)
    if content is None and path.exists():
        raise RapportError(
            f"landing/{ACCEPTED_NAME} cannot be read: it says which held deliveries were accepted. "
            "Restore it from your backup."
        )
    day = "9" if until is None else until.isoformat()
    return {
        delivery_id: Accepted(words.get("gone"))
        for delivery_id, words in (content or {}).items()
        if words.get("accepted_at", "")[: len("2026-01-01")] <= day
    }


def accept(home: Home, delivery_id: str, words: Row) -> None:
    """Let a delivery count from the next build on, whatever the guards say of ``words["gone"]``."""
    accepted_deliveries(home)
    path = home.landing / ACCEPTED_NAME
    write_json(path, (read_json(path) or {}) | {delivery_id: words})
    path.chmod(0o600)


def judge(
    settings: Settings, ledger: pl.DataFrame, accepted: Mapping[str, Accepted]
) -> pl.DataFrame:
    """Judge what has landed; reads landed rows only where a verdict no longer stands.

    Args:
        settings: of the home.
        ledger: the ledger's rows, all or those known on some day.
        accepted: what a person accepted, by id of the delivery.

    Returns:
        VERDICT_SCHEMA, one row per landed delivery and feed in the order of deliveries; also
        written for dbt.

    Raises:
        RapportError: a landed file cannot be read.
    """
    before = _standing(settings.home)
    # The review log is always whole: what it lacks was erased.
    is_judged = pl.col("feed").is_in(list(FEEDS))
    landed = ledger.filter(pl.col("status").is_in(ACCEPTED) & is_judged)
    rows: list[Row] = []
    for (source,), own in landed.sort("source").group_by("source", maintain_order=True):
        rows += _Fold(settings, str(source), _in_order(settings, own, accepted), before).run()
    verdicts = pl.DataFrame(rows, schema=VERDICT_SCHEMA)
    path = verdict_file(settings.home)
    if before is None or not verdicts.equals(before):
        settings.home.build.mkdir(mode=0o700, parents=True, exist_ok=True)
        staged = path.with_name(f"{path.name}.tmp")
        verdicts.write_parquet(staged)
        sync_file(staged)
        put_in_place(staged, path)
    return verdicts


def _standing(home: Home) -> pl.DataFrame | None:
    """The verdicts of the last time, or None; losing them costs time only."""
    try:
        found = pl.read_parquet(verdict_file(home), glob=False)
    except (OSError, pl.exceptions.PolarsError):
        return None
    return found if dict(found.schema) == VERDICT_SCHEMA else None


def _in_order(
    settings: Settings, ledger: pl.DataFrame, accepted: Mapping[str, Accepted]
) -> list[_Delivery]:
    """The deliveries of one source, oldest first, by what the newest sighting of each says.

    The order of stg_delivery_order: no time first, then by time, then by name, then by id.
    """
    sightings = ledger.sort(
        ["generated_at", "delivery", "sighting_id"],
        descending=[True, False, False],
        nulls_last=True,
    )
    newest = sightings.unique(["delivery_id", "feed"], keep="first", maintain_order=True)
    names = ledger.group_by("delivery_id").agg(pl.col("delivery").min().alias("name"))
    ordered = newest.join(names, on="delivery_id").sort(
        ["generated_at", "name", "delivery_id", "feed"], nulls_last=False
    )
    infers = settings.source(ledger["source"][0]).infer_deletes
    return [
        _delivery(settings.home, list(own.iter_rows(named=True)), infers, accepted)
        for _, own in ordered.group_by("delivery_id", maintain_order=True)
    ]


def _delivery(
    home: Home, rows: list[Row], infers: bool, accepted: Mapping[str, Accepted]
) -> _Delivery:
    first = rows[0]
    delivery_id, days = first["delivery_id"], None
    if first["window_from"] is not None:
        days = Scope(first["window_from"], first["window_to"])
    held_back = {}
    if any(row["rows_quarantined"] for row in rows):
        held_back = _held_back(home, delivery_id)
    feeds = {}
    for row in rows:
        unkeyed, keyed = held_back.get(row["feed"], (0, 0))
        # Where the quarantine no longer tells, nobody knows which rows were there.
        is_told = keyed or unkeyed or not row["rows_quarantined"]
        unreadable = unkeyed if is_told else row["rows_quarantined"]
        present = row["rows_accepted"] + row["rows_quarantined"]
        feeds[row["feed"]] = _Feed(present, unreadable, bool(keyed))
    return _Delivery(
        delivery_id=delivery_id,
        kind=first["extract_kind"] or "delta",
        has_period=first["window_start"] is not None,
        days=days,
        infers_period=infers,
        feeds=feeds,
        accepted=accepted.get(delivery_id),
    )


def _held_back(home: Home, delivery_id: str) -> dict[str, tuple[int, int]]:
    """By feed: rows held back without a key, and with one."""
    path = home.quarantine / f"{delivery_id}.parquet"
    if not path.exists():
        return {}
    rows = pl.read_parquet(path, glob=False)
    if "row_key" not in rows.columns:
        rows = rows.with_columns(pl.lit(None, pl.String()).alias("row_key"))
    counts = (
        rows.unique(["feed", "file", "row_number", "row_key"])
        .group_by("feed")
        .agg(pl.col("row_key").is_null().sum().alias("no"), pl.col("row_key").count().alias("yes"))
    )
    return {feed: (no, yes) for feed, no, yes in counts.iter_rows()}


@dataclass
class _Fold:
    """One source: each delivery is judged by what those before it have told."""

    settings: Settings
    source: str
    deliveries: Sequence[_Delivery]
    before: pl.DataFrame | None
    known: dict[str, KnownRows] = field(default_factory=dict)
    last_rows: dict[tuple[str, Scope], int] = field(default_factory=dict)

    def run(self) -> Iterator[Row]:
        """Give the verdicts in order; what stands is not asked anew."""
        bases = self._bases()
        standing = self._standing()
        if all(basis in standing for basis in bases):
            yield from (row for basis in bases for row in standing[basis])
            return
        home = self.settings.home
        with open_landing(home) as con:
            for name in self._speaking():
                says_all = not any(
                    name in each.feeds and each.feeds[name].has_named for each in self.deliveries
                )
                self.known[name] = KnownRows(con, home, FEEDS[name], full_says_all=says_all)
            for place, (delivery, basis) in enumerate(
                zip(self.deliveries, bases, strict=True), start=1
            ):
                rows = standing.get(basis) or self._judge(delivery, place, basis)
                self._take(delivery, rows)
                yield from rows

    def _bases(self) -> list[str]:
        """What the verdict on each delivery rests on, the deliveries before it included."""
        thresholds = self.settings.intake.model_dump(include=_THRESHOLDS)
        bases = [_hash(self.source, sorted(thresholds.items()))]
        for delivery in self.deliveries:
            bases.append(_hash(bases[-1], delivery))
        return bases[1:]

    def _speaking(self) -> list[str]:
        """Feeds of which some delivery may say what is gone; of the others nothing is counted."""
        speaks = {
            name
            for each in self.deliveries
            if each.kind != "delta"
            for name in each.feeds
            if each.kind == "full" or FEEDS[name].event_on
        }
        return sorted(speaks)

    def _standing(self) -> dict[str, list[Row]]:
        if self.before is None:
            return {}
        own = self.before.filter(pl.col("source") == self.source)
        return {
            str(basis): list(rows.iter_rows(named=True))
            for (basis,), rows in own.group_by("basis", maintain_order=True)
        }

    def _judge(self, delivery: _Delivery, place: int, basis: str) -> list[Row]:
        rows: list[Row] = []
        found: list[str] = []
        for name, feed in delivery.feeds.items():
            scope = delivery.scope(name)
            if scope is None and delivery.needs_days(name):
                scope = self.known[name].days_of(delivery.delivery_id)
            gone = None
            if scope is not None:
                gone = self._losses(delivery.delivery_id, name, feed.rows, scope)
                found += reasons(name, gone, self.settings.intake)
            rows.append(
                {
                    "source": self.source,
                    "delivery_id": delivery.delivery_id,
                    "place": place,
                    "feed": name,
                    "note": delivery.note(name, scope),
                    **_spoken(scope),
                    "rows_known": None if gone is None else gone.known,
                    "rows_gone": None if gone is None else gone.gone,
                    "basis": basis,
                }
            )
        spare = self.settings.intake.hold_missing_rows
        is_accepted = delivery.accepted is not None and delivery.accepted.covers(rows, spare)
        is_held = bool(found) and not is_accepted
        same = {"is_held": is_held, "reason": " · ".join(found) if is_held else None}
        return [row | same for row in rows]

    def _losses(self, delivery_id: str, name: str, rows: int, scope: Scope) -> Losses:
        least = self.settings.intake.hold_missing_rows
        known, gone, clinicians, months = self.known[name].losses(delivery_id, scope, least)
        last = self.last_rows.get((name, scope))
        return Losses(rows, last, known, gone, clinicians, months)

    def _take(self, delivery: _Delivery, rows: list[Row]) -> None:
        if rows[0]["is_held"]:
            return
        for row in rows:
            name, scope = row["feed"], None
            if row["speaks_for"]:
                scope = Scope(row["speaks_from"], row["speaks_to"])
                self.last_rows[name, scope] = delivery.feeds[name].rows
            if name in self.known:
                self.known[name].take(delivery.delivery_id, scope)


_THRESHOLDS = {name for name in Intake.model_fields if name.startswith("hold_")}


def _spoken(scope: Scope | None) -> dict[str, str | date | None]:
    if scope is None:
        return {"speaks_for": None, "speaks_from": None, "speaks_to": None}
    what = "all" if scope.first is None else "window"
    return {"speaks_for": what, "speaks_from": scope.first, "speaks_to": scope.last}


def _hash(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
