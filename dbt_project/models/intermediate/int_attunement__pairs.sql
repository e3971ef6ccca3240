{#- What client and clinician made of the same session, side by side in percent of the maximum
    possible (metrics.md 2.6). Which forms may stand side by side is in seeds/instrument_pairs. -#}
with scores as (
    select * from {{ ref('fct_score') }}
    where
        scale = 'total'
        and is_primary
        and series = 'individual'
        and session_index is not null
        and episode_key is not null
),

pairs as (
    select * from {{ ref('instrument_pairs') }}
),

instruments as (
    select * from {{ ref('dim_instrument') }}
),

sessions as (
    select * from {{ ref('fct_session') }}
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

rated as (
    select
        scores.*,
        {{ safe_ratio(
            '100 * (scores.score - instruments.minimum)',
            'instruments.maximum - instruments.minimum'
        ) }} as pomp
    from scores
    inner join instruments on scores.instrument = instruments.instrument
),

int_attunement__pairs as (
    select
        clients.session_key,
        clients.episode_key,
        episodes.client_key,
        episodes.clinician_key,
        clients.instrument,
        clinicians.instrument as clinician_instrument,
        clients.session_index,
        sessions.started_on as session_on,
        round(clients.pomp, 12) as client_pomp,
        round(clinicians.pomp, 12) as clinician_pomp,
        round(clients.pomp - clinicians.pomp, 12) as difference,
        {{ compare_ready('clinicians.pomp - clients.pomp') }}
        >= {{ compare_ready(param('attunement_over_pomp')) }} as is_overestimated
    from rated as clients
    inner join pairs on clients.instrument = pairs.client_instrument
    inner join rated as clinicians
        on
            clients.session_key = clinicians.session_key
            and pairs.clinician_instrument = clinicians.instrument
            and clinicians.respondent = 'clinician'
    inner join sessions on clients.session_key = sessions.session_key
    inner join episodes on clients.episode_key = episodes.episode_key
    where
        clients.respondent = 'client'
        and clients.pomp is not null
        and clinicians.pomp is not null
)

select * from int_attunement__pairs
