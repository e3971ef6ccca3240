"""A code that an export may choose freely is on no page and no paper: it may be a name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashboards.registry import PAGES
from dashboards.reports.shelf import paper_of
from dashboards.texts import quality as texts
from tests.unit.dashboards.small_release import ANNA
from tests.unit.dashboards.test_pages import open_page, some_rows, words
from tests.unit.reports.reading import text_of

NAME = "mary_smith"


@pytest.fixture
def hostile(released: Callable[..., Path]) -> None:
    """Give a release whose exports wrote a name wherever a code of their own is accepted."""
    issue = {"clinician_key": ANNA, "client_key": "c", "source_system": NAME}
    known = {"instrument": "ors", "name": "ORS", "maximum": 40, "minimum": 0}
    told = some_rows()
    # Its rows have reasons without codes, which no release has.
    del told["metrics.supervision_agenda"]
    released(
        told
        | {
            "core.dim_instrument": [known],
            "core.dim_client": [{"client_key": "c", "gender": NAME, "source_system": NAME}],
            "core.fct_session": [{"session_key": "s", "client_key": "c", "cancelled_by": NAME}],
            "core.fct_score": [{"client_key": "c", "collection_mode": NAME}],
            "quality.score_issue": [
                issue | {"score_issue_key": "1", "instrument": NAME, "rule": "unknown_instrument"},
                issue | {"score_issue_key": "2", "instrument": "ors", "rule": "switched_off"},
                issue | {"score_issue_key": "3", "instrument": "wai", "rule": "ambiguous_version"},
            ],
        }
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
@pytest.mark.usefixtures("hostile")
def test_a_page_shows_no_code_that_an_export_chose(page: Any) -> None:
    app = open_page(page.name, "Clinical director", case="e1")
    assert not app.exception
    said = words(app)
    assert NAME not in said.lower() and "mary smith" not in said.lower()
    if page.name == "quality":
        assert texts.UNKNOWN_QUESTIONNAIRE in said and "WAI" in said


@pytest.mark.parametrize("kind", ["agenda", "month", "quality"])
@pytest.mark.usefixtures("hostile")
def test_a_paper_shows_no_code_that_an_export_chose(kind: str) -> None:
    said = text_of(paper_of(kind, None, {}).pdf).lower()
    assert NAME not in said and "mary smith" not in said
