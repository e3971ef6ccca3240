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

clients as (
    select * from {{ ref('dim_client') }}
),

instruments as (
    select * from {{ ref('stg_instruments') }}
),

caseness as (
    select * from {{ ref('instrument_cutoffs') }}
    where kind = 'caseness'
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
        coalesce(sessions.episode_key, episodes.episode_key) as episode_key,
        clients.gender,
        cast(
            extract(year from administrations.completed_on) - clients.birth_year as integer
        ) as age_at_completion
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
    left join clients
        on administrations.client_key = clients.client_key
),

-- metrics.md 1.1 rule 7: the age at administration decides the row, not the age today. The seed's
-- rows never overlap (test seeds_are_whole), so at most one holds; the practice's own form has one
-- for every age.
judged as (
    select
        placed.*,
        cast(coalesce(
            caseness.value,
            case
                when
                    instruments.family = 'outcome'
                    and placed.scale = 'total'
                    and placed.respondent = instruments.respondent
                    then instruments.cutoff
            end
        ) as decimal(9, 4)) as caseness_cutoff
    from placed
    left join instruments
        on placed.instrument = instruments.instrument
    left join caseness
        on
            placed.instrument = caseness.instrument
            and placed.scale = caseness.scale
            and placed.respondent = caseness.respondent
            and (
                (placed.age_at_completion is null and caseness.is_default)
                or (
                    placed.age_at_completion >= coalesce(caseness.minimum_age, 0)
                    and placed.age_at_completion <= coalesce(caseness.maximum_age, 999)
                    and (caseness.gender is null or placed.gender = caseness.gender)
                )
            )
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
        collection_mode,
        age_at_completion,
        caseness_cutoff
    from judged
)

select * from fct_score
