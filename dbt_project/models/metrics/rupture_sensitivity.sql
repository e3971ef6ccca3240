with scores as (
    select * from {{ ref('int_alliance__scores') }}
),

reports as (
    select * from {{ ref('int_rupture__reports') }}
),

sigmas as (
    select * from {{ ref('rupture_sigma') }}
),

episodes as (
    select
        episode_key,
        status != 'open' as is_ended
    from {{ ref('fct_episode') }}
),

rules as (
    select * from {{ ref('int_rupture__rules') }}
),

onsets as (
    select * from {{ ref('int_rupture__onsets') }}
),

chances as (
    select * from {{ ref('rupture_chance') }}
),

rated as (
    select
        scores.instrument,
        scores.episode_key,
        episodes.is_ended,
        count(*) as scores_n,
        count(case when scores.session_index >= 2 then 1 end) as later_scores_n
    from scores
    inner join sigmas on scores.instrument = sigmas.instrument
    inner join episodes on scores.episode_key = episodes.episode_key
    group by scores.instrument, scores.episode_key, episodes.is_ended
),

-- The sessions a method looks at, in the episodes it can judge.
at_risk as (
    select
        rated.instrument,
        rules.method_id,
        rules.tier,
        rated.episode_key,
        case rules.reference when 'level' then rated.scores_n else rated.later_scores_n end
            as sessions_n
    from rated
    inner join rules
        on
            rules.reference != 'report'
            and rated.scores_n >= coalesce(rules.min_scores, 0)
            and (rated.is_ended or not rules.is_ended_only)
    union all
    select
        'psq' as instrument,
        rules.method_id,
        rules.tier,
        reports.episode_key,
        count(*) as sessions_n
    from reports
    inner join rules on rules.reference = 'report' and reports.respondent = rules.respondent
    group by rules.method_id, rules.tier, reports.episode_key
),

exposures as (
    select
        instrument,
        method_id,
        tier,
        count(*) as episodes_n,
        cast(sum(sessions_n) as bigint) as at_risk_sessions
    from at_risk
    where sessions_n > 0
    group by instrument, method_id, tier
),

found as (
    select
        onsets.instrument,
        onsets.method_id,
        onsets.tier,
        count(*) as onsets,
        count(distinct onsets.episode_key) as episodes_with_onset,
        count(case when onsets.status = 'repaired' then 1 end) as repaired,
        count(
            case
                when onsets.status in ('repaired', 'unrepaired') then 1
                when onsets.status = 'open' and episodes.is_ended then 1
            end
        ) as resolved
    from onsets
    inner join episodes on onsets.episode_key = episodes.episode_key
    group by onsets.instrument, onsets.method_id, onsets.tier
),

counted as (
    select
        exposures.*,
        coalesce(found.onsets, 0) as onsets,
        coalesce(found.episodes_with_onset, 0) as episodes_with_onset,
        coalesce(found.repaired, 0) as repaired,
        coalesce(found.resolved, 0) as resolved,
        {{ safe_ratio('chances.onsets', 'chances.at_risk_sessions') }} as chance_rate,
        chances.repair_rate as chance_repair_rate
    from exposures
    left join found
        on
            exposures.instrument = found.instrument
            and exposures.method_id = found.method_id
            and exposures.tier = found.tier
    left join chances
        on
            exposures.instrument = chances.instrument
            and exposures.method_id = chances.method_id
            and exposures.tier = chances.tier
),

rupture_sensitivity as (
    select
        {{ row_key(["'rupture_sensitivity'", 'instrument', 'method_id', 'tier']) }}
            as rupture_sensitivity_key,
        instrument,
        method_id,
        tier,
        episodes_n,
        at_risk_sessions,
        onsets,
        round(100 * {{ safe_ratio('onsets', 'at_risk_sessions') }}, 12) as onsets_per_100,
        episodes_with_onset,
        repaired,
        resolved,
        round({{ safe_ratio('repaired', 'resolved') }}, 12) as repaired_share,
        round(100 * chance_rate, 12) as chance_per_100,
        round(at_risk_sessions * chance_rate, 12) as chance_onsets,
        -- counts of rare onsets scatter as Poisson: the middle 95 % of practices of this size
        case when chance_rate is not null then round(100 * greatest(
            chance_rate - {{ normal_975() }} * sqrt(chance_rate / at_risk_sessions), 0
        ), 12) end as chance_lo_per_100,
        round(100 * (
            chance_rate + {{ normal_975() }} * sqrt(chance_rate / at_risk_sessions)
        ), 12) as chance_hi_per_100,
        chance_repair_rate as chance_repaired_share,
        cast({{ param('params_version') }} as integer) as params_version
    from counted
)

select * from rupture_sensitivity
