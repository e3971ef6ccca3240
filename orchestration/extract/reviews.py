"""The review log as a delivery: all of it, landed anew whenever its content has changed.

Here: reading the app's database and putting what it holds into the landing and the ledger. Not
here: the database (review_log/), deliveries of the practice's systems (intake.py), what follows
from entries (dbt).

It lands without a stop in the inbox: its rows hold keys and codes already, and no folder of the
inbox may have its name. Always the whole log, never "what came since": with several writers the
last position says nothing. One delivery of it stands at any time, named by its content, so an
unchanged log lands nothing, and what was erased from it is gone (decision 36).
"""

from __future__ import annotations

import hashlib
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from orchestration.contracts.feeds import CONTRACT_VERSION, LEDGER_SCHEMA
from orchestration.contracts.reviews import REVIEWS
from orchestration.extract.facts import hashed_id
from orchestration.extract.landing import ACCEPTED, RECEIPT, Landing
from orchestration.extract.reports import DeliveryReport, report_of
from orchestration.home import Home
from review_log import NAME
from review_log.entry import Entry
from review_log.erasure import forget
from review_log.errors import LogUnreachableError
from review_log.store import open_log

_DELIVERY = "log"
_COLUMNS = REVIEWS.names


def land_reviews(home: Home, erased: set[str]) -> DeliveryReport | None:
    """Land what the review log holds now; where it does not answer, what landed before stands.

    Args:
        home: under its lock, its landing prepared.
        erased: keys of clients who were erased: a log out of a backup may still hold them.

    Returns:
        What became of it; None where nobody has recorded anything.
    """
    landing = Landing(home)
    standing = _sightings(landing)
    try:
        with closing(open_log(home.path)) as log:
            if erased:
                forget(log, erased)
            rows = rows_of(log.read())
    except LogUnreachableError as problem:
        return _unreached(landing, standing, str(problem))
    return _stand(landing, standing, rows)


def land_known_reviews(home: Home, place: Path, until: datetime) -> None:
    """Land what had been recorded by a past moment, beside deliveries that were known then.

    Args:
        home: of the landing.
        place: the folder of `landing_known_on`.
        until: the first moment that does not count, UTC without a zone.
    """
    rows = Landing(home).read_feed(REVIEWS.name).select(_COLUMNS)
    past = Landing(Home(place))
    _stand(past, _sightings(past), rows.filter(pl.col("recorded_at") < until))


def rows_of(entries: list[Entry]) -> pl.DataFrame:
    """Entries in the columns of the feed."""
    schema = {name: REVIEWS.landed_schema()[name] for name in _COLUMNS}
    named = {"entry_key": "entry_id", "refers_to_key": "refers_to"}
    columns = {
        name: [getattr(entry, named.get(name, name)) for entry in entries] for name in _COLUMNS
    }
    return pl.DataFrame(columns, schema=schema)


def _stand(landing: Landing, standing: pl.DataFrame, rows: pl.DataFrame) -> DeliveryReport | None:
    """Let these rows be the one delivery of the log."""
    if rows.is_empty():
        _remove(landing, standing)
        return None
    rows = rows.sort("recorded_at", "entry_key")
    content = hashlib.sha256("\n".join(map(repr, rows.rows())).encode()).hexdigest()
    delivery_id = hashed_id(NAME, CONTRACT_VERSION, content)
    known = standing.filter(pl.col("delivery_id") == delivery_id)
    own = _ledger_row(delivery_id, content, rows, known[RECEIPT].min())
    is_new = not known.equals(own)
    if known.is_empty():
        landed = rows.with_columns(
            pl.lit(delivery_id).alias("delivery_id"),
            pl.lit(NAME).alias("source"),
            pl.int_range(1, rows.height + 1, dtype=pl.Int64()).alias("row_number"),
        )
        landing.write_feed(REVIEWS.name, delivery_id, landed.select(*REVIEWS.landed_schema()))
    if is_new:
        landing.write_sighting(own)
    _remove(landing, standing.filter(pl.col("delivery_id") != delivery_id))
    return report_of(own, landing.quarantined(delivery_id), is_new=known.is_empty())


def _unreached(landing: Landing, standing: pl.DataFrame, said: str) -> DeliveryReport:
    """Say in the ledger that the log was not read; a later build says it anew."""
    own = standing.sort("generated_at").tail(1)
    if own.is_empty():
        refused_id = hashed_id("problem", NAME)
        same = dict.fromkeys(LEDGER_SCHEMA) | {
            "sighting_id": refused_id,
            "delivery_id": refused_id,
            "source": NAME,
            "delivery": _DELIVERY,
            "reader": NAME,
            "status": "held",
            "reason": said,
            "warnings": "",
        }
        landing.write_sighting(pl.DataFrame([same], schema=LEDGER_SCHEMA))
        return DeliveryReport(
            source=NAME, delivery=_DELIVERY, status="held", reason=said, delivery_id=refused_id
        )
    # A kill may have left two.
    _remove(landing, standing.filter(pl.col("sighting_id") != own["sighting_id"][0]))
    warning = f"{said} What an earlier build had read of it was used."
    own = own.with_columns(pl.lit(ACCEPTED[1]).alias("status"), pl.lit(warning).alias("warnings"))
    landing.write_sighting(own)
    delivery_id = own["delivery_id"][0]
    return report_of(own, landing.quarantined(delivery_id), is_new=False)


def _sightings(landing: Landing) -> pl.DataFrame:
    """What the ledger says of the log; other feeds of a source of that name are not touched."""
    own = (pl.col("source") == NAME) & (pl.col("feed") == REVIEWS.name)
    return landing.ledger().filter(own & pl.col("status").is_in(ACCEPTED))


def _remove(landing: Landing, sightings: pl.DataFrame) -> None:
    if not sightings.is_empty():
        landing.remove_sightings(sightings["sighting_id"])
        landing.remove_rows(set(sightings["delivery_id"]))


def _ledger_row(
    delivery_id: str, content: str, rows: pl.DataFrame, received: datetime | None
) -> pl.DataFrame:
    newest = rows["recorded_at"].max()
    count = rows.height
    row = dict.fromkeys(LEDGER_SCHEMA) | {
        "sighting_id": hashed_id(delivery_id, _DELIVERY),
        "delivery_id": delivery_id,
        "source": NAME,
        "delivery": _DELIVERY,
        "reader": NAME,
        "status": ACCEPTED[0],
        "warnings": "",
        "extract_kind": "full",
        "generated_at": newest,
        "known_until": newest,
        RECEIPT: received or datetime.now(UTC).replace(tzinfo=None),
        "feed": REVIEWS.name,
        "rows_read": count,
        "rows_accepted": count,
        "rows_quarantined": 0,
        "rows_collapsed": 0,
        "rows_filtered": 0,
        "content_sha256": content,
    }
    return pl.DataFrame([row], schema=LEDGER_SCHEMA)
