"""The registry's SQL over simulated courses: the counting, and a small sample of the report.

The SQL of cusum_shrunk is held here to a plain loop written from its description.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, variance

import numpy as np
import pytest

from validity.detection import RULES, Counts, Rule, detect
from validity.detection import _counts as count
from validity.heldout import VARIANTS, held_out_settings
from validity.project_sql import ProjectSql
from validity.series import LONGEST, Courses, Setting
from validity.tuning import CANONICAL, OPTION, Candidate, choose

FEW = {"practices": 6, "episodes": 40}


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, Counts]]:
    settings = {
        "null": Setting(None, **FEW),
        "calibration": Setting(None, spread=2.5, sessions=10, **FEW),
        "slow decline": Setting("slow decline", **FEW),
        "step drop": Setting("step drop", **FEW),
    }
    return detect(settings, 7, [Rule(CANONICAL, "strict", {"k_sigma": 4.0})])


def test_every_method_for_scores_of_the_registry_is_run(
    found: dict[str, dict[str, Counts]],
) -> None:
    with ProjectSql([RULES]) as project:
        project.run()
        rules = project.connection.execute(
            f"from {project.relation(RULES)} select distinct method_id where reference != 'report'"
        ).fetchall()
    assert {method for (method,) in rules} <= set(found["step drop"])
    assert OPTION in found["step drop"]


def test_the_option_finds_more_slow_declines_for_no_more_alarms(
    found: dict[str, dict[str, Counts]],
) -> None:
    gain = found["slow decline"][OPTION].gain_over(found["slow decline"][CANONICAL])
    assert gain.estimate > 0.08
    more = found["null"][OPTION].more_alarms_than(found["null"][CANONICAL])
    assert more.estimate < 0.5


def test_the_calibration_row_of_the_specification_is_met(
    found: dict[str, dict[str, Counts]],
) -> None:
    """metrics.md 4.3: spread 2.5, ten sessions, k 2.5: 2.1 onsets per 100 at-risk sessions."""
    assert found["calibration"][CANONICAL].alarms.estimate == pytest.approx(2.1, abs=0.8)


def test_a_variant_is_the_same_rule_with_other_figures(
    found: dict[str, dict[str, Counts]],
) -> None:
    assert found["step drop"]["strict"].found.sum() < found["step drop"][CANONICAL].found.sum() / 4
    assert len({rule.name for rule in VARIANTS}) == len(VARIANTS)
    assert set(held_out_settings(1)) > {"null data", "slow decline"}


def reference(scores: Sequence[float | None]) -> list[tuple[int, float]]:
    """Onsets of cusum_shrunk until the first one is open: session and baseline."""
    known: list[float] = []
    for session, score in enumerate(scores, 1):
        if score is None:
            continue
        best = (0.0, 0.0)
        for length in (1, 2, 3):
            level_of = known[: len(known) - (length - 1)][-8:]
            if not level_of or len(known) < length - 1:
                continue
            n, level = len(level_of), fmean(level_of)
            own = variance(level_of) if n > 1 else 0.0
            spread = max(((n - 1) * own + 4 * 2.5**2) / (n + 3), 1.0) ** 0.5
            last = [*known[len(known) - (length - 1) :], score] if length > 1 else [score]
            fall = length * (level - fmean(last)) / (spread * (1 + 1 / n) ** 0.5) - length
            if level - score >= 2.0 and fall - 1.4 > best[0]:
                best = (fall - 1.4, level)
        if best[0] > 1e-9:
            return [(session, best[1])]
        known.append(score)
    return []


def test_the_sql_agrees_with_a_plain_loop_on_random_courses() -> None:
    rng = np.random.default_rng(11)
    drawn = np.round(np.clip(rng.normal(36, 2.6, (300, 12)) - rng.random((300, 1)), 0, 40), 1)
    gone = rng.random(drawn.shape) < 0.2
    series = [
        [None if missing else float(score) for score, missing in zip(row, lost, strict=True)]
        for row, lost in zip(drawn, gone, strict=True)
    ]
    with ProjectSql(["int_rupture__onsets"]) as project:
        rows = [
            f"({number}, [{', '.join('null' if s is None else str(s) for s in one)}])"
            for number, one in enumerate(series)
        ]
        project.give("int_rupture__series", _SERIES.format(rows=", ".join(rows)))
        project.give(RULES, _RULE)
        project.give("int_rupture__report_series", _NO_REPORTS)
        project.run()
        onsets = project.connection.execute(
            f"""
            from {project.relation("int_rupture__onsets")}
            select episode_key::integer, arg_min(onset_session_index, onset_session_index),
                arg_min(baseline, onset_session_index)
            group by all order by 1
            """
        ).fetchall()
    expected = [(n, *first) for n, one in enumerate(series) for first in reference(one)]
    assert len(expected) > 30
    assert [(n, session) for n, session, _ in onsets] == [
        (n, session) for n, session, _ in expected
    ]
    assert [level for *_, level in onsets] == pytest.approx([level for *_, level in expected])


_SERIES = """
    select
        number::varchar as episode_key, 'srs' as instrument, true as is_ended, 12 as scores_n,
        2.5::double as sigma_w, 1.0::double as sigma_floor, 2.0::double as min_drop,
        null::double as mean_score, null::double as sd_score, null::double as moving_sigma,
        null::double as lowest_score, null::double as largest_fall,
        list_transform(
            scores::double[], lambda x, i: {{'session_index': i::integer, 'score': x}}
        ) as visits
    from (values {rows}) as drawn (number, scores)
"""
_RULE = """
    select
        'cusum_shrunk' as method_id, 'probable' as tier, 'cumulated' as reference,
        'shrunken' as spread, false as is_ended_only, 1.4::double as k_sigma,
        1.0::double as allowance, null::integer as min_scores, 4.0::double as nu0, 8 as ref_window,
        3 as repair_sessions, 1.0::double as repair_tolerance, 0.5::double as repair_fraction,
        3 as low_confidence_scores
"""
_NO_REPORTS = """
    select
        '' as episode_key, '' as instrument, '' as method_id, '' as tier, 0 as repair_sessions,
        [{'session_index': 0, 'score': null::double, 'has_form': false, 'is_reported': false,
          'is_denied': false, 'is_resolved': false}] as visits
    where false
"""


def test_an_onset_counts_while_the_rupture_is_there_and_not_after() -> None:
    import polars as pl  # noqa: PLC0415

    def course(onset: int, deepest: int, repaired: int) -> Courses:
        scores = np.full((1, LONGEST), np.nan)
        scores[0, :10] = 36.0
        return Courses(
            practice=np.array([0]),
            attended=np.array([10]),
            onset=np.array([onset]),
            deepest=np.array([deepest]),
            repaired=np.array([repaired]),
            scores=scores,
        )

    def counted(courses: Courses, session: int, status: str) -> Counts:
        ruptures = pl.DataFrame(
            {"episode": [0], "onset_session_index": [session], "status": [status]}
        )
        return count(courses, ruptures)

    planted = course(4, 4, 6)
    assert counted(planted, 3, "repaired").found.sum() == 0
    assert counted(planted, 5, "repaired").found.sum() == 1
    assert counted(planted, 5, "repaired").delay.sum() == 1
    assert counted(planted, 5, "repaired").right.sum() == 1
    assert counted(planted, 5, "unrepaired").right.sum() == 0
    assert counted(planted, 6, "repaired").found.sum() == 0
    lasting = course(4, 4, 0)
    assert counted(lasting, 7, "unrepaired").right.sum() == 1
    assert counted(lasting, 7, "indeterminate").settled.sum() == 0
    assert counted(lasting, 8, "unrepaired").found.sum() == 0
    assert counted(lasting, 8, "unrepaired").onsets.sum() == 1
    assert counted(course(0, 0, 0), 2, "repaired").found.sum() == 0
    assert counted(lasting, 7, "repaired").at_risk.sum() == 9


def test_the_choice_keeps_to_the_canonical_rules_alarms() -> None:
    def candidate(allowance: float, threshold: float, alarms: float, found: float) -> Candidate:
        one = np.array([1.0])
        null = Counts(one, one, one, one, one, np.array([alarms]), np.array([100.0]))
        planted = Counts(one, np.array([found]), one, one, one, one, one)
        shapes = dict.fromkeys(("step drop", "small drop", "slow decline"), planted)
        return Candidate(allowance, threshold, {"null data": null, **shapes})

    canonical = candidate(0, 0, 1.0, 0.3)
    loud, fit, timid = (
        candidate(1.0, t, a, f) for t, a, f in ((1, 1.2, 0.9), (2, 0.9, 0.5), (3, 0.5, 0.6))
    )
    other = candidate(1.5, 1, 1.0, 0.4)
    assert choose(canonical, [loud, fit, timid, other]) is fit
    with pytest.raises(ValueError, match="no candidate"):
        choose(canonical, [loud])
