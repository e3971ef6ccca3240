"""The Endings page: all ways of ending together, figures of the curve, the mix of cases in words.

Belongs here: what the page says and draws for given rows. Does not belong here: where the rows
come from (the tests beside the models).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashboards.charts import endings as charts
from dashboards.charts import theme
from dashboards.figures import casemix, endings, month, variation
from dashboards.figures.practice import Shown
from dashboards.queries import endings as asked
from dashboards.queries.variation import Choice
from dashboards.scope import Role, Scope
from dashboards.texts import endings as texts
from tests.unit.dashboards.small_release import ANNA, BORIS
from tests.unit.dashboards.test_pages import open_page, words

MakeScope = Callable[..., Scope]
Release = Callable[..., Path]
SHARES = {"dropout": [0.1, 0.15, 0.15], "planned": [0.0, 0.4, 0.6], "moved_on": [0.0, 0.0, 0.05]}
STILL = [0.9, 0.45, 0.2]


def ended() -> list[dict[str, Any]]:
    """Give three sessions of competing endings; the third has too few at risk."""
    return [
        {
            "ending_cif_key": f"{cause}{place}",
            "cause": cause,
            "session_index": place + 1,
            "at_risk": [40, 30, 9][place],
            "events": 4,
            "other_events": 2,
            "censored": 1,
            "cif": shares[place],
            "lo": shares[place] / 2 or None,
            "hi": shares[place] * 1.5 or None,
            "still_in_treatment": STILL[place],
        }
        for cause, shares in SHARES.items()
        for place in range(3)
    ]


def standing(**changed: Any) -> list[dict[str, Any]]:
    """Give a case-mix model that stands."""
    row = {
        "casemix_model": "dropout_d1",
        "status": "ok",
        "episodes_n": 400,
        "events": 80,
        "variables": "Severity at intake, Seen by a trainee",
        "not_adjusted_for": "Diagnosis group",
        "calibration_slope": 0.9,
        "calibration_slope_lo": 0.4,
        "calibration_slope_hi": 1.4,
        "c_statistic": 0.64,
        "has_skill": True,
    }
    return [{**row, **changed}]


def against(key: str, **changed: Any) -> dict[str, Any]:
    """Give a clinician's endings against the mix of cases."""
    row = {
        "dropout_adjusted_key": key,
        "clinician_key": key,
        "stratum": "trainee",
        "period": "all",
        "n": 30,
        "o": 11,
        "e": 6.5,
        "sdr": 1.6923,
        "byar_lo": 0.8436,
        "byar_hi": 3.0282,
        "status": "ok",
    }
    return {**row, **changed}


def plain(text: str) -> str:
    """Take the narrow and unbreakable spaces out of a text."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_bands_stack_up_to_everybody_and_are_cut_with_the_curve(
    released: Release, scoped: MakeScope
) -> None:
    released({"metrics.ending_cif": ended()})
    frame = charts.shown_competing(asked.competing(scoped(role=Role.DIRECTOR)), 10)
    data = charts.band_rows(frame)
    assert {row["session"] for row in data} == {0, 1, 2}
    for session in (0, 1, 2):
        whole = sum(row["share"] for row in data if row["session"] == session)
        assert whole == pytest.approx(1)
    told = theme.spec(charts.competing(frame), validate=True)
    assert named_bands(told) == ["Unplanned", "Planned", "Still coming"]


def named_bands(told: dict[str, Any]) -> list[str]:
    """List the bands whose name is written into the chart: those wide enough for it."""
    inline = [layer["data"]["values"] for layer in told["vconcat"][0]["layer"] if "data" in layer]
    label = {"session", "share", "band"}
    return [row["band"] for rows in inline for row in rows if set(row) == label]


def test_all_ways_of_ending_in_words(released: Release, scoped: MakeScope) -> None:
    released({"metrics.ending_cif": ended()})
    drawn = endings.competing(scoped(role=Role.DIRECTOR), 10)
    assert plain(drawn.sentence).startswith(
        "By session 2, 15 % of all cases had ended unplanned (95 % interval 8 to 22), 40 % as "
        "planned. 0 % had moved on, and 45 % were still coming."
    )
    assert drawn.sentence.endswith(texts.COMPETING_LESS)
    assert drawn.table.height == 2
    assert endings.competing(scoped(ANNA), 10).spec is None


def test_where_nobody_ends_otherwise_the_curves_say_the_same(
    released: Release, scoped: MakeScope
) -> None:
    rows = [row | ({} if row["cause"] == "dropout" else {"cif": 0.0}) for row in ended()]
    released({"metrics.ending_cif": rows})
    said = endings.competing(scoped(role=Role.DIRECTOR), 10).sentence
    assert said.endswith("were still coming.")


def test_last_ratings_have_the_decimals_of_their_questionnaire(
    released: Release, scoped: MakeScope
) -> None:
    ending = {"ending_name": "unplanned ending", "episodes_n": 12}
    scores = {"median": 4.125, "q1": 3.75, "q3": 4.5}
    fine = {"instrument": "custom:wai9", "name": "WAI", "minimum": 1, "maximum": 5}
    released(
        {
            "core.dim_instrument": [fine],
            "metrics.ending_alliance": [ending | scores | {"instrument": "custom:wai9"}],
        }
    )
    (row,) = endings.last_ratings(scoped(role=Role.DIRECTOR)).rows(named=True)
    assert row[texts.MEDIAN] in ("4.12", "4.13")
    assert row[texts.MIDDLE] == texts.RANGE.format(low="3.75", high="4.50")


def test_figures_of_a_clinician_stand_beside_the_practice(
    released: Release, scoped: MakeScope
) -> None:
    figure = {
        "metric_id": "survival_8",
        "period": "all",
        "denominator_n": 60,
        "estimate": 0.87,
        "lo": 0.8,
        "hi": 0.9,
        "status": "ok",
    }
    own = {**figure, "clinician_key": ANNA, "estimate": None, "status": "not_applicable"}
    released({"metrics.practice_metric": [figure], "metrics.clinician_metric": [own]})
    scope = scoped(ANNA, BORIS, role=Role.DIRECTOR)
    alone = {metric: shown for metric, _, shown, _ in endings.summary(scope, None, 20)}
    assert plain(alone["survival_8"].value) == "87 %"
    assert alone["restricted_mean_12"].value == "None yet"
    beside = {m: (shown, other) for m, _, shown, other in endings.summary(scope, ANNA, 20)}
    assert beside["survival_8"][0].value == "Not reached"
    assert [plain(text) for text in beside["survival_8"][1]] == ["Whole practice: 87 %"]


@pytest.mark.parametrize(
    ("slope", "reading"),
    [
        ((-0.13, -0.9, 0.6), "says next to nothing here about who stops"),
        ((0.5, 0.1, 0.9), "claims to tell cases apart better than it does"),
        ((0.9, 0.4, 1.4), "hold for clinicians it has not seen"),
    ],
)
def test_a_model_says_how_well_it_does(
    slope: tuple[float, float, float], reading: str, released: Release, scoped: MakeScope
) -> None:
    names = ("calibration_slope", "calibration_slope_lo", "calibration_slope_hi")
    slopes = dict(zip(names, slope, strict=True))
    released({"metrics.casemix_model": standing(**slopes, has_skill=slope[1] > 0)})
    scope = scoped(role=Role.DIRECTOR)
    assert "Allowed for:\n· severity at intake\n· seen by a trainee\n" in casemix.state(scope)
    assert "Not recorded, or too rare to allow for:\n· diagnosis group" in casemix.state(scope)
    said = plain(casemix.quality(scope))
    assert "picks the right one in 64 % (50 % is chance)" in said
    assert reading in said
    assert "-" not in said


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("few_clinicians", "fewer than 5 clinicians"),
        ("no_variables", "recorded for enough cases"),
        ("few_events", "needs 10 unplanned endings"),
        ("separation", "one kind of ending only"),
        ("no_convergence", "did not settle"),
    ],
)
def test_a_refused_model_says_why_and_shows_no_ratio(
    reason: str, said: str, released: Release
) -> None:
    refused = standing(status="refused", reason=reason, calibration_slope=None)
    released({"metrics.casemix_model": refused})
    page = words(open_page("endings", "Clinical director"))
    assert said in page
    assert "How well it does" not in page
    assert "Ratio" not in page


def judged(key: str, metric: str, **changed: Any) -> dict[str, Any]:
    """Give a clinician's figure on unplanned endings as `clinician_metric` holds it."""
    row = {
        "clinician_key": key,
        "metric_id": metric,
        "period": "all",
        "denominator_n": 44,
        "status": "ok",
        "is_comparable": True,
        "flag": None,
        "mid_p": 0.0262,
    }
    return {**row, **changed}


def test_ratios_in_the_order_of_labels_with_both_readings(
    released: Release, scoped: MakeScope
) -> None:
    few = {"n": 3, "o": 1, "sdr": None, "byar_lo": None, "byar_hi": None}
    unsaid = {"denominator_n": 3, "status": "insufficient_n", "is_comparable": False}
    released(
        {
            "metrics.casemix_model": standing(),
            "metrics.dropout_adjusted": [
                against(BORIS),
                against(ANNA, status="insufficient_n", **few),
            ],
            "metrics.clinician_metric": [
                judged(BORIS, "dropout_d1"),
                judged(BORIS, "dropout_sdr", flag="conversation", mid_p=0.0033),
                judged(ANNA, "dropout_d1", **unsaid),
                judged(ANNA, "dropout_sdr", **unsaid),
            ],
            "metrics.metric_catalogue": [
                {"metric_id": metric, "flag_side": "both"}
                for metric in ("dropout_d1", "dropout_sdr")
            ],
        }
    )
    table = casemix.adjusted(scoped(ANNA, BORIS), "all", 20)
    assert table["Clinician"].to_list() == ["Clinician A1AA", "Clinician B2AA"]
    assert table["Ratio"].to_list() == ["–", "1.69"]
    assert table["As counted"].to_list() == ["○ Too few to say", "● Consistent with the practice"]
    assert table["Against the mix of cases"].to_list() == [
        "○ Too few to say",
        "◆ Worth a conversation",
    ]
    assert casemix.adjusted(scoped(ANNA), "all", 20).height == 1


@pytest.mark.parametrize("metric", ["dropout_d1", "dropout_sdr"])
@pytest.mark.parametrize(
    "row",
    [
        {},
        {"flag": "conversation", "mid_p": 0.003},
        {"mid_p": None},
        {"denominator_n": 12},
        {"denominator_n": 7, "is_comparable": False},
        {"denominator_n": 7, "is_comparable": False, "status": "pending"},
    ],
)
def test_every_page_reads_a_clinicians_endings_alike(
    metric: str, row: dict[str, Any], released: Release, scoped: MakeScope
) -> None:
    found = judged(ANNA, metric, **row)
    entry = {"metric_id": metric, "flag_side": "both", "unit": "share", "measure_kind": "share"}
    released(
        {
            "metrics.casemix_model": standing(),
            "metrics.dropout_adjusted": [against(ANNA)],
            "metrics.clinician_metric": [{**found, "numerator": 4, "estimate": 0.2}],
            "metrics.metric_catalogue": [entry],
        }
    )
    scope = scoped(ANNA, role=Role.DIRECTOR)
    title = {"dropout_d1": "As counted", "dropout_sdr": "Against the mix of cases"}[metric]
    on_endings = casemix.adjusted(scope, "all", 20)[title].to_list()
    on_variation = variation.clinicians(scope, Choice(metric, None), "all")["Reading"].to_list()
    shown = Shown(metric, "", metric, "ended cases", "share", 1)
    on_month, _ = month.clinicians(scope, shown, "all", 20)
    assert on_month is not None
    assert on_endings == on_variation == on_month["Reading"].to_list()


def test_the_page_runs_with_all_of_it(released: Release) -> None:
    groups = [
        {
            "calibration_group": place,
            "episodes_n": 80,
            "observed": 10 * place,
            "observed_rate": place / 8,
            "lo": place / 9,
            "hi": place / 7,
            "expected_rate": place / 8,
        }
        for place in (1, 2)
    ]
    stratum = {"stratum": "trainee", "clinicians_n": 3, "n": 71, "o": 19, "e": 18.6, "rate": 0.27}
    test = {
        "comparison": "trainee_staff",
        "status": "ok",
        "observed": 19,
        "expected": 14.4,
        "p_value": 0.00004,
    }
    released(
        {
            "metrics.ending_cif": ended(),
            "metrics.casemix_model": standing(),
            "analyst.casemix_model": [{**standing()[0], "events": None}],
            "metrics.casemix_term": [{"term": "remote", "name": "By video", "is_used": True}],
            "metrics.casemix_calibration": groups,
            "metrics.dropout_adjusted": [against(ANNA)],
            "metrics.dropout_stratum": [stratum],
            "metrics.survival_test": [test],
        }
    )
    director = open_page("endings", "Clinical director")
    assert not director.exception
    said = plain(words(director))
    assert "come sooner with trainees" in said
    assert "with a probability of below 0.001 (log-rank test)" in said
    assert "1.69" in said
    analyst = plain(words(open_page("endings", "Analyst")))
    assert "400 ended cases, * of them unplanned" in analyst
    assert "1.69" not in analyst
    assert "Trainees and staff" not in analyst
