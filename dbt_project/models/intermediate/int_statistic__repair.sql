{#- Figures of the course of repair: the share repaired at K sessions with the episode's ending as a
    competing event, and the median time to repair on both clocks (metrics.md 4.4 R4, R5). -#}
with courses as (
    select * from {{ ref('int_repair__course') }}
),

times as (
    select * from {{ ref('int_repair__times') }}
),

context as (
    select as_of from {{ ref('stg_context') }}
),

known as (
    select times.*
    from times
    cross join context
    where times.onset_on <= context.as_of
),

scoped as (
    {{ in_scopes_and_periods('known', 'onset_on') }}
),

counts as (
    select
        scope_kind,
        scope_value,
        instrument,
        period,
        count(*) as ruptures_n,
        count(distinct clinician_key) as clinicians_n
    from scoped
    group by scope_kind, scope_value, instrument, period
),

-- No rupture is observed beyond K, so the last row of the course holds the share at K.
last_rows as (
    select
        *,
        row_number() over (
            partition by clock, scope_kind, scope_value, instrument, period
            order by time_since_onset desc
        ) as rows_from_last
    from courses
),

medians as (
    select
        clock,
        scope_kind,
        scope_value,
        instrument,
        period,
        period_kind,
        period_starts_on,
        {{ median_time('time_since_onset', 'cif_repaired') }} as median,
        {{ median_time('time_since_onset', 'hi_repaired') }} as median_lo,
        {{ median_time('time_since_onset', 'lo_repaired') }} as median_hi
    from courses
    group by clock, scope_kind, scope_value, instrument, period, period_kind, period_starts_on
),

figures as (
    select
        scope_kind,
        scope_value,
        'repair_cif_3' as metric_id,
        instrument,
        period,
        period_kind,
        period_starts_on,
        cif_repaired as raw_estimate,
        lo_repaired as lo,
        hi_repaired as hi,
        'Aalen-Johansen, log-log 95 %' as method
    from last_rows
    where clock = 'sessions' and rows_from_last = 1
    union all
    select
        scope_kind,
        scope_value,
        case when clock = 'sessions' then 'repair_median_sessions' else 'repair_median_days' end
            as metric_id,
        instrument,
        period,
        period_kind,
        period_starts_on,
        median as raw_estimate,
        -- a limit of a median that is not reached is no limit at all
        case when median is not null then median_lo end as lo,
        case when median is not null then median_hi end as hi,
        'Aalen-Johansen median, limits where the log-log 95 % limits reach a half' as method
    from medians
),

int_statistic__repair as (
    select
        figures.scope_kind,
        figures.scope_value,
        figures.metric_id,
        figures.instrument,
        figures.period,
        figures.period_kind,
        figures.period_starts_on,
        counts.ruptures_n as population_n,
        cast(0 as bigint) as excluded_n,
        counts.ruptures_n as denominator_n,
        cast(null as bigint) as numerator,
        counts.clinicians_n,
        figures.raw_estimate,
        figures.lo,
        figures.hi,
        cast(null as double) as expected,
        cast(null as double) as mid_p,
        figures.method
    from figures
    inner join counts
        on
            figures.scope_kind = counts.scope_kind
            and figures.scope_value = counts.scope_value
            and figures.instrument = counts.instrument
            and figures.period = counts.period
)

select * from int_statistic__repair
