"""Rows of survey tools, from the file to the landing: each fault ends in its own rule.

Belongs here: what the readers of surveys and the row checks do together. Does not belong here: the
readers by themselves (tests/unit/readers).
"""

from __future__ import annotations

from tests.unit.ingest.making import Practice

SHEET = """
[sources.sheet]
reader = "google_forms"
time_zone = "Europe/Amsterdam"
[sources.sheet.options]
client = "B"
date_format = "%d-%m-%Y %H:%M:%S"
[[sources.sheet.options.forms]]
instrument = "ors"
items = "C:F"
"""
ROWS = """Tijdstempel,Client Code,a,b,c,d
14-5-2014 22:22:29,c1,1,2,3,4
14-5-2014 22:22:29,c1,1,2,3,4
,c1,1,2,3,4
14-5-2014 22:22:29,,1,2,3,4
yesterday,c2,1,2,3,4
14-5-2014 22:22:29,Zara Canary,1,2,3,4
14-5-2014 22:22:29,c3,1,2,often,4
30-3-2014 2:30:00,c4,1,2,3,4
,,,,,
"""


def test_a_sheet_that_people_edited(practice: Practice) -> None:
    practice.configure(SHEET + "[intake]\nmax_bad_share = 1.0\n")
    practice.put("sheet/1", {"answers.csv": ROWS})
    report = practice.land()["sheet/1"]
    (feed,) = report.feeds
    assert (feed.rows_read, feed.rows_accepted, feed.rows_filtered) == (36, 11, 4)
    rules = {
        (row["row_number"], row["rule"], row["column_name"])
        for row in practice.quarantine().iter_rows(named=True)
    }
    assert rules == {
        (4, "missing_required", "response_id"),
        (4, "missing_required", "completed_at"),
        (5, "missing_required", "client_id"),
        (6, "not_a_timestamp", "completed_at"),
        (7, "pii_suspected", "client_id"),
        (7, "pii_suspected", "response_id"),
        (8, "not_a_number", "score"),
        (9, "nonexistent_time", "completed_at"),
    }
    landed = practice.landed("feedback")
    assert str(landed["completed_at"][0]) == "2014-05-14 20:22:29"
    assert landed["response_key"].n_unique() == 3
    assert landed["client_key"].n_unique() == 2
    assert "Canary" not in str(practice.state()) + str(report)


def test_the_same_sheet_a_month_later_adds_only_what_is_new(practice: Practice) -> None:
    practice.configure(SHEET)
    first, later = ROWS.splitlines()[:2], "15-6-2014 10:00:00,c1,5,6,7,8"
    practice.put("sheet/2014-05-31", {"answers.csv": "\n".join(first) + "\n"})
    practice.put("sheet/2014-06-30", {"answers.csv": "\n".join([*first, later]) + "\n"})
    practice.land()
    keys = practice.landed("feedback").group_by("delivery_id").agg("response_key")["response_key"]
    small, large = sorted((set(each) for each in keys), key=len)
    assert (len(small), len(large)) == (1, 2)
    assert small < large
