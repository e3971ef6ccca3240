with

episodes as (
    select * from {{ ref('stg_episodes') }}
),

links as (
    select * from {{ ref('int_id_links__resolved') }}
),

sessions as (
    select * from {{ ref('int_sessions__resolved') }}
),

-- Referral systems close a referral without a word on who treated; its sessions know.
clinicians as (
    select
        supplied_episode_key as episode_key,
        {{ first_known('clinician_key', '(started_at, session_key)') }} as clinician_key
    from sessions
    where supplied_episode_key is not null
    group by supplied_episode_key
),

int_episodes__exported as (
    select
        episodes.episode_key,
        coalesce(client_links.canonical_key, episodes.client_key) as client_key,
        coalesce(clinician_links.canonical_key, episodes.clinician_key, clinicians.clinician_key)
            as clinician_key,
        episodes.clinician_key is not null as is_clinician_named,
        episodes.source_system,
        episodes.opened_on,
        episodes.closed_on,
        episodes.closure_reason
    from episodes
    left join links as client_links
        on episodes.client_key = client_links.old_key and client_links.entity = 'client'
    left join links as clinician_links
        on episodes.clinician_key = clinician_links.old_key and clinician_links.entity = 'clinician'
    left join clinicians
        on episodes.episode_key = clinicians.episode_key
    where coalesce(episodes.clinician_key, clinicians.clinician_key) is not null
)

select * from int_episodes__exported
