"""Which deliveries count as known on a past day, and the folder with them alone."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest

from orchestration.contracts.feeds import LEDGER_SCHEMA
from orchestration.contracts.reviews import LANDED_FEEDS
from orchestration.errors import RapportError
from orchestration.extract.known_on import known_sightings, landing_known_on
from orchestration.extract.landing import RECEIPT
from tests.unit.ingest.making import GOOD

DAY = date(2026, 3, 31)


def ledger(**rows: tuple[str | None, str | None]) -> pl.DataFrame:
    """Sightings by name: when made, when received (UTC)."""

    def moment(text: str | None) -> datetime | None:
        return None if text is None else datetime.fromisoformat(text)

    made = [
        dict.fromkeys(LEDGER_SCHEMA)
        | {"sighting_id": name, "status": "accepted"}
        | {"generated_at": moment(at), RECEIPT: moment(received)}
        for name, (at, received) in rows.items()
    ]
    return pl.DataFrame(made, schema=LEDGER_SCHEMA)


def test_a_delivery_is_known_when_it_was_made_or_else_when_it_came(practice):
    practice.configure('[practice]\ntime_zone = "Europe/Berlin"\n')
    rows = ledger(
        made_before=("2026-03-30T10:00", "2026-05-01T10:00"),
        made_that_evening=("2026-03-31T21:59:59", "2026-05-01T10:00"),
        made_the_day_after=("2026-03-31T22:00", "2026-03-31T10:00"),
        came_before=(None, "2026-03-30T10:00"),
        came_after=(None, "2026-04-01T10:00"),
        from_an_older_version=(None, None),
    )
    known = known_sightings(practice.settings, rows, DAY)
    assert sorted(known["sighting_id"]) == [
        "came_before",
        "from_an_older_version",
        "made_before",
        "made_that_evening",
    ]
    older = known_sightings(practice.settings, rows.drop(RECEIPT), DAY)
    assert "came_after" in older["sighting_id"].to_list()


def test_what_did_not_land_was_not_known(practice):
    rows = ledger(a=("2026-03-30T10:00", None), b=(None, None)).with_columns(
        status=pl.when(sighting_id="b").then(pl.lit("rejected")).otherwise("status")
    )
    assert known_sightings(practice.settings, rows, DAY)["sighting_id"].to_list() == ["a"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [({}, "nothing has been landed yet"), ({"a": ("2026-04-02T10:00", None)}, "2026-04-02")],
)
def test_a_day_before_the_first_delivery_is_refused(practice, rows, said):
    with pytest.raises(RapportError, match=said):
        known_sightings(practice.settings, ledger(**rows), DAY)


def test_the_folder_holds_what_was_known_and_nothing_else(practice):
    practice.put("clinic/2026-03-06", {"sessions.csv": GOOD + "s3,,t1,x,y\n"})
    practice.put("clinic/2026-04-06", {"sessions.csv": GOOD.replace("no_show", "attended")})
    practice.land()
    whole = practice.landed("delivery")
    known = known_sightings(practice.settings, whole, DAY)
    with landing_known_on(practice.settings, known, DAY) as place:
        sessions = pl.read_parquet(place / "landing" / "sessions" / "*.parquet")
        held_back = pl.read_parquet(place / "quarantine" / "*.parquet")
        seen = pl.read_parquet(place / "landing" / "delivery" / "*.parquet")
        feeds = {path.name for path in (place / "landing").iterdir()}
    assert sorted(sessions["status"]) == ["attended", "no_show"]
    assert held_back["row_number"].unique().to_list() == [4]
    assert seen["delivery"].to_list() == ["2026-03-06"]
    assert feeds == {"delivery", *LANDED_FEEDS}
    assert not place.exists()
    assert practice.landed("delivery").equals(whole)
