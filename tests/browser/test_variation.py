"""The Variation page in a real browser: the figures of the release, by label, for the director."""

from __future__ import annotations

from tests.browser.serving import Dashboard, Seen

DIRECTOR = "variation?as=Clinical+director"


def test_every_clinician_of_the_figure_stands_by_label(seen: Seen, dashboard: Dashboard) -> None:
    expected = dashboard.ask(
        """
        select c.clinician_label
        from metrics.clinician_metric as m
        join core.dim_clinician as c using (clinician_key)
        where m.metric_id = 'dropout_d1' and m.period = 'all' and m.denominator_n > 0
        order by 1
        """
    )
    page = seen.open(DIRECTOR)
    table = page.get_by_role("region", name="Unplanned endings by clinician")
    shown = table.locator("tbody tr td:first-child").all_inner_texts()
    assert shown == [label for (label,) in expected]
    assert page.locator("[data-testid=stDataFrame]").count() == 0
    assert seen.console == []


def test_the_funnel_has_words_lines_and_a_table(seen: Seen) -> None:
    page = seen.open(DIRECTOR)
    chart = page.locator("[data-testid=stVegaLiteChart]").first
    drawn = chart.inner_text().replace("\u00a0", " ")
    assert "99.8 %" in drawn
    assert "practice" in drawn
    assert "research average, other definitions" in drawn
    page.get_by_text("Table of this figure").first.click()
    page.locator("details[open] table.data").first.wait_for()
    assert "99.8 % of chance" in seen.words()


def test_another_figure_changes_the_page_and_the_url(seen: Seen, dashboard: Dashboard) -> None:
    ((name,),) = dashboard.ask(
        "select name from metrics.metric_catalogue where metric_id = 'feedback_completion'"
    )
    page = seen.open(DIRECTOR)
    box = page.get_by_role("combobox", name="Figure")
    box.click()
    box.press_sequentially(name)
    page.get_by_role("option", name=name).first.wait_for()
    box.press("Enter")
    page.get_by_role("heading", name=name).wait_for()
    seen.settle()
    assert "shown=" in page.url
    assert "No signal:" in seen.words()
    assert seen.console == []
