{#- Counts of the plausibility checks: can what is there be true? -#}
with

scores as (
    select * from {{ ref('fct_score') }}
    where scale = 'total' and session_key is not null
),

alliance_scores as (
    select * from {{ ref('int_alliance__scores') }}
    where ceiling is not null
),

units as (
    select * from {{ ref('int_metric__unit') }}
    where not is_excluded
),

incidences as (
    select * from units
    where metric_id = 'rupture_incidence'
),

endings as (
    select * from units
    where metric_id = 'dropout_d1'
),

sessions as (
    select * from {{ ref('fct_session') }}
    where is_attended
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

clients as (
    select * from {{ ref('dim_client') }}
    where birth_year is not null
),

context as (
    select as_of from {{ ref('stg_context') }}
),

agenda as (
    select * from {{ ref('supervision_agenda') }}
    where is_pressing
),

-- A source that knows days without times puts all its sessions at one time of day, which is two in
-- UTC as clocks change. Who was where at once cannot be asked of it.
timed_sources as (
    select source_system
    from sessions
    group by source_system
    having count(distinct cast(started_at as time)) > 2
),

timed as (
    select sessions.*
    from sessions
    inner join timed_sources on sessions.source_system = timed_sources.source_system
),

client_times as (
    select count(*) > 1 as is_double
    from timed
    group by client_key, started_at
),

clinician_times as (
    select count(distinct client_key) > 1 as is_double
    from timed
    where series = 'individual'
    group by clinician_key, started_at
),

links as (
    select * from {{ ref('stg_id_links') }}
),

resolved_links as (
    select * from {{ ref('int_id_links__resolved') }}
),

merged_clients as (
    select * from {{ ref('stg_clients') }}
    where merged_into_client_key is not null
),

-- Two records of one person may both hold the session that the person came to.
merged_times as (
    select count(*) > 1 as is_double
    from sessions
    where
        client_key in (
            select resolved_links.canonical_key from resolved_links
            where resolved_links.entity = 'client'
        )
    group by client_key, clinician_key, started_at
),

linked_pairs as (
    select
        entity,
        least(old_key, new_key) as one_key,
        greatest(old_key, new_key) as other_key
    from links
    where relation != 'unmerged'
    union
    select
        'client' as entity,
        least(client_key, merged_into_client_key) as one_key,
        greatest(client_key, merged_into_client_key) as other_key
    from merged_clients
),

unmerges as (
    select linked_pairs.entity is null as is_idle
    from links
    left join linked_pairs
        on
            links.entity = linked_pairs.entity
            and least(links.old_key, links.new_key) = linked_pairs.one_key
            and greatest(links.old_key, links.new_key) = linked_pairs.other_key
    where links.relation = 'unmerged'
),

timed_sessions as (
    select duration_minutes < 10 or duration_minutes > 240 as is_odd
    from sessions
    where duration_minutes is not null
),

closed_episodes as (
    select last_attended_on > closed_on as is_late
    from episodes
    where closed_on is not null and last_attended_on is not null
),

aged_clients as (
    select year(context.as_of) - clients.birth_year not between 3 and 110 as is_odd
    from clients
    cross join context
),

caseload as (
    select agenda.episode_key is not null as is_pressing
    from episodes
    left join agenda on episodes.episode_key = agenda.episode_key
    where episodes.status = 'open' and episodes.attended_sessions >= 1
),

int_check__plausibility as (
    {{ check_count('forms_single', 'not is_primary', 'scores') }}
    union all
    {{ check_count('ruptures_plausible', 'is_numerator', 'incidences') }}
    union all
    {{ check_count('ratings_not_all_at_ceiling', 'score >= ceiling', 'alliance_scores') }}
    union all
    {{ check_count('endings_plausible', 'is_numerator', 'endings') }}
    union all
    {{ check_count('clients_not_double', 'is_double', 'client_times') }}
    union all
    {{ check_count('merged_sessions_single', 'is_double', 'merged_times') }}
    union all
    {{ check_count('unmerges_part_someone', 'is_idle', 'unmerges') }}
    union all
    {{ check_count('clinicians_not_double', 'is_double', 'clinician_times') }}
    union all
    {{ check_count('session_length_plausible', 'is_odd', 'timed_sessions') }}
    union all
    {{ check_count('no_session_after_closing', 'is_late', 'closed_episodes') }}
    union all
    {{ check_count('age_plausible', 'is_odd', 'aged_clients') }}
    union all
    {{ check_count('agenda_not_crowded', 'is_pressing', 'caseload') }}
)

select * from int_check__plausibility
