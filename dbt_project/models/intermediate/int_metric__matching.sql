{#- Units of fit and of changing the therapist: transfers and how they went, preferences recorded
    and met (metrics.md 7, claims 9 and 10). -#}
{{ config(materialized='view') }}

with endings as (
    select * from {{ ref('episode_ending') }}
    where is_population
),

transfers as (
    select * from {{ ref('int_transfer__followed') }}
    where is_early
),

episodes as (
    select * from {{ ref('fct_episode') }}
    where attended_sessions > 0
),

clients as (
    select * from {{ ref('dim_client') }}
),

-- A source that has no such field says nothing: asking it would show "none recorded".
asking_sources as (
    select distinct source_system from clients
    where preference_recorded is not null
),

asked as (
    select
        episodes.episode_key,
        episodes.clinician_key,
        episodes.first_attended_on,
        coalesce(clients.preference_recorded, false) as is_recorded,
        clients.preference_met
    from episodes
    inner join clients on episodes.client_key = clients.client_key
    inner join asking_sources on clients.source_system = asking_sources.source_system
),

int_metric__matching as (
    select
        'transfer_rate' as metric_id,
        cast(null as {{ text_type() }}) as instrument,
        clinician_key,
        episode_key as unit_key,
        last_attended_on as occurred_on,
        false as is_excluded,
        ending = 'transferred' as is_numerator,
        cast(null as double) as value
    from endings
    union all
    select
        'transfer_success' as metric_id,
        cast(null as {{ text_type() }}) as instrument,
        clinician_key,
        episode_key as unit_key,
        last_attended_on as occurred_on,
        is_awaited as is_excluded,
        is_successful as is_numerator,
        cast(null as double) as value
    from transfers
    union all
    select
        'preference_recorded' as metric_id,
        cast(null as {{ text_type() }}) as instrument,
        clinician_key,
        episode_key as unit_key,
        first_attended_on as occurred_on,
        false as is_excluded,
        is_recorded as is_numerator,
        cast(null as double) as value
    from asked
    union all
    select
        'preference_met' as metric_id,
        cast(null as {{ text_type() }}) as instrument,
        clinician_key,
        episode_key as unit_key,
        first_attended_on as occurred_on,
        preference_met is null as is_excluded,
        coalesce(preference_met, false) as is_numerator,
        cast(null as double) as value
    from asked
    where is_recorded
)

select * from int_metric__matching
