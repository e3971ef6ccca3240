{#- The one place where a metric is divided: estimate, 95 % interval and status of every scope,
    metric, instrument and period. Wilson for a share, t for a mean (metrics.md 8). -#}
with context as (
    select as_of from {{ ref('stg_context') }}
),

counts as (
    select * from {{ ref('int_metric__counted') }}
),

averages as (
    select * from {{ ref('int_metric__averaged') }}
),

catalogue as (
    select * from {{ ref('metric_definitions') }}
),

parameters as (
    select * from {{ ref('parameters') }}
    where instrument is null
),

quantiles as (
    select * from {{ ref('student_t_975') }}
),

measured as (
    select
        counts.*,
        catalogue.measure_kind,
        parameters.value as smallest_n,
        -- A planned ending is known at once, an unplanned one only when it has lapsed: a month or
        -- quarter that is younger would read too low, so it waits (screens.md 4, page 6).
        coalesce(
            {{ days_between(
                period_ends_on('counts.period_kind', 'counts.period_starts_on'), 'context.as_of'
            ) }} < maturities.value,
            false
        ) as is_immature,
        averages.mean,
        averages.sum_of_squares,
        {{ student_t_975('counts.denominator_n - 1', 'quantiles.quantile') }}
        * sqrt(averages.sum_of_squares / nullif(counts.denominator_n - 1, 0))
        / sqrt(cast(nullif(counts.denominator_n, 0) as double)) as mean_margin
    from counts
    cross join context
    inner join catalogue on counts.metric_id = catalogue.metric_id
    inner join parameters on catalogue.display_parameter = parameters.parameter_id
    left join parameters as maturities
        on catalogue.maturity_parameter = maturities.parameter_id
    left join averages
        on
            counts.scope_kind = averages.scope_kind
            and counts.scope_value = averages.scope_value
            and counts.metric_id = averages.metric_id
            and counts.instrument = averages.instrument
            and counts.period = averages.period
    left join quantiles on counts.denominator_n - 1 = quantiles.degrees_of_freedom
),

judged as (
    select
        *,
        case
            when is_immature then 'pending'
            when denominator_n >= smallest_n then 'ok'
            else 'insufficient_n'
        end as status,
        case
            when measure_kind = 'mean' then mean
            else {{ safe_ratio('numerator', 'denominator_n') }}
        end as raw_estimate
    from measured
),

-- Limits are rounded once, here: the content of a release does not hang on a last bit.
int_metric__estimated as (
    select
        scope_kind,
        scope_value,
        metric_id,
        instrument,
        period,
        period_kind,
        period_starts_on,
        measure_kind,
        population_n,
        excluded_n,
        denominator_n,
        clinicians_n,
        case when measure_kind = 'share' then numerator end as numerator,
        raw_estimate,
        sum_of_squares,
        case when status = 'ok' then raw_estimate end as estimate,
        case
            when status = 'ok' and measure_kind = 'mean' then round(mean - mean_margin, 12)
            when status = 'ok' then round({{ wilson_lo('numerator', 'denominator_n') }}, 12)
        end as lo,
        case
            when status = 'ok' and measure_kind = 'mean' then round(mean + mean_margin, 12)
            when status = 'ok' then round({{ wilson_hi('numerator', 'denominator_n') }}, 12)
        end as hi,
        status
    from judged
)

select * from int_metric__estimated
