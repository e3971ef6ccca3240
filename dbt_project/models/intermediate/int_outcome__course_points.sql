{#- What the expected course is fitted to: the scores after the first of the reference episodes,
    equal ones counted together, turned so that more is better. -#}
{{ config(materialized='view') }}

with bands as (
    select * from {{ ref('int_outcome__course_bands') }}
    where is_fitted
),

changes as (
    select * from {{ ref('int_outcome__changes') }}
    where n_scores >= 2
),

scores as (
    select * from {{ ref('int_outcome__scores') }}
    where place > 1
),

episodes as (
    select * from {{ ref('fct_episode') }}
    where status != 'open' and attended_sessions >= 1
),

int_outcome__course_points as (
    select
        bands.instrument,
        bands.intake_band,
        scores.session_index,
        cast({{ towards_better('scores.score', 'scores.direction') }} as double) as better_score,
        count(*) as weight
    from bands
    inner join changes
        on bands.instrument = changes.instrument
    inner join episodes on changes.episode_key = episodes.episode_key
    inner join scores
        on
            changes.episode_key = scores.episode_key
            and changes.instrument = scores.instrument
    where {{ is_in_intake_band('changes.first_score', 'bands') }}
    group by
        bands.instrument,
        bands.intake_band,
        scores.session_index,
        {{ towards_better('scores.score', 'scores.direction') }}
)

select * from int_outcome__course_points
