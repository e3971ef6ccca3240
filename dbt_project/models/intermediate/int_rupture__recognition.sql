{#- What client and clinician each say of the same session (metrics.md 4.4 R8). Here: who says what.
    Not here: any rate. -#}
with reports as (
    select * from {{ ref('int_rupture__reports') }}
    where is_reported or is_denied
),

onsets as (
    select distinct
        episode_key,
        onset_session_index as session_index
    from {{ ref('rupture') }}
    where tier = 'probable' and method_id = 'casesens_shrunk_sd'
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

sessions as (
    select * from {{ ref('fct_session') }}
    where series = 'individual' and session_index is not null
),

-- What the client says outranks what the scores suggest, also where the client says there was none.
int_rupture__recognition as (
    select
        sessions.session_key,
        sessions.episode_key,
        episodes.clinician_key,
        sessions.session_index,
        sessions.started_on,
        clients.episode_key is not null as has_client_report,
        coalesce(clients.is_reported, onsets.episode_key is not null) as is_client_reported,
        clinicians.is_reported as is_clinician_reported
    from reports as clinicians
    inner join sessions
        on
            clinicians.episode_key = sessions.episode_key
            and clinicians.session_index = sessions.session_index
    inner join episodes on clinicians.episode_key = episodes.episode_key
    left join reports as clients
        on
            clinicians.episode_key = clients.episode_key
            and clinicians.session_index = clients.session_index
            and clients.respondent = 'client'
    left join onsets
        on
            clinicians.episode_key = onsets.episode_key
            and clinicians.session_index = onsets.session_index
    where clinicians.respondent = 'clinician'
)

select * from int_rupture__recognition
