{#- The feedback figures that are no share or mean of units: the median hours until a form comes,
    and the share of forms declined, which is given for the practice alone (metrics.md 6 F2, F6). -#}
with eligible_sessions as (
    select * from {{ ref('int_metric__eligible_sessions') }}
),

period_kinds as (
    {{ period_kinds() }}
),

scoped as (
    select
        *,
        'clinician' as scope_kind,
        clinician_key as scope_value
    from eligible_sessions
    union all
    select
        *,
        'practice' as scope_kind,
        'practice' as scope_value
    from eligible_sessions
),

in_periods as (
    select
        scoped.*,
        period_kinds.period_kind,
        {{ period_starts_on('period_kinds.period_kind', 'scoped.started_on') }} as period_starts_on
    from scoped
    cross join period_kinds
),

-- Forms that came stand first, the quickest of them first.
placed as (
    select
        *,
        row_number() over (
            partition by scope_kind, scope_value, period_kind, period_starts_on
            order by lag_hours nulls last, session_key
        ) as place,
        count(lag_hours) over (
            partition by scope_kind, scope_value, period_kind, period_starts_on
        ) as n_forms
    from in_periods
),

-- Place of the lower limit of a median; the upper one is as far from the other end.
ranked as (
    select
        *,
        greatest(1, round((n_forms - {{ normal_975() }} * sqrt(n_forms)) / 2)) as lower_place
    from placed
),

counted as (
    select
        scope_kind,
        scope_value,
        period_kind,
        period_starts_on,
        count(*) as population_n,
        count(lag_hours) as forms_n,
        count(case when is_declined then 1 end) as declined_n,
        count(distinct case when lag_hours is not null then clinician_key end)
            as clinicians_with_forms,
        count(distinct clinician_key) as clinicians_n,
        {{ median_of('lag_hours') }} as median_lag,
        max(case when place = lower_place then lag_hours end) as lower_lag,
        max(case when place = n_forms + 1 - lower_place then lag_hours end) as upper_lag
    from ranked
    group by scope_kind, scope_value, period_kind, period_starts_on
),

int_statistic__feedback as (
    select
        scope_kind,
        scope_value,
        'feedback_lag_hours' as metric_id,
        cast(null as {{ text_type() }}) as instrument,
        {{ period_name('period_kind', 'period_starts_on') }} as period,
        period_kind,
        period_starts_on,
        population_n,
        population_n - forms_n as excluded_n,
        forms_n as denominator_n,
        cast(null as bigint) as numerator,
        clinicians_with_forms as clinicians_n,
        round(median_lag, 12) as raw_estimate,
        round(lower_lag, 12) as lo,
        round(upper_lag, 12) as hi,
        cast(null as double) as expected,
        cast(null as double) as mid_p,
        'median; order statistics 95 %' as method
    from counted
    union all
    select
        scope_kind,
        scope_value,
        'feedback_opt_out' as metric_id,
        cast(null as {{ text_type() }}) as instrument,
        {{ period_name('period_kind', 'period_starts_on') }} as period,
        period_kind,
        period_starts_on,
        population_n,
        cast(0 as bigint) as excluded_n,
        population_n as denominator_n,
        declined_n as numerator,
        clinicians_n,
        {{ safe_ratio('declined_n', 'population_n') }} as raw_estimate,
        round({{ wilson_lo('declined_n', 'population_n') }}, 12) as lo,
        round({{ wilson_hi('declined_n', 'population_n') }}, 12) as hi,
        cast(null as double) as expected,
        cast(null as double) as mid_p,
        'Wilson 95 %' as method
    from counted
    where scope_kind = 'practice'
)

select * from int_statistic__feedback
