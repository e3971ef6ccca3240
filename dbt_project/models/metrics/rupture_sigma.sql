with scores as (
    select * from {{ ref('int_alliance__scores') }}
),

instruments as (
    select * from {{ ref('dim_instrument') }}
    where
        family = 'alliance'
        and direction = 'higher_is_better'
        and sigma_w is not null
        and sigma_floor is not null
        and min_drop is not null
),

-- The estimate moves once a quarter, so that a rupture does not come and go with the week's forms.
context as (
    select
        {{ period_start('quarter', 'as_of') }} as starts_on,
        {{ add_days(period_start('quarter', 'as_of'), -1) }} as data_until
    from {{ ref('stg_context') }}
),

dyads as (
    select
        scores.episode_key,
        scores.instrument,
        count(*) - 1 as degrees_of_freedom,
        (count(*) - 1) * {{ list_variance(
            ordered_list('cast(scores.score as double)', 'scores.session_index')
        ) }} as sum_of_squares
    from scores
    cross join context
    where scores.session_on < context.starts_on
    group by scores.episode_key, scores.instrument
    having count(*) >= {{ param('sigma_min_scores') }}
),

pooled as (
    select
        instrument,
        count(*) as dyads_n,
        sqrt({{ safe_ratio(exact_sum('sum_of_squares'), 'sum(degrees_of_freedom)') }}) as estimate
    from dyads
    group by instrument
),

judged as (
    select
        instruments.instrument,
        instruments.sigma_w as default_sigma,
        context.data_until,
        round(pooled.estimate, 12) as estimate,
        coalesce(pooled.dyads_n, 0) as dyads_n,
        coalesce(pooled.dyads_n, 0) >= {{ param('sigma_min_dyads') }} as is_enough
    from instruments
    cross join context
    left join pooled on instruments.instrument = pooled.instrument
),

rupture_sigma as (
    select
        instrument,
        dyads_n,
        estimate,
        default_sigma,
        case when is_enough then estimate else default_sigma end as sigma_w,
        case when is_enough then 'practice' else 'default' end as origin,
        data_until,
        cast({{ param('params_version') }} as integer) as params_version
    from judged
)

select * from rupture_sigma
