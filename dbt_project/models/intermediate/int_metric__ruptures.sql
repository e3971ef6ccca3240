{#- Units of the rupture metrics (metrics.md 4.4 R1, R4). Only probable ruptures of the canonical
    method count; possible ones are displayed, never counted. -#}
{{ config(materialized='view') }}

with scores as (
    select * from {{ ref('int_alliance__scores') }}
),

alliances as (
    select * from {{ ref('episode_alliance') }}
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

instruments as (
    select * from {{ ref('dim_instrument') }}
),

ruptures as (
    select * from {{ ref('rupture') }}
    where tier = 'probable' and method_id = 'casesens_shrunk_sd'
),

-- At risk from session 2 on: the first score can never be an onset.
onset_sessions as (
    select
        'rupture_onset_rate' as metric_id,
        scores.instrument,
        episodes.clinician_key,
        scores.score_key as unit_key,
        scores.session_on as occurred_on,
        false as is_excluded,
        ruptures.rupture_key is not null as is_numerator
    from scores
    inner join episodes on scores.episode_key = episodes.episode_key
    left join ruptures
        on
            scores.episode_key = ruptures.episode_key
            and scores.instrument = ruptures.instrument
            and scores.session_index = ruptures.onset_session_index
    where scores.min_drop is not null and scores.session_index >= 2
),

ruptured as (
    select distinct
        episode_key,
        instrument
    from ruptures
),

-- Instruments are not pooled: an episode measured with two of them is a unit of each.
incidences as (
    select
        'rupture_incidence' as metric_id,
        alliances.instrument,
        alliances.clinician_key,
        alliances.episode_alliance_key as unit_key,
        episodes.opened_on as occurred_on,
        alliances.is_uninformative_ceiling as is_excluded,
        ruptured.episode_key is not null as is_numerator
    from alliances
    inner join episodes on alliances.episode_key = episodes.episode_key
    inner join instruments on alliances.instrument = instruments.instrument
    left join ruptured
        on
            alliances.episode_key = ruptured.episode_key
            and alliances.instrument = ruptured.instrument
    where
        instruments.min_drop is not null
        and alliances.n_scores >= {{ param('incidence_min_scores') }}
),

repairs as (
    select
        'repair_rate' as metric_id,
        instrument,
        clinician_key,
        rupture_key as unit_key,
        onset_on as occurred_on,
        status in ('pending', 'indeterminate') as is_excluded,
        status = 'repaired' as is_numerator
    from ruptures
),

int_metric__ruptures as (
    select
        *,
        cast(null as double) as value
    from onset_sessions
    union all
    select
        *,
        cast(null as double) as value
    from incidences
    union all
    select
        *,
        cast(null as double) as value
    from repairs
)

select * from int_metric__ruptures
