{#- Units of what came after the ending (metrics.md 7, claim 12): follow-up scores, change that
    lasted, and new courses of treatment. -#}
{{ config(materialized='view') }}

with context as (
    select as_of from {{ ref('stg_context') }}
),

outcomes as (
    select * from {{ ref('episode_outcome') }}
),

endings as (
    select * from {{ ref('episode_ending') }}
    where is_population
),

sessions as (
    select * from {{ ref('fct_session') }}
),

-- Who has died is not asked again.
due as (
    select
        outcomes.instrument,
        endings.clinician_key,
        endings.episode_key as unit_key,
        endings.last_attended_on as occurred_on,
        outcomes.jt_category,
        outcomes.follow_up_on,
        outcomes.is_sustained
    from outcomes
    inner join endings on outcomes.episode_key = endings.episode_key
    where outcomes.is_follow_up_due and endings.ending != 'deceased'
),

-- A course begins with the first attended appointment; a follow-up meeting begins none.
courses as (
    select
        episode_key,
        client_key,
        min(started_on) as begun_on
    from sessions
    where is_attended and appointment_type is distinct from 'followup'
    group by episode_key, client_key
),

returns as (
    select distinct endings.episode_key
    from endings
    inner join courses
        on
            endings.client_key = courses.client_key
            and endings.episode_key != courses.episode_key
    where
        {{ days_between('endings.known_on', 'courses.begun_on') }}
        between 1 and {{ param('re_referral_days') }}
),

int_metric__after_ending as (
    select
        'follow_up_coverage' as metric_id,
        instrument,
        clinician_key,
        unit_key,
        occurred_on,
        false as is_excluded,
        follow_up_on is not null as is_numerator,
        cast(null as double) as value
    from due
    union all
    select
        'sustained_change' as metric_id,
        instrument,
        clinician_key,
        unit_key,
        occurred_on,
        is_sustained is null as is_excluded,
        coalesce(is_sustained, false) as is_numerator,
        cast(null as double) as value
    from due
    where jt_category in ('recovered', 'improved')
    union all
    select
        're_referral' as metric_id,
        cast(null as {{ text_type() }}) as instrument,
        endings.clinician_key,
        endings.episode_key as unit_key,
        endings.last_attended_on as occurred_on,
        {{ days_between('endings.known_on', 'context.as_of') }} < {{ param('re_referral_days') }}
            as is_excluded,
        returns.episode_key is not null as is_numerator,
        cast(null as double) as value
    from endings
    cross join context
    left join returns on endings.episode_key = returns.episode_key
    where endings.ending in ('completed', 'mutual')
)

select * from int_metric__after_ending
