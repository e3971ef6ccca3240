{#- Median days from an alert to the first response, Kaplan-Meier with the unanswered censored at
    as_of (metrics.md 6 F3). -#}
with alerts as (
    select * from {{ ref('int_rupture__alerts') }}
),

scoped as (
    {{ in_scopes_and_periods('alerts', 'raised_on') }}
),

counts as (
    select
        scope_kind,
        scope_value,
        period,
        period_kind,
        period_starts_on,
        days_waited,
        count(responded_on) as answered,
        count(case when responded_on is null then 1 end) as censored
    from scoped
    group by scope_kind, scope_value, period, period_kind, period_starts_on, days_waited
),

totals as (
    select
        scope_kind,
        scope_value,
        period,
        count(*) as alerts_n,
        count(distinct clinician_key) as clinicians_n
    from scoped
    group by scope_kind, scope_value, period
),

waiting as (
    {{ aalen_johansen(
        'counts',
        ['scope_kind', 'scope_value', 'period', 'period_kind', 'period_starts_on'],
        'days_waited',
        ['answered'],
    ) }}
),

medians as (
    select
        scope_kind,
        scope_value,
        period,
        period_kind,
        period_starts_on,
        {{ median_time('days_waited', '1 - free') }} as median,
        {{ median_time('days_waited', '1 - free_lo') }} as median_lo,
        {{ median_time('days_waited', '1 - free_hi') }} as median_hi
    from waiting
    group by scope_kind, scope_value, period, period_kind, period_starts_on
),

int_statistic__response as (
    select
        medians.scope_kind,
        medians.scope_value,
        'response_median_days' as metric_id,
        cast(null as {{ text_type() }}) as instrument,
        medians.period,
        medians.period_kind,
        medians.period_starts_on,
        totals.alerts_n as population_n,
        cast(0 as bigint) as excluded_n,
        totals.alerts_n as denominator_n,
        cast(null as bigint) as numerator,
        totals.clinicians_n,
        medians.median as raw_estimate,
        case when medians.median is not null then medians.median_lo end as lo,
        case when medians.median is not null then medians.median_hi end as hi,
        cast(null as double) as expected,
        cast(null as double) as mid_p,
        'Kaplan-Meier median, limits where the log-log 95 % limits reach a half' as method
    from medians
    inner join totals
        on
            medians.scope_kind = totals.scope_kind
            and medians.scope_value = totals.scope_value
            and medians.period = totals.period
)

select * from int_statistic__response
