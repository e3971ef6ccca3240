{#- The alliance of one session beside the outcome of the next, each as a difference from the
    client's own mean: what is left of either when the person is held constant (metrics.md 2.7). -#}
with alliance_scores as (
    select
        episode_key,
        instrument,
        session_index,
        cast(score as double) as score
    from {{ ref('int_alliance__scores') }}
),

outcome_scores as (
    select
        scores.episode_key,
        scores.instrument,
        scores.session_index,
        cast(scores.score as double)
        * case when instruments.direction = 'higher_is_better' then 1 else -1 end as score
    from {{ ref('fct_score') }} as scores
    inner join {{ ref('dim_instrument') }} as instruments
        on scores.instrument = instruments.instrument
    where
        instruments.family = 'outcome'
        and scores.respondent = 'client'
        and scores.scale = 'total'
        and scores.is_primary
        and scores.series = 'individual'
        and scores.session_index is not null
        and scores.episode_key is not null
),

{% for side in ['alliance', 'outcome'] -%}
    {{ side }}_traits as (
        select
            episode_key,
            instrument,
            {{ safe_ratio(exact_sum('score'), 'count(*)') }} as trait
        from {{ side }}_scores
        group by episode_key, instrument
        having count(*) >= {{ param('spread_min_scores') }}
    ),

    {{ side }}_states as (
        select
            scores.episode_key,
            scores.instrument,
            scores.session_index,
            scores.score - traits.trait as state
        from {{ side }}_scores as scores
        inner join {{ side }}_traits as traits
            on
                scores.episode_key = traits.episode_key
                and scores.instrument = traits.instrument
    ),

{% endfor -%}

int_alliance_outcome__states as (
    select
        alliance_states.instrument,
        outcome_states.instrument as outcome_instrument,
        alliance_states.episode_key,
        alliance_states.session_index,
        round(alliance_states.state, 12) as alliance_state,
        round(outcome_states.state, 12) as next_outcome_state
    from alliance_states
    inner join outcome_states
        on
            alliance_states.episode_key = outcome_states.episode_key
            and alliance_states.session_index + 1 = outcome_states.session_index
)

select * from int_alliance_outcome__states
