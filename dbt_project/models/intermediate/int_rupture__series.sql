{#- What the rules for scores run over: per episode and instrument the attended sessions in order,
    with a null where the form is missing, and the figures of the instrument and the series. -#}
with scores as (
    select * from {{ ref('int_alliance__scores') }}
    where sigma_w is not null and sigma_floor is not null and min_drop is not null
),

sessions as (
    select * from {{ ref('fct_session') }}
    where series = 'individual' and session_index is not null
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

instruments as (
    select
        instrument,
        max(sigma_w) as sigma_w,
        max(sigma_floor) as sigma_floor,
        max(min_drop) as min_drop
    from scores
    group by instrument
),

series as (
    {{ rupture_series('scores', 'sessions') }}
),

int_rupture__series as (
    select
        series.episode_key,
        series.instrument,
        episodes.status != 'open' as is_ended,
        instruments.sigma_w,
        instruments.sigma_floor,
        cast(instruments.min_drop as double) as min_drop,
        series.scores_n,
        series.mean_score,
        series.sd_score,
        series.moving_sigma,
        series.visits
    from series
    inner join episodes on series.episode_key = episodes.episode_key
    inner join instruments on series.instrument = instruments.instrument
)

select * from int_rupture__series
