{#- Units of the alert share and of the ceiling share (metrics.md 2.2, 2.8). The alert share also
    counts the sessions whose form is missing, so that its bounds can be told (metrics.md 6.4). -#}
{{ config(materialized='view') }}

with scores as (
    select * from {{ ref('int_alliance__scores') }}
),

alliances as (
    select * from {{ ref('episode_alliance') }}
),

eligible_sessions as (
    select * from {{ ref('int_metric__eligible_sessions') }}
),

rated as (
    select
        scores.*,
        alliances.clinician_key
    from scores
    inner join alliances
        on
            scores.episode_key = alliances.episode_key
            and scores.instrument = alliances.instrument
),

-- A form is missing only where the client was asked with this instrument at some time.
unrated as (
    select
        alliances.instrument,
        alliances.clinician_key,
        eligible_sessions.session_key,
        eligible_sessions.started_on
    from eligible_sessions
    inner join alliances on eligible_sessions.episode_key = alliances.episode_key
    left join scores
        on
            eligible_sessions.episode_key = scores.episode_key
            and eligible_sessions.session_index = scores.session_index
            and alliances.instrument = scores.instrument
    where alliances.alert_sessions is not null and scores.score_key is null
),

int_metric__rated_sessions as (
    select
        'alert_share' as metric_id,
        instrument,
        clinician_key,
        score_key as unit_key,
        session_on as occurred_on,
        false as is_excluded,
        score < cutoff as is_numerator,
        cast(null as double) as value
    from rated
    where cutoff is not null
    union all
    select
        'alert_share' as metric_id,
        instrument,
        clinician_key,
        session_key as unit_key,
        started_on as occurred_on,
        true as is_excluded,
        false as is_numerator,
        cast(null as double) as value
    from unrated
    union all
    select
        'ceiling_share' as metric_id,
        instrument,
        clinician_key,
        score_key as unit_key,
        session_on as occurred_on,
        false as is_excluded,
        score >= ceiling as is_numerator,
        cast(null as double) as value
    from rated
    where ceiling is not null
)

select * from int_metric__rated_sessions
