"""Every page for every role, in light and dark: it stands, is readable, and axe finds nothing.

Not here: what one page shows (`test_dashboard.py` and its neighbours), and pages over an empty, old
or damaged release (`test_states.py`).
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from dashboards.charts.theme import DARK
from dashboards.registry import PAGES, PageSpec
from dashboards.scope import Role
from tests.browser.serving import Dashboard, Seen, link, looked_at

NAMES = [spec.name for spec in PAGES]


def must_stand(seen: Seen, spec: PageSpec, role: Role) -> None:
    """Hold an open page to its frame."""
    words = seen.words()
    assert seen.page.locator("h1").inner_text() == spec.title
    assert "Demo data" in words
    assert "Data through" in words
    assert "not a crisis system" in words
    assert spec.answers in words
    assert ("Not part of this role" in words) == (role not in spec.roles)
    seen.must_be_sound()


@pytest.mark.parametrize("spec", PAGES, ids=lambda spec: spec.name)
def test_every_page_stands_for_the_director(spec: PageSpec, seen: Seen) -> None:
    seen.open(link(spec.name, "Clinical director"))
    must_stand(seen, spec, Role.DIRECTOR)
    seen.must_be_quiet()


@pytest.mark.parametrize("spec", PAGES, ids=lambda spec: spec.name)
def test_every_page_stands_for_a_supervisor(
    spec: PageSpec, seen: Seen, supervisors: list[tuple[str, str]]
) -> None:
    seen.open(link(spec.name, supervisors[0][0]))
    must_stand(seen, spec, Role.SUPERVISOR)
    seen.must_be_quiet()


@pytest.mark.parametrize("spec", PAGES, ids=lambda spec: spec.name)
def test_every_page_stands_for_an_analyst(spec: PageSpec, seen: Seen) -> None:
    seen.open(link(spec.name, "Analyst"))
    must_stand(seen, spec, Role.ANALYST)
    seen.must_be_quiet()


@pytest.mark.parametrize("spec", PAGES, ids=lambda spec: spec.name)
def test_every_page_stands_in_the_dark(
    spec: PageSpec, browser: Browser, dashboard: Dashboard
) -> None:
    with looked_at(browser, dashboard.address, color_scheme="dark") as seen:
        seen.open(link(spec.name, "Clinical director"))
        background = seen.page.evaluate(
            "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
        )
        assert sum(int(part) for part in background.strip("rgba()").split(",")[:3]) < 3 * 80
        must_stand(seen, spec, Role.DIRECTOR)
        seen.must_be_quiet()


def test_a_dark_page_is_printed_light(browser: Browser, dashboard: Dashboard) -> None:
    """No dark ground and no colour of the dark screen is left in a chart on paper."""
    dark = {f"rgb({int(c[1:3], 16)}, {int(c[3:5], 16)}, {int(c[5:7], 16)})" for c in DARK.values()}
    drawn = (
        "[...document.querySelectorAll('svg.marks [fill], svg.marks [stroke]')]"
        ".flatMap(e => [getComputedStyle(e).fill, getComputedStyle(e).stroke])"
    )
    with looked_at(browser, dashboard.address, color_scheme="dark") as seen:
        page = seen.open(link("month", "Clinical director"))
        page.wait_for_selector("svg.marks")
        assert dark & set(page.evaluate(drawn))
        page.emulate_media(media="print", color_scheme="dark")
        assert not dark & set(page.evaluate(drawn))
        grounds = page.evaluate(
            "[...document.querySelectorAll('[data-testid=stApp], svg.marks')]"
            ".map(e => getComputedStyle(e).backgroundColor)"
        )
        assert set(grounds) == {"rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"}


def test_what_the_tab_key_reaches_is_marked(seen: Seen, supervisors: list[tuple[str, str]]) -> None:
    """Links, buttons and what opens have one ring; fields have their own mark."""
    focused = (
        "(() => { const e = document.activeElement, s = getComputedStyle(e);"
        " return [e.matches('a, button, summary, [role=tab], [role=region]'),"
        " s.outlineStyle + ' ' + s.outlineWidth, e.tagName, e.innerText]; })()"
    )
    page = seen.open(link("agenda", supervisors[0][0]))
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        is_meant, ring, *what = page.evaluate(focused)
        if is_meant:
            reached.append(what[0])
            assert ring == "solid 2px", what
    assert {"A", "BUTTON"} <= set(reached)


def test_an_open_case_of_every_kind_is_sound(seen: Seen, dashboard: Dashboard) -> None:
    """A case for each rule that fired and each way a rupture ended: the words differ by these."""
    found = dashboard.ask(
        """
        with kinds as (
            select rule_id as kind, episode_key from metrics.signal
            union
            select concat(tier, status, rupture_type), episode_key from metrics.rupture
        )
        select distinct first_value(episode_key) over (partition by kind order by episode_key)
        from kinds
        order by 1
        """
    )
    assert len(found) > 2
    for (episode_key,) in found:
        seen.open(link("case", "Clinical director", case=episode_key))
        seen.must_be_sound()
    seen.must_be_quiet()
