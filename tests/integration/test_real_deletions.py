"""Seven dated versions of a real table: what each later one brings, changes and takes away.

Belongs here: the deliveries of the public TF-CBT exports, from the landing to the verdicts, against
the counts of the data set's own README. Does not belong here: how a row is read
(test_real_sources.py).
"""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from orchestration.context import read_ledger
from orchestration.extract.intake import land_inbox
from orchestration.extract.verdicts import judge
from orchestration.settings import Settings, load_settings
from tests.integration.real_files import EXPORTS, by_key, example, expected_sessions, plain
from tests.support import absent

# Many rows have no date and are no session; as rows of a feed without a day they land too. Only
# rows without a therapist stay out; the README counts them, so they are added by Python's csv.
EVERY_ROW = """
[sources.tfcbt]
reader = "mapped"
extract_kind = "full"

[sources.tfcbt.options]
null_tokens = ["NA"]

[[sources.tfcbt.feeds]]
feed = "clients"
files = "SessionSurvey_*.csv"
duplicates = "first"
filters = [{ name = "no_therapist", any_null = ["therapist_tag"] }]

[sources.tfcbt.feeds.columns]
referred_on = "session_date"
intake_severity = "trauma_score_caregiver"
age_band = "trauma_score_child"

[sources.tfcbt.feeds.compose]
client_id = "{therapist_tag}-{client_number}-{session_number}"

[sources.tfcbt.feeds.dates]
referred_on = { format = "%Y-%m-%d" }
"""
# Inserted, updated and deleted against the version before (README of the data set).
README = [(0, 0, 0), (74, 2, 0), (5, 1, 0), (81, 8, 0), (34, 7, 8)]
# Of the updated rows, so many changed in call group or agency alone, which are not taken here.
REGROUPED = [(0, 0, 0)] * 3 + [(0, 7, 0), (0, 2, 0)]
TAKEN = ("client_key", "referred_on", "intake_severity", "age_band")


@pytest.fixture
def tfcbt(real_data: Path) -> Path:
    folder = real_data / "tfcbt"
    if not folder.is_dir():
        absent(f"{folder} not found (set RAPPORT_REALDATA)")
    return folder


def verdicts(settings: Settings, tfcbt: Path) -> pl.DataFrame:
    """Verdicts on all exports, in order, with their names."""
    inbox = settings.home.inbox / "tfcbt"
    inbox.mkdir(parents=True)
    for name in EXPORTS:
        shutil.copyfile(tfcbt / f"{name}.csv", inbox / f"{name}.csv")
    reports = land_inbox(settings)
    assert {report.status for report in reports} <= {
        *("accepted", "accepted_with_warnings", "duplicate")
    }
    ledger = read_ledger(settings.home)
    # The third export has the bytes of the first, so it is one delivery, of the later moment.
    names = ledger.group_by("delivery_id").agg(pl.col("delivery").max().alias("name"))
    found = judge(settings, ledger, {}).join(names, on="delivery_id")
    return found.sort("feed", "place")


def test_each_version_takes_away_what_the_readme_says(
    tfcbt: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAPPORT_PSEUDONYM_KEY", "a7" * 32)
    (tmp_path / "rapport.toml").write_text(EVERY_ROW)
    settings = load_settings(tmp_path)
    found = verdicts(settings, tfcbt)
    assert found["name"].to_list() == EXPORTS[1:]
    assert not found["is_held"].any()
    landed = settings.home.landing / "clients"
    tables = [pl.read_parquet(landed / f"{each}.parquet") for each in found["delivery_id"]]
    files = [plain(tfcbt / f"{name}.csv") for name in EXPORTS[1:]]
    nameless = [by_key([row for row in rows if not row["therapist_tag"]]) for rows in files]
    counted = [
        (*changed(contents(old), contents(new)), gone)
        for (old, new), gone in zip(pairwise(tables), found["rows_gone"][1:], strict=True)
    ]
    taken = ("session_date", "trauma_score_caregiver", "trauma_score_child")
    others = [{key: [row[c] for c in taken] for key, row in rows.items()} for rows in nameless]
    rest = [(*changed(old, new), len(old.keys() - new.keys())) for old, new in pairwise(others)]
    assert [
        tuple(map(sum, zip(*three, strict=True)))
        for three in zip(counted, rest, REGROUPED, strict=True)
    ] == README


def contents(table: pl.DataFrame) -> dict[str, tuple]:
    """Rows by key."""
    return {row[0]: row[1:] for row in table.select(TAKEN).rows()}


def changed(old: dict, new: dict) -> tuple[int, int]:
    """How many keys are new, and how many have another content."""
    same = old.keys() & new.keys()
    return len(new.keys() - old.keys()), sum(old[key] != new[key] for key in same)


def test_dated_sessions_that_a_version_lacks_are_gone(
    tfcbt: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAPPORT_PSEUDONYM_KEY", "a7" * 32)
    settings = example("tfcbt", tmp_path / "home")
    found = verdicts(settings, tfcbt).filter(pl.col("feed") == "sessions")
    known = [expected_sessions(tfcbt / f"{name}.csv").keys() for name in EXPORTS[1:]]
    expected = [len(old - new) for old, new in pairwise(known)]
    assert found["rows_gone"].to_list() == [0, *expected]
    assert expected[-1] == 6  # of the eight, two had no date
    assert not found["is_held"].any()
