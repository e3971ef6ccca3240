{#- The outcome series of each episode: client totals of the one instrument that speaks for it (the
    one of int_outcome__paired; where no instrument has two scores, the first by outcome_priority).
    -#}
with scores as (
    select * from {{ ref('int_outcome__scores') }}
    where outcome_priority is not null
),

paired as (
    select * from {{ ref('int_outcome__paired') }}
),

ranked as (
    select
        scores.*,
        paired.change_class,
        dense_rank() over (
            partition by scores.episode_key
            order by
                case when paired.instrument is null then 1 else 0 end,
                scores.outcome_priority,
                scores.instrument
        ) as preference
    from scores
    left join paired
        on
            scores.episode_key = paired.episode_key
            and scores.instrument = paired.instrument
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
        improvement,
        not is_case as is_healthy
    from ranked
    where preference = 1
)

select * from int_case__outcome_scores
