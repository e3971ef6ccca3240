{#- The outcome series of each episode: client totals of the one instrument that speaks for it (the
    one of int_outcome__paired; where no instrument has two scores, the first by outcome_priority).
    -#}
with scores as (
    select * from {{ ref('fct_score') }}
),

sessions as (
    select * from {{ ref('fct_session') }}
),

instruments as (
    select * from {{ ref('dim_instrument') }}
),

paired as (
    select * from {{ ref('int_outcome__paired') }}
),

in_series as (
    select
        scores.episode_key,
        scores.instrument,
        scores.session_index,
        scores.score,
        sessions.started_on as session_on,
        instruments.name,
        instruments.direction,
        instruments.minimum,
        instruments.maximum,
        instruments.cutoff,
        instruments.reliable_change,
        instruments.outcome_priority
    from scores
    inner join instruments on scores.instrument = instruments.instrument
    inner join sessions on scores.session_key = sessions.session_key
    where
        instruments.family = 'outcome'
        and instruments.outcome_priority is not null
        and scores.respondent = 'client'
        and scores.scale = 'total'
        and scores.is_primary
        and scores.series = 'individual'
        and scores.session_index is not null
        and scores.episode_key is not null
),

ranked as (
    select
        in_series.*,
        paired.change_class,
        dense_rank() over (
            partition by in_series.episode_key
            order by
                case when paired.instrument is null then 1 else 0 end,
                in_series.outcome_priority,
                in_series.instrument
        ) as preference
    from in_series
    left join paired
        on
            in_series.episode_key = paired.episode_key
            and in_series.instrument = paired.instrument
),

chosen as (
    select
        *,
        row_number() over (partition by episode_key order by session_index) as place,
        row_number() over (partition by episode_key order by session_index desc) as recency,
        first_value(score) over (partition by episode_key order by session_index) as first_score,
        first_value(session_index) over (
            partition by episode_key order by session_index
        ) as first_session_index
    from ranked
    where preference = 1
),

int_case__outcome_scores as (
    select
        episode_key,
        instrument,
        name,
        direction,
        minimum,
        maximum,
        cutoff,
        reliable_change,
        change_class,
        session_index,
        session_on,
        score,
        place,
        recency,
        first_score,
        first_session_index,
        case
            when direction = 'higher_is_better' then score - first_score
            else first_score - score
        end as improvement,
        case
            when direction = 'higher_is_better' then score >= cutoff
            else score < cutoff
        end as is_healthy
    from chosen
)

select * from int_case__outcome_scores
