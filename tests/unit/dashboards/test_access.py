"""The page Access and audit: who reads what, who sees whom, who looked at which case."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dashboards import review
from dashboards.relations import RELATIONS, Reach, readings
from dashboards.scope import Role
from dashboards.texts import access as texts
from dashboards.texts import review as review_texts
from tests.unit.dashboards.conftest import MakeScope
from tests.unit.dashboards.small_release import ANNA, BORIS, SUPERVISOR
from tests.unit.dashboards.test_pages import open_page, some_rows, words


def test_the_roster_is_shown_with_its_dates(released: Callable[..., Path]) -> None:
    released(some_rows())
    said = words(open_page("access", "Clinical director")).replace("\u00a0", " ")
    assert texts.NO_SIGN_IN in said
    assert "● Sees" in said and "○ Ended" in said and "○ Not yet" in said
    assert "No supervisor on the day of this release: Clinician D4AA, Clinician E5AA." in said
    assert texts.NOBODY_LOOKED in said


def test_a_visit_is_shown_with_who_and_which_case(
    released: Callable[..., Path], scoped: MakeScope
) -> None:
    released(some_rows())
    review.viewed(scoped(ANNA, BORIS, person=SUPERVISOR), "case", "e1")
    said = words(open_page("access", "Clinical director")).replace("\u00a0", " ")
    assert "1 line of visits" in said
    assert "Supervisor F6AA" in said and "C-E1" in said and "Case review" in said


def test_a_log_that_does_not_answer_is_said_calmly(
    released: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    released(some_rows())

    def silent(*_: object, **__: object) -> None:
        raise review.ReviewLogError(review_texts.UNREACHABLE)

    monkeypatch.setattr(review, "views", silent)
    app = open_page("access", "Clinical director")
    assert not app.exception
    assert "does not answer" in words(app)


@pytest.mark.parametrize("persona", ["Supervisor F6AA", "Analyst"])
def test_others_are_refused(persona: str, released: Callable[..., Path]) -> None:
    released(some_rows())
    said = words(open_page("access", persona))
    assert "Not part of this role" in said and "● Sees" not in said


def test_the_readings_are_what_the_scope_does(scoped: MakeScope, released: Callable) -> None:
    released()
    told = {name: (relation, by_role) for name, relation, by_role in readings()}
    assert set(told) == set(RELATIONS)
    for relation, by_role in told.values():
        for role in Role:
            sql = relation.sql(scoped(role=role))
            is_nothing = sql.endswith("false")
            is_nothing |= role is Role.ANALYST and relation.reach is Reach.PERSON
            assert (by_role[role] == "none") == is_nothing
            assert (by_role[role] == "rounded") == (str(relation.rounded) in sql)
