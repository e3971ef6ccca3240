{#- The alliance instrument that speaks for each episode (the one with the most scored sessions) and
    its figures for the facts box. Figures of other instruments are never mixed in. -#}
with alliances as (
    select * from {{ ref('episode_alliance') }}
),

scores as (
    select * from {{ ref('int_alliance__scores') }}
),

instruments as (
    select * from {{ ref('dim_instrument') }}
),

ranked as (
    select
        *,
        count(*) over (partition by episode_key) as instruments_n,
        row_number() over (partition by episode_key order by n_scores desc, instrument asc)
            as preference
    from alliances
),

lowest as (
    select
        scores.episode_key,
        scores.instrument,
        max(scores.session_index) as lowest_session
    from scores
    inner join alliances
        on
            scores.episode_key = alliances.episode_key
            and scores.instrument = alliances.instrument
            and scores.score = alliances.minimum
    group by scores.episode_key, scores.instrument
),

int_case__alliance as (
    select
        ranked.episode_key,
        ranked.instrument,
        instruments.name,
        {{ instrument_word('ranked.instrument', 'instruments.name') }} as measure,
        cast(instruments.cutoff as double) as cutoff,
        cast(instruments.minimum as double) as scale_minimum,
        cast(instruments.maximum as double) as scale_maximum,
        ranked.instruments_n,
        ranked.n_scores,
        ranked.first_score,
        ranked.first_scored_session,
        ranked.minimum as lowest_score,
        lowest.lowest_session,
        ranked.last_score,
        ranked.last_scored_session,
        ranked.current_level,
        ranked.slope,
        ranked.is_uninformative_ceiling
    from ranked
    inner join instruments on ranked.instrument = instruments.instrument
    inner join lowest
        on
            ranked.episode_key = lowest.episode_key
            and ranked.instrument = lowest.instrument
    where ranked.preference = 1
)

select * from int_case__alliance
