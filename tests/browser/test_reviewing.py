"""What supervisors do with the review log: a whole meeting by keys, two people at one case.

Not here: what follows from entries at the next build (dbt and `tests/oracle`).
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page

from dashboards.texts import meeting as texts
from dashboards.texts import review_log as saying
from review_log.entry import Kind
from review_log.location import url_of
from review_log.store import ReviewLog
from tests.browser.serving import Dashboard, Seen, link, looked_at


def log_of(home: Path) -> ReviewLog:
    """Open the review log of the served home, as a build would."""
    return ReviewLog(url_of(home))


def start(seen: Seen, supervisor: str) -> Page:
    """Start a meeting of half an hour."""
    page = seen.open(link("meeting", supervisor, minutes="30"))
    page.get_by_role("button", name="Start with the first").click()
    page.get_by_text("Case 1 of").wait_for()
    seen.settle()
    return page


def test_a_meeting_is_walked_by_one_key_recorded_and_ended(
    seen: Seen, supervisors: list[tuple[str, str]], served_home: Path
) -> None:
    before = len(log_of(served_home).read())
    page = start(seen, supervisors[0][0])
    seen.must_be_sound()
    page.get_by_role("button", name=saying.SAVE).first.click()
    page.get_by_text(texts.DECIDED_SO_FAR).wait_for()
    page.locator("h1").click()
    page.keyboard.press("ArrowRight")
    page.get_by_text("Case 2 of").wait_for()
    seen.settle()
    # A reload keeps the place, and the back button goes to where one was.
    page.reload()
    page.get_by_text("Case 2 of").wait_for()
    page.go_back()
    page.get_by_text("Case 1 of").wait_for()
    seen.settle()
    # While one types in a field the key moves the cursor, not the meeting.
    page.get_by_role("combobox", name=saying.STEP).first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(500)
    assert page.get_by_text("Case 1 of").count() == 1
    page.keyboard.press("Escape")
    for _ in range(12):
        if page.get_by_role("heading", name=texts.DONE).count():
            break
        page.get_by_test_id("stMain").locator(".st-key-next button").click()
        seen.settle()
    page.get_by_role("heading", name=texts.DONE).wait_for()
    page.get_by_role("heading", name=texts.LEFT_OPEN).wait_for()
    assert page.get_by_role("heading", name=texts.NOT_REACHED).count() == 0
    seen.must_be_sound()
    seen.must_be_quiet()
    entries = log_of(served_home).read()[before:]
    assert [entry.kind for entry in entries] == [Kind.REVIEWED]
    assert entries[0].author_key == supervisors[0][1]


def test_two_people_at_one_case_lose_nothing(
    browser: Browser, dashboard: Dashboard, supervisors: list[tuple[str, str]], served_home: Path
) -> None:
    with (
        looked_at(browser, dashboard.address) as one,
        looked_at(browser, dashboard.address) as other,
    ):
        pages = [start(one, supervisors[0][0]), start(other, "Clinical director")]
        key = pages[0].url.split("cases=")[1].split("&")[0].split("%2C")[0].split(",")[0]
        for seen in (one, other):
            seen.open(link("case", "Clinical director", case=key))
        before = len(log_of(served_home).read(episode_key=key))
        pages[0] = one.open(link("case", supervisors[0][0], case=key))
        for page in pages:
            page.locator(f".st-key-save-review-{key} button").first.click()
        for seen in (one, other):
            seen.settle()
    recorded = log_of(served_home).read(episode_key=key)[before:]
    assert {entry.author_role for entry in recorded} == {"supervisor", "director"}


def test_a_log_that_does_not_answer_hides_the_case_and_keeps_the_agenda(
    seen: Seen, dashboard: Dashboard, supervisors: list[tuple[str, str]], served_home: Path
) -> None:
    file = served_home / "review_log" / "review_log.sqlite3"
    kept = file.read_bytes()
    try:
        file.write_bytes(b"not a database, " * 64)
        page = seen.open(link("agenda", supervisors[0][0]))
        assert page.locator(".card").count() > 0
        seen.must_be_sound()
        ((key,),) = dashboard.ask("select min(episode_key) from metrics.case_summary")
        seen.open(link("case", "Clinical director", case=key))
        assert "cannot be shown just now" in seen.words()
        assert seen.page.locator("[data-testid=stVegaLiteChart]").count() == 0
    finally:
        file.write_bytes(kept)
