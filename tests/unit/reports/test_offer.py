"""The link of a page to its paper: as whom, with which filters, and none where there is none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import review
from dashboards.scope import personas, resolve
from dashboards.warehouse import current_release, roster
from tests.unit.dashboards.small_release import ANNA
from tests.unit.dashboards.small_release import SUPERVISOR as SUPERVISOR_KEY
from tests.unit.dashboards.test_pages import open_page
from tests.unit.reports import rows
from tests.unit.reports.asking import get

Released = Callable[..., Path]
DIRECTOR, SUPERVISOR = "Clinical director", "Supervisor F6AA"


def links(app: AppTest) -> list[str]:
    """Give the addresses of papers that a page links to."""
    found = [button.proto.url for button in app.get("link_button")]
    return [url for url in found if url.startswith("/papers/")]


@pytest.mark.parametrize(
    ("page", "asked", "path"),
    [
        ("agenda", {"minutes": "30"}, "/papers/agenda.pdf"),
        ("case", {"case": "e1"}, "/papers/case/e1.pdf"),
        ("month", {}, "/papers/month.pdf"),
        ("quality", {}, "/papers/quality.pdf"),
        ("definitions", {"metric": "dropout_d1"}, "/papers/definition/dropout_d1.pdf"),
    ],
)
def test_a_page_links_to_its_paper_as_it_is_looked_at(
    page: str, asked: dict[str, str], path: str, released: Released
) -> None:
    released(
        rows.full_case("e1", ANNA, 3) | {"metrics.metric_catalogue": [rows.metric("A sentence.")]}
    )
    a4, letter = links(open_page(page, SUPERVISOR, **asked))
    assert urlsplit(a4).path == path
    said = parse_qs(urlsplit(a4).query)
    assert said["as"] == [f"supervisor-{SUPERVISOR_KEY}"]
    assert parse_qs(urlsplit(letter).query)["paper"] == ["letter"]
    told = {name: values[0] for name, values in said.items()}
    assert get(path, **told).status == 200


@pytest.mark.parametrize(
    ("page", "persona", "asked"),
    [
        ("case", SUPERVISOR, {}),
        ("case", SUPERVISOR, {"case": "other"}),
        ("case", "Analyst", {"case": "e1"}),
        ("agenda", "Analyst", {}),
        ("definitions", DIRECTOR, {}),
        ("endings", DIRECTOR, {}),
    ],
)
def test_where_there_is_no_paper_there_is_no_link(
    page: str, persona: str, asked: dict[str, str], released: Released
) -> None:
    released(rows.full_case("e1", ANNA, 3))
    assert links(open_page(page, persona, **asked)) == []


def test_each_printing_of_a_case_is_noted(released: Released) -> None:
    released(rows.full_case("e1", ANNA, 3))
    for persona in (SUPERVISOR, SUPERVISOR, DIRECTOR):
        assert get("/papers/case/e1.pdf", **{"as": persona}).status == 200
    assert get("/papers/case/e1.pdf", **{"as": "Analyst"}).status == 404
    release = current_release()
    everyone = roster(str(release.path), release.fingerprint)
    director = resolve(
        personas(everyone, release.as_of)[0],
        everyone,
        release.release_id,
        release.fingerprint,
        release.as_of,
    )
    seen = review.views(director)
    assert [line.viewer_role for line in seen] == ["director", "supervisor", "supervisor"]
    assert {(line.page, line.episode_key) for line in seen} == {("case_paper", "e1")}
