"""Row conservation, counted from the files: every way in which rows can go missing is named."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from orchestration.contracts.feeds import FEEDS, LEDGER_SCHEMA, QUARANTINE_SCHEMA
from orchestration.home import Home
from orchestration.release.gates import unaccounted_rows

DELIVERY = "0123456789abcdef"


def _ledger(home: Home, **counts: int) -> None:
    row = dict.fromkeys(LEDGER_SCHEMA) | {
        "sighting_id": "s1",
        "delivery_id": DELIVERY,
        "source": "clinic",
        "delivery": "november",
        "status": "accepted",
        "feed": "clients",
        "rows_read": 5,
        "rows_accepted": 3,
        "rows_quarantined": 1,
        "rows_collapsed": 1,
        "rows_filtered": 0,
        **counts,
    }
    frame = pl.DataFrame([row], schema=LEDGER_SCHEMA)
    frame.write_parquet(home.landing / "delivery" / "s1.parquet")


def _landed(home: Home, rows: int, delivery_id: str = DELIVERY) -> Path:
    schema = FEEDS["clients"].landed_schema()
    row = dict.fromkeys(schema) | {"delivery_id": delivery_id, "client_key": "k"}
    path = home.landing / "clients" / f"{delivery_id}.parquet"
    pl.DataFrame([row] * rows, schema=schema).write_parquet(path)
    return path


def _held(home: Home, rows: int, rules: int = 1) -> None:
    bad = [
        dict.fromkeys(QUARANTINE_SCHEMA)
        | {"delivery_id": DELIVERY, "feed": "clients", "row_number": row, "rule": f"r{rule}"}
        for row in range(rows)
        for rule in range(rules)
    ]
    frame = pl.DataFrame(bad, schema=QUARANTINE_SCHEMA)
    frame.write_parquet(home.quarantine / f"{DELIVERY}.parquet")


@pytest.fixture
def sound(home: Home) -> Home:
    _ledger(home)
    _landed(home, 3)
    _held(home, 1, rules=2)
    return home


def test_sound_landing_passes(sound: Home) -> None:
    assert unaccounted_rows(sound) == []


def test_empty_home_passes(home: Home) -> None:
    assert unaccounted_rows(home) == []


def test_second_sighting_counts_nothing_twice(sound: Home) -> None:
    path = sound.landing / "delivery" / "s1.parquet"
    again = pl.read_parquet(path).with_columns(
        pl.lit("s2").alias("sighting_id"), pl.lit("copy").alias("delivery")
    )
    again.write_parquet(sound.landing / "delivery" / "s2.parquet")
    assert unaccounted_rows(sound) == []


def test_rejected_delivery_has_nothing_to_account_for(sound: Home) -> None:
    path = sound.landing / "delivery" / "s1.parquet"
    rejected = pl.read_parquet(path).with_columns(
        pl.lit("s2").alias("sighting_id"),
        pl.lit("other").alias("delivery_id"),
        pl.lit("rejected").alias("status"),
        pl.lit(None, dtype=pl.String()).alias("feed"),
    )
    rejected.write_parquet(sound.landing / "delivery" / "s2.parquet")
    assert unaccounted_rows(sound) == []


def test_counts_that_do_not_add_up(sound: Home) -> None:
    _ledger(sound, rows_read=6)
    said = "Delivery clinic/november, clients: 6 rows were read but 5 are accounted for."
    assert unaccounted_rows(sound) == [said]


def test_landed_rows_that_went_missing(sound: Home) -> None:
    _landed(sound, 2)
    said = "Delivery clinic/november, clients: 3 rows were accepted but 2 are in the landing."
    assert unaccounted_rows(sound) == [said]


def test_landed_file_that_went_missing(sound: Home) -> None:
    _landed(sound, 1).unlink()
    said = "Delivery clinic/november, clients: 3 rows were accepted but 0 are in the landing."
    assert unaccounted_rows(sound) == [said]


def test_landed_file_without_ledger_entry(sound: Home) -> None:
    _landed(sound, 4, "fedcba9876543210")
    said = "Delivery fedcba9876543210, clients: 4 landed rows are in no ledger entry."
    assert unaccounted_rows(sound) == [said]


@pytest.mark.parametrize("rows", [0, 2])
def test_quarantine_that_does_not_fit(sound: Home, rows: int) -> None:
    _held(sound, rows)
    said = (
        f"Delivery clinic/november, clients: 1 rows were held back but the quarantine names {rows}."
    )
    assert unaccounted_rows(sound) == [said]
