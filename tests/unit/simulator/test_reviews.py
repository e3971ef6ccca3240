"""The simulated review log: what stands in it makes sense, and hangs together with the practice.

Asked of the truth in raw ids; how it reaches the log and the release is tests/integration.
"""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from orchestration.simulator import simulate
from tests.support import REPO
from tests.unit.simulator.conftest import Simulated
from tests.unit.simulator.reading import practice_feed


@pytest.fixture(scope="module")
def log(large: Simulated) -> pl.DataFrame:
    return large.truth.reviews


def _codes(name: str) -> set[str]:
    with (REPO / "seeds" / "review_codes.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"] for row in csv.DictReader(file) if row["list"] == name}


def test_every_kind_of_entry_is_there_in_codes_of_the_seed(log: pl.DataFrame) -> None:
    kinds = dict(log["kind"].value_counts().iter_rows())
    assert set(kinds) == (_codes("kind") | {"undone"}) - {"added"}
    assert kinds["reviewed"] > kinds["planned"] > kinds["step_closed"] > kinds["deferred"]
    for kind, name in {
        "deferred": "defer_reason",
        "planned": "step",
        "step_closed": "step_outcome",
    }.items():
        used = set(log.filter(pl.col("kind") == kind)["code"])
        assert used <= _codes(name), kind
    assert set(log["done_by"].drop_nulls()) <= _codes("done_by")


def test_entries_lie_in_the_time_of_the_practice_and_refer_backwards(
    log: pl.DataFrame, large: Simulated
) -> None:
    assert log["entry_id"].n_unique() == len(log)
    assert log["recorded_at"].max().date() <= large.end_on
    assert log["recorded_at"].min().date() >= large.end_on - timedelta(weeks=30)
    named = log.join(
        log.select(refers_to="entry_id", first_at="recorded_at", first="episode_id"),
        on="refers_to",
        how="left",
    ).filter(pl.col("refers_to").is_not_null())
    assert named.filter(pl.col("first_at").is_null()).is_empty()
    assert (named["first"] == named["episode_id"]).all()
    assert (named["recorded_at"] > named["first_at"]).all()


def test_supervisors_write_about_recorded_cases_of_their_own(
    log: pl.DataFrame, large: Simulated
) -> None:
    episodes = large.truth.episodes.filter("has_record").select(
        "episode_id", "client_id", "clinician_id"
    )
    known = log.join(episodes, on=["episode_id", "client_id", "clinician_id"], how="semi")
    assert len(known) == len(log)
    pairs = practice_feed(large.inbox, "supervision").filter(pl.col("kind") == "assignment")
    by_supervisor = log.filter(pl.col("author_role") == "supervisor")
    of_pair = by_supervisor.join(
        pairs.select(author_id="supervisor_id", clinician_id="supervisee_id").unique(),
        on=["author_id", "clinician_id"],
        how="semi",
    )
    assert len(of_pair) == len(by_supervisor)
    by_clinician = log.filter(pl.col("author_role") == "clinician")
    assert (by_clinician["author_id"] == by_clinician["clinician_id"]).all()


def test_a_drop_of_one_point_is_mostly_dismissed(log: pl.DataFrame) -> None:
    """screens.md 2: that alarm cries wolf; what is judged follows what was truly so."""
    judged = log.filter(pl.col("kind").str.starts_with("signal_")).with_columns(
        is_confirmed=pl.col("kind") == "signal_confirmed"
    )
    shares = judged.group_by("code", "is_rupture_open").agg(pl.col("is_confirmed").mean())
    share = {(code, is_open): mean for code, is_open, mean in shares.iter_rows()}
    assert share["AL1", True] > 0.8
    assert 0.3 < share["AL1", False] < 0.6
    assert share["AL2", False] < 0.2
    drops = judged.filter(pl.col("code") == "AL2")["is_confirmed"].mean()
    assert drops < 0.3, "more than 70 % dismissed: the rule is proposed for change"


def test_the_same_seed_writes_the_same_log(small: Simulated, tmp_path: Path) -> None:
    again = simulate(
        tmp_path / "inbox",
        tmp_path / "truth",
        clinicians=10,
        sessions=3000,
        seed=3,
        end_on=small.end_on,
    )
    assert again.reviews.equals(small.truth.reviews)
