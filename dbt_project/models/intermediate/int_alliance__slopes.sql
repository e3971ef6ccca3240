{#- Least-squares line of score on session index per episode and instrument (metrics.md 2.3).
    All sums are of whole numbers (scores in ten-thousandths), so they are exact: a perfect line has
    a standard error of exactly 0, and neither row order nor thread count can move a digit. -#}
{%- set whole = 'decimal(38, 0)' %}
with scores as (
    select * from {{ ref('int_alliance__scores') }}
),

quantiles as (
    select * from {{ ref('student_t_975') }}
),

points as (
    select
        episode_key,
        instrument,
        cast(session_index as {{ whole }}) as x,
        cast(score * 10000 as {{ whole }}) as y
    from scores
),

sums as (
    select
        episode_key,
        instrument,
        count(*) as n,
        max(x) - min(x) + 1 as spanned,
        sum(x) as sum_x,
        sum(y) as sum_y,
        sum(x * x) as sum_xx,
        sum(x * y) as sum_xy,
        sum(y * y) as sum_yy
    from points
    group by episode_key, instrument
),

-- n times the centred sums of squares and products
centred as (
    select
        *,
        n * sum_xx - sum_x * sum_x as s_xx,
        n * sum_xy - sum_x * sum_y as s_xy,
        n * sum_yy - sum_y * sum_y as s_yy
    from sums
    where n >= {{ param('slope_min_scores') }} and spanned >= {{ param('slope_min_scores') }}
),

fitted as (
    select
        *,
        cast(s_xy as double) / cast(s_xx as double) / 10000 as slope,
        sqrt(
            cast(s_xx * s_yy - s_xy * s_xy as double) / cast(n - 2 as double)
        ) / cast(s_xx as double) / 10000 as slope_se
    from centred
),

-- Rounded once, at the end: the content of a release does not hang on a last bit.
int_alliance__slopes as (
    select
        fitted.episode_key,
        fitted.instrument,
        round(fitted.slope, 12) as slope,
        round(
            cast(fitted.sum_y as double) / cast(fitted.n as double) / 10000
            - fitted.slope * cast(fitted.sum_x as double) / cast(fitted.n as double),
            12
        ) as slope_intercept,
        round(fitted.slope_se, 12) as slope_se,
        -- sum of squares of the session index about its mean: what the line's weight is
        cast(fitted.s_xx as double) / cast(fitted.n as double) as slope_weight,
        {{ student_t_975('fitted.n - 2', 'quantiles.quantile') }} as t_quantile
    from fitted
    left join quantiles on fitted.n - 2 = quantiles.degrees_of_freedom
)

select * from int_alliance__slopes
