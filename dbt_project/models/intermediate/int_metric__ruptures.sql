{#- Units of the alert share and of the rupture metrics (metrics.md 2.2, 4.4 R1, R4). Only probable
    ruptures of the canonical method count; possible ones are displayed, never counted. -#}
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

sessions as (
    select * from {{ ref('fct_session') }}
),

instruments as (
    select * from {{ ref('dim_instrument') }}
),

ruptures as (
    select * from {{ ref('rupture') }}
    where tier = 'probable' and method_id = 'casesens_shrunk_sd'
),

-- The session's own clinician answers for the session, as in the attendance rates.
alerts as (
    select
        'alert_share' as metric_id,
        scores.instrument,
        sessions.clinician_key,
        scores.score_key as unit_key,
        scores.session_on as occurred_on,
        false as is_excluded,
        false as is_pending,
        scores.score < scores.cutoff as is_numerator
    from scores
    inner join sessions
        on
            scores.episode_key = sessions.episode_key
            and scores.session_index = sessions.session_index
            and sessions.series = 'individual'
    where scores.cutoff is not null
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
        false as is_pending,
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

-- An episode is informative when at least one of its instruments is not stuck at the ceiling.
measured_episodes as (
    select
        alliances.episode_key,
        min(case when alliances.is_uninformative_ceiling then 1 else 0 end) = 1 as is_at_ceiling
    from alliances
    inner join instruments on alliances.instrument = instruments.instrument
    where
        instruments.min_drop is not null
        and alliances.n_scores >= {{ param('incidence_min_scores') }}
    group by alliances.episode_key
),

ruptured_episodes as (
    select distinct episode_key from ruptures
),

incidences as (
    select
        'rupture_incidence' as metric_id,
        cast(null as {{ text_type() }}) as instrument,
        episodes.clinician_key,
        episodes.episode_key as unit_key,
        episodes.opened_on as occurred_on,
        measured_episodes.is_at_ceiling as is_excluded,
        false as is_pending,
        ruptured_episodes.episode_key is not null as is_numerator
    from measured_episodes
    inner join episodes on measured_episodes.episode_key = episodes.episode_key
    left join ruptured_episodes on measured_episodes.episode_key = ruptured_episodes.episode_key
),

repairs as (
    select
        'repair_rate' as metric_id,
        cast(null as {{ text_type() }}) as instrument,
        clinician_key,
        rupture_key as unit_key,
        onset_on as occurred_on,
        status in ('pending', 'indeterminate') as is_excluded,
        status = 'pending' as is_pending,
        status = 'repaired' as is_numerator
    from ruptures
),

int_metric__ruptures as (
    select *, cast(null as double) as value from alerts
    union all
    select *, cast(null as double) as value from onset_sessions
    union all
    select *, cast(null as double) as value from incidences
    union all
    select *, cast(null as double) as value from repairs
)

select * from int_metric__ruptures
