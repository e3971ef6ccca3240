"""Pages over what is not a sound, fresh, full release: nothing yet, nothing in it, old, damaged.

Each state is a home of its own, written row by row (no build), served as a practice would serve it.
Not here: pages over the simulated practice (`test_every_page.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from dashboards.registry import PAGES, PageSpec
from dashboards.scope import Role
from orchestration.settings_template import init_home
from tests.browser.serving import Seen, link, looked_at, served
from tests.unit.dashboards import small_release as small

FOR_SUPERVISORS = [spec for spec in PAGES if Role.SUPERVISOR in spec.roles]
DIRECTOR = "Clinical director"
FRESH = (datetime.now(UTC) - timedelta(hours=1)).isoformat()


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Serve a home in each state; gives their addresses."""
    folder = tmp_path_factory.mktemp("states")
    with ExitStack() as stack:
        yield {
            state: stack.enter_context(served(make(folder / state), folder / f"{state}.log"))
            for state, make in STATES.items()
        }


def nothing_released(at: Path) -> Path:
    init_home(at)
    return at


def nothing_in_it(at: Path) -> Path:
    init_home(at)
    path = small.write(at)
    small.point(at, path, built_at=FRESH)
    return at


def old_and_failed(at: Path) -> Path:
    init_home(at)
    small.write(at)
    told = {"status": "failed", "reason": "The disk was full."}
    (at / "releases" / "last_build.json").write_text(json.dumps(told))
    return at


def few_cases(at: Path) -> Path:
    init_home(at)
    path = small.write(
        at,
        {"metrics.case_summary": [small.case("e1", small.ANNA), small.case("e2", small.CLARA)]},
    )
    small.point(at, path, built_at=FRESH)
    return at


def damaged(at: Path) -> Path:
    init_home(at)
    path = small.write(at)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    return at


STATES = {
    "nothing_released": nothing_released,
    "nothing_in_it": nothing_in_it,
    "old_and_failed": old_and_failed,
    "few_cases": few_cases,
    "damaged": damaged,
}


@pytest.fixture
def visit(browser: Browser, homes: dict[str, str]) -> Iterator[Callable[[str], Seen]]:
    """Give a function that gives a fresh page over the home in a state."""
    with ExitStack() as stack:
        yield lambda state: stack.enter_context(looked_at(browser, homes[state]))


def must_say_nothing_to_show(seen: Seen, words: str) -> None:
    """Hold a page without a release to: one calm sentence and what to do."""
    seen.page.locator(".empty").first.wait_for(timeout=30_000)
    assert words in seen.words()
    assert seen.page.locator("[data-testid=stException]").count() == 0


@pytest.mark.parametrize("spec", PAGES, ids=lambda spec: spec.name)
def test_before_the_first_release_every_page_says_what_to_do(
    spec: PageSpec, visit: Callable[[str], Seen]
) -> None:
    seen = visit("nothing_released")
    seen.page.goto(f"{seen.address}/{link(spec.name, DIRECTOR)}")
    must_say_nothing_to_show(seen, "rapport build")


def test_a_damaged_release_is_not_shown(visit: Callable[[str], Seen]) -> None:
    seen = visit("damaged")
    seen.page.goto(f"{seen.address}/{link('agenda', DIRECTOR)}")
    must_say_nothing_to_show(seen, "does not match its fingerprint")


@pytest.mark.parametrize("role", [DIRECTOR, "Supervisor F6AA", "Analyst"])
@pytest.mark.parametrize("spec", PAGES, ids=lambda spec: spec.name)
def test_an_empty_release_says_why_it_is_empty(
    spec: PageSpec, role: str, visit: Callable[[str], Seen]
) -> None:
    seen = visit("nothing_in_it")
    seen.open(link(spec.name, role))
    # A chart of nothing or a share of nobody would look like a finding.
    assert seen.page.locator("[data-testid=stVegaLiteChart]").count() == 0
    assert "0 %" not in seen.words()
    seen.must_be_sound()
    seen.must_be_quiet()


@pytest.mark.parametrize(
    "spec", [p for p in PAGES if Role.SUPERVISOR in p.roles], ids=lambda p: p.name
)
def test_a_supervisor_with_one_case_sees_no_rate_of_it(
    spec: PageSpec, visit: Callable[[str], Seen]
) -> None:
    seen = visit("few_cases")
    seen.open(link(spec.name, "Supervisor F6AA"))
    assert "100 %" not in seen.words()
    seen.must_be_sound()
    seen.must_be_quiet()


@pytest.mark.parametrize("spec", PAGES, ids=lambda spec: spec.name)
def test_an_old_release_and_a_failed_build_are_said_on_every_page(
    spec: PageSpec, visit: Callable[[str], Seen]
) -> None:
    seen = visit("old_and_failed")
    seen.open(link(spec.name, DIRECTOR))
    assert "Older than 36 hours" in seen.words()
    assert "The last build failed" in seen.words()
    assert "The disk was full." in seen.words()


def test_a_case_out_of_scope_and_an_unknown_one_look_the_same(visit: Callable[[str], Seen]) -> None:
    seen = visit("few_cases")
    answers = []
    for key in ("e2", "nobody", "e1' or '1'='1"):
        seen.open(link("case", "Supervisor F6AA", case=key))
        answers.append(seen.words())
    assert answers[0] == answers[1] == answers[2]
    assert "No such case in your view" in answers[0]


def test_unknown_values_in_an_address_do_no_harm(visit: Callable[[str], Seen]) -> None:
    seen = visit("few_cases")
    seen.open(link("month", "Nobody", period="13th", measure="<b>x</b>"))
    assert seen.page.locator("[data-testid=stException]").count() == 0
    assert seen.page.locator("h1").count() == 1


def test_an_address_that_is_no_page_leads_home(visit: Callable[[str], Seen]) -> None:
    seen = visit("few_cases")
    answer = seen.page.goto(f"{seen.address}/no-such-page?as=director")
    assert answer is not None and answer.status == 404
    assert seen.page.inner_text("h1") == "There is no page at this address"
    assert Axe().run(seen.page).violations_count == 0
    seen.page.get_by_role("link").click()
    seen.settle()
    assert seen.page.inner_text("h1") == "Supervision agenda"
    # Chromium logs that an address was not found; that is what was asked for.
    seen.console.clear()
