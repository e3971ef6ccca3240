{#- What the rules for scores run over: per episode and instrument the attended sessions in order,
    with a null where the form is missing, and the figures of the instrument and the series. -#}
with sigmas as (
    select * from {{ ref('rupture_sigma') }}
),

instruments as (
    select * from {{ ref('dim_instrument') }}
),

scores as (
    select alliance_scores.*
    from {{ ref('int_alliance__scores') }} as alliance_scores
    inner join sigmas on alliance_scores.instrument = sigmas.instrument
),

sessions as (
    select * from {{ ref('fct_session') }}
    where series = 'individual' and session_index is not null
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

series as (
    {{ rupture_series('scores', 'sessions') }}
),

int_rupture__series as (
    select
        series.episode_key,
        series.instrument,
        episodes.status != 'open' as is_ended,
        sigmas.sigma_w,
        instruments.sigma_floor,
        cast(instruments.min_drop as double) as min_drop,
        series.scores_n,
        series.mean_score,
        series.sd_score,
        series.moving_sigma,
        series.lowest_score,
        series.largest_fall,
        series.visits
    from series
    inner join episodes on series.episode_key = episodes.episode_key
    inner join sigmas on series.instrument = sigmas.instrument
    inner join instruments on series.instrument = instruments.instrument
)

select * from int_rupture__series
