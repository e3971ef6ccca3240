{#- After how many sessions transfers come: the median, with limits from order statistics
    (metrics.md 7, claim 10: time to transfer). -#}
with transfers as (
    select * from {{ ref('int_transfer__followed') }}
),

scoped as (
    {{ in_scopes_and_periods('transfers', 'last_attended_on') }}
),

placed as (
    select
        *,
        row_number() over (
            partition by scope_kind, scope_value order by attended_sessions, episode_key
        ) as place,
        count(*) over (partition by scope_kind, scope_value) as n
    from scoped
    where period_kind = 'all'
),

-- Place of the lower limit of a median; the upper one is as far from the other end.
ranked as (
    select
        *,
        greatest(1, round((n - {{ normal_975() }} * sqrt(n)) / 2)) as lower_place
    from placed
),

counted as (
    select
        scope_kind,
        scope_value,
        count(*) as n,
        count(distinct clinician_key) as clinicians_n,
        {{ median_of('attended_sessions') }} as median_sessions,
        max(case when place = lower_place then attended_sessions end) as lower_sessions,
        max(case when place = n + 1 - lower_place then attended_sessions end) as upper_sessions
    from ranked
    group by scope_kind, scope_value
),

int_statistic__transfers as (
    select
        scope_kind,
        scope_value,
        'transfer_median_sessions' as metric_id,
        cast(null as {{ text_type() }}) as instrument,
        'all' as period,
        'all' as period_kind,
        cast(null as date) as period_starts_on,
        n as population_n,
        cast(0 as bigint) as excluded_n,
        n as denominator_n,
        cast(null as bigint) as numerator,
        clinicians_n,
        round(median_sessions, 12) as raw_estimate,
        cast(lower_sessions as double) as lo,
        cast(upper_sessions as double) as hi,
        cast(null as double) as expected,
        cast(null as double) as mid_p,
        'median; order statistics 95 %' as method
    from counted
)

select * from int_statistic__transfers
