"""What is told about a delivery: to the person who waits, and to the commands.

Here: the report, from ledger rows or from a problem. Not here: how it came about (intake.py), or
how a command prints it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from orchestration.errors import DeliveryHeld, DeliveryRejected
from orchestration.extract.facts import hashed_id
from orchestration.extract.inbox import Found
from orchestration.extract.landing import ACCEPTED
from orchestration.extract.pii import safe_label
from orchestration.extract.rows import BAD_ROW_SCHEMA, FeedReport, FileNote, TooManyBadRows

MAX_OF_A_KIND = 20
_CODE = re.compile(r"\(([a-z0-9_]+)\)$")

COUNTS = ("rows_read", "rows_accepted", "rows_quarantined", "rows_collapsed", "rows_filtered")


@dataclass(frozen=True)
class DeliveryReport:
    """What became of one delivery.

    Attributes:
        source: its source folder.
        delivery: its name where that may be printed.
        status: accepted, accepted_with_warnings, duplicate, rejected or held.
        reason: why it was rejected or held: rule, file, row, plain words.
        feeds: counts by feed.
        warnings: sentences without any value.
        bad_rows: feed, file, row_number, rule, column_name of quarantined rows, or of those for
            which the delivery was rejected.
        is_new: whether this run landed or judged it; False for one that stood in the ledger.
        delivery_id: 16 hex.
        notes: what was taken from each file and what was not; of a dry run only.
        recognised: what each reader's ``recognise`` said, by reader; of a dry run only.
    """

    source: str
    delivery: str
    status: str
    reason: str | None = None
    feeds: tuple[FeedReport, ...] = ()
    warnings: tuple[str, ...] = ()
    bad_rows: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema=BAD_ROW_SCHEMA), repr=False
    )
    is_new: bool = True
    delivery_id: str = ""
    notes: tuple[FileNote, ...] = ()
    recognised: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_landed(self) -> bool:
        """Whether its rows are in the landing."""
        return self.status in (*ACCEPTED, "duplicate")

    @property
    def summary(self) -> str:
        """One line for the person who waits."""
        name = f"{self.source}/{self.delivery}: {self.status.replace('_', ' ')}"
        if self.reason:
            return f"{name}: {self.reason}"
        accepted = sum(feed.rows_accepted for feed in self.feeds)
        bad = sum(feed.rows_quarantined for feed in self.feeds)
        seen = "" if self.is_new else " (seen before)"
        return f"{name}: {accepted:,} rows accepted, {bad:,} quarantined{seen}"


def report_of(own: pl.DataFrame, bad: pl.DataFrame, *, is_new: bool) -> DeliveryReport:
    """The report of a sighting from its ledger rows and its quarantine."""
    first = own.row(0, named=True)
    counts = own[["feed", *COUNTS]].iter_rows(named=True)
    return DeliveryReport(
        source=first["source"],
        delivery=first["delivery"],
        status=first["status"],
        feeds=tuple(FeedReport(**row) for row in counts),
        warnings=tuple(first["warnings"].splitlines()),
        bad_rows=_bad_rows(bad),
        is_new=is_new,
        delivery_id=first["delivery_id"],
    )


def _bad_rows(bad: pl.DataFrame) -> pl.DataFrame:
    """Each bad cell once; most deliveries have none, and thousands of them are told in a second."""
    told = bad[list(BAD_ROW_SCHEMA)]
    return told.unique(maintain_order=True) if told.height else told


def as_duplicate(report: DeliveryReport, own: pl.DataFrame, ledger: pl.DataFrame) -> DeliveryReport:
    """The smallest name of a content is the delivery; the others are its duplicates."""
    name = ["delivery", "sighting_id"]
    sightings = ledger.filter(pl.col("delivery_id") == report.delivery_id)
    is_first = min(sightings[name].iter_rows()) == own[name].row(0)
    return report if is_first else replace(report, status="duplicate")


def problem_report(found: Found, problem: DeliveryRejected | DeliveryHeld) -> DeliveryReport:
    """The report of a delivery that did not land."""
    problem_id = hashed_id("problem", found.source, found.name)
    none = pl.DataFrame(schema=BAD_ROW_SCHEMA)
    return DeliveryReport(
        source=found.source,
        delivery=safe_label(found.stem, "delivery", problem_id),
        status="held" if isinstance(problem, DeliveryHeld) else "rejected",
        reason=str(problem),
        bad_rows=_bad_rows(problem.bad) if isinstance(problem, TooManyBadRows) else none,
        delivery_id=problem_id,
    )


def shortened(warnings: Iterable[str]) -> list[str]:
    """The sentences, but of one kind only the first few: ten thousand stray files are one fact.

    A kind is the code in brackets at a sentence's end; sentences without one all stay.
    """
    kept, seen = [], Counter[str]()
    for said in warnings:
        code = _CODE.search(said)
        if code is not None:
            seen[code[1]] += 1
        if code is None or seen[code[1]] <= MAX_OF_A_KIND:
            kept.append(said)
    more = {code: count - MAX_OF_A_KIND for code, count in seen.items() if count > MAX_OF_A_KIND}
    return [*kept, *(f"and {count:,} more of the kind ({code})" for code, count in more.items())]
