{#- The series that every alliance rule reads. Here: which scores count. Not here: any rule. -#}
with scores as (
    select * from {{ ref('fct_score') }}
),

sessions as (
    select * from {{ ref('fct_session') }}
),

instruments as (
    select * from {{ ref('dim_instrument') }}
),

-- Every rule reads "low" as bad, so an alliance scale of the other direction has no series.
alliance_instruments as (
    select
        instrument,
        name,
        maximum,
        maximum - minimum as score_range,
        cutoff,
        alert_drop,
        ceiling,
        reliable_change,
        sigma_w,
        sigma_floor,
        min_drop
    from instruments
    where family = 'alliance' and direction = 'higher_is_better'
),

int_alliance__scores as (
    select
        scores.score_key,
        scores.episode_key,
        scores.instrument,
        scores.session_index,
        sessions.started_on as session_on,
        scores.completed_on,
        scores.score,
        alliance_instruments.name as instrument_name,
        alliance_instruments.maximum,
        alliance_instruments.score_range,
        alliance_instruments.cutoff,
        alliance_instruments.alert_drop,
        alliance_instruments.ceiling,
        alliance_instruments.reliable_change,
        alliance_instruments.sigma_w,
        alliance_instruments.sigma_floor,
        alliance_instruments.min_drop
    from scores
    inner join alliance_instruments on scores.instrument = alliance_instruments.instrument
    inner join sessions on scores.session_key = sessions.session_key
    where
        scores.respondent = 'client'
        and scores.scale = 'total'
        and scores.is_primary
        and scores.series = 'individual'
        and scores.session_index is not null
        and scores.episode_key is not null
)

select * from int_alliance__scores
