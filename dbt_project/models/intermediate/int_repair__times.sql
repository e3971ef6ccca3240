{#- What became of each probable rupture of the canonical method, and when, on two clocks: attended
    sessions and days since its onset (metrics.md 4.4 R4, R5). Here: which event, at which time.
    Not here: any estimate. -#}
with ruptures as (
    select * from {{ ref('rupture') }}
    where tier = 'probable' and method_id = 'casesens_shrunk_sd'
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

sessions as (
    select * from {{ ref('fct_session') }}
    where series = 'individual' and session_index is not null
),

followed as (
    select
        ruptures.rupture_key,
        ruptures.episode_key,
        ruptures.clinician_key,
        ruptures.instrument,
        ruptures.onset_on,
        ruptures.status,
        -- an episode that ended with the rupture open can no longer repair it: a competing event
        case
            when ruptures.status = 'repaired' then 'repaired'
            when ruptures.ended_open then 'ended'
            else 'censored'
        end as outcome,
        -- A closed rupture was followed to the session that closed it, any other to the last one.
        coalesce(ruptures.closed_session_index, episodes.attended_sessions)
        - ruptures.onset_session_index as sessions_followed,
        case
            when ruptures.closed_session_index is not null
                then {{ days_between('ruptures.onset_on', 'ruptures.closed_on') }}
            else {{ days_between('ruptures.onset_on', 'last_sessions.started_on') }}
        end as days_followed
    from ruptures
    inner join episodes on ruptures.episode_key = episodes.episode_key
    inner join sessions as last_sessions
        on
            episodes.episode_key = last_sessions.episode_key
            and episodes.attended_sessions = last_sessions.session_index
),

-- Without any rating since the onset nothing is known of the time after it.
int_repair__times as (
    select
        rupture_key,
        episode_key,
        clinician_key,
        instrument,
        onset_on,
        outcome,
        cast(case when status = 'indeterminate' then 0 else sessions_followed end as integer)
            as sessions_since_onset,
        cast(case when status = 'indeterminate' then 0 else days_followed end as integer)
            as days_since_onset
    from followed
)

select * from int_repair__times
