"""The review log as a delivery: whole, by content, beside the practice's own deliveries.

Not here: the log's database (tests/unit/review_log), what dbt makes of it, erasing
(tests/unit/release).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from orchestration.context import read_ledger, write_context
from orchestration.contracts.reviews import REVIEWS
from orchestration.doctor import Finding, examine
from orchestration.errors import SettingsError
from orchestration.extract.intake import check_path
from orchestration.extract.known_on import known_sightings, landing_known_on
from orchestration.extract.landing import Landing
from orchestration.extract.reports import DeliveryReport
from orchestration.extract.reviews import land_reviews
from orchestration.extract.verdicts import accepted_deliveries, judge
from orchestration.release.gates import unaccounted_rows
from review_log.entry import Entry, Kind
from review_log.location import URL_VARIABLE
from review_log.store import ReviewLog, open_log
from tests.unit.ingest.making import GOOD, Practice
from tests.unit.review_log.making import entry

NOWHERE = "postgresql://rapport:hidden-word@127.0.0.1:1/nowhere"


@pytest.fixture
def log(practice: Practice) -> Iterator[ReviewLog]:
    """The review log of the practice, whose own sessions have landed."""
    practice.put("clinic/2026-03-06", {"sessions.csv": GOOD})
    practice.land()
    with closing(open_log(practice.home.path)) as made:
        yield made


def land(practice: Practice, erased: set[str] | None = None) -> DeliveryReport | None:
    return land_reviews(practice.home, erased or set())


def files(practice: Practice) -> dict[Path, int]:
    found = [*practice.home.landing.rglob("*.parquet"), *practice.home.inbox.rglob("*")]
    return {path: path.stat().st_mtime_ns for path in found}


def test_a_log_without_entries_lands_nothing(practice: Practice, log: ReviewLog) -> None:
    before = files(practice)
    assert land(practice) is None
    assert files(practice) == before


def test_keys_land_as_they_are(practice: Practice, log: ReviewLog) -> None:
    plan = entry(Kind.PLANNED, session_index=4)
    (made,) = log.record(plan)
    (closed,) = log.record(entry(Kind.STEP_CLOSED, refers_to=made.entry_id, code="done"))
    report = land(practice)
    assert report is not None
    assert (report.status, report.is_new) == ("accepted", True)
    rows = practice.landed("reviews")
    assert dict(rows.schema) == REVIEWS.landed_schema()
    first, second = rows.sort("row_number").rows(named=True)
    assert first["entry_key"] == second["refers_to_key"] == made.entry_id
    assert first["client_key"] == plan.client_key
    assert (first["done_by"], first["due_on"], first["session_index"]) == (
        plan.done_by,
        plan.due_on,
        4,
    )
    assert second["recorded_at"] == closed.recorded_at
    assert unaccounted_rows(practice.home) == []


def test_an_unchanged_log_changes_no_file(practice: Practice, log: ReviewLog) -> None:
    log.record(entry())
    land(practice)
    before = files(practice)
    report = land(practice)
    assert report is not None
    assert not report.is_new
    assert files(practice) == before
    practice.land()
    assert len(practice.landed("reviews")) == 1


def test_one_delivery_stands_however_often_something_is_recorded(
    practice: Practice, log: ReviewLog
) -> None:
    for number in range(4):
        log.record(entry(case=f"e{number}"))
        land(practice)
    assert len(practice.landed("reviews")) == 4
    own = practice.landed("delivery").filter(source="review_log")
    assert own["rows_accepted"].to_list() == [4]
    assert own["generated_at"].to_list() == [log.read()[-1].recorded_at]
    assert unaccounted_rows(practice.home) == []


def test_what_left_the_log_leaves_the_landing(practice: Practice, log: ReviewLog) -> None:
    log.record(entry(client="c1"), entry(case="e2", client="c2"))
    land(practice)
    land(practice, erased={"c1"})
    assert practice.landed("reviews")["client_key"].to_list() == ["c2"]
    assert {e.client_key for e in log.read()} == {"c2"}
    land(practice, erased={"c1", "c2"})
    assert practice.landed("reviews").is_empty()
    assert practice.landed("delivery").filter(source="review_log").is_empty()


def test_a_kill_between_two_snapshots_is_mended(
    practice: Practice, log: ReviewLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.record(entry())
    land(practice)
    log.record(entry(case="e2"))
    with monkeypatch.context() as patched:
        patched.setattr(Landing, "remove_sightings", stop)
        with pytest.raises(KeyboardInterrupt):
            land(practice)
    assert len(practice.landed("reviews")) == 3
    land(practice)
    assert len(practice.landed("reviews")) == 2


def stop(*said: object) -> None:
    raise KeyboardInterrupt


def test_a_log_that_does_not_answer_leaves_what_landed_and_says_so(
    practice: Practice, log: ReviewLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.record(entry())
    land(practice)
    with monkeypatch.context() as patched:
        patched.setenv(URL_VARIABLE, NOWHERE)
        report = land(practice)
        assert report is not None
        assert report.status == "accepted_with_warnings"
        assert "does not answer" in report.warnings[0]
        assert "hidden" not in str(report)
        assert len(practice.landed("reviews")) == 1
        practice.land()
        again = land(practice)
        assert again is not None
        assert again.warnings == report.warnings
    land(practice)
    own = practice.landed("delivery").filter(source="review_log")
    assert own["status"].to_list() == ["accepted"]


def test_a_log_that_never_answered_is_said_too(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice.put("clinic/2026-03-06", {"sessions.csv": GOOD})
    practice.land()
    monkeypatch.setenv(URL_VARIABLE, NOWHERE)
    report = land(practice)
    assert report is not None
    assert report.status == "held"
    own = practice.landed("delivery").filter(source="review_log")
    assert own["status"].to_list() == ["held"]
    monkeypatch.delenv(URL_VARIABLE)
    practice.land()
    assert practice.landed("delivery").filter(source="review_log").is_empty()


def test_recording_moves_no_date_and_holds_no_delivery(practice: Practice, log: ReviewLog) -> None:
    before = write_context(practice.settings, "project", None)
    log.record(entry(), entry(case="e2"))
    land(practice)
    after = write_context(practice.settings, "project", None)
    assert (after.as_of, after.as_of_source) == (before.as_of, "delivery")
    # A new review is a new input all the same: the release has another name.
    assert after.release_id[-6:] != before.release_id[-6:]
    ledger = read_ledger(practice.home)
    verdicts = judge(practice.settings, ledger, accepted_deliveries(practice.home))
    assert set(verdicts["source"]) == {"clinic"}


def test_a_past_day_shows_what_had_been_recorded_by_then(
    practice: Practice, log: ReviewLog
) -> None:
    day = date(2026, 6, 30)
    # 23:30 in London, in summer time, is still that day.
    last = datetime(2026, 6, 30, 22, 59, tzinfo=UTC).replace(tzinfo=None)
    log.restore(
        Entry(**vars(entry(case=f"e{n}")), entry_id=f"{n}" * 32, recorded_at=last + n * _STEP)
        for n in range(3)
    )
    land(practice)
    whole = practice.landed("delivery")
    known = known_sightings(practice.settings, whole, day)
    assert set(known["source"]) == {"clinic"}
    with landing_known_on(practice.settings, known, day) as place:
        rows = pl.read_parquet(place / "landing" / "reviews" / "*.parquet")
        seen = pl.read_parquet(place / "landing" / "delivery" / "*.parquet")
    assert rows["episode_key"].to_list() == ["e0", "e1"]
    assert seen.filter(source="review_log")["rows_accepted"].to_list() == [2]
    assert practice.landed("delivery").equals(whole)
    assert len(practice.landed("reviews")) == 3


_STEP = timedelta(seconds=30)


@pytest.mark.parametrize("source", ["review_log", "Review_Log"])
def test_nobody_else_can_bring_reviews(practice: Practice, source: str) -> None:
    reviews = ",".join(REVIEWS.names) + "\n" + ",".join("x" for _ in REVIEWS.names) + "\n"
    folder = practice.put(f"{source}/2026-03-06", {"reviews.csv": reviews, "sessions.csv": GOOD})
    report = practice.land()[f"{source}/2026-03-06"]
    assert report.status == "rejected"
    assert "review log" in (report.reason or "")
    assert check_path(folder, None, practice.settings).status == "rejected"
    assert practice.landed("sessions").is_empty()


def test_a_practice_system_brings_no_reviews(practice: Practice) -> None:
    reviews = ",".join(REVIEWS.names) + "\n" + ",".join("x" for _ in REVIEWS.names) + "\n"
    practice.put("clinic/2026-03-06", {"reviews.csv": reviews, "sessions.csv": GOOD})
    report = practice.land()["clinic/2026-03-06"]
    assert any("unknown_file" in said for said in report.warnings)
    assert practice.landed("reviews").is_empty()


def test_no_source_of_the_settings_has_the_name(practice: Practice) -> None:
    practice.configure('[sources.review_log]\nreader = "canonical"\n')
    with pytest.raises(SettingsError, match="review log"):
        _ = practice.settings


def test_the_log_of_a_home_is_for_its_owner_alone(practice: Practice, log: ReviewLog) -> None:
    folder = practice.home.path / "review_log"
    modes = [os.stat(path).st_mode & 0o777 for path in (folder, *folder.iterdir())]  # noqa: PTH116
    assert modes == [0o700, 0o600]


def test_doctor_says_where_the_log_is_and_whether_it_answers(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAPPORT_HOME", str(practice.home.path))

    def found(topic: str) -> Finding:
        return next(each for each in examine() if each.topic == topic)

    assert "nothing was recorded yet" in found("review log").said
    with closing(open_log(practice.home.path)) as log:
        log.record(entry())
    assert (found("review log").is_well, found("permissions").is_well) == (True, True)
    assert f"SQLite, {practice.home.review_log}" in found("review log").said
    file = practice.home.review_log / "review_log.sqlite3"
    file.chmod(0o644)
    assert not found("permissions").is_well
    monkeypatch.setenv(URL_VARIABLE, NOWHERE)
    silent = found("review log")
    assert not silent.is_well
    assert "hidden-word" not in silent.said
