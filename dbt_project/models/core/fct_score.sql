with

scores as (
    select * from {{ ref('int_scores__computed') }}
    where score is not null
),

administrations as (
    select * from {{ ref('int_administrations__linked') }}
),

sessions as (
    select * from {{ ref('fct_session') }}
),

episodes as (
    select * from {{ ref('int_episodes__united') }}
),

placed as (
    select
        scores.*,
        administrations.instrument_version,
        administrations.client_key,
        administrations.completed_at,
        administrations.completed_on,
        administrations.session_key,
        administrations.link_method,
        administrations.timing,
        administrations.collection_mode,
        sessions.session_index,
        sessions.series,
        coalesce(administrations.clinician_key, sessions.clinician_key) as clinician_key,
        coalesce(sessions.episode_key, episodes.episode_key) as episode_key
    from scores
    inner join administrations
        on
            scores.response_key = administrations.response_key
            and scores.instrument_code = administrations.instrument_code
            and scores.respondent = administrations.respondent
    left join sessions
        on administrations.session_key = sessions.session_key
    left join episodes
        on
            administrations.supplied_episode_key = episodes.episode_key
            and administrations.client_key = episodes.client_key
),

fct_score as (
    select
        {{ row_key(['response_key', 'instrument_code', 'scale', 'respondent']) }} as score_key,
        response_key,
        client_key,
        clinician_key,
        episode_key,
        session_key,
        session_index,
        series,
        instrument,
        instrument_version,
        scale,
        respondent,
        completed_at,
        completed_on,
        score,
        score_source,
        is_prorated,
        items_answered,
        items_expected,
        supplied_score,
        is_total_mismatch,
        -- metrics.md 0.3: of two forms for one session the earliest complete one
        session_key is not null
        and row_number() over (
            partition by session_key, instrument, scale, respondent
            order by is_prorated, completed_at, response_key
        ) = 1 as is_primary,
        link_method,
        timing,
        collection_mode
    from placed
)

select * from fct_score
