{#- The one place where a metric is divided: estimate, 95 % interval and status of every scope,
    metric, instrument and period. Wilson for a share, t for a mean (metrics.md 8); what is neither
    comes with its own figure and limits (int_metric__statistic) and is judged here like the rest.
    -#}
with context as (
    select as_of from {{ ref('stg_context') }}
),

counts as (
    select * from {{ ref('int_metric__counted') }}
),

averages as (
    select * from {{ ref('int_metric__averaged') }}
),

statistics as (
    select * from {{ ref('int_metric__statistic') }}
),

catalogue as (
    select * from {{ ref('metric_definitions') }}
),

chances as (
    select * from {{ ref('int_metric__chance') }}
),

parameters as (
    select * from {{ ref('parameters') }}
    where instrument is null
),

quantiles as (
    select * from {{ ref('student_t_975') }}
),

-- Limits are rounded once, here: the content of a release does not hang on a last bit.
shares as (
    select
        counts.*,
        {{ safe_ratio('counts.numerator', 'counts.denominator_n') }} as raw_estimate,
        round({{ wilson_lo('counts.numerator', 'counts.denominator_n') }}, 12) as raw_lo,
        round({{ wilson_hi('counts.numerator', 'counts.denominator_n') }}, 12) as raw_hi,
        -- were every missing unit a no, were every one a yes (metrics.md 6.4)
        case
            when catalogue.excluded_is_missing
                then {{ safe_ratio('counts.numerator', 'counts.population_n') }}
        end as bound_lo,
        case
            when catalogue.excluded_is_missing
                then
                    {{ safe_ratio(
                        'counts.numerator + counts.excluded_n', 'counts.population_n'
                    ) }}
        end as bound_hi,
        -- where a number by chance alone is known, it is what one would expect (metrics.md 4.3)
        round(counts.denominator_n * chances.rate, 12) as expected
    from counts
    inner join catalogue on counts.metric_id = catalogue.metric_id
    left join chances
        on counts.metric_id = chances.metric_id and counts.instrument = chances.instrument
    where catalogue.measure_kind = 'share'
),

spreads as (
    select
        counts.*,
        averages.mean,
        averages.sum_of_squares,
        {{ student_t_975('counts.denominator_n - 1', 'quantiles.quantile') }}
        * sqrt(averages.sum_of_squares / nullif(counts.denominator_n - 1, 0))
        / sqrt(cast(nullif(counts.denominator_n, 0) as double)) as margin
    from counts
    inner join catalogue on counts.metric_id = catalogue.metric_id
    left join averages
        on
            counts.scope_kind = averages.scope_kind
            and counts.scope_value = averages.scope_value
            and counts.metric_id = averages.metric_id
            and coalesce(counts.instrument, '') = coalesce(averages.instrument, '')
            and counts.period = averages.period
    left join quantiles on counts.denominator_n - 1 = quantiles.degrees_of_freedom
    where catalogue.measure_kind = 'mean'
),

measured as (
    select
        {{ measured_columns() }},
        numerator,
        clinicians_n,
        raw_estimate,
        raw_lo,
        raw_hi,
        bound_lo,
        bound_hi,
        cast(null as double) as sum_of_squares,
        expected,
        cast(null as double) as mid_p,
        'Wilson 95 %' as method
    from shares
    union all
    select
        {{ measured_columns() }},
        cast(null as bigint) as numerator,
        clinicians_n,
        mean as raw_estimate,
        round(mean - margin, 12) as raw_lo,
        round(mean + margin, 12) as raw_hi,
        cast(null as double) as bound_lo,
        cast(null as double) as bound_hi,
        sum_of_squares,
        cast(null as double) as expected,
        cast(null as double) as mid_p,
        't 95 %' as method
    from spreads
    union all
    select
        {{ measured_columns() }},
        numerator,
        clinicians_n,
        raw_estimate,
        lo as raw_lo,
        hi as raw_hi,
        cast(null as double) as bound_lo,
        cast(null as double) as bound_hi,
        cast(null as double) as sum_of_squares,
        expected,
        mid_p,
        method
    from statistics
),

completions as (
    select
        scope_value,
        period,
        {{ safe_ratio('numerator', 'denominator_n') }} as feedback_completion
    from counts
    where metric_id = 'feedback_completion' and scope_kind = 'clinician'
),

-- Below 60 % completion, or where it is unknown, the forms that came may be the pleasant ones: then
-- a clinician has no alliance or rupture figure (metrics.md 6.4).
judged as (
    select
        measured.*,
        catalogue.measure_kind,
        case
            -- A planned ending is known at once, an unplanned one only when it has lapsed: a month
            -- or quarter that is younger would read too low, so it waits (screens.md 4, page 6).
            when
                {{ days_between(
                    period_ends_on('measured.period_kind', 'measured.period_starts_on'),
                    'context.as_of'
                ) }} < maturities.value
                then 'pending'
            when measured.denominator_n < smallest.value then 'insufficient_n'
            when measured.raw_estimate is null then 'not_applicable'
            when
                measured.scope_kind = 'clinician'
                and catalogue.needs_feedback
                and coalesce(
                    {{ compare_ready('completions.feedback_completion') }}
                    < {{ compare_ready(param('feedback_min_completion')) }},
                    true
                )
                then 'insufficient_coverage'
            else 'ok'
        end as status
    from measured
    cross join context
    inner join catalogue on measured.metric_id = catalogue.metric_id
    inner join parameters as smallest on catalogue.display_parameter = smallest.parameter_id
    left join parameters as maturities
        on catalogue.maturity_parameter = maturities.parameter_id
    left join completions
        on
            measured.period = completions.period
            and case when measured.scope_kind = 'clinician' then measured.scope_value end
            = completions.scope_value
),

int_metric__estimated as (
    select
        {{ measured_columns() }},
        measure_kind,
        clinicians_n,
        numerator,
        raw_estimate,
        sum_of_squares,
        case when status = 'ok' then raw_estimate end as estimate,
        case when status = 'ok' then raw_lo end as lo,
        case when status = 'ok' then raw_hi end as hi,
        bound_lo,
        bound_hi,
        expected,
        case when status = 'ok' then mid_p end as mid_p,
        method,
        status
    from judged
)

select * from int_metric__estimated
