"""Ruptures on the pages: one method at a time, the course of repair, what followed, the audit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboards import wording
from dashboards.charts import ruptures as charts
from dashboards.charts import theme
from dashboards.figures import ruptures as figures
from dashboards.queries import ruptures
from dashboards.scope import Role, Scope
from tests.unit.dashboards.small_release import ANNA, BORIS
from tests.unit.dashboards.test_pages import open_page, words

N = wording.NBSP
NAMES = wording.Names({}, frozenset())

# metrics.md 4.6: sessions since the onset, at risk, repaired, ended, censored, the two shares
GOLDEN = [
    (0, 8, 0, 0, 0, 0.0, None, None, 0.0, 1.0),
    (1, 8, 2, 1, 1, 0.25, 0.037, 0.558, 0.125, 0.625),
    (2, 4, 1, 1, 1, 0.40625, 0.090, 0.714, 0.28125, 0.3125),
    (3, 1, 1, 0, 0, 0.71875, 0.260, 0.922, 0.28125, 0.0),
]
COLUMNS = (
    "sessions_since_onset",
    "at_risk",
    "repaired",
    "ended",
    "censored",
    "cif_repaired",
    "lo",
    "hi",
    "cif_ended",
    "still_open",
)


def course_rows(kind: str, value: str) -> list[dict[str, Any]]:
    return [
        {"scope_kind": kind, "scope_value": value, "instrument": "srs"}
        | dict(zip(COLUMNS, row, strict=True))
        for row in GOLDEN
    ]


def hazard(band: str, state: str, sessions: int, dropouts: int) -> dict[str, Any]:
    return {
        "instrument": "srs",
        "band": band,
        "band_order": 0 if band == "all" else 1,
        "state": state,
        "sessions": sessions,
        "dropouts": dropouts,
        "hazard": dropouts / sessions if sessions else None,
    }


@pytest.fixture
def release(released: Callable[..., Path]) -> None:
    """Release the golden course, of the practice and of one clinician."""
    released(
        {
            "metrics.repair_course": [
                *course_rows("practice", "practice"),
                *course_rows("clinician", ANNA),
            ]
        }
    )


@pytest.mark.usefixtures("release")
def test_the_course_is_said_with_its_interval_and_what_became_of_the_rest(
    scoped: Callable[..., Scope],
) -> None:
    drawn = figures.course(scoped(role=Role.DIRECTOR), "srs", "", "Whole practice", 8)
    assert drawn.sentence.startswith(
        f"Whole practice: of 8{N}ruptures 72{N}% are repaired within 3{N}sessions "
        f"(95{N}% interval 26{N}to{N}92). In 28{N}% the case ended first, 0{N}% stay open."
    )
    assert drawn.table["Share repaired"].to_list() == [f"{n}{N}%" for n in (0, 25, 41, 72)]


@pytest.mark.usefixtures("release")
def test_few_ruptures_draw_no_course(scoped: Callable[..., Scope]) -> None:
    drawn = figures.course(scoped(role=Role.DIRECTOR), "srs", "", "Whole practice", 9)
    assert drawn.spec is None
    assert f"8{N}ruptures" in drawn.empty


@pytest.mark.usefixtures("release")
def test_the_course_of_the_practice_is_the_directors_and_a_clinicians_is_in_scope_only(
    scoped: Callable[..., Scope],
) -> None:
    supervisor = scoped(ANNA)
    assert figures.course(supervisor, "srs", "", "Whole practice", 8).spec is None
    assert figures.course(supervisor, "srs", ANNA, "Clinician A1AA", 8).spec is not None
    assert figures.course(scoped(BORIS), "srs", ANNA, "Clinician A1AA", 8).spec is None


def test_the_chart_shows_shares_of_everything_and_the_numbers_behind() -> None:
    frame = pl.DataFrame([dict(zip(COLUMNS, row, strict=True)) for row in GOLDEN])
    told = theme.spec(charts.course(frame), validate=True)
    top, strip = told["vconcat"]
    lines = next(layer for layer in top["layer"] if layer["mark"]["type"] == "line")
    assert lines["encoding"]["y"]["scale"]["domain"] == [0, 1]
    assert lines["mark"]["interpolate"] == "step-after"
    assert [row["at_risk"] for row in {**strip, **strip["layer"][1]}["data"]["values"]] == [
        8,
        8,
        4,
        1,
    ]


def test_one_method_at_a_time(released: Callable[..., Path], scoped: Callable[..., Scope]) -> None:
    plain = {
        "clinician_key": ANNA,
        "tier": "probable",
        "onset_on": date(2026, 2, 1),
        "status": "repaired",
    }
    released(
        {
            "metrics.rupture": [
                {**plain, "method_id": "casesens_shrunk_sd", "instrument": "srs"},
                {**plain, "method_id": "after_strauss2006", "instrument": "srs"},
                {**plain, "method_id": "after_strauss2006", "instrument": "wai_sr"},
                {**plain, "method_id": "psq_direct", "instrument": "psq"},
            ]
        }
    )
    scope, span = scoped(ANNA), (date(2026, 1, 1), date(2027, 1, 1))
    for method, instrument in (("after_strauss2006", "srs"), ("psq_direct", "psq")):
        found = ruptures.quarters(scope, instrument, method, *span)
        assert found.rows() == [("2026-Q1", "repaired", 1)]


def test_the_person_period_table_has_a_row_per_band_and_a_column_per_state() -> None:
    rows = [
        hazard("1-3", "none", 200, 10),
        hazard("1-3", "open", 19, 2),
        hazard("1-3", "repaired", 0, 0),
        hazard("all", "none", 200, 10),
    ]
    table = figures.hazard_table(pl.DataFrame(rows))
    assert table.columns == [
        "Session",
        "No rupture so far",
        "Rupture open",
        "Rupture repaired",
    ]
    assert table.rows() == [
        ("1 to 3", f"10 of 200 (5.0{N}%)", "2 of 19", "0 of 0"),
        ("All sessions", f"10 of 200 (5.0{N}%)", "–", "–"),
    ]


@pytest.mark.parametrize(
    ("lo", "hi", "said"),
    [
        (1.6183, 7.2713, "more often than after"),
        (0.2, 0.9, "less often than after"),
        (0.8, 7.0, "cannot be told apart from no difference"),
        (None, None, "too few for a ratio"),
    ],
)
def test_the_risk_is_judged_by_its_interval(lo: float | None, hi: float | None, said: str) -> None:
    row = {
        "comparison": "open",
        "exposed_sessions": 60,
        "exposed_dropouts": 9,
        "rr_mh": 3.4303,
        "lo": lo,
        "hi": hi,
        "crude": 3.375,
    }
    assert said in figures.risk_sentence(row)


def test_methods_stand_side_by_side_with_chance() -> None:
    row = {
        "method_id": "casesens_shrunk_sd",
        "tier": "probable",
        "name": "Case-sensitive",
        "onsets": 71,
        "onsets_per_100": 3.45,
        "chance_per_100": 2.26,
        "chance_lo_per_100": 1.6,
        "chance_hi_per_100": 2.9,
        "episodes_with_onset": 69,
        "episodes_n": 328,
        "repaired": 32,
        "resolved": 63,
        "repaired_share": 0.508,
        "chance_repaired_share": 0.755,
    }
    report = {
        **row,
        "method_id": "psq_direct",
        "name": "Reported by the client",
        "repaired": 1,
        "resolved": 3,
        "chance_per_100": None,
        "chance_lo_per_100": None,
        "chance_hi_per_100": None,
        "chance_repaired_share": None,
    }
    table = figures.sensitivity_table(pl.DataFrame([row, {**row, "tier": "possible"}, report]))
    assert table["Method"].to_list() == [
        "Case-sensitive, probable",
        "Case-sensitive, possible",
        "Reported by the client",
    ]
    assert table["Repaired"].to_list() == [f"32 of 63 (51{N}%)"] * 2 + ["1 of 3"]
    assert table["By chance per 100"].to_list() == [2.26, 2.26, None]


def test_what_is_found_stands_against_the_range_of_chance(
    released: Callable[..., Path], scoped: Callable[..., Scope]
) -> None:
    found = {
        "method_id": "casesens_shrunk_sd",
        "tier": "probable",
        "instrument": "srs",
        "onsets": 71,
        "onsets_per_100": 3.45,
        "chance_per_100": 2.26,
        "chance_lo_per_100": 1.6,
        "chance_hi_per_100": 2.9,
    }
    report = {"method_id": "psq_direct", "tier": "probable", "instrument": "psq"}
    methods = [
        {"method_id": "casesens_shrunk_sd", "name": "Case-sensitive", "method_order": 1},
        {"method_id": "psq_direct", "name": "Reported", "method_order": 2},
    ]
    released(
        {
            "metrics.rupture_method": methods,
            "metrics.rupture_sensitivity": [found, {**report, "onsets_per_100": 14.4}],
        }
    )
    drawn = figures.against_chance(scoped(role=Role.DIRECTOR), "srs")
    assert "Case-sensitive: 3.5 ruptures in 100 rated sessions" in drawn.sentence
    assert "between 1.6 and 2.9. So more falls were found than chance explains." in drawn.sentence
    assert drawn.table["95 of 100 by chance"].to_list() == [f"1.6{N}to{N}2.9", "–"]
    assert figures.against_chance(scoped(ANNA), "srs").spec is None
    row = {
        "label": "A",
        "found": 3.4,
        "chance": 2.2,
        "lo": 1.6,
        "hi": 2.9,
        "said": "3.4",
    }
    theme.spec(charts.against_chance([row]), validate=True)


def test_the_audit_tells_a_rule_that_is_off_from_one_that_never_fired() -> None:
    fired = {
        "rule_id": "AL1",
        "name": "Below the cut-off",
        "is_enabled": True,
        "instrument": "srs",
        "fired": 40,
        "episodes": 12,
        "per_100_sessions": 20.0,
        "watched": 38,
        "followed": 19,
        "followed_share": 0.5,
        "lo": 0.348,
        "hi": 0.652,
        "base_share": 0.1,
        "dismissed": None,
    }
    off = {
        **fired,
        "rule_id": "AL3",
        "name": "One scale low",
        "is_enabled": False,
        "instrument": None,
        "watched": 0,
    }
    few = {**fired, "watched": 4, "followed": 1}
    table = figures.audit_table(pl.DataFrame([fired, off, few]), NAMES)
    assert table["Signal"][1] == "AL3: One scale low (switched off)"
    assert table["Followed"].to_list() == [f"19 of 38 (50{N}%)", "–", "1 of 4"]
    assert table["95 % interval"].to_list() == [f"35{N}to{N}65", "–", "–"]
    assert set(table["Dismissed"]) == {"Not recorded yet"}


@pytest.mark.parametrize(
    ("persona", "is_director"), [("Clinical director", True), ("Supervisor F6AA", False)]
)
def test_the_pages_say_the_trap_and_the_budget_to_the_director(
    persona: str, is_director: bool, released: Callable[..., Path]
) -> None:
    figure = {
        "period": "all",
        "period_kind": "all",
        "status": "ok",
        "denominator_n": 94,
        "numerator": 24,
        "estimate": 0.255,
        "lo": 0.178,
        "hi": 0.352,
    }
    released(
        {
            "metrics.practice_metric": [
                {**figure, "metric_id": "agenda_load"},
                {**figure, "metric_id": "early_alliance", "instrument": "srs"},
            ],
            "analyst.practice_metric": [
                {
                    "metric_id": "early_alliance",
                    "instrument": "srs",
                    "period": "all",
                    "denominator_n": 95,
                }
            ],
            "metrics.rupture_hazard": [hazard("all", "none", 200, 10)],
            "metrics.signal_audit": [{"rule_id": "AL1", "name": "Below the cut-off"}],
        }
    )
    alliance = open_page("alliance", persona)
    assert not alliance.exception
    assert ("Why not simply compare" in words(alliance)) == is_director
    quality = open_page("quality", persona)
    assert not quality.exception
    assert (f"24 of 94{N}open cases" in words(quality)) == is_director
    assert ("over its budget" in words(quality)) == is_director


def test_a_count_and_a_number_stand_clear_of_what_they_are_compared_with() -> None:
    part = {"quarter": "Q3 2026", "from": 6, "to": 13, "middle": 9.5}
    assert charts._beside(part, {"Q3 2026": 9.9}, 1.2)["middle"] == pytest.approx(7.95)
    assert charts._beside(part, {"Q3 2026": 12.0}, 1.2) == part
    assert charts._beside(part, {}, 1.2) == part
    box = {"chance": 23.0, "lo": 21.0, "hi": 25.0}
    assert charts._number_place({"found": 17.0, **box}, 25) == {"at": 17.0, "is_left": True}
    assert charts._number_place({"found": 24.0, **box}, 25) == {"at": 25.0, "is_left": False}
    # Where there is no room beside the names, it stands on the other side.
    near = {"found": 1.0, "chance": 2.0, "lo": 1.2, "hi": 3.0}
    assert charts._number_place(near, 25) == {"at": 3.0, "is_left": False}
