"""What a delivery says is gone, when it is held, and taking it all the same.

Belongs here: verdicts on small landings, and `rapport accept`. Does not belong here: the rows that
hold in the end (tests/unit/warehouse/test_any_order.py).
"""

from __future__ import annotations

import io
import json
import stat
from datetime import date

import pytest

from orchestration.cli import main
from orchestration.context import read_ledger
from orchestration.errors import RapportError
from orchestration.extract import verdicts as judging
from orchestration.extract.held import find_held, held_deliveries
from orchestration.extract.verdicts import ACCEPTED_NAME, accepted_deliveries, judge, verdict_file
from tests.unit.ingest.making import SESSIONS

FEBRUARY = {"extract_kind": "window", "window_start": "2026-02-01", "window_end": "2026-02-28"}
FULL = {"extract_kind": "full"}


def sessions(numbers, bad=""):
    """Sessions of three months and three clinicians: number n is of both with n % 3."""
    lines = [f"s{n},c{n % 7},t{n % 3},2026-0{1 + n % 3}-1{n % 9}T10:00,attended" for n in numbers]
    return "\n".join([SESSIONS, *lines]) + "\n" + bad


def put(practice, name, numbers, bad="", feed="sessions", **manifest):
    made = {"generated_at": f"2026-04-{name[-2:]}T00:00:00Z", **manifest}
    practice.put(
        f"clinic/{name}", {f"{feed}.csv": sessions(numbers, bad), "manifest.json": json.dumps(made)}
    )


def judged(practice):
    """Land and judge; verdict rows by the delivery's name."""
    practice.land()
    ledger = read_ledger(practice.home)
    found = judge(practice.settings, ledger, accepted_deliveries(practice.home))
    names = dict(ledger.sort("delivery", descending=True).select("delivery_id", "delivery").rows())
    return {names[row["delivery_id"]]: row for row in found.iter_rows(named=True)}


def rules(row):
    return [each.partition(":")[0] for each in (row["reason"] or "").split(" · ") if each]


def test_a_full_delivery_that_lacks_a_little_says_what_is_gone(practice):
    put(practice, "01", range(200), **FULL)
    put(practice, "02", range(10, 205), **FULL)
    rows = judged(practice)
    assert [row["is_held"] for row in rows.values()] == [False, False]
    assert (rows["01"]["rows_known"], rows["01"]["rows_gone"]) == (0, 0)
    assert (rows["02"]["speaks_for"], rows["02"]["rows_known"]) == ("all", 200)
    assert rows["02"]["rows_gone"] == 10


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        (range(11, 200), ["too_many_gone"]),
        (range(110, 200), ["too_few_rows", "too_many_gone"]),
        ([n for n in range(200) if n % 3], ["too_many_gone", "clinician_gone", "month_gone"]),
        ([], ["too_few_rows", "too_many_gone", "clinician_gone", "month_gone"]),
    ],
)
def test_a_full_delivery_that_lacks_too_much_is_held(practice, numbers, expected):
    put(practice, "01", range(200), **FULL)
    count = [{"name": "sessions.csv", "rows": len(numbers)}]
    put(practice, "02", numbers, **FULL, files=count)
    rows = judged(practice)
    assert rules(rows["02"]) == expected
    assert rows["02"]["is_held"]
    assert not rows["01"]["is_held"]
    # a held delivery is no measure for the next one
    put(practice, "03", range(5, 200), **FULL)
    assert judged(practice)["03"]["rows_gone"] == 5


def test_five_in_a_hundred_of_many_are_believed(practice):
    put(practice, "01", range(400), **FULL)
    put(practice, "02", range(20, 400), **FULL)
    put(practice, "03", range(40, 400), **FULL)
    rows = judged(practice)
    assert [rules(row) for row in rows.values()] == [[], [], ["too_many_gone"]]
    assert (
        "20 of 380 rows of sessions known before are missing; up to 19 would be believed"
        in rows["03"]["reason"]
    )


def test_a_clinician_is_missed_though_no_row_is(practice):
    put(practice, "01", range(90), **FULL)
    text = sessions(range(90)).replace(",t2,", ",t1,")
    made = json.dumps({"generated_at": "2026-04-02T00:00:00Z", **FULL})
    practice.put("clinic/02", {"sessions.csv": text, "manifest.json": made})
    row = judged(practice)["02"]
    assert rules(row) == ["clinician_gone"]
    said = "clinician_gone: 1 clinician who had at least 10 rows of sessions: now none"
    assert row["reason"] == said


def test_a_window_speaks_for_its_days_alone(practice):
    put(practice, "01", range(200), **FULL)
    february = [n for n in range(200) if n % 3 == 1]
    put(practice, "02", february[3:], **FEBRUARY)
    put(practice, "03", february[30:], **FEBRUARY)
    rows = judged(practice)
    days = (rows["02"]["speaks_from"], rows["02"]["speaks_to"])
    assert days == (date(2026, 2, 1), date(2026, 2, 28))
    assert (rows["02"]["rows_known"], rows["02"]["rows_gone"]) == (len(february), 3)
    assert rules(rows["03"]) == ["too_many_gone"]


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        ("2026-02-01", "2026-02-28", "2026-02-01", "2026-02-28"),
        ("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z", "2026-02-01", "2026-02-28"),
        ("2026-02-01T09:00", "2026-02-28T23:59:59", "2026-02-02", "2026-02-28"),
        ("2026-02-01T00:00", "2026-02-28T17:00", "2026-02-01", "2026-02-27"),
        ("2026-07-01T00:00:00Z", "2026-07-02T22:59:59Z", "2026-07-02", "2026-07-02"),  # London
        ("2026-02-01T09:00", "2026-02-01T17:00", None, None),
    ],
)
def test_a_day_counts_where_the_window_holds_the_whole_of_it(practice, start, end, first, last):
    put(practice, "01", range(3), extract_kind="window", window_start=start, window_end=end)
    row = judged(practice)["01"]
    days = [day and day.isoformat() for day in (row["speaks_from"], row["speaks_to"])]
    assert days == [first, last]
    assert (row["note"] is None) == (first is not None)


def test_a_window_without_a_period_says_nothing_until_the_settings_confirm_it(practice):
    practice.configure('[sources.clinic]\nextract_kind = "window"\n')
    put(practice, "01", range(60))
    put(practice, "02", range(3, 60))
    row = judged(practice)["02"]
    assert (row["speaks_for"], row["rows_gone"]) == (None, None)
    assert "infer_deletes" in row["note"]
    practice.configure('[sources.clinic]\nextract_kind = "window"\ninfer_deletes = true\n')
    row = judged(practice)["02"]
    assert (row["speaks_from"], row["speaks_to"]) == (date(2026, 1, 10), date(2026, 3, 18))
    assert (row["rows_known"], row["rows_gone"], row["note"]) == (60, 3, None)


def test_rapport_toml_alone_confirms_a_full_extract(practice):
    practice.configure('[sources.clinic]\nextract_kind = "full"\n')
    put(practice, "01", range(60))
    put(practice, "02", range(3, 60))
    assert judged(practice)["02"]["rows_gone"] == 3


@pytest.mark.parametrize("feed", ["clients", "clinicians"])
def test_of_rows_that_last_a_window_says_nothing(practice, feed):
    for name, ids in (("01", "abc"), ("02", "ab")):
        text = "\n".join([f"{feed[:-1]}_id", *ids]) + "\n"
        made = json.dumps({"generated_at": f"2026-04-{name}T00:00:00Z", **FEBRUARY})
        practice.put(f"clinic/{name}", {f"{feed}.csv": text, "manifest.json": made})
    assert judged(practice)["02"]["speaks_for"] is None


def test_a_row_held_back_is_there_if_its_key_can_be_read(practice):
    put(practice, "01", range(60), **FULL)
    put(practice, "02", range(1, 60), "s0,c1,t0,2026-01-10T10:00,somehow\n", **FULL)
    put(practice, "03", range(1, 60), "Ann Example,c1,t0,2026-01-10T10:00,attended\n", **FULL)
    rows = judged(practice)
    assert (rows["02"]["speaks_for"], rows["02"]["rows_gone"]) == ("all", 0)
    assert (rows["03"]["speaks_for"], rows["03"]["rows_gone"]) == (None, None)
    assert rows["03"]["note"] == (
        "sessions: rows it lacks are not taken as gone: the id of 1 rows held back cannot be read"
    )


def test_a_late_older_delivery_may_change_what_became_of_a_newer_one(practice):
    put(practice, "02", range(90), **FULL)
    assert not judged(practice)["02"]["is_held"]
    put(practice, "01", range(200), **FULL)
    rows = judged(practice)
    assert rules(rows["02"]) == ["too_few_rows", "too_many_gone"]
    assert not rows["01"]["is_held"]


def test_the_whole_delivery_is_held_for_one_of_its_feeds(practice):
    put(practice, "01", range(200), **FULL)
    put(practice, "02", range(90), **FULL)
    practice.put("clinic/02", {"clients.csv": "client_id\nc1\n"})
    practice.land()
    found = judge(practice.settings, read_ledger(practice.home), {})
    held = found.filter("is_held")
    assert sorted(held["feed"]) == ["clients", "sessions"]
    assert held["reason"].n_unique() == 1


def test_what_stands_is_not_asked_anew(practice, monkeypatch):
    put(practice, "01", range(200), **FULL)
    put(practice, "02", range(10, 205), **FULL)
    before = judged(practice)
    written = verdict_file(practice.home).stat().st_mtime_ns

    def never(home):
        raise AssertionError("the landing was read")

    monkeypatch.setattr(judging, "open_landing", never)
    assert judged(practice) == before
    assert verdict_file(practice.home).stat().st_mtime_ns == written


def test_thresholds_are_the_practices_own(practice):
    put(practice, "01", range(200), **FULL)
    put(practice, "02", range(20, 200), **FULL)
    assert judged(practice)["02"]["is_held"]
    practice.configure("[intake]\nhold_deleted_share = 0.1\n")
    assert not judged(practice)["02"]["is_held"]


def test_a_damaged_landing_is_said_plainly(practice):
    put(practice, "01", range(200), **FULL)
    put(practice, "02", range(20, 200), **FULL)
    practice.land()
    for path in (practice.home.landing / "sessions").glob("[0-9a-f]*.parquet"):
        path.write_bytes(b"PAR1 no more")
    with pytest.raises(RapportError, match="damaged"):
        judge(practice.settings, read_ledger(practice.home), {})


def held_home(practice, monkeypatch):
    put(practice, "march-01", range(200), **FULL)
    put(practice, "march-02", range(90), **FULL)
    practice.put("clinic/march-02-copy", {"sessions.csv": sessions(range(90))})
    judged(practice)
    monkeypatch.setenv("RAPPORT_HOME", str(practice.home.path))


def test_a_held_delivery_is_accepted_for_good(practice, monkeypatch, capsys):
    held_home(practice, monkeypatch)
    assert main(["accept", "clinic/march-02", "--yes"]) == 0
    said = capsys.readouterr().out
    assert "the next build takes its 90 rows" in said
    assert "Then 110 of 200 rows of sessions known before are gone." in said
    path = practice.home.landing / ACCEPTED_NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    row = judged(practice)["march-02"]
    assert (row["is_held"], row["rows_gone"]) == (False, 110)
    assert main(["accept", "clinic/march-02", "--yes"]) == 1
    assert "not held: it counts already" in capsys.readouterr().err


def test_what_was_accepted_covers_no_more_than_was_told(practice, monkeypatch):
    held_home(practice, monkeypatch)
    assert main(["accept", "clinic/march-02", "--yes"]) == 0
    put(practice, "march-03", range(90), **FULL)  # nothing changed over night: nothing to ask
    assert not judged(practice)["march-02"]["is_held"]
    put(practice, "march-04", range(400), **FULL)
    assert not judged(practice)["march-04"]["is_held"]
    put(practice, "march-05", range(90), **FULL)  # the old file again, under a new date
    row = judged(practice)["march-02"]
    assert (row["is_held"], row["rows_gone"]) == (True, 310)


def test_accepting_asks_first(practice, monkeypatch, capsys):
    held_home(practice, monkeypatch)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))  # nobody answers
    assert main(["accept", "clinic/march-02-copy"]) == 130
    assert "Accept it?" in capsys.readouterr().out
    assert accepted_deliveries(practice.home) == {}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("clinic/april", "Nothing has landed under this name"),
        ("march-02", "Nothing has landed under this name"),
        ("clinic/march-01", "not held: it counts already"),
        ("clinic/broken", "was rejected, not held: no_rows"),
        ("clinic/growing", "not complete yet"),
    ],
)
def test_only_a_held_delivery_can_be_accepted(practice, monkeypatch, capsys, name, said):
    practice.put("clinic/broken", {"sessions.csv": f"{SESSIONS}\n"})
    practice.put("clinic/growing", {"sessions.csv.part": "s"})
    held_home(practice, monkeypatch)
    assert main(["accept", name, "--yes"]) == 1
    told = capsys.readouterr().err
    assert said in told
    assert "clinic/march-02" in told or "broken" in name or "growing" in name
    assert accepted_deliveries(practice.home) == {}


def test_a_later_full_delivery_settles_an_older_held_one(practice):
    put(practice, "01", range(200), **FULL)
    put(practice, "02", range(90), **FULL)
    put(practice, "03", range(201), **FULL)
    practice.land()
    ledger = read_ledger(practice.home)
    (held,) = held_deliveries(judge(practice.settings, ledger, {}), ledger)
    assert held.is_superseded
    assert find_held([held], ledger, "clinic/02") is held


def test_an_unreadable_list_of_accepted_ones_stops_everything(practice):
    put(practice, "01", range(3), **FULL)
    practice.land()
    (practice.home.landing / ACCEPTED_NAME).write_text("{", encoding="utf-8")
    with pytest.raises(RapportError, match="Restore it"):
        accepted_deliveries(practice.home)
