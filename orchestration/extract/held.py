"""Deliveries that the guards hold, for the person who decides.

Here: which they are, what taking them would do, and finding one by its name. Not here: why they are
held (guards.py, verdicts.py), or what a command prints of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from orchestration.errors import RapportError
from orchestration.extract.landing import ACCEPTED
from orchestration.extract.reports import DeliveryReport


@dataclass(frozen=True)
class HeldDelivery:
    """A delivery whose rows have landed and do not count.

    Attributes:
        source: its source.
        delivery: its name, the first of several.
        delivery_id: 16 hex.
        reason: rules and plain words with counts.
        rows: rows that would count.
        gone: by feed that would lose rows: how many, and of how many known before.
        is_superseded: whether a later full delivery was taken, so that little hangs on this one.
    """

    source: str
    delivery: str
    delivery_id: str
    reason: str
    rows: int
    gone: dict[str, tuple[int, int]]
    is_superseded: bool

    @property
    def name(self) -> str:
        """As `rapport accept` takes it."""
        return f"{self.source}/{self.delivery}"


def held_deliveries(verdicts: pl.DataFrame, ledger: pl.DataFrame) -> list[HeldDelivery]:
    """The held deliveries by source, oldest first."""
    taken = verdicts.filter(~pl.col("is_held") & (pl.col("speaks_for") == "all"))
    last_full = {
        (source, feed): place
        for source, feed, place in taken.group_by("source", "feed")
        .agg(pl.col("place").max())
        .iter_rows()
    }
    found = []
    held = verdicts.filter("is_held")
    for (delivery_id,), rows in held.group_by("delivery_id", maintain_order=True):
        first = rows.row(0, named=True)
        own = ledger.filter(pl.col("delivery_id") == delivery_id)
        landed = own.unique("feed")
        found.append(
            HeldDelivery(
                source=first["source"],
                delivery=str(own["delivery"].min()),
                delivery_id=str(delivery_id),
                reason=first["reason"],
                rows=int(landed["rows_accepted"].sum()),
                gone={
                    row["feed"]: (row["rows_gone"], row["rows_known"])
                    for row in rows.iter_rows(named=True)
                    if row["rows_gone"]
                },
                is_superseded=all(
                    first["place"] < last_full.get((first["source"], feed), 0)
                    for feed in rows["feed"]
                ),
            )
        )
    return found


def as_held(
    reports: Sequence[DeliveryReport], held: Sequence[HeldDelivery]
) -> list[DeliveryReport]:
    """Reports after the guards have spoken."""
    reasons = {each.delivery_id: each.reason for each in held}
    return [
        replace(report, status="held", reason=reasons[report.delivery_id])
        if report.status in ACCEPTED and report.delivery_id in reasons
        else report
        for report in reports
    ]


def find_held(held: Sequence[HeldDelivery], ledger: pl.DataFrame, name: str) -> HeldDelivery:
    """The held delivery of this name, whichever of its names it is.

    Raises:
        RapportError: there is none; the message says why not.
    """
    source, _, delivery = name.strip("/").partition("/")
    named = ledger.filter((pl.col("source") == source) & (pl.col("delivery") == delivery))
    ids = set(named["delivery_id"])
    for each in held:
        if each.delivery_id in ids:
            return each
    others = ", ".join(each.name for each in held if not each.is_superseded)
    known = f"Held are: {others}." if others else "No delivery is held."
    if named.is_empty():
        raise RapportError(f"Nothing has landed under this name (source/delivery). {known}")
    waiting = named.filter(pl.col("status") == "held")
    if waiting.height:
        raise RapportError(
            "This delivery is not complete yet and waits for its files, so there is nothing to "
            "accept: it is taken by itself once they are there."
        )
    if named.filter(pl.col("status").is_in(ACCEPTED)).is_empty():
        raise RapportError(
            f"This delivery was rejected, not held: {named['reason'][0]}. Mend the export instead."
        )
    raise RapportError(f"This delivery is not held: it counts already. {known}")
