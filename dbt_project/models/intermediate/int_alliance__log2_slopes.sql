{#- Least-squares line of score on log2 of the session index: points per doubling of the sessions,
    because alliance grows early (metrics.md 2.3). Logarithms are no whole numbers, so unlike
    int_alliance__slopes the sums are of decimals about the mean. -#}
with scores as (
    select
        episode_key,
        instrument,
        session_index,
        cast(score as double) as y,
        ln(session_index) / ln(2) as x
    from {{ ref('int_alliance__scores') }}
),

means as (
    select
        episode_key,
        instrument,
        count(*) as n,
        {{ safe_ratio(exact_sum('x'), 'count(*)') }} as mean_x,
        {{ safe_ratio(exact_sum('y'), 'count(*)') }} as mean_y
    from scores
    group by episode_key, instrument
    having
        count(*) >= {{ param('slope_min_scores') }}
        and max(session_index) - min(session_index) + 1 >= {{ param('slope_min_scores') }}
),

sums as (
    select
        means.episode_key,
        means.instrument,
        means.n,
        {{ exact_sum('(scores.x - means.mean_x) * (scores.x - means.mean_x)') }} as s_xx,
        {{ exact_sum('(scores.x - means.mean_x) * (scores.y - means.mean_y)') }} as s_xy,
        {{ exact_sum('(scores.y - means.mean_y) * (scores.y - means.mean_y)') }} as s_yy
    from means
    inner join scores
        on means.episode_key = scores.episode_key and means.instrument = scores.instrument
    group by means.episode_key, means.instrument, means.n
),

-- A rest that is only rounding is none: a perfect line has a standard error of 0.
int_alliance__log2_slopes as (
    select
        episode_key,
        instrument,
        round(s_xy / s_xx, 12) as log2_slope,
        {{ compare_ready(
            'sqrt(greatest(0.0, round(s_yy - s_xy * s_xy / s_xx, 9)) / (n - 2) / s_xx)'
        ) }} as log2_slope_se
    from sums
)

select * from int_alliance__log2_slopes
