{#- How much of the variance of a mean lies between clinicians (ICC), per metric, instrument and
    period: estimated from the practice when it is large enough, else the published share
    (metrics.md 2.5; design.md 3.4: tau2 = MSW x ICC / (1 - ICC)). -#}
with clinicians as (
    select * from {{ ref('int_metric__estimated') }}
    where scope_kind = 'clinician' and measure_kind = 'mean' and denominator_n > 0
),

-- N, k, n0 and the grand mean of the one-way layout
layouts as (
    select
        metric_id,
        instrument,
        period,
        count(*) as k,
        cast(sum(denominator_n) as double) as n,
        cast(sum(denominator_n * denominator_n) as double) as sum_of_squared_n,
        {{ median_of('denominator_n') }} as median_n,
        {{ exact_sum('sum_of_squares') }} as within_squares,
        {{ safe_ratio(exact_sum('denominator_n * raw_estimate'), 'sum(denominator_n)') }}
            as grand_mean
    from clinicians
    group by metric_id, instrument, period
),

between_squares as (
    select
        clinicians.metric_id,
        clinicians.instrument,
        clinicians.period,
        {{ exact_sum(
            'clinicians.denominator_n'
            ~ ' * (clinicians.raw_estimate - layouts.grand_mean)'
            ~ ' * (clinicians.raw_estimate - layouts.grand_mean)'
        ) }} as between_squares
    from clinicians
    inner join layouts
        on
            clinicians.metric_id = layouts.metric_id
            and coalesce(clinicians.instrument, '') = coalesce(layouts.instrument, '')
            and clinicians.period = layouts.period
    group by clinicians.metric_id, clinicians.instrument, clinicians.period
),

mean_squares as (
    select
        layouts.*,
        between_squares.between_squares,
        {{ safe_ratio('between_squares.between_squares', 'layouts.k - 1') }} as msb,
        {{ safe_ratio('layouts.within_squares', 'layouts.n - layouts.k') }} as msw,
        {{ safe_ratio(
            'layouts.n - layouts.sum_of_squared_n / layouts.n', 'layouts.k - 1'
        ) }} as n0,
        layouts.k >= {{ param('icc_min_clinicians') }}
        and layouts.median_n >= {{ param('icc_min_episodes') }} as is_estimated
    from layouts
    inner join between_squares
        on
            layouts.metric_id = between_squares.metric_id
            and coalesce(layouts.instrument, '') = coalesce(between_squares.instrument, '')
            and layouts.period = between_squares.period
),

variances as (
    select
        *,
        msw as sig2,
        case
            when is_estimated
                then {{ between_variance('moments', 'between_squares', 'k', 'msw', 'n0') }}
            else
                msw
                * {{ param('alliance_icc_default') }}
                / (1 - {{ param('alliance_icc_default') }})
        end as tau2
    from mean_squares
),

-- Without any spread inside clinicians the estimated share is 1 or unknown; the fixed one is given.
int_metric__variance_share as (
    select
        metric_id,
        instrument,
        period,
        k,
        round(n0, 12) as n0,
        round(msb, 12) as msb,
        round(msw, 12) as msw,
        round(sig2, 12) as sig2,
        round(tau2, 12) as tau2,
        is_estimated,
        case
            when not is_estimated then {{ param('alliance_icc_default') }}
            else round(coalesce({{ safe_ratio('tau2', 'tau2 + sig2') }}, 0.0), 12)
        end as icc
    from variances
)

select * from int_metric__variance_share
