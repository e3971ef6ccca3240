"""What a build is: the rule for ``as_of`` (design.md 3.2), and a name that follows from input."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from orchestration.context import decide_as_of, write_context
from orchestration.contracts.feeds import LEDGER_SCHEMA
from orchestration.extract.landing import Landing
from orchestration.home import Home
from orchestration.settings import Settings, load_settings

NOW = datetime(2026, 11, 23, 0, 10, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    home = Home(tmp_path / "home")
    home.create()
    Landing(home).prepare()
    home.settings_file.write_text('[practice]\ntime_zone = "Europe/Berlin"\n')
    return load_settings(home.path)


def _ledger(*rows: tuple[str, str | None]) -> pl.DataFrame:
    made = [
        dict.fromkeys(LEDGER_SCHEMA)
        | {
            "sighting_id": f"s{number}",
            "status": status,
            "generated_at": None if at is None else datetime.fromisoformat(at),
        }
        for number, (status, at) in enumerate(rows)
    ]
    return pl.DataFrame(made, schema=LEDGER_SCHEMA)


def test_option_comes_first(settings: Settings) -> None:
    ledger = _ledger(("accepted", "2026-11-20T10:00:00"))
    found = decide_as_of(settings, ledger, date(2020, 2, 29), NOW)
    assert found == (date(2020, 2, 29), "option")


@pytest.mark.parametrize(
    ("at", "day"),
    [("2026-11-20T22:59:59", date(2026, 11, 20)), ("2026-11-20T23:00:00", date(2026, 11, 21))],
)
def test_newest_delivery_gives_its_day_in_the_practices_zone(
    settings: Settings, at: str, day: date
) -> None:
    ledger = _ledger(("accepted", "2026-11-01T10:00:00"), ("accepted_with_warnings", at))
    assert decide_as_of(settings, ledger, None, NOW) == (day, "delivery")


def test_rejected_delivery_and_one_without_a_time_say_nothing(settings: Settings) -> None:
    ledger = _ledger(("rejected", "2027-01-01T10:00:00"), ("accepted", None))
    assert decide_as_of(settings, ledger, None, NOW) == (date(2026, 11, 23), "today")


def test_today_is_the_practices_day(settings: Settings) -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert decide_as_of(settings, _ledger(), None, late)[0] == date(2026, 11, 23)


def test_same_input_gives_the_same_end_of_the_id(settings: Settings) -> None:
    day = date(2026, 11, 20)
    first, again = (write_context(settings, "project", day) for _ in range(2))
    assert first.release_id[16:] == again.release_id[16:]
    other = [
        write_context(settings, "project", date(2026, 11, 21)),
        write_context(settings, "another project", day),
        write_context(replace(settings, switched_on=("arm5",)), "project", day),
    ]
    _ledger(("accepted", None)).write_parquet(settings.home.landing / "delivery" / "s0.parquet")
    other.append(write_context(settings, "project", day))
    assert first.release_id[16:] not in {each.release_id[16:] for each in other}


def test_context_is_written_for_dbt_with_its_types(settings: Settings) -> None:
    context = write_context(settings, "project", date(2026, 11, 20))
    frame = pl.read_parquet(settings.home.build / "context.parquet")
    assert frame.schema == {
        "release_id": pl.String(),
        "as_of": pl.Date(),
        "as_of_source": pl.String(),
        "built_at": pl.Datetime("us"),
        "rapport_version": pl.String(),
        "is_demo": pl.Boolean(),
        "known_on": pl.Date(),
    }
    assert frame.row(0, named=True)["release_id"] == context.release_id
    for name in ("instruments", "instrument_scales", "instrument_items"):
        assert (settings.home.build / f"{name}.parquet").is_file()
