{#- Units of the low early goals: whether the goals were rated below the practice's lower quarter in
    sessions 1 to 3 (metrics.md 2.4). The population is that of the early alliance, for instruments
    that ask about goals. -#}
{{ config(materialized='view') }}

with windows as (
    select * from {{ ref('int_metric__early_alliance') }}
    where metric_id = 'early_coverage'
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

gaps as (
    select * from {{ ref('int_alliance__component_gaps') }}
),

instruments_with_goals as (
    select distinct instrument from {{ ref('stg_instrument_scales') }}
    where component = 'goal'
),

early as (
    select
        windows.instrument,
        windows.clinician_key,
        windows.unit_key,
        windows.occurred_on,
        (episodes.status != 'open' and episodes.attended_sessions < 3)
        or coalesce(gaps.n_early_goals, 0) < {{ param('early_min_scores') }} as is_excluded,
        {{ compare_ready('gaps.early_goal') }} as early_goal
    from windows
    inner join instruments_with_goals on windows.instrument = instruments_with_goals.instrument
    inner join episodes on windows.unit_key = episodes.episode_key
    left join gaps
        on windows.unit_key = gaps.episode_key and windows.instrument = gaps.instrument
),

lower_quarters as (
    select
        instrument,
        {{ compare_ready(quantile_of('early_goal', 0.25)) }} as lower_quarter
    from early
    where not is_excluded
    group by instrument
),

int_metric__early_goals as (
    select
        'low_goal_early' as metric_id,
        early.instrument,
        early.clinician_key,
        early.unit_key,
        early.occurred_on,
        early.is_excluded,
        coalesce(early.early_goal < lower_quarters.lower_quarter, false) as is_numerator,
        cast(null as double) as value
    from early
    left join lower_quarters on early.instrument = lower_quarters.instrument
)

select * from int_metric__early_goals
