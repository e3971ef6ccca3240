{#- Ended episodes with an early alliance and an outcome that was measured after it, so that one may
    be related to the other (metrics.md 2.1, 2.7). Outcomes are turned so that more is better. -#}
with alliances as (
    select * from {{ ref('episode_alliance') }}
    where status = 'ok'
),

outcomes as (
    select * from {{ ref('episode_outcome') }}
    where n_scores >= 2
),

episodes as (
    select * from {{ ref('fct_episode') }}
    where status != 'open'
),

instruments as (
    select * from {{ ref('dim_instrument') }}
),

int_alliance_outcome__pairs as (
    select
        alliances.instrument,
        outcomes.instrument as outcome_instrument,
        alliances.episode_key,
        alliances.clinician_key,
        alliances.early_1_3 as alliance,
        outcomes.improvement,
        case when instruments.direction = 'higher_is_better' then 1 else -1 end
        * outcomes.first_score as outcome_before,
        case when instruments.direction = 'higher_is_better' then 1 else -1 end
        * outcomes.last_score as outcome_after
    from alliances
    inner join episodes on alliances.episode_key = episodes.episode_key
    inner join outcomes on alliances.episode_key = outcomes.episode_key
    inner join instruments on outcomes.instrument = instruments.instrument
    where outcomes.last_session_index > 3
)

select * from int_alliance_outcome__pairs
