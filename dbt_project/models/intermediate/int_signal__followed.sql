{#- What came after each rated session, whether or not a signal fired at it: a probable rupture, a
    tension the client reported, or an unplanned ending within the next sessions. A signal is worth as
    much as the sessions it fires at differ from the rest. -#}
with scores as (
    select * from {{ ref('fct_score') }}
    where
        respondent = 'client'
        and is_primary
        and series = 'individual'
        and session_index is not null
        and episode_key is not null
        and scale in ('total', 'rupture_reported')
),

rated as (
    select distinct
        episode_key,
        instrument,
        session_index
    from scores
),

endings as (
    select * from {{ ref('episode_ending') }}
),

followers as (
    select
        episode_key,
        onset_session_index as session_index
    from {{ ref('rupture') }}
    where tier = 'probable' and method_id = 'casesens_shrunk_sd'
    union all
    select
        episode_key,
        session_index
    from {{ ref('int_rupture__reports') }}
    where respondent = 'client' and is_reported
),

followed as (
    select distinct
        rated.episode_key,
        rated.instrument,
        rated.session_index
    from rated
    inner join followers
        on
            rated.episode_key = followers.episode_key
            and rated.session_index < followers.session_index
            and rated.session_index + {{ param('signal_follow_sessions') }}
            >= followers.session_index
),

-- The window is over when its sessions were attended, or none will be because the episode ended.
int_signal__followed as (
    select
        rated.episode_key,
        rated.instrument,
        rated.session_index,
        endings.is_ended
        or endings.event_session_index
        >= rated.session_index + {{ param('signal_follow_sessions') }} as is_watched,
        followed.episode_key is not null
        or (
            endings.is_dropout_d1
            and endings.event_session_index
            <= rated.session_index + {{ param('signal_follow_sessions') }}
        ) as is_followed
    from rated
    inner join endings on rated.episode_key = endings.episode_key
    left join followed
        on
            rated.episode_key = followed.episode_key
            and rated.instrument = followed.instrument
            and rated.session_index = followed.session_index
)

select * from int_signal__followed
