"""Two public data sets that nobody here made, read by the committed example configurations.

Belongs here: the example maps against the real files, from the reader to the landing; every figure
comes a second way, by Python's csv module or from the data sets' own READMEs. Does not belong here:
metrics of a release (the oracle), traps made by hand (`tests/unit/readers`).
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import correlation, mean

import polars as pl
import pytest

from orchestration.contracts.feeds import LEDGER_SCHEMA
from orchestration.contracts.reviews import LANDED_FEEDS
from orchestration.extract.intake import DeliveryReport, land_inbox
from orchestration.readers.base import Extract
from tests.integration.real_files import (
    BAI,
    EXPORTS,
    GAD_FILE,
    WAI,
    by_key,
    example,
    expected_scores,
    expected_sessions,
    extracts,
    plain,
)
from tests.support import absent

KEY = "a7" * 32


@pytest.fixture(scope="module")
def gad(real_data: Path) -> Path:
    path = real_data / "gad_alliance" / GAD_FILE
    if not path.is_file():
        absent(f"{path} not found (set RAPPORT_REALDATA)")
    return path


@pytest.fixture(scope="module")
def tfcbt(real_data: Path) -> Path:
    folder = real_data / "tfcbt"
    if not all((folder / f"{name}.csv").is_file() for name in EXPORTS):
        absent(f"the seven exports in {folder} not found (set RAPPORT_REALDATA)")
    return folder


# --- gad_alliance ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gad_extracts(gad: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Extract]:
    settings = example("gad_alliance", tmp_path_factory.mktemp("gad") / "home")
    return extracts(settings, "gad_alliance", gad)


def test_a_session_is_a_time_point_at_which_anything_was_answered(
    gad: Path, gad_extracts: dict[str, Extract]
) -> None:
    answered = [row for row in plain(gad) if any(row[name] for name in WAI + BAI)]
    sessions = gad_extracts["sessions"]
    assert (sessions.rows_read, sessions.frame.height) == (855, 806)
    assert sessions.frame.height == len(answered)
    assert sessions.rows_filtered == {"nothing_answered": 49}
    assert sessions.rejects.is_empty()
    monday = date(2015, 1, 5)
    assert {
        (r["client_id"], r["clinician_id"], r["started_at"]) for r in sessions.frame.to_dicts()
    } == {
        (
            row["client_id"],
            row["therapist_id"],
            f"{monday + timedelta(weeks=int(row['time_point']) - 1)}T00:00:00",
        )
        for row in answered
    }


def test_each_answered_cell_is_one_row_and_each_empty_one_is_counted(
    gad: Path, gad_extracts: dict[str, Extract]
) -> None:
    feedback = gad_extracts["feedback"]
    assert feedback.rows_read == 855 * 12 == 10_260
    assert feedback.rows_filtered == {"empty_cell": 1_517}  # as the folder's README counts them
    items = {
        **{name: ("custom:wai9", f"item_{n:02d}") for n, name in enumerate(WAI, start=1)},
        **{name: ("custom:bai_parcels", f"item_{n:02d}") for n, name in enumerate(BAI, start=1)},
    }
    expected = Counter(
        (row["client_id"], f"{row['client_id']}-{row['time_point']}", *item, float(row[name]))
        for row in plain(gad)
        for name, item in items.items()
        if row[name]
    )
    columns = ("client_id", "session_id", "instrument", "scale", "score")
    got = Counter((*row[:4], float(row[4])) for row in feedback.frame.select(columns).iter_rows())
    assert got == expected
    assert set(feedback.frame["session_id"]) == set(gad_extracts["sessions"].frame["session_id"])


def test_caseloads_and_the_published_correlation(gad_extracts: dict[str, Extract]) -> None:
    """Figures of the folder's README, from the canonical rows."""
    pairs = gad_extracts["sessions"].frame.select("client_id", "clinician_id").unique()
    loads = Counter(pairs["clinician_id"])
    assert pairs.height == 57
    assert [loads[str(n)] for n in range(1, 14)] == [5, 2, 7, 7, 6, 2, 1, 4, 5, 4, 7, 3, 4]
    forms: dict[str, dict[str, list[float]]] = {}
    rows = gad_extracts["feedback"].frame.select("session_id", "instrument", "score")
    for session, instrument, score in rows.iter_rows():
        forms.setdefault(session, {}).setdefault(instrument, []).append(float(score))
    complete = [
        (mean(f["custom:wai9"]), mean(f["custom:bai_parcels"]))
        for f in forms.values()
        if len(f.get("custom:wai9", [])) == 9 and len(f.get("custom:bai_parcels", [])) == 3
    ]
    assert len(complete) == 620
    assert correlation(*zip(*complete, strict=True)) == pytest.approx(-0.14968, abs=5e-6)


# --- tfcbt: the reader -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def read_export(
    tfcbt: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], dict[str, Extract]]:
    settings = example("tfcbt", tmp_path_factory.mktemp("tfcbt") / "home")
    return lambda name: extracts(settings, "tfcbt", tfcbt / f"{name}.csv")


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_gives_what_a_plain_reading_gives(
    tfcbt: Path, read_export: Callable[[str], dict[str, Extract]], name: str
) -> None:
    path = tfcbt / f"{name}.csv"
    found = read_export(name)
    sessions, feedback = found["sessions"], found["feedback"]
    got = {
        r["session_id"]: (r["client_id"], r["clinician_id"], r["started_at"])
        for r in sessions.frame.to_dicts()
    }
    assert got == expected_sessions(path)
    scores = {
        r["response_id"]: (r["session_id"], r["completed_at"], r["respondent"], r["score"])
        for r in feedback.frame.to_dicts()
    }
    assert scores == expected_scores(path)
    assert sessions.rejects.is_empty()
    assert feedback.rejects.is_empty()
    rows = plain(path)
    assert sessions.rows_read == len(rows)
    assert feedback.rows_read == 2 * len(rows)
    unknown = [row for row in rows if not row["therapist_tag"]]
    undated = [row for row in rows if row["therapist_tag"] and row["session_date"] == "NA"]
    assert sessions.rows_filtered["no_therapist"] == len(unknown)
    assert sessions.rows_filtered["no_date"] == len(undated)
    assert {r["clinician_id"] for r in found["clinicians"].frame.to_dicts()} == {
        row["therapist_tag"] for row in rows if row["therapist_tag"]
    }


def test_counts_of_the_last_export(read_export: Callable[[str], dict[str, Extract]]) -> None:
    found = read_export(EXPORTS[-1])
    assert found["sessions"].frame.height == 280
    assert found["sessions"].rows_filtered == {
        "no_therapist": 33,
        "no_date": 65,
        "dated_after_export": 1,
        "duplicate_record": 4,
    }
    assert found["feedback"].frame.height == 47
    assert found["feedback"].rows_filtered["empty_cell"] == 513
    assert found["clinicians"].frame.height == 81


def test_the_call_group_comes_and_goes(read_export: Callable[[str], dict[str, Extract]]) -> None:
    """Six columns, eight, six again, eight: the site is known only where the column is there."""
    widths = [len(read_export(name)["clinicians"].dropped_columns) for name in EXPORTS]
    known = [
        read_export(name)["clinicians"].frame["site_id"].drop_nulls().len() > 0 for name in EXPORTS
    ]
    assert known == [False, True, False, True, True, True, True]
    assert [width > 0 for width in widths] == known


def test_inserted_updated_and_deleted_are_those_of_the_data_sets_readme(tfcbt: Path) -> None:
    """By key over all rows, first of duplicate keys: what a right reading of the files must see."""
    readme = {3: (74, 2, 0), 4: (5, 1, 0), 5: (81, 8, 0), 6: (34, 7, 8)}
    versions = [by_key(plain(tfcbt / f"{name}.csv")) for name in EXPORTS]
    for later, expected in {2: (0, 0, 0), **readme}.items():
        old, new = versions[later - 1], versions[later]
        shared = set(next(iter(old.values()))) & set(next(iter(new.values())))
        changed = [
            k for k in new.keys() & old.keys() if any(new[k][c] != old[k][c] for c in shared)
        ]
        assert (
            len(new.keys() - old.keys()),
            len(changed),
            len(old.keys() - new.keys()),
        ) == expected


def test_changes_between_exports_reach_the_canonical_rows(
    tfcbt: Path, read_export: Callable[[str], dict[str, Extract]]
) -> None:
    """Insertions, corrections and deletions of dated sessions, extract against extract."""

    def sessions(name: str) -> dict[str, str]:
        frame = read_export(name)["sessions"].frame
        return dict(frame.select("session_id", "started_at").iter_rows())

    changes = []
    for before, after in pairwise(EXPORTS):
        old, new = sessions(before), sessions(after)
        plain_old = expected_sessions(tfcbt / f"{before}.csv")
        plain_new = expected_sessions(tfcbt / f"{after}.csv")
        assert new.keys() - old.keys() == plain_new.keys() - plain_old.keys()
        assert old.keys() - new.keys() == plain_old.keys() - plain_new.keys()
        moved = {key for key in old.keys() & new.keys() if old[key] != new[key]}
        changes.append((len(new.keys() - old.keys()), len(moved), len(old.keys() - new.keys())))
    assert changes[0] == changes[1] == (0, 0, 0)
    assert changes[-1][2] == 6  # of the eight deleted keys, two had no date


# --- tfcbt: the landing ------------------------------------------------------------------------


def land(
    tfcbt: Path, home: Path, steps: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> list[DeliveryReport]:
    """Drop exports in steps and land after each; the reports of the last landing."""
    monkeypatch.setenv("RAPPORT_PSEUDONYM_KEY", KEY)
    settings = example("tfcbt", home)
    reports: list[DeliveryReport] = []
    for step in steps:
        inbox = home / "inbox" / "tfcbt"
        inbox.mkdir(parents=True, exist_ok=True)
        for name in step:
            shutil.copyfile(tfcbt / f"{name.split(' ')[0]}.csv", inbox / f"{name}.csv")
        reports = land_inbox(settings)
    return reports


def content(home: Path) -> dict[str, list[str]]:
    """Every landed table, the quarantine and the ledger but for the clock, as sorted rows."""
    places = {feed: home / "landing" / feed for feed in (*LANDED_FEEDS, "delivery")}
    places["quarantine"] = home / "quarantine"
    return {
        name: sorted(repr(row) for row in rows(folder).rows()) for name, folder in places.items()
    }


def rows(folder: Path) -> pl.DataFrame:
    """The rows of a folder; when this home first saw them is no part of what is known."""
    return pl.read_parquet(sorted(folder.glob("*.parquet"))).drop("received_at", strict=False)


@pytest.fixture
def in_order(tfcbt: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    land(tfcbt, tmp_path / "in_order", [[name] for name in EXPORTS], monkeypatch)
    return content(tmp_path / "in_order")


@pytest.mark.parametrize(
    "steps",
    [
        [EXPORTS],
        [[name] for name in reversed(EXPORTS)],
        [EXPORTS[3:], EXPORTS[:3]],
        [EXPORTS[:4], [], EXPORTS, EXPORTS],  # the same files again and again
    ],
    ids=["at once", "reversed", "the newer first", "repeated"],
)
def test_the_order_of_arrival_leaves_no_trace(
    tfcbt: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    in_order: dict[str, list[str]],
    steps: list[list[str]],
) -> None:
    land(tfcbt, tmp_path / "other", steps, monkeypatch)
    assert content(tmp_path / "other") == in_order


def test_what_landed_is_what_the_files_say(
    tfcbt: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports = land(tfcbt, tmp_path / "home", [EXPORTS], monkeypatch)
    assert [report.delivery for report in reports] == EXPORTS
    # The third export has the bytes of the first, under another name and time.
    statuses = [report.status for report in reports]
    assert statuses[2] == "duplicate"
    assert set(statuses[:2] + statuses[3:]) <= {"accepted", "accepted_with_warnings"}
    assert all(report.bad_rows.is_empty() for report in reports)
    for report, name in zip(reports, EXPORTS, strict=True):
        counts = {feed.feed: feed for feed in report.feeds}
        assert counts["sessions"].rows_accepted == len(expected_sessions(tfcbt / f"{name}.csv"))
        assert counts["feedback"].rows_accepted == len(expected_scores(tfcbt / f"{name}.csv"))
        assert all(feed.is_conserved for feed in report.feeds)
        landed = tmp_path / "home" / "landing" / "sessions" / f"{report.delivery_id}.parquet"
        assert pl.read_parquet(landed).height == counts["sessions"].rows_accepted
    ledger = pl.read_parquet(sorted((tmp_path / "home" / "landing" / "delivery").glob("*.parquet")))
    assert dict(ledger.schema) == LEDGER_SCHEMA
    assert ledger["extract_kind"].unique().to_list() == ["full"]
    sessions = ledger.filter(pl.col("feed") == "sessions").sort("delivery")
    assert sessions["generated_at"].dt.strftime("%Y%m%dT%H%M%SZ").to_list() == [
        name.removeprefix("SessionSurvey_") for name in EXPORTS
    ]


def test_a_copy_under_another_name_lands_nothing(
    tfcbt: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = f"{EXPORTS[3]} (1)"
    reports = land(tfcbt, tmp_path / "home", [[EXPORTS[3]], [copy]], monkeypatch)
    assert sorted(report.status for report in reports)[-1] == "duplicate"
    landed = sorted((tmp_path / "home" / "landing" / "sessions").glob("*.parquet"))
    assert len([path for path in landed if path.name != "_contract.parquet"]) == 1


def test_no_id_of_the_files_stands_outside_the_inbox(
    tfcbt: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    land(tfcbt, home, [EXPORTS], monkeypatch)
    tags = {row["therapist_tag"] for row in plain(tfcbt / f"{EXPORTS[-1]}.csv")} - {""}
    cells = {
        str(cell)
        for rows in ("landing", "quarantine")
        for path in (home / rows).rglob("*.parquet")
        for row in pl.read_parquet(path).rows()
        for cell in row
    }
    assert {cell for cell in cells if cell in tags or cell.split("-")[0] in tags} == set()
