{#- Counts of units by scope (a clinician, or the practice), metric, instrument and period. Counts
    only: no rate. What a mean needs besides is in int_metric__averaged. -#}
with units as (
    select * from {{ ref('int_metric__unit') }}
),

period_kinds as (
    {{ period_kinds() }}
),

-- By month first: the long fact is read once, and months add up to quarters and to all.
monthly as (
    select
        metric_id,
        instrument,
        clinician_key,
        {{ period_start('month', 'occurred_on') }} as month_on,
        count(*) as population_n,
        count(case when is_excluded then 1 end) as excluded_n,
        count(case when is_numerator then 1 end) as numerator
    from units
    where is_population
    group by metric_id, instrument, clinician_key, {{ period_start('month', 'occurred_on') }}
),

in_periods as (
    select
        monthly.*,
        period_kinds.period_kind,
        {{ period_starts_on('period_kinds.period_kind', 'monthly.month_on') }} as period_starts_on
    from monthly
    cross join period_kinds
),

clinician_counts as (
    select
        'clinician' as scope_kind,
        clinician_key as scope_value,
        metric_id,
        instrument,
        period_kind,
        period_starts_on,
        cast(sum(population_n) as bigint) as population_n,
        cast(sum(excluded_n) as bigint) as excluded_n,
        cast(sum(numerator) as bigint) as numerator,
        cast(1 as bigint) as clinicians_n
    from in_periods
    group by clinician_key, metric_id, instrument, period_kind, period_starts_on
),

practice_counts as (
    select
        'practice' as scope_kind,
        'practice' as scope_value,
        metric_id,
        instrument,
        period_kind,
        period_starts_on,
        cast(sum(population_n) as bigint) as population_n,
        cast(sum(excluded_n) as bigint) as excluded_n,
        cast(sum(numerator) as bigint) as numerator,
        count(case when population_n > excluded_n then 1 end) as clinicians_n
    from clinician_counts
    group by metric_id, instrument, period_kind, period_starts_on
),

counts as (
    select * from clinician_counts
    union all
    select * from practice_counts
),

int_metric__counted as (
    select
        scope_kind,
        scope_value,
        metric_id,
        instrument,
        {{ period_name('period_kind', 'period_starts_on') }} as period,
        period_kind,
        period_starts_on,
        population_n,
        excluded_n,
        population_n - excluded_n as denominator_n,
        numerator,
        clinicians_n
    from counts
)

select * from int_metric__counted
