"""One quantity, one number: what two pages show of the same thing is the same in the release.

Belongs here: pairs of places that show one quantity, over the simulated practice. Does not belong
here: whether the number is right (`tests/oracle`), nor how a page says it.
"""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

# Each query gives the rows in which the two places differ.
PAIRS = {
    "ruptures by quarter: the bars of Alliance and the tile of Practice month": """
        with bars as (
            select instrument, year(onset_on) || '-Q' || quarter(onset_on) as period, count(*) as n
            from metrics.rupture
            where tier = 'probable' and method_id = 'casesens_shrunk_sd'
            group by all
        )
        select * from metrics.practice_metric as tiles left join bars using (instrument, period)
        where metric_id = 'rupture_onset_rate' and period_kind = 'quarter'
            and numerator <> coalesce(n, 0)
    """,
    "ruptures of all time: found against chance and the tile": """
        select * from metrics.rupture_sensitivity as methods
        join metrics.practice_metric as tiles using (instrument)
        where methods.method_id = 'casesens_shrunk_sd' and tier = 'probable'
            and metric_id = 'rupture_onset_rate' and period = 'all'
            and (onsets <> numerator or at_risk_sessions <> denominator_n
                or chance_onsets <> expected)
    """,
    "repairs of all time: found against chance and the tile": """
        select * from metrics.rupture_sensitivity as methods
        join metrics.practice_metric as tiles using (instrument)
        where methods.method_id = 'casesens_shrunk_sd' and tier = 'probable'
            and metric_id = 'repair_rate' and period = 'all'
            and (repaired <> numerator or resolved <> denominator_n)
    """,
    "repaired within three sessions: the curve and the tile": """
        select * from metrics.repair_course as curves
        join metrics.practice_metric as tiles using (instrument)
        where curves.scope_kind = 'practice' and sessions_since_onset = 3
            and metric_id = 'repair_cif_3' and period = 'all' and cif_repaired <> estimate
    """,
    "without an unplanned ending by session 3 and 8: the curve and the tiles": """
        select * from metrics.survival as curves
        join metrics.practice_metric as tiles
            on tiles.metric_id = 'survival_' || curves.session_index
        where curves.scope_kind = 'practice' and period = 'all' and survival <> estimate
    """,
    "unplanned endings: the rate, the kinds of ending, the flow, strata, the case-mix model": """
        with counts as (
            select numerator as n from metrics.practice_metric
            where metric_id = 'dropout_d1' and period = 'all'
            union all
            select count(*) from metrics.episode_ending where is_ended and ending = 'dropout'
            union all
            select n from metrics.practice_flow where period = 'all' and step = 'ended_unplanned'
            union all
            select sum(o) from metrics.dropout_stratum
            union all
            select events from metrics.casemix_model
        )
        select * from counts where n <> (select max(n) from counts)
    """,
    "ended cases: the rates and the kinds of ending": """
        select * from metrics.practice_metric
        where metric_id = 'dropout_d1' and period = 'all' and population_n <> (
            select count(*) from metrics.episode_ending where is_ended and attended_sessions > 0
        )
    """,
    "open cases: the budget of the agenda, the cases in view": """
        select * from metrics.practice_metric
        where metric_id = 'agenda_load' and denominator_n <> (
            select count(*) from metrics.case_summary where status = 'open'
        )
    """,
    "every opened case is somewhere in the flow": """
        select period from metrics.practice_flow
        where step not in ('referred', 'first_session', 'third_session')
        group by period
        having sum(cohort_n) filter (where step <> 'opened')
            <> sum(cohort_n) filter (where step = 'opened')
    """,
    # Coverage asks from an instrument's own first form on, completion from the first of any.
    "forms due and in time: the coverage of Data quality and the completion of Feedback": """
        with forms as (
            select sum(eligible_sessions) as due, sum(on_time) as in_time from quality.coverage
            where family = 'alliance'
        )
        select * from metrics.practice_metric cross join forms
        where metric_id = 'feedback_completion' and period = 'all'
            and (denominator_n < due or numerator <> in_time)
    """,
    "outcome measured twice: the classes of change and the tile": """
        with classes as (
            select instrument, count(*) as n, count_if(n_scores >= 2) as twice
            from metrics.episode_outcome join metrics.episode_ending using (episode_key)
            where is_population
            group by instrument
        )
        select * from metrics.practice_metric join classes using (instrument)
        where metric_id = 'outcome_paired' and period = 'all' and numerator <> twice
    """,
    "a figure of the practice and those of its clinicians": """
        with parts as (
            select metric_id, instrument, period, sum(denominator_n) as n, sum(numerator) as hits
            from metrics.clinician_metric
            group by all
        )
        select * from metrics.practice_metric as wholes
        join parts on wholes.metric_id = parts.metric_id and wholes.period = parts.period
            and wholes.instrument is not distinct from parts.instrument
        where wholes.denominator_n <> parts.n or wholes.numerator <> parts.hits
    """,
    "a share and its counts, an interval and its estimate": """
        select * from metrics.practice_metric join metrics.metric_catalogue using (metric_id)
        where estimate is not null and (
            (measure_kind = 'share' and abs(estimate - numerator / denominator_n) > 1e-9)
            or estimate < lo - 1e-9 or estimate > hi + 1e-9
            or population_n <> excluded_n + denominator_n
        )
    """,
    "a flag and the probability it stands on": """
        select * from metrics.clinician_metric
        where flag is not null and (mid_p is null or least(mid_p, 1 - mid_p) >= 0.025)
    """,
}


@pytest.mark.parametrize("pair", PAIRS, ids=list(PAIRS))
def test_two_places_say_the_same(pair: str, demo_home: Path) -> None:
    with closing(duckdb.connect(str(demo_home / "releases" / "current"), read_only=True)) as con:
        # A figure that was renamed would leave nothing to compare.
        for metric_id in re.findall(r"metric_id = '(\w+)'", PAIRS[pair]):
            found = con.execute(
                "select 1 from metrics.practice_metric where starts_with(metric_id, ?)", [metric_id]
            )
            assert found.fetchall(), metric_id
        assert con.execute(PAIRS[pair]).fetchall() == []
