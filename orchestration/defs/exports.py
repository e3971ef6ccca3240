"""Stage 1, exports: from the inbox to the landing.

Here: one asset per landed feed, the ledger and the quarantine. Not here: readers and row checks
(readers/, extract/).
"""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg

from orchestration.contracts.reviews import LANDED_FEEDS, REVIEWS
from orchestration.defs.session import plain_failure
from orchestration.pipeline import BuildSession, land
from review_log import NAME

GROUP = "exports"
OWNERS = ["team:rapport"]

LEDGER = dg.AssetKey(["landing", "delivery"])
QUARANTINE = dg.AssetKey(["landing", "quarantine"])

inbox = dg.AssetSpec(
    "inbox",
    group_name=GROUP,
    kinds={"csv", "excel", "parquet"},
    owners=OWNERS,
    description="Deliveries as the practice's systems exported them; identifiable, short-lived.",
)


review_log = dg.AssetSpec(
    NAME,
    group_name=GROUP,
    kinds={"sql"},
    owners=OWNERS,
    description="What supervisors recorded about cases: the app's own small database.",
)


def _spec(key: dg.AssetKey, description: str, schema: dg.TableSchema | None = None) -> dg.AssetSpec:
    origin = review_log if key.path[-1] == REVIEWS.name else inbox
    return dg.AssetSpec(
        key,
        deps=[origin.key],
        group_name=GROUP,
        kinds={"parquet", "polars"},
        owners=OWNERS,
        description=description,
        metadata={} if schema is None else {"dagster/column_schema": schema},
    )


def _schema(feed: str) -> dg.TableSchema:
    landed = LANDED_FEEDS[feed].landed_schema()
    return dg.TableSchema([dg.TableColumn(name, str(kind)) for name, kind in landed.items()])


FEED_SPECS = [
    _spec(
        dg.AssetKey(["landing", name]),
        f"{feed.grain} Accepted rows of every delivery, pseudonymous, immutable.",
        _schema(name),
    )
    for name, feed in LANDED_FEEDS.items()
]
LEDGER_SPEC = _spec(LEDGER, "One row per sighting of a delivery and feed: what became of it.")
QUARANTINE_SPEC = _spec(QUARANTINE, "One row per broken rule of a row held back; never its values.")


@dg.multi_asset(
    name="exports",
    specs=[*FEED_SPECS, LEDGER_SPEC, QUARANTINE_SPEC],
    can_subset=False,
    description="Reads every complete delivery of the inbox and lands what passes the row checks.",
)
def exports(session: dg.ResourceParam[BuildSession]) -> Iterator[dg.MaterializeResult]:
    """Land the inbox; one result per feed."""
    with plain_failure():
        reports = land(session)
    assert session.landed is not None  # noqa: S101 -- land() has just counted
    rows, held_back = session.landed.rows, session.landed.quarantined
    for spec in FEED_SPECS:
        feed = spec.key.path[-1]
        yield dg.MaterializeResult(
            spec.key,
            metadata={"dagster/row_count": rows[feed], "quarantined": held_back.get(feed, 0)},
        )
    statuses = sorted(report.status for report in reports)
    yield dg.MaterializeResult(
        LEDGER,
        metadata={
            "dagster/row_count": rows["delivery"],
            "seen": len(statuses),
            "rejected": statuses.count("rejected"),
        },
    )
    yield dg.MaterializeResult(QUARANTINE, metadata={"dagster/row_count": sum(held_back.values())})


defs = dg.Definitions(assets=[inbox, review_log, exports])
