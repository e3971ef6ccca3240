"""Dates are read as declared, never guessed; what cannot be read names its rule."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest

from orchestration.readers.mapped_dates import Calendar, is_after, read_dates
from orchestration.readers.mapped_options import DateRule


def reading(
    cell: str | None,
    *formats: str,
    is_timestamp: bool = True,
    zone: str = "Europe/London",
    column_zone: str | None = None,
    is_workbook: bool = False,
) -> tuple[str | None, str | None]:
    rule = DateRule(format=formats, time_zone=column_zone)
    calendar = Calendar(rule, is_timestamp, zone, is_workbook)
    frame = pl.DataFrame({"cell": [cell]}, schema={"cell": pl.String()})
    text, failed = read_dates(frame, calendar, "cell")
    return text.item(), failed.item()


@pytest.mark.parametrize(
    ("cell", "formats", "text"),
    [
        ("04/27/2026 12:00", ["%m/%d/%Y %H:%M"], "2026-04-27T12:00:00"),
        ("5/2/2026 14:30", ["%m/%d/%Y %H:%M"], "2026-05-02T14:30:00"),
        ("5/2/26", ["%m/%d/%Y", "%m/%d/%y"], "2026-05-02T00:00:00"),
        ("14-5-2014 22:22:29", ["%d-%m-%Y %H:%M:%S"], "2014-05-14T22:22:29"),
        ("05.11.2012 08:09 PM", ["%d.%m.%Y %I:%M %p"], "2012-11-05T20:09:00"),
        ("2026-05-02T10:00:00+0200", ["%Y-%m-%dT%H:%M:%S%z"], "2026-05-02T08:00:00Z"),
        ("45352.5", ["excel_serial"], "2024-03-01T12:00:00"),
        ("2024-03-05", ["%Y-%m-%d"], "2024-03-05T00:00:00"),
    ],
)
def test_declared_formats(cell: str, formats: list[str], text: str) -> None:
    assert reading(cell, *formats) == (text, None)


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("2024-02-31", "not_a_timestamp"),
        ("0000-00-00", "not_a_timestamp"),
        ("05/03/2024", "not_a_timestamp"),
        ("2024-03-05 24:00", "not_a_timestamp"),
        ("45352", "excel_serial"),
        ("soon", "not_a_timestamp"),
    ],
)
def test_what_does_not_fit_is_not_read_otherwise(cell: str, rule: str) -> None:
    assert reading(cell, "%Y-%m-%d", "%Y-%m-%d %H:%M") == (None, rule)


def test_an_empty_cell_breaks_no_rule() -> None:
    assert reading(None, "%Y-%m-%d") == (None, None)


def test_dates_and_their_own_rule() -> None:
    assert reading("05/03/2024", "%d/%m/%Y", is_timestamp=False) == ("2024-03-05", None)
    assert reading("31/02/2024", "%d/%m/%Y", is_timestamp=False) == (None, "not_a_date")


def test_a_column_with_its_own_zone_leaves_in_utc() -> None:
    pattern = "%Y-%m-%d %H:%M"
    assert reading("2026-07-01 09:00", pattern, column_zone="America/New_York") == (
        "2026-07-01T13:00:00Z",
        None,
    )
    gap = reading("2026-03-29 01:30", pattern, column_zone="Europe/London")
    assert gap[1] == "nonexistent_time"
    twice = reading("2026-10-25 01:30", pattern, column_zone="Europe/London")
    assert twice == ("2026-10-25T00:30:00Z", None)


def test_a_day_without_midnight_starts_an_hour_later() -> None:
    """In Chile the clocks skip midnight; a date must not become a time that never was."""
    assert reading("2024-09-08", "%Y-%m-%d", zone="America/Santiago") == (
        "2024-09-08T01:00:00",
        None,
    )


def test_typed_cells_of_a_workbook_are_taken_beside_the_declared_text() -> None:
    formats = ("%d/%m/%Y %H:%M",)
    typed = reading("2024-03-05T09:30:00", *formats, is_workbook=True)
    assert typed == ("2024-03-05T09:30:00", None)
    assert reading("05/03/2024 09:30", *formats, is_workbook=True) == typed
    assert reading("2024-03-05T09:30:00", *formats) == (None, "not_a_timestamp")


def test_without_a_rule_the_text_stays_as_it_is() -> None:
    calendar = Calendar(None, is_timestamp=True, time_zone="UTC")
    text, failed = read_dates(pl.DataFrame({"cell": ["2024-03-05 09:30"]}), calendar, "cell")
    assert (text.to_list(), failed.to_list()) == (["2024-03-05 09:30"], [None])


def test_later_than_the_export_is_a_matter_of_the_zone() -> None:
    rule = DateRule(format=("%Y-%m-%d %H:%M",))
    frame = pl.DataFrame({"cell": ["2015-01-22 13:35", "2015-01-22 13:37", None, "soon"]})
    calendar = Calendar(rule, is_timestamp=True, time_zone="America/Chicago")
    exported = datetime(2015, 1, 22, 19, 36, 44)
    later = frame.select(is_after(pl.col("cell"), calendar, exported)).to_series()
    assert later.to_list() == [False, True, False, False]


def test_an_index_that_leads_far_away_is_no_number() -> None:
    rule = DateRule(start=date(2024, 1, 1), index="n")
    calendar = Calendar(rule, is_timestamp=False, time_zone="UTC")
    text, failed = read_dates(pl.DataFrame({"n": ["2", "9999999", "1.5"]}), calendar, "n")
    assert text.to_list() == ["2024-01-08", None, None]
    assert failed.to_list() == [None, "not_an_integer", "not_an_integer"]
