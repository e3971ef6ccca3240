"""Words and numbers: dates, counts, the small-number rules of screens.md 5."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest

from dashboards import parts, wording
from dashboards.registry import PAGES

N = wording.NBSP
RATE = {
    "status": "ok",
    "denominator_n": 20,
    "numerator": 7,
    "estimate": 0.35,
    "lo": 0.181,
    "hi": 0.567,
}


def test_dates_and_moments() -> None:
    assert wording.day(date(2026, 11, 2)) == f"2{N}Nov 2026"
    assert wording.day(None) == "–"
    assert wording.moment(datetime(2026, 11, 21, 6, 10)) == f"21{N}Nov 2026, 06:10 UTC"
    assert wording.moment(None) == "–"


@pytest.mark.parametrize(
    ("code", "said"),
    [("all", "All time"), ("2026-Q1", "Q1 2026"), ("2026-03", "March 2026")],
)
def test_periods(code: str, said: str) -> None:
    assert wording.period(code) == said


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("srs", "SRS"),
        ("wai_sr", "WAI-SR"),
        ("phq9", "PHQ-9"),
        ("pcl5", "PCL-5"),
        ("core10", "CORE-10"),
        ("custom:mood", "mood"),
        ("wai_sr_t", "WAI-SR-T"),
        (None, "–"),
    ],
)
def test_instruments(code: str | None, said: str) -> None:
    assert wording.instrument(code) == said


def test_own_questionnaires_go_by_name_and_short_scales_by_two_decimals() -> None:
    names = wording.Names({"custom:wai9": "WAI, nine items"}, frozenset({"custom:wai9"}))
    assert names.of("custom:wai9") == "WAI, nine items"
    assert names.of("wai_sr") == "WAI-SR"
    assert names.of(None) == "–"
    assert names.score("custom:wai9", 4.556) == "4.56"
    assert names.score("srs", 36.44) == "36.4"
    assert names.score("srs", None) == "–"


def test_counts() -> None:
    assert wording.counted(1, "case") == f"1{N}case"
    assert wording.counted(7, "case") == f"7{N}cases"
    assert wording.counted(2, "person", "people") == f"2{N}people"
    assert wording.whole(None) == "*"
    assert wording.whole(21699) == "21\u202f699"
    assert wording.whole(0) == "0"


def test_percent_and_limits() -> None:
    assert wording.percent(0.346) == f"35{N}%"
    assert wording.percent(0.0) == f"0{N}%"
    assert wording.percent(None) == "–"
    assert wording.interval(0.181, 0.567, is_share=True) == f" · 95{N}% interval 18{N}to{N}57"
    assert wording.interval(36.04, 36.96, is_share=False) == f" · 95{N}% interval 36.0{N}to{N}37.0"
    assert wording.interval(None, 0.5, is_share=True) == ""
    assert (
        wording.interval(28.0, None, is_share=False, digits=0) == f" · 95{N}% interval from 28 on"
    )


def test_a_median_is_told_with_its_unit() -> None:
    row = {"estimate": 28.0, "lo": 21.0, "hi": None, "denominator_n": 50}
    figure = wording.figure(row, "days", "ruptures", 20)
    assert figure.value == f"28{N}days"
    assert figure.detail == f"50 ruptures · 95{N}% interval from 21 on"
    assert wording.figure({**row, "estimate": 1.0}, "days", "alerts", 20).value == f"1{N}day"
    assert wording.figure({**row, "estimate": 7.25}, "sessions", "cases", 20).value == (
        f"7.2{N}sessions"
    )


def test_figure_from_twenty_is_a_rate() -> None:
    figure = wording.figure(RATE, "share", "ended cases", 20)
    assert figure.value == f"35{N}%"
    assert figure.detail == f"7 of 20 ended cases · 95{N}% interval 18{N}to{N}57"
    assert figure.caution == ""
    assert figure.is_shown


def test_figure_below_twenty_is_a_count_with_a_caution() -> None:
    row = {**RATE, "denominator_n": 19}
    figure = wording.figure(row, "share", "ended cases", 20)
    assert figure.value == "7 of 19"
    assert "%" not in figure.value
    assert figure.caution == "Too few to say more."


@pytest.mark.parametrize(
    ("row", "value"),
    [
        (None, "None yet"),
        ({"status": "insufficient_n", "denominator_n": 0, "estimate": None}, "None yet"),
        ({"status": "insufficient_n", "denominator_n": 4, "estimate": None}, "Too few"),
        ({"status": "pending", "denominator_n": 4, "estimate": None}, "Not yet"),
        (
            {"status": "insufficient_coverage", "denominator_n": 40, "estimate": None},
            "Too few forms",
        ),
        ({"status": "not_applicable", "denominator_n": 40, "estimate": None}, "Not reached"),
        ({"status": "suppressed", "denominator_n": None, "estimate": None}, "Not shown"),
        (
            {"status": "ok", "is_suppressed": True, "denominator_n": 40, "estimate": None},
            "Not shown",
        ),
    ],
)
def test_absence_says_why_and_shows_no_digit(row: dict[str, object] | None, value: str) -> None:
    figure = wording.figure(row, "share", "ended cases", 20)
    assert figure.value == value
    assert not figure.is_shown
    assert figure.detail
    assert not any(c.isdigit() for c in figure.value)


def test_mean_is_said_in_points() -> None:
    row = {"status": "ok", "denominator_n": 12, "estimate": 36.44, "lo": 35.0, "hi": 37.9}
    figure = wording.figure(row, "points", "cases", 20)
    assert figure.value == "36.4"
    assert figure.detail == f"12 cases · 95{N}% interval 35.0{N}to{N}37.9"


def test_rounded_rate_without_its_numerator_is_still_said() -> None:
    row = {"status": "ok", "denominator_n": 15, "numerator": None, "estimate": 0.2}
    assert wording.figure(row, "share", "ended cases", 20).value == f"20{N}%"


def test_what_a_figure_rests_on_is_something_a_practice_can_open() -> None:
    assert wording.rests_on("V16") == "a published source, V16 in docs/sources.md"
    assert wording.rests_on("M-low") == "the literature, its number not read again"
    assert wording.rests_on("D") == "a rule of this project"
    assert wording.rests_on(None) == wording.NOTHING


def test_every_status_has_word_and_shape() -> None:
    assert set(wording.TIER_WORDS) == set(wording.TIER_SHAPES) == {"T1", "T2", "T3", "T4", "T5"}
    assert set(wording.RUPTURE_WORDS) == set(wording.RUPTURE_SHAPES)
    for shapes in (wording.TIER_SHAPES, wording.RUPTURE_SHAPES):
        assert len(set(shapes.values())) == len(shapes)
    assert {"conversation", "review"} == set(wording.FLAG_WORDS)


def test_words_blame_nobody() -> None:
    said = [
        *wording.TIER_WORDS.values(),
        *wording.RUPTURE_WORDS.values(),
        *wording.ENDING_WORDS.values(),
        *wording.FLAG_WORDS.values(),
        *(text for page in PAGES for text in (page.title, page.answers, page.cannot)),
    ]
    for text in said:
        assert not any(word in text.lower() for word in ("failing", "bad ", "alarm", "worst")), text


def test_a_number_below_nothing_has_a_minus_and_nothing_has_no_sign() -> None:
    assert wording.number(-0.04, 2) == "\u22120.04"
    assert wording.number(-0.04) == "0.0"
    assert wording.limits(-0.012, 0.1, is_share=False, digits=2) == f"\u22120.01{N}to{N}0.10"


def test_written_numbers_stand_to_the_right_and_words_do_not() -> None:
    frame = pl.DataFrame(
        {
            "Share": [f"18{N}%", wording.NOTHING, "*"],
            "Day": [f"2{N}Nov 2026", wording.NOTHING, "no day"],
            "Nothing": [wording.NOTHING] * 3,
        }
    )
    said = parts.table_html(frame, "Shares")
    assert '<th scope="col" class="num">Share</th>' in said
    assert '<th scope="col" class="tight">Day</th>' in said
    assert '<th scope="col" class="tight">Nothing</th>' in said


@pytest.mark.parametrize(
    ("n", "noun", "said"),
    [
        (1, "ended cases", "1 ended case"),
        (1, "sessions due", "1 session due"),
        (1, "cases with two forms", "1 case with two forms"),
        (2, "ended cases", "2 ended cases"),
        (None, "cases", "* cases"),
        (1, "counted", "1 counted"),
    ],
)
def test_one_of_a_kind_is_said_in_the_singular(n: int | None, noun: str, said: str) -> None:
    assert wording.of_noun(n, noun) == said


def test_nothing_to_count_is_true_of_every_period() -> None:
    said = wording.figure(None, "share", "ended cases", 20).detail
    assert said == "No ended cases that this figure could count."
