"""Adding and reading, on SQLite and on PostgreSQL: nothing is lost, nothing half, one order.

Not here: migrations, where the log lies, erasing (modules beside this one), scopes
(tests/unit/dashboards/test_review.py).
"""

from __future__ import annotations

import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from review_log import store
from review_log.entry import Entry, EntryError, Kind, NewEntry
from review_log.errors import LogUnreachableError
from review_log.store import ReviewLog, standing
from tests.support import REPO
from tests.unit.review_log.making import entry, viewing
from tests.unit.review_log.postgresql import PASSWORD, Server


def at_once(*tasks: Callable[[], object]) -> list[BaseException]:
    """Run tasks in threads that start together; gives what they raised."""
    gate, raised = threading.Barrier(len(tasks)), []

    def run(task: Callable[[], object]) -> None:
        gate.wait()
        try:
            task()
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_what_was_recorded_is_read_back(log: ReviewLog) -> None:
    new = entry(Kind.PLANNED, session_index=3)
    (made,) = log.record(new)
    assert log.read() == [made]
    assert replace(made, entry_id="", recorded_at=datetime.min) == Entry(**vars(new))
    assert made.due_on == date(2026, 12, 1)


def test_reading_is_by_case_clinician_and_moment(log: ReviewLog) -> None:
    first, second, third = log.record(
        entry(case="e1"), entry(case="e2", clinician="k2"), entry(case="e1")
    )
    assert log.read(episode_key="e1") == [first, third]
    assert log.read(clinician_keys=["k2"]) == [second]
    assert log.read(clinician_keys=[]) == []
    assert log.read(after=first.recorded_at) == [second, third]
    assert log.read(after=third.recorded_at, or_on="another") == []
    assert log.read(after=third.recorded_at, or_on=first.release_id) == [first, second, third]


_ADDS = """
import sys, threading
from review_log.store import ReviewLog
from tests.unit.review_log.making import entry
url, name = sys.argv[1:]
log = ReviewLog(url)
def add(part):
    for number in range(8):
        log.record(entry(case=f"{name}.{part}.{number}"))
threads = [threading.Thread(target=add, args=(part,)) for part in range(3)]
[each.start() for each in threads]
[each.join() for each in threads]
"""


def test_processes_that_start_and_add_at_once_lose_nothing(url: str) -> None:
    """Each makes the tables if need be, then adds from three threads."""
    running = [
        subprocess.Popen([sys.executable, "-c", _ADDS, url, name], cwd=REPO)
        for name in ("a", "b", "c")
    ]
    assert [each.wait(timeout=120) for each in running] == [0, 0, 0]
    found = ReviewLog(url).read()
    wanted = {f"{n}.{part}.{i}" for n in "abc" for part in range(3) for i in range(8)}
    assert {e.episode_key for e in found} == wanted
    assert len(found) == len(wanted)
    moments = [e.recorded_at for e in found]
    assert moments == sorted(set(moments))
    # Whoever adds one after the other finds them in that order.
    for name in "abc":
        for part in range(3):
            mine = [e.episode_key for e in found if e.episode_key.startswith(f"{name}.{part}.")]
            assert mine == [f"{name}.{part}.{i}" for i in range(8)]


def test_a_step_closed_by_one_and_taken_back_by_the_other_keeps_both_words(log: ReviewLog) -> None:
    (plan,) = log.record(entry(Kind.PLANNED))
    raised = at_once(
        lambda: log.record(entry(Kind.STEP_CLOSED, refers_to=plan.entry_id, code="done")),
        lambda: log.record(entry(Kind.UNDONE, refers_to=plan.entry_id, author="s2")),
        lambda: log.record(entry(Kind.UNDONE, refers_to=plan.entry_id, author="s3")),
    )
    assert raised == []
    assert sorted(e.kind for e in log.read()) == sorted(
        [Kind.PLANNED, Kind.STEP_CLOSED, Kind.UNDONE, Kind.UNDONE]
    )
    assert [e.kind for e in standing(log.read())] == [Kind.STEP_CLOSED]


def test_who_judges_before_adding_sees_what_the_other_has_just_added(log: ReviewLog) -> None:
    """The way in which a double click is one entry, however many servers take the clicks."""

    def same(new: NewEntry, found: list[Entry]) -> Entry | None:
        return next((e for e in found if e.kind is new.kind), None)

    raised = at_once(*[lambda: log.record(entry(), judge=same)] * 6)
    assert raised == []
    assert len(log.read()) == 1


def test_several_are_added_all_or_none(log: ReviewLog) -> None:
    def refuse(new: NewEntry, found: list[Entry]) -> None:
        if new.kind is Kind.PLANNED:
            raise EntryError("no")

    with pytest.raises(EntryError):
        log.record(entry(), entry(Kind.PLANNED), judge=refuse)
    assert log.read() == []
    log.record(entry())
    assert len(log.read()) == 1


def test_order_is_that_of_recording_when_a_clock_goes_back(
    log: ReviewLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = [datetime(2026, 11, 23, 10, 0, second) for second in (30, 10, 30)]
    monkeypatch.setattr(store, "_now", lambda: moments.pop(0))
    made = [log.record(entry(case=f"e{number}"))[0] for number in range(3)]
    assert log.read() == made
    assert made[1].recorded_at - made[0].recorded_at == timedelta(microseconds=1)


def test_a_clock_that_was_years_ahead_does_not_date_what_follows(
    log: ReviewLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = [datetime(2031, 1, 1), datetime(2026, 11, 23)]
    monkeypatch.setattr(store, "_now", lambda: moments.pop(0))
    log.record(entry())
    assert log.record(entry())[0].recorded_at == datetime(2026, 11, 23)


def test_views_come_newest_first(log: ReviewLog) -> None:
    log.viewed(viewing("e1"))
    log.viewed(viewing("e2"), viewing("e3", page="meeting"))
    log.viewed()
    found = log.views()
    assert {v.episode_key for v in found[:2]} == {"e2", "e3"}
    assert [v.episode_key for v in found[2:]] == ["e1"]
    assert len(log.views(limit=1)) == 1
    assert log.views(after=found[0].viewed_at) == []
    assert log.views(until=found[2].viewed_at) == found[2:]


@pytest.mark.parametrize("text", ["Anna Schmidt", "a@b", "x" * 65, "", "naïve"])
def test_nothing_that_could_be_text_is_a_viewing_or_an_entry(text: str) -> None:
    with pytest.raises(EntryError) as error:
        viewing(page=text)
    assert not text or text not in str(error.value)
    with pytest.raises(EntryError):
        entry(Kind.CONFIRMED, code=text)


def test_a_server_that_does_not_answer_is_said_without_its_address(postgresql: Server) -> None:
    elsewhere = postgresql.url("nowhere").replace(str(postgresql.port), "1")
    for address in (postgresql.url("nowhere"), elsewhere):
        with pytest.raises(LogUnreachableError, match="does not answer") as error:
            ReviewLog(address)
        told = "".join(traceback.format_exception(error.value))
        for secret in (PASSWORD, PASSWORD[1:-2], "127.0.0.1:", "nowhere"):
            assert secret not in told.replace(f'ReviewLog("{address}")', "")


def test_no_text_of_a_log_shows_the_password(postgresql: Server) -> None:
    log = ReviewLog(postgresql.create("password_test"))
    for shown in (repr(log), repr(log.engine), str(log.engine.url), f"{vars(log)}"):
        assert PASSWORD[1:-2] not in shown
    log.close()


def test_a_server_that_was_started_anew_is_found_again(postgresql: Server) -> None:
    log = ReviewLog(postgresql.create("restart_test"))
    log.record(entry())
    with postgresql.connect() as con:
        con.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'restart_test'"
        )
    assert len(log.read()) == 1
    log.record(entry(case="e2"))
    log.close()


def test_an_account_that_may_not_make_tables_is_told_apart_from_silence(
    postgresql: Server,
) -> None:
    address = postgresql.create("not_ours")
    with postgresql.connect("not_ours") as con:
        con.execute("create role guest login password 'guest'")
    with pytest.raises(LogUnreachableError, match="must own the tables"):
        ReviewLog(address.replace(address.split("@")[0], "postgresql://guest:guest"))


@pytest.mark.parametrize(
    "change",
    ["kind = 'none'", "code = 'Mary Smith'", "code = ''", "clinician_key = '4 Oak Road'"],
)
def test_a_row_that_somebody_else_wrote_is_refused_and_never_quoted(
    change: str, log: ReviewLog
) -> None:
    log.record(entry(Kind.PLANNED))
    with log.engine.begin() as con:
        con.exec_driver_sql(f"update review_entry set {change}")  # noqa: S608
    with pytest.raises(LogUnreachableError, match="did not write") as refused:
        log.read()
    said = "".join(traceback.format_exception(refused.value))
    assert "Mary" not in said and "Oak" not in said


@pytest.mark.parametrize("change", ["happened_on = 'Mary'", "session_index = 'Mary'"])
def test_values_of_another_type_are_refused_too(change: str, tmp_path: Path) -> None:
    log = ReviewLog(f"sqlite:///{tmp_path / 'log.sqlite3'}")
    log.record(entry())
    with log.engine.begin() as con:
        con.exec_driver_sql(f"update review_entry set {change}")  # noqa: S608
    with pytest.raises(LogUnreachableError, match="did not write") as refused:
        log.read()
    assert "Mary" not in "".join(traceback.format_exception(refused.value))
    log.close()
