{#- Mean and sum of squares about it for the metrics that are means, by the same scopes and periods
    as int_metric__counted. Two passes: accurate where a difference of large sums would not be. -#}
with units as (
    select * from {{ ref('int_metric__unit') }}
    where value is not null
),

period_kinds as (
    {{ period_kinds() }}
),

-- Each value belongs to its clinician and to the practice, in three periods.
scoped as (
    select
        'clinician' as scope_kind,
        clinician_key as scope_value,
        metric_id,
        instrument,
        occurred_on,
        value
    from units
    union all
    select
        'practice' as scope_kind,
        'practice' as scope_value,
        metric_id,
        instrument,
        occurred_on,
        value
    from units
),

in_periods as (
    select
        scoped.*,
        {{ period_name(
            'period_kinds.period_kind',
            period_starts_on('period_kinds.period_kind', 'scoped.occurred_on')
        ) }} as period
    from scoped
    cross join period_kinds
),

means as (
    select
        scope_kind,
        scope_value,
        metric_id,
        instrument,
        period,
        count(*) as n,
        {{ safe_ratio(exact_sum('value'), 'count(*)') }} as mean
    from in_periods
    group by scope_kind, scope_value, metric_id, instrument, period
),

int_metric__averaged as (
    select
        means.scope_kind,
        means.scope_value,
        means.metric_id,
        means.instrument,
        means.period,
        means.n,
        means.mean,
        {{ exact_sum(
            '(in_periods.value - means.mean) * (in_periods.value - means.mean)'
        ) }} as sum_of_squares
    from means
    inner join in_periods
        on
            means.scope_kind = in_periods.scope_kind
            and means.scope_value = in_periods.scope_value
            and means.metric_id = in_periods.metric_id
            and coalesce(means.instrument, '') = coalesce(in_periods.instrument, '')
            and means.period = in_periods.period
    group by
        means.scope_kind,
        means.scope_value,
        means.metric_id,
        means.instrument,
        means.period,
        means.n,
        means.mean
)

select * from int_metric__averaged
