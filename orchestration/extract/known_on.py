"""The landing as it was known on a past day: which deliveries count, and a folder with them alone.

Here: the day from which a delivery is known. Not here: what is built of it (warehouse.py), or where
the result is kept (release/).

A landed file never changes, so the past is a matter of choosing. A delivery is known from the day
on which it was made, where it says so; otherwise from the day on which this home first landed its
bytes. Of the review log, which lands anew whenever somebody records something, the entries recorded
by then count. Days are those of the practice's time zone.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from orchestration.contracts.reviews import LANDED_FEEDS
from orchestration.errors import RapportError
from orchestration.extract.landing import ACCEPTED, CONTRACT_FILE, LEDGER_FOLDER, RECEIPT
from orchestration.extract.reviews import land_known_reviews
from orchestration.settings import Settings
from review_log import NAME

FOLDER = "known-on"


def known_sightings(settings: Settings, ledger: pl.DataFrame, day: date) -> pl.DataFrame:
    """The ledger's rows that were known on a day.

    What an older version of Rapport landed may say neither when it was made nor when it came; it
    counts as known. Rejected and held deliveries are left out: they gave no rows.

    Args:
        settings: for the time zone.
        ledger: of the home.
        day: the day, itself included.

    Raises:
        RapportError: nothing was known on that day.
    """
    if RECEIPT not in ledger.columns:
        ledger = ledger.with_columns(pl.lit(None, pl.Datetime("us")).alias(RECEIPT))
    moment = pl.coalesce("generated_at", RECEIPT).dt.replace_time_zone("UTC")
    known_from = moment.dt.convert_time_zone(settings.practice.time_zone).dt.date()
    is_theirs = pl.col("status").is_in(ACCEPTED) & pl.col("source").ne_missing(NAME)
    landed = ledger.filter(is_theirs).with_columns(known_from.alias("from"))
    known = landed.filter(pl.col("from").is_null() | (pl.col("from") <= day))
    if known.is_empty():
        first = landed["from"].min()
        since = f"the first delivery is of {first}" if first else "nothing has been landed yet"
        raise RapportError(f"Nothing was known on {day.isoformat()}: {since}.")
    return known.drop("from")


@contextmanager
def landing_known_on(settings: Settings, sightings: pl.DataFrame, day: date) -> Iterator[Path]:
    """A folder with ``landing`` and ``quarantine`` of some sightings alone: links, no copies.

    Args:
        settings: of the home, and for the time zone.
        sightings: rows of the ledger.
        day: the last day of which reviews count.
    """
    home = settings.home
    place = home.build / FOLDER
    shutil.rmtree(place, ignore_errors=True)
    deliveries = set(sightings["delivery_id"])
    wanted = dict.fromkeys(LANDED_FEEDS, deliveries)
    wanted[LEDGER_FOLDER] = set(sightings["sighting_id"])
    for name, stems in wanted.items():
        _link(home.landing / name, place / home.landing.name / name, stems)
    _link(home.quarantine, place / home.quarantine.name, deliveries)
    midnight = datetime.combine(
        day + timedelta(days=1), time(), ZoneInfo(settings.practice.time_zone)
    )
    land_known_reviews(home, place, midnight.astimezone(UTC).replace(tzinfo=None))
    try:
        yield place
    finally:
        shutil.rmtree(place)


def _link(folder: Path, to: Path, stems: set[str]) -> None:
    to.mkdir(mode=0o700, parents=True)
    for path in folder.glob("*.parquet"):
        if path.name == CONTRACT_FILE or path.stem in stems:
            (to / path.name).symlink_to(path.absolute())
