"""Recording: nobody records or reads beyond their scope, nothing is lost and nothing is doubled."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import pytest
import streamlit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboards import review
from dashboards.scope import Role, Scope
from dashboards.warehouse import WarehouseError
from review_log.entry import Entry, Kind
from review_log.store import open_log
from tests.unit.dashboards.small_release import (
    ANNA,
    BORIS,
    CLARA,
    OTHER_SUPERVISOR,
    SUPERVISOR,
    case,
)

MakeScope = Callable[..., Scope]
DAY = date(2026, 11, 20)
OWNERS = {"e1": ANNA, "e2": BORIS, "e3": CLARA}


@pytest.fixture
def cases(released: Callable[..., Path]) -> None:
    """Release three cases of three clinicians, to somebody who has seen none yet."""
    streamlit.session_state.clear()
    released({"metrics.case_summary": [case(key, owner) for key, owner in OWNERS.items()]})


def discuss(scope: Scope, key: str, **said: Any) -> Any:
    return review.record(scope, Kind.REVIEWED, key, happened_on=DAY, **said)


@pytest.mark.usefixtures("cases")
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    mine=st.sets(st.sampled_from([ANNA, BORIS, CLARA])),
    key=st.sampled_from([*OWNERS, "unknown"]),
    role=st.sampled_from(list(Role)),
)
def test_nobody_records_or_reads_beyond_the_scope(
    scoped: MakeScope, mine: set[str], key: str, role: Role
) -> None:
    scope = scoped(*mine, role=role, person=SUPERVISOR)
    is_mine = OWNERS.get(key) in mine and role is not Role.ANALYST
    before = len(review.since(scoped(*OWNERS.values()), None))
    kind, said = (Kind.BROUGHT, {}) if role is Role.CLINICIAN else (Kind.ADDED, {})
    if is_mine:
        assert review.record(scope, kind, key, **said).episode_key == key
    else:
        with pytest.raises(WarehouseError) as refused:
            review.record(scope, kind, key, **said)
        with pytest.raises(WarehouseError) as unknown:
            review.record(scope, kind, "nothing", **said)
        assert str(refused.value) == str(unknown.value)
        assert len(review.since(scoped(*OWNERS.values()), None)) == before
    assert {e.clinician_key for e in review.since(scope, None)} <= mine


@pytest.mark.usefixtures("cases")
def test_an_entry_of_another_case_cannot_be_taken_back(scoped: MakeScope) -> None:
    theirs = discuss(scoped(CLARA, person=OTHER_SUPERVISOR), "e3")
    mine = scoped(ANNA, BORIS, person=SUPERVISOR)
    other = discuss(mine, "e2")
    said = set()
    for entry_id in (theirs.entry_id, other.entry_id, "nothing"):
        with pytest.raises(WarehouseError) as refused:
            review.record(mine, Kind.UNDONE, "e1", refers_to=entry_id)
        said.add(str(refused.value))
    assert len(said) == 1
    assert review.of_case(scoped(CLARA), "e3") == [theirs]


@pytest.mark.usefixtures("cases")
def test_a_double_click_is_one_entry_and_undo_takes_it_back(scoped: MakeScope) -> None:
    scope = scoped(ANNA, person=SUPERVISOR)
    first = discuss(scope, "e1")
    assert discuss(scope, "e1") == first
    undone = review.record(scope, Kind.UNDONE, "e1", refers_to=first.entry_id)
    assert review.record(scope, Kind.UNDONE, "e1", refers_to=first.entry_id) == undone
    assert review.of_case(scope, "e1") == []
    assert discuss(scope, "e1") != first


@pytest.mark.usefixtures("cases")
def test_what_came_in_between_makes_the_same_new_again(scoped: MakeScope) -> None:
    scope = scoped(ANNA, person=SUPERVISOR)
    brought = review.record(scope, Kind.BROUGHT, "e1")
    discuss(scope, "e1")
    assert review.record(scope, Kind.BROUGHT, "e1") != brought
    right = {"code": "AL1", "session_index": 3}
    confirmed = review.record(scope, Kind.CONFIRMED, "e1", **right)
    review.record(scope, Kind.DISMISSED, "e1", **{**right, "session_index": 4})
    assert review.record(scope, Kind.CONFIRMED, "e1", **right) == confirmed
    review.record(scope, Kind.DISMISSED, "e1", **right)
    assert review.record(scope, Kind.CONFIRMED, "e1", **right) != confirmed


@pytest.mark.usefixtures("cases")
def test_two_supervisors_at_once_lose_nothing(scoped: MakeScope) -> None:
    people = [scoped(ANNA, BORIS, person=who) for who in (SUPERVISOR, OTHER_SUPERVISOR)]
    review.since(people[0], None)  # the log opens

    def work(scope: Scope) -> None:
        for day in range(1, 6):
            step = {"code": "keep_going", "done_by": "both", "due_on": date(2027, 1, day)}
            review.record(scope, Kind.PLANNED, "e1", **step)

    threads = [threading.Thread(target=work, args=(scope,)) for scope in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(review.of_case(people[0], "e1")) == 10


@pytest.mark.usefixtures("cases")
def test_a_clinician_brings_and_closes_and_no_more(scoped: MakeScope) -> None:
    supervisor = scoped(ANNA, person=SUPERVISOR)
    anna = scoped(ANNA, role=Role.CLINICIAN, person=ANNA)
    step = review.record(supervisor, Kind.PLANNED, "e1", code="contact_client", done_by="clinician")
    closed = review.record(anna, Kind.STEP_CLOSED, "e1", refers_to=step.entry_id, code="done")
    for kind, said in (
        (Kind.REVIEWED, {"happened_on": DAY}),
        (Kind.DEFERRED, {"code": "not_a_priority", "until_on": DAY}),
        (Kind.ADDED, {}),
        (Kind.DISMISSED, {"code": "AL1"}),
        (Kind.UNDONE, {"refers_to": step.entry_id}),
    ):
        with pytest.raises(WarehouseError, match="does not record"):
            review.record(anna, kind, "e1", **said)
    review.record(anna, Kind.UNDONE, "e1", refers_to=closed.entry_id)
    assert review.of_case(anna, "e1") == [step]


@pytest.mark.usefixtures("cases")
def test_a_log_that_does_not_answer_is_said_without_its_address(
    scoped: MakeScope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAPPORT_REVIEW_LOG", "sqlite:////nowhere/secret-place/log.sqlite3")
    for read in (
        lambda: review.since(scoped(ANNA), None),
        lambda: review.of_case(scoped(ANNA), "e1"),
        lambda: discuss(scoped(ANNA), "e1"),
    ):
        with pytest.raises(review.ReviewLogError, match="does not answer") as said:
            read()
        assert "secret-place" not in str(said.value)


@pytest.mark.usefixtures("cases")
def test_clicks_at_the_same_moment_are_one_entry(scoped: MakeScope) -> None:
    scope = scoped(ANNA, person=SUPERVISOR)
    review.since(scope, None)  # the log opens
    threads = [threading.Thread(target=discuss, args=(scope, "e1")) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(review.of_case(scope, "e1")) == 1


@pytest.mark.usefixtures("cases")
def test_several_things_are_recorded_all_or_none(scoped: MakeScope) -> None:
    scope = scoped(ANNA, BORIS, person=SUPERVISOR)
    step = {"code": "keep_going", "done_by": "both", "due_on": DAY}
    reviewed = (Kind.REVIEWED, "e1", {"happened_on": DAY})
    for last in ((Kind.PLANNED, "e3", step), (Kind.UNDONE, "e2", {"refers_to": "nothing"})):
        with pytest.raises(WarehouseError):
            review.record_all(scope, reviewed, last)
    assert review.since(scope, None) == []
    made = review.record_all(scope, reviewed, (Kind.PLANNED, "e2", step))
    assert review.since(scope, None) == made


@pytest.mark.usefixtures("cases")
def test_an_entry_is_taken_back_by_who_recorded_it_alone(scoped: MakeScope) -> None:
    """By the function that every page uses, whatever buttons a page draws."""
    mine = scoped(ANNA, person=SUPERVISOR)
    others = (
        scoped(ANNA, person=OTHER_SUPERVISOR),
        scoped(*OWNERS.values(), role=Role.DIRECTOR, person=None),
        scoped(ANNA, role=Role.CLINICIAN, person=ANNA),
        scoped(ANNA, role=Role.CLINICIAN, person=SUPERVISOR),
    )
    made = discuss(mine, "e1")
    for other in others:
        with pytest.raises(WarehouseError, match="does not record"):
            review.record(other, Kind.UNDONE, "e1", refers_to=made.entry_id)
    assert review.of_case(mine, "e1") == [made]
    review.record(mine, Kind.UNDONE, "e1", refers_to=made.entry_id)
    assert review.of_case(mine, "e1") == []


def test_an_entry_that_only_the_release_knows_is_taken_back_by_its_author(
    released: Callable[..., Path], scoped: MakeScope
) -> None:
    """After a merge of clients the log holds it under another case."""
    told = {"entry_key": "merged", "episode_key": "e1", "clinician_key": ANNA, "kind": "added"}
    told |= {"author_role": "supervisor", "author_key": SUPERVISOR, "client_key": "client-e1"}
    told |= {"release_id": "r0", "recorded_at": datetime(2026, 11, 1)}
    released({"metrics.case_summary": [case("e1", ANNA)], "metrics.review_entry": [told]})
    with pytest.raises(WarehouseError, match="does not record"):
        review.record(scoped(ANNA, person=OTHER_SUPERVISOR), Kind.UNDONE, "e1", refers_to="merged")
    undone = review.record(scoped(ANNA, person=SUPERVISOR), Kind.UNDONE, "e1", refers_to="merged")
    assert undone.refers_to == "merged"


def test_a_wrong_clock_hides_nothing_and_nothing_is_laid_over_twice(
    home: Path, released: Callable[..., Path], scoped: MakeScope
) -> None:
    """One server dates entries to 2099, another to 2001; the release was built in between."""
    held = {"entry_key": "ahead", "episode_key": "e1", "clinician_key": ANNA}
    held |= {"kind": "reviewed", "recorded_at": datetime(2099, 1, 1)}
    released({"metrics.case_summary": [case("e1", ANNA)], "metrics.review_entry": [held]})
    whom = {"episode_key": "e1", "client_key": "client-e1", "clinician_key": ANNA}
    who = {"author_role": "director", "author_key": None, "happened_on": DAY}
    ahead, behind, before = (
        Entry(Kind.REVIEWED, **whom, **who, release_id=on, entry_id=name, recorded_at=moment)
        for name, on, moment in (
            ("ahead", "older", datetime(2099, 1, 1)),
            ("behind", "r1", datetime(2001, 1, 1)),
            ("before", "older", datetime(2026, 11, 1)),
        )
    )
    with closing(open_log(home)) as log:
        log.restore([ahead, behind, before])
    scope = scoped(ANNA, person=SUPERVISOR)
    through = datetime(2026, 11, 20)
    assert review.since(scope, through) == [behind]
    made = discuss(scope, "e1")
    assert review.since(scope, through) == [behind, made]


@pytest.mark.usefixtures("cases")
def test_a_visit_is_noted_once_and_only_of_a_case_in_scope(scoped: MakeScope) -> None:
    scope = scoped(ANNA, BORIS, person=SUPERVISOR)
    review.viewed(scope, "case", "e1")
    review.viewed(scope, "case", "e1")
    review.viewed(scope, "meeting", "e1", "e2")
    for key in ("e3", "unknown"):
        with pytest.raises(WarehouseError, match="No such case"):
            review.viewed(scope, "case", key)
    director = scoped(*OWNERS.values(), role=Role.DIRECTOR, person=None)
    found = review.views(director)
    assert sorted((v.page, v.episode_key) for v in found) == [
        ("case", "e1"),
        ("meeting", "e1"),
        ("meeting", "e2"),
    ]
    assert {(v.viewer_role, v.viewer_key) for v in found} == {("supervisor", SUPERVISOR)}
    for role in (Role.SUPERVISOR, Role.CLINICIAN, Role.ANALYST):
        with pytest.raises(WarehouseError, match="does not see"):
            review.views(scoped(ANNA, role=role))


@pytest.mark.usefixtures("cases")
def test_a_visit_on_another_day_is_another_visit(
    scoped: MakeScope, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Tomorrow(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + timedelta(days=1)

    scope = scoped(ANNA, person=SUPERVISOR)
    review.viewed(scope, "case", "e1")
    monkeypatch.setattr(review, "datetime", Tomorrow)
    review.viewed(scope, "case", "e1")
    review.viewed(scope, "case", "e1")
    assert len(review.views(scoped(ANNA, role=Role.DIRECTOR))) == 2


@pytest.mark.usefixtures("cases")
def test_a_case_is_not_shown_where_nobody_can_note_who_looks(
    scoped: MakeScope, monkeypatch: pytest.MonkeyPatch
) -> None:
    scope = scoped(ANNA, person=SUPERVISOR)
    with monkeypatch.context() as patched:
        patched.setenv("RAPPORT_REVIEW_LOG", "sqlite:////nowhere/secret-place/log.sqlite3")
        with pytest.raises(review.ReviewLogError, match="cannot be shown just now"):
            review.viewed(scope, "case", "e1")
    review.viewed(scope, "case", "e1")
    assert len(review.views(scoped(ANNA, role=Role.DIRECTOR))) == 1
