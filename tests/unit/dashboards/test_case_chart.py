"""The picture of one case, by its spec and its table: gaps, shapes, one y axis, nothing untold."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from dashboards import wording
from dashboards.charts import theme
from dashboards.charts.case import case_chart
from dashboards.charts.case_rows import (
    ATTENDED,
    BOOKED,
    HANDED_OVER,
    IN_GROUP,
    KINDS,
    MISSED,
    REVIEWED,
    SUPERVISED,
    Measure,
    rupture_rows,
    score_rows,
    session_rows,
)
from dashboards.figures.case import day_table, subscales_at
from tests.unit.dashboards.test_charts import encodings, spec, walk

SRS = Measure("srs", "SRS", 0, 40, 36.0, None)
ORS = Measure("ors", "ORS", 0, 40, 25.0, 5.0)
WAI = Measure("wai_sr", "WAI-SR", 12, 60, None, None)
NAMES = wording.Names({}, frozenset())
FIRST = date(2026, 1, 1)


def event(kind: str, on: int, **more: Any) -> dict[str, Any]:
    """Give one row of metrics.case_timeline, `on` days after new year."""
    return {
        "event_kind": kind,
        "occurred_on": FIRST + timedelta(on),
        "session_index": None,
        "status": None,
        "scope": None,
        "instrument": None,
        "scale": None,
        "scale_name": None,
        "respondent": None,
        "value": None,
        "note": "",
        **more,
    }


def score(on: int, session: int | None, value: float, code: str = "srs", **more: Any) -> Any:
    told = {"instrument": code, "scale": "total", "respondent": "client", "value": value}
    return event("score", on, session_index=session, **{**told, **more})


def attended(on: int, session: int) -> dict[str, Any]:
    return event("session", on, session_index=session, status="attended")


def rupture(onset: int, closed: int | None, status: str, **more: Any) -> dict[str, Any]:
    return {
        "tier": "probable",
        "instrument": "srs",
        "onset_session_index": onset,
        "onset_score": 30.0,
        "closed_session_index": closed,
        "status": status,
        "rupture_type": None,
        **more,
    }


def told_of(*events: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(events), infer_schema_length=None)


def ruptures_of(*ruptures: dict[str, Any]) -> pl.DataFrame:
    plain = pl.DataFrame([rupture(1, 1, "repaired")], infer_schema_length=None).clear()
    return pl.DataFrame(list(ruptures), infer_schema_length=None) if ruptures else plain


@pytest.fixture
def timeline() -> pl.DataFrame:
    return told_of(
        attended(1, 1),
        score(1, 1, 37.0),
        score(1, 1, 20.0, "ors"),
        event("session", 8, status="no_show"),
        attended(15, 2),
        event("session", 22, session_index=3, status="attended_late"),
        score(22, 3, 30.0),
        score(22, 3, 27.0, "ors"),
        attended(29, 4),
        score(29, 4, 36.5),
        event("booking", 31, status="scheduled"),
    )


REPAIRED = ruptures_of(rupture(3, 4, "repaired"), rupture(4, None, "pending", tier="possible"))


def points(told: dict[str, Any]) -> list[dict[str, Any]]:
    """Give every row that a spec holds."""
    return [
        row
        for node in walk(told)
        if isinstance(node.get("data"), dict)
        for row in node["data"].get("values", [])
    ]


def marks(told: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    found = (node["mark"] for node in walk(told) if isinstance(node.get("mark"), dict))
    return [mark for mark in found if mark["type"] == kind]


def test_a_missing_form_is_a_gap_not_a_value(timeline: pl.DataFrame) -> None:
    rows = score_rows(timeline, SRS, 4)
    assert [row["score"] for row in rows] == [37.0, None, 30.0, 36.5]
    assert [row["at"] for row in rows] == [1, 2, 3, 4]


def test_missed_and_booked_stand_between_and_after_the_sessions(timeline: pl.DataFrame) -> None:
    rows = session_rows(timeline)
    assert [row["kind"] for row in rows] == [ATTENDED, MISSED, ATTENDED, ATTENDED, ATTENDED, BOOKED]
    at = [row["at"] for row in rows]
    assert at == sorted(at)
    assert at[1] == 1.5
    assert at[-1] == 4.5


def test_what_came_before_the_first_session_has_room_on_the_axis() -> None:
    early = [event("session", day, status="no_show") for day in range(5)]
    told = spec(case_chart(told_of(*early, attended(9, 1)), ruptures_of(), [], None, 1))
    domain = next(e["x"]["scale"]["domain"] for e in encodings(told) if "scale" in e["x"])
    assert all(domain[0] < row["at"] < domain[1] for row in points(told))


def test_a_session_of_a_group_takes_no_place_of_the_cases_own() -> None:
    rows = session_rows(
        told_of(
            attended(1, 1),
            event("session", 2, session_index=1, status="attended", scope="group"),
            attended(8, 2),
        )
    )
    assert [(row["kind"], row["at"]) for row in rows] == [
        (ATTENDED, 1.0),
        (IN_GROUP, 1.5),
        (ATTENDED, 2.0),
    ]
    group_form = told_of(attended(1, 1), score(2, 1, 12.0, scope="group"))
    assert score_rows(group_form, SRS, 1)[0]["score"] is None


def test_supervision_reviews_and_changes_of_clinician_have_marks() -> None:
    rows = session_rows(
        told_of(
            event("episode_opened", 0, status="open", scope="other_clinician"),
            attended(1, 1),
            event("supervision", 3, status="individual", note="Supervision of this case."),
            event("review", 4),  # one that the release knows is not drawn twice
            attended(8, 2),
            event("episode_closed", 9, status="transferred"),
        ),
        (FIRST + timedelta(4), FIRST + timedelta(8)),
    )
    assert [row["kind"] for row in rows] == [
        HANDED_OVER,
        ATTENDED,
        SUPERVISED,
        REVIEWED,
        ATTENDED,
        REVIEWED,
        HANDED_OVER,
    ]
    # an opening without a treatment before it is no change, nor is an ending of another kind
    plain = told_of(event("episode_opened", 0), event("episode_closed", 2, status="mutual"))
    assert session_rows(plain) == []


def test_only_probable_ruptures_are_shaded() -> None:
    spans = rupture_rows(REPAIRED, "srs", 4)
    assert len(spans) == 1
    assert (spans[0]["onset"], spans[0]["closed"], spans[0]["is_repaired"]) == (3, 4, True)
    assert spans[0]["words"] == "○ repaired"
    assert rupture_rows(REPAIRED, "wai_sr", 4) == []


def test_an_open_rupture_is_shaded_to_the_last_session() -> None:
    span = rupture_rows(ruptures_of(rupture(3, None, "pending")), "srs", 9)[0]
    assert span["to"] > 9
    assert "still open" in span["words"]


def test_the_kind_of_a_rupture_is_a_shape_and_a_word_where_it_is_known(
    timeline: pl.DataFrame,
) -> None:
    kinds = ("withdrawal", "confrontation", "mixed", None)
    for kind, word in zip(kinds, ("▼ withdrawal", "◆ confrontation", "both", "✕"), strict=True):
        found = ruptures_of(rupture(3, 4, "unrepaired", rupture_type=kind))
        told = spec(case_chart(timeline, found, [SRS], ORS, 4))
        assert any(word in row.get("words", "") for row in points(told))
        shapes = next(e["shape"] for e in encodings(told) if "kind" in str(e.get("shape")))
        assert dict(zip(shapes["scale"]["domain"], shapes["scale"]["range"], strict=True)) == {
            "": "square",
            "withdrawal": "triangle-down",
            "confrontation": "diamond",
            "mixed": shapes["scale"]["range"][3],
        }


def test_in_grey_a_repaired_rupture_has_a_whole_edge_and_a_ring(timeline: pl.DataFrame) -> None:
    repaired = spec(case_chart(timeline, REPAIRED, [SRS], None, 4))
    still = spec(case_chart(timeline, ruptures_of(rupture(3, None, "pending")), [SRS], None, 4))
    assert [mark["strokeDash"] for mark in marks(repaired, "rect")] == [[1, 0]]
    assert [mark["strokeDash"] for mark in marks(still, "rect")] == [[4, 3]]
    assert [m for m in marks(repaired, "point") if m.get("shape") == "circle"]
    assert not [m for m in marks(still, "point") if m.get("shape") == "circle"]


def test_many_ruptures_are_named_by_their_shapes_alone() -> None:
    many = ruptures_of(*(rupture(n, n + 1, "repaired") for n in (2, 5, 8, 11)))
    spans = rupture_rows(many, "srs", 14)
    assert {span["words"] for span in spans} == {"○"}
    assert [span["step"] for span in spans] == [0, 1, 0, 1]
    assert spans[0]["align"] == "left"


def test_case_panels_share_the_session_axis_and_never_two_y_axes(timeline: pl.DataFrame) -> None:
    told = spec(case_chart(timeline, REPAIRED, [SRS], ORS, 4))
    panels = told["vconcat"]
    assert len(panels) == 3
    domains = {
        tuple(e["x"]["scale"]["domain"])
        for panel in panels
        for e in encodings(panel)
        if "scale" in e.get("x", {})
    }
    assert len(domains) == 1
    for panel in panels[:2]:
        in_y = [e["y"] for e in encodings(panel) if "scale" in e.get("y", {})]
        assert len({y["title"] for y in in_y if y.get("title")}) == 1
        assert len({tuple(y["scale"]["domain"]) for y in in_y}) == 1


def test_a_switched_measure_has_a_panel_of_its_own_and_a_mark() -> None:
    switched = told_of(
        *(attended(day, day) for day in range(1, 5)),
        score(1, 1, 37.0),
        score(2, 2, 36.0),
        score(3, 3, 50.0, "wai_sr"),
        score(4, 4, 51.0, "wai_sr"),
    )
    told = spec(case_chart(switched, ruptures_of(), [WAI, SRS], None, 4))
    titles = [
        next(e["y"]["title"] for e in encodings(panel) if e.get("y", {}).get("title"))
        for panel in told["vconcat"][:2]
    ]
    assert titles == ["Alliance (SRS)", "Alliance (WAI-SR)"]
    assert "from session 3" in str(told["vconcat"][1])
    assert "from session" not in str(told["vconcat"][0])


def test_cut_off_and_band_stand_only_where_they_are_published(timeline: pl.DataFrame) -> None:
    with_both = str(spec(case_chart(timeline, REPAIRED, [SRS], ORS, 4)))
    assert "cut-off 36" in with_both
    assert "cut-off 25" in with_both
    assert "no reliable change" in with_both
    bare = told_of(attended(1, 1), score(1, 1, 40.0, "wai_sr"))
    assert "cut-off" not in str(spec(case_chart(bare, ruptures_of(), [WAI], None, 1)))


def test_one_outcome_form_makes_no_claim_of_change() -> None:
    once = told_of(attended(1, 1), score(1, 1, 20.0, "ors"))
    assert "reliable change" not in str(spec(case_chart(once, ruptures_of(), [], ORS, 1)))


def test_a_case_without_forms_still_shows_attendance() -> None:
    told = spec(case_chart(told_of(attended(1, 1)), ruptures_of(), [SRS], ORS, 1))
    assert len(told["vconcat"]) == 1


def test_eighty_sessions_have_smaller_marks_and_few_labels() -> None:
    long = told_of(
        *(e for n in range(1, 85) for e in (attended(7 * n, n), score(7 * n, n, 30 + n / 10)))
    )
    told = spec(case_chart(long, ruptures_of(), [SRS], None, 84))
    strip = told["vconcat"][-1]
    assert strip["mark"]["size"] < 40
    assert len(strip["encoding"]["x"]["axis"]["values"]) <= 24
    assert len(points(told["vconcat"][-1])) == 84


def test_every_colour_has_a_name_that_dark_mode_knows(timeline: pl.DataFrame) -> None:
    named = {value for value in vars(theme).values() if isinstance(value, str) and "#" in value}
    told = spec(case_chart(timeline, REPAIRED, [SRS], ORS, 4, reviewed=(FIRST,)))
    used = {part for part in str(told["vconcat"]).split("'") if part.startswith("#")}
    assert used
    assert used <= named


def test_a_mark_is_told_by_shape_as_well_as_by_colour(timeline: pl.DataFrame) -> None:
    told = spec(case_chart(timeline, REPAIRED, [SRS], ORS, 4))
    encoding = told["vconcat"][-1]["encoding"]
    shapes = encoding["shape"]["scale"]["range"]
    assert len(set(shapes)) == len(shapes)
    assert set(encoding["shape"]["scale"]["domain"]) <= set(KINDS)


def test_every_point_of_the_picture_is_in_the_table(timeline: pl.DataFrame) -> None:
    more = pl.concat(
        [
            timeline,
            told_of(
                event("rupture_onset", 22, session_index=3, note="Alliance (SRS) fell."),
                event("rupture_repair", 29, session_index=4, note="SRS is back."),
                score(30, 4, 50.0, "wai_sr_t", respondent="clinician"),
                score(33, None, 11.0, "gad7"),
            ),
        ],
        how="vertical_relaxed",
    )
    reviewed = (FIRST + timedelta(23),)
    told = spec(case_chart(more, REPAIRED, [SRS], ORS, 4, reviewed=reviewed))
    table = day_table(more, reviewed, ["srs", "ors"], NAMES)
    lines = table.rows(named=True)
    for row in points(told["vconcat"][-1]):
        assert any(
            line["Day"] == row["day"] and line["What happened"] == row["label"] for line in lines
        )
    drawn = [row for row in points(told) if row.get("score") is not None and "day" in row]
    assert drawn
    for row in drawn:
        line = next(line for line in lines if line["Session"] == str(row["at"]))
        assert f"{row['score']:.1f}" in (line["SRS"], line["ORS"])
    said = " ".join(line["Also"] for line in lines)
    for told_too in ("Alliance (SRS) fell.", "SRS is back.", "(clinician) 50.0", "GAD-7 11.0"):
        assert told_too in said
    assert [line["Day"] for line in lines][-1] == wording.day(FIRST + timedelta(33))


def test_subscales_at_a_dip_stand_beside_those_of_the_form_before() -> None:
    def scale(session: int, value: float) -> dict[str, Any]:
        return score(session, session, value, scale="goals", scale_name="Goals and topics")

    events = told_of(scale(1, 9.0), scale(2, 8.0), scale(4, 5.0), score(4, 4, 30.0))
    assert subscales_at(events, "srs", 4).rows() == [("Goals and topics", "8.0", "5.0")]
    assert subscales_at(events, "srs", 1).rows() == [("Goals and topics", "–", "9.0")]
