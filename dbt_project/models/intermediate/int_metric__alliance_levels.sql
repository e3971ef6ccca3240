{#- Units of the alliance metrics that are one value or one yes or no per episode and instrument
    (metrics.md 2.2, 2.4, 2.8, 6 F5), dated by the last rated session. -#}
{{ config(materialized='view') }}

with alliances as (
    select * from {{ ref('episode_alliance') }}
),

units as (
    select
        'alliance_level' as metric_id,
        instrument,
        clinician_key,
        episode_alliance_key,
        last_scored_on,
        false as is_numerator,
        current_level as value
    from alliances
    union all
    select
        'alliance_minimum' as metric_id,
        instrument,
        clinician_key,
        episode_alliance_key,
        last_scored_on,
        false as is_numerator,
        minimum as value
    from alliances
    union all
    select
        'candour_spread' as metric_id,
        instrument,
        clinician_key,
        episode_alliance_key,
        last_scored_on,
        false as is_numerator,
        score_sd as value
    from alliances
    where n_scores >= {{ param('spread_min_scores') }}
    union all
    select
        'ever_below_cutoff' as metric_id,
        instrument,
        clinician_key,
        episode_alliance_key,
        last_scored_on,
        alert_sessions >= 1 as is_numerator,
        cast(null as double) as value
    from alliances
    where n_scores >= {{ param('spread_min_scores') }} and alert_sessions is not null
    union all
    select
        'uninformative_ceiling' as metric_id,
        instrument,
        clinician_key,
        episode_alliance_key,
        last_scored_on,
        is_uninformative_ceiling as is_numerator,
        cast(null as double) as value
    from alliances
    where n_scores >= {{ param('ceiling_min_scores') }} and ceiling_sessions is not null
    union all
    select
        'goal_gap' as metric_id,
        instrument,
        clinician_key,
        episode_alliance_key,
        last_scored_on,
        has_goal_gap as is_numerator,
        cast(null as double) as value
    from alliances
    where has_goal_gap is not null
    union all
    select
        'task_gap' as metric_id,
        instrument,
        clinician_key,
        episode_alliance_key,
        last_scored_on,
        has_task_gap as is_numerator,
        cast(null as double) as value
    from alliances
    where has_task_gap is not null
),

int_metric__alliance_levels as (
    select
        metric_id,
        instrument,
        clinician_key,
        episode_alliance_key as unit_key,
        last_scored_on as occurred_on,
        false as is_excluded,
        is_numerator,
        value
    from units
)

select * from int_metric__alliance_levels
