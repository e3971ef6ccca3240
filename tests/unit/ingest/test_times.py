"""When a delivery was made, as manifests and names say it.

Belongs here: single moments. Columns of times are in test_row_checks.py.
"""

from __future__ import annotations

from datetime import datetime

import pytest

from orchestration.errors import DeliveryRejected
from orchestration.extract.times import (
    Moment,
    check_pattern,
    check_zone,
    moment_in_name,
    parse_moment,
)

LONDON = "Europe/London"
NOON = datetime(2026, 7, 20, 12)
END_IN_LONDON = datetime(2026, 7, 20, 22, 59, 59, 999999)


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("2026-07-20", NOON),
        ("export_20260720.csv", NOON),
        ("20260720-1", NOON),
        ("2026-07-20T06-15-30", datetime(2026, 7, 20, 5, 15, 30)),
        ("x_20141223T044729Z", datetime(2014, 12, 23, 4, 47, 29)),
        ("20260720061500", datetime(2026, 7, 20, 5, 15)),
        ("1202607201", None),
        ("2026-13-40", None),
        ("2026-07.20", None),
        ("july", None),
    ],
)
def test_an_iso_date_in_a_name_is_found(name, at):
    found = moment_in_name(name, None, LONDON)
    assert (found.at if found else None) == at


def test_a_bare_date_lasts_until_the_end_of_its_day():
    assert moment_in_name("2026-07-20", None, LONDON) == Moment(NOON, END_IN_LONDON)
    assert parse_moment("2026-07-20", LONDON) == Moment(NOON, END_IN_LONDON)


def test_a_pattern_reads_a_name_of_another_order():
    found = moment_in_name("Export 20.7.2026 06h15.xlsx", "Export %d.%m.%Y %Hh%M", LONDON)
    assert found == Moment(datetime(2026, 7, 20, 5, 15), datetime(2026, 7, 20, 5, 15))
    assert moment_in_name("Export 20-7-2026", "Export %d.%m.%Y", LONDON) is None


@pytest.mark.parametrize("pattern", ["%d.%m", "%Y-%m-%d %p"])
def test_a_pattern_without_a_whole_date_is_refused(pattern):
    with pytest.raises(ValueError, match=r"needs|does not know"):
        check_pattern(pattern)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-07-20T06:15:00Z", datetime(2026, 7, 20, 6, 15)),
        ("2026-07-20T06:15:00+02:00", datetime(2026, 7, 20, 4, 15)),
        (" 2026-07-20 06:15 ", datetime(2026, 7, 20, 5, 15)),
        ("20 July 2026", None),
        ("2026-03-29T01:30", None),
    ],
)
def test_a_manifest_s_time(text, at):
    found = parse_moment(text, LONDON)
    assert (found.at if found else None) == at


def test_an_unknown_zone_is_refused():
    check_zone("America/Argentina/Buenos_Aires")
    with pytest.raises(DeliveryRejected, match="unknown_time_zone"):
        check_zone("Mars/Base")
