{#- The reference of the expected course (metrics.md 5.6 O5): ended episodes with a pair of scores,
    in thirds of their first score. Here: who is compared with whom, and whether there are enough.
    -#}
with changes as (
    select * from {{ ref('int_outcome__changes') }}
    where n_scores >= 2
),

scores as (
    select * from {{ ref('int_outcome__scores') }}
),

episodes as (
    select * from {{ ref('fct_episode') }}
    where status != 'open' and attended_sessions >= 1
),

pairs as (
    select
        changes.episode_key,
        changes.instrument,
        changes.direction,
        changes.first_score
    from changes
    inner join episodes on changes.episode_key = episodes.episode_key
),

thirds as (
    select
        instrument,
        direction,
        count(*) as reference_episodes,
        -- rounded, so that a limit of 17.3 is not 17.299999999999997
        round({{ quantile_of('first_score', 1 / 3) }}, 6) as first_third,
        round({{ quantile_of('first_score', 2 / 3) }}, 6) as second_third
    from pairs
    group by instrument, direction
),

bands as (
    select
        *,
        1 as intake_band,
        cast(null as double) as intake_above,
        first_third as intake_up_to
    from thirds
    union all
    select
        *,
        2 as intake_band,
        first_third as intake_above,
        second_third as intake_up_to
    from thirds
    union all
    select
        *,
        3 as intake_band,
        second_third as intake_above,
        cast(null as double) as intake_up_to
    from thirds
),

members as (
    select
        bands.instrument,
        bands.intake_band,
        pairs.episode_key
    from bands
    inner join pairs
        on bands.instrument = pairs.instrument
    where {{ is_in_intake_band('pairs.first_score', 'bands') }}
),

sizes as (
    select
        instrument,
        intake_band,
        count(*) as band_episodes
    from members
    group by instrument, intake_band
),

-- The reference thins out as episodes end: the course ends while enough of it are left.
sessions as (
    select
        members.instrument,
        members.intake_band,
        scores.session_index,
        count(*) as scores_n
    from members
    inner join scores
        on
            members.episode_key = scores.episode_key
            and members.instrument = scores.instrument
    where scores.place > 1
    group by members.instrument, members.intake_band, scores.session_index
),

reaches as (
    select
        instrument,
        intake_band,
        max(session_index) as last_session_index
    from sessions
    where scores_n >= {{ param('course_min_scores') }}
    group by instrument, intake_band
),

int_outcome__course_bands as (
    select
        bands.instrument,
        bands.direction,
        bands.intake_band,
        bands.intake_above,
        bands.intake_up_to,
        bands.reference_episodes,
        coalesce(sizes.band_episodes, 0) as band_episodes,
        reaches.last_session_index,
        bands.reference_episodes >= {{ param('course_min_episodes') }}
        and coalesce(sizes.band_episodes, 0) >= {{ param('course_min_band') }}
        and reaches.last_session_index is not null as is_fitted
    from bands
    left join sizes
        on bands.instrument = sizes.instrument and bands.intake_band = sizes.intake_band
    left join reaches
        on bands.instrument = reaches.instrument and bands.intake_band = reaches.intake_band
)

select * from int_outcome__course_bands
