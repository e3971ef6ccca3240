{#- Units of the feedback culture: how soon forms come, and in how many episodes the client was
    heard (metrics.md 6 F2, F4). Completion itself is beside attendance (int_metric__attendance). -#}
{{ config(materialized='view') }}

with eligible_sessions as (
    select * from {{ ref('int_metric__eligible_sessions') }}
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

outcome_scores as (
    select
        scores.episode_key,
        scores.instrument,
        count(*) as n_scores
    from {{ ref('fct_score') }} as scores
    inner join {{ ref('dim_instrument') }} as instruments
        on scores.instrument = instruments.instrument
    where
        instruments.family = 'outcome'
        and scores.respondent = 'client'
        and scores.scale = 'total'
        and scores.is_primary
        and scores.series = 'individual'
        and scores.session_index is not null
        and scores.episode_key is not null
    group by scores.episode_key, scores.instrument
),

paired as (
    select distinct episode_key from outcome_scores
    where n_scores >= 2
),

asked as (
    select
        episode_key,
        min(started_on) as first_on,
        count(*) as n_due,
        count(case when has_form then 1 end) as n_forms
    from eligible_sessions
    group by episode_key
),

covered as (
    select
        asked.*,
        episodes.clinician_key,
        paired.episode_key is not null as is_paired
    from asked
    inner join episodes on asked.episode_key = episodes.episode_key
    left join paired on asked.episode_key = paired.episode_key
),

units as (
    select
        'feedback_within_2h' as metric_id,
        clinician_key,
        session_key as unit_key,
        started_on as occurred_on,
        not has_form as is_excluded,
        coalesce(
            {{ compare_ready('lag_hours') }} <= {{ param('feedback_quick_hours') }}, false
        ) as is_numerator
    from eligible_sessions
    union all
    select
        'coverage_any' as metric_id,
        clinician_key,
        episode_key as unit_key,
        first_on as occurred_on,
        false as is_excluded,
        n_forms >= 1 as is_numerator
    from covered
    union all
    -- asked only where it was possible
    select
        'coverage_three' as metric_id,
        clinician_key,
        episode_key as unit_key,
        first_on as occurred_on,
        false as is_excluded,
        n_forms >= {{ param('feedback_enough_forms') }} as is_numerator
    from covered
    where n_due >= {{ param('feedback_enough_forms') }}
    union all
    select
        'coverage_paired' as metric_id,
        clinician_key,
        episode_key as unit_key,
        first_on as occurred_on,
        false as is_excluded,
        is_paired as is_numerator
    from covered
    where n_due >= 2
),

int_metric__feedback as (
    select
        metric_id,
        cast(null as {{ text_type() }}) as instrument,
        clinician_key,
        unit_key,
        occurred_on,
        is_excluded,
        is_numerator,
        cast(null as double) as value
    from units
)

select * from int_metric__feedback
