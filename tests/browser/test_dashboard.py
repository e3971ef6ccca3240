"""What a person does in the dashboard: filters, rows, links, back, deep links, keys.

Not here: that every page stands for every role (`test_every_page.py`).
"""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.serving import Dashboard, Seen, link, wait_until

ROW_HEIGHT = 35


def test_the_view_is_as_wide_as_the_persona(
    seen: Seen, dashboard: Dashboard, supervisors: list[tuple[str, str]]
) -> None:
    for label, key in supervisors:
        ((clinicians, cases),) = dashboard.ask(
            f"""
            with mine as (
                select distinct supervisee_key from core.supervision, meta.release
                where kind = 'assignment' and supervisor_key = '{key}' and started_on <= as_of
                    and coalesce(ended_on, date '9999-12-31') >= as_of
            )
            select (select count(*) from mine), count(*)
            from metrics.case_summary where clinician_key in (select supervisee_key from mine)
            """  # noqa: S608 - a key of the release itself
        )
        seen.open(link("agenda", label))
        expected = f"you see {clinicians} clinician{'s' * (clinicians != 1)}, {cases} case"
        assert expected in seen.words()


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option of a select box by keyboard, as a reader without a mouse would."""
    box = page.get_by_role("combobox", name=label)
    box.click()
    box.press_sequentially(option)
    page.get_by_role("option", name=option).first.wait_for()
    box.press("Enter")


def test_a_filter_changes_a_number_and_the_url(seen: Seen, dashboard: Dashboard) -> None:
    page = seen.open(link("agenda", "Clinical director"))
    before = page.locator(".stamp").inner_text()
    ((label, key, cases),) = dashboard.ask(
        """
        select clinician_label, clinician_key, count(*)
        from metrics.case_summary group by 1, 2 order by 1 limit 1
        """
    )
    choose(page, "Clinician", label)
    wait_until(page, "text => document.querySelector('.stamp').innerText !== text", arg=before)
    seen.settle()
    assert f"you see 1 clinician, {cases} case" in seen.words()
    assert f"clinician={key}" in page.url
    page.reload()
    seen.settle()
    assert f"you see 1 clinician, {cases} case" in seen.words()
    assert seen.console == []


def test_a_filter_stays_on_the_way_to_another_page(seen: Seen, dashboard: Dashboard) -> None:
    ((label, key),) = dashboard.ask(
        "select min(clinician_label), arg_min(clinician_key, clinician_label) "
        "from metrics.case_summary"
    )
    page = seen.open(link("agenda", "Clinical director", clinician=label))
    page.locator(".st-key-menu").get_by_text("Endings").click()
    wait_until(page, "document.querySelector('h1').innerText === 'Endings'")
    seen.settle()
    assert f"clinician={key}" in page.url
    assert "you see 1 clinician" in seen.words()


def shown_at(seen: Seen, heading: str, url: str) -> str:
    """Wait until the browser stands at an address with its page; give the filters in words."""
    wait_until(seen.page, "url => location.href === url", arg=url)
    wait_until(seen.page, "text => document.querySelector('h1')?.innerText === text", arg=heading)
    seen.settle()
    return seen.page.locator("p.printed").text_content() or ""


def test_back_walks_pages_and_filters_one_by_one(seen: Seen) -> None:
    page = seen.open("agenda?as=director&minutes=30")
    began = page.url
    assert began.endswith("/?as=director&minutes=30"), "the first page lies at the root"
    choose(page, "Minutes available", "90 minutes")
    page.wait_for_url("**minutes=90**")
    chosen = page.url
    seen.settle()
    page.locator(".st-key-menu").get_by_text("Endings").click()
    page.wait_for_url("**/endings?**")
    seen.settle()
    page.go_back()
    assert "90 minutes" in shown_at(seen, "Supervision agenda", chosen)
    page.go_back()
    assert "30 minutes" in shown_at(seen, "Supervision agenda", began)
    page.go_forward()
    assert "90 minutes" in shown_at(seen, "Supervision agenda", chosen)
    assert seen.console == []


def test_the_persona_stays_on_the_way_to_another_page(
    seen: Seen, supervisors: list[tuple[str, str]]
) -> None:
    label, key = supervisors[0]
    page = seen.open(link("agenda", label))
    page.locator(".st-key-menu").get_by_text("Case review").click()
    wait_until(page, "document.querySelector('h1').innerText === 'Case review'")
    seen.settle()
    assert f"{label}: you see" in seen.words()
    assert f"as=supervisor-{key}" in page.url


def test_a_card_of_the_agenda_opens_its_case(seen: Seen) -> None:
    page = seen.open(link("agenda", "Clinical director"))
    entry = page.get_by_text("Open the review of").first
    label = entry.inner_text().removeprefix("Open the review of ")
    entry.click()
    page.wait_for_url("**/case?*case=*")
    page.get_by_role("heading", name=f"{label} with Clinician").wait_for()
    page.locator("svg.marks").first.wait_for()
    assert seen.console == []


def test_a_row_of_the_list_opens_its_case_and_back_leads_back(seen: Seen) -> None:
    page = seen.open(link("case", "Clinical director"))
    grid = page.locator("[data-testid=stDataFrame] canvas").first.bounding_box()
    assert grid is not None
    page.mouse.click(grid["x"] + 18, grid["y"] + 1.5 * ROW_HEIGHT)
    page.wait_for_url("**/case?*case=*")
    page.get_by_text("How sure are we").wait_for()
    page.get_by_text("All cases in view").click()
    page.get_by_text("Select a row to open its review").wait_for()
    wait_until(page, "!location.search.includes('case=')")
    assert seen.console == []


def test_deep_link_opens_a_case_for_its_supervisor_and_nothing_for_another(
    seen: Seen, dashboard: Dashboard, supervisors: list[tuple[str, str]]
) -> None:
    for label, key in supervisors:
        rows = dashboard.ask(
            f"""
            select s.episode_key, s.client_label, s.clinician_key in (
                select supervisee_key from core.supervision, meta.release
                where kind = 'assignment' and supervisor_key = '{key}' and started_on <= as_of
                    and coalesce(ended_on, date '9999-12-31') >= as_of
            ) as is_mine
            from metrics.case_summary as s
            qualify row_number() over (partition by is_mine order by s.episode_key) = 1
            """  # noqa: S608 - a key of the release itself
        )
        answers = {}
        for episode_key, client_label, is_mine in rows:
            seen.open(link("case", label, case=episode_key))
            if is_mine:
                assert f"{client_label} with Clinician" in seen.words()
            else:
                answers[episode_key] = seen.words()
                assert client_label not in answers[episode_key]
        seen.open(link("case", label, case="0" * 32))
        for foreign in answers.values():
            assert foreign == seen.words()
            assert "No such case in your view" in foreign


def test_case_picture_has_words_table_and_alternative_text(
    seen: Seen, dashboard: Dashboard
) -> None:
    ((episode_key,),) = dashboard.ask(
        """
        select episode_key from metrics.case_summary
        where rupture_n > 0 and outcome_scored_sessions > 1
        order by attended_sessions desc, episode_key limit 1
        """
    )
    page = seen.open(link("case", "Clinical director", case=episode_key))
    chart = page.locator("[data-testid=stVegaLiteChart]").first
    assert "A gap in a line is a session without a form" in chart.evaluate(
        "node => [...node.querySelectorAll('[aria-label]'), node]"
        ".map(n => n.getAttribute('aria-label') || '').join(' ')"
    )
    drawn = chart.inner_text()
    assert "cut-off" in drawn
    assert "Session" in drawn
    page.get_by_text("Table of this figure").first.click()
    page.locator("details[open] table.data").first.wait_for()
