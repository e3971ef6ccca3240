{#- Clients to whom nothing ever happens: scores that scatter about one level and nothing else, for
    each instrument with a rupture rule (metrics.md 4.3, false-alarm calibration). What the rules mark
    in them is what they mark by chance. -#}
with sigmas as (
    select * from {{ ref('rupture_sigma') }}
),

instruments as (
    select * from {{ ref('dim_instrument') }}
),

levels as (
    select
        instrument,
        {{ safe_ratio('sum(score)', 'count(*)') }} as mean_score
    from {{ ref('int_alliance__scores') }}
    group by instrument
),

nulls as (
    select
        sigmas.instrument,
        sigmas.sigma_w,
        instruments.sigma_floor,
        instruments.min_drop,
        instruments.minimum,
        instruments.maximum,
        round(
            coalesce(levels.mean_score, {{ param('null_mean', 'sigmas.instrument') }}), 12
        ) as mean_level
    from sigmas
    inner join instruments on sigmas.instrument = instruments.instrument
    left join levels on sigmas.instrument = levels.instrument
),

dyads as (
    select
        nulls.*,
        {{ unnest_list(number_list(1, param('chance_dyads'))) }} as dyad
    from nulls
    where nulls.mean_level is not null
),

sessions as (
    select
        *,
        'chance|' || instrument || '|' || cast(dyad as {{ text_type() }}) as episode_key,
        {{ unnest_list(number_list(1, param('chance_sessions'))) }} as session_index
    from dyads
),

-- On the scale of the instrument: within its range, to one decimal like a form.
scores as (
    select
        episode_key,
        instrument,
        session_index,
        cast(
            round(
                least(
                    greatest(
                        mean_level
                        + sigma_w * {{ normal_of(
                            "episode_key || '|' || cast(session_index as " ~ text_type() ~ ')'
                        ) }},
                        cast(minimum as double)
                    ),
                    cast(maximum as double)
                ),
                1
            ) as decimal(9, 4)
        ) as score
    from sessions
),

series as (
    {{ rupture_series('scores', 'sessions') }}
),

int_rupture__chance_series as (
    select
        series.episode_key,
        series.instrument,
        true as is_ended,
        nulls.sigma_w,
        nulls.sigma_floor,
        cast(nulls.min_drop as double) as min_drop,
        nulls.mean_level,
        series.scores_n,
        series.mean_score,
        series.sd_score,
        series.moving_sigma,
        series.lowest_score,
        series.largest_fall,
        series.visits
    from series
    inner join nulls on series.instrument = nulls.instrument
)

select * from int_rupture__chance_series
