{#- Time to review: the day after its raising by which half of what calls for supervision was
    reviewed, ending without a review as a competing event, the rest waiting at as_of (screens.md
    1). Whoever was never reviewed stays in it, or quick reviews alone would be timed. Beside it
    the share of open cases reviewed lately, at as_of. -#}
with waits as (
    select * from {{ ref('int_review__waits') }}
),

cases as (
    select * from {{ ref('case_review') }}
),

episodes as (
    select * from {{ ref('fct_episode') }}
    where status = 'open' and attended_sessions >= 1
),

context as (
    select as_of from {{ ref('stg_context') }}
),

log_begins as (
    select min(occurred_on) as first_review_on
    from {{ ref('review_entry') }}
    where kind = 'reviewed'
),

scoped as (
    {{ in_scopes_and_periods('waits', 'raised_on') }}
),

counts as (
    select
        scope_kind,
        scope_value,
        period,
        period_kind,
        period_starts_on,
        days_waited,
        count(reviewed_on) as reviewed,
        count(case when is_ended then 1 end) as ended,
        count(case when reviewed_on is null and not is_ended then 1 end) as censored
    from scoped
    group by scope_kind, scope_value, period, period_kind, period_starts_on, days_waited
),

totals as (
    select
        scope_kind,
        scope_value,
        period,
        count(*) as waits_n,
        count(distinct clinician_key) as clinicians_n
    from scoped
    group by scope_kind, scope_value, period
),

courses as (
    {{ aalen_johansen(
        'counts',
        ['scope_kind', 'scope_value', 'period', 'period_kind', 'period_starts_on'],
        'days_waited',
        ['reviewed', 'ended'],
    ) }}
),

medians as (
    select
        scope_kind,
        scope_value,
        period,
        period_kind,
        period_starts_on,
        {{ median_time('days_waited', 'cif_reviewed') }} as median,
        {{ median_time('days_waited', 'hi_reviewed') }} as median_lo,
        {{ median_time('days_waited', 'lo_reviewed') }} as median_hi
    from courses
    group by scope_kind, scope_value, period, period_kind, period_starts_on
),

-- A case, or a log, younger than the time itself cannot have missed it.
open_cases as (
    select
        episodes.clinician_key,
        {{ days_between(
            'greatest(episodes.first_attended_on, log_begins.first_review_on)', 'context.as_of'
        ) }} < {{ param('agenda_review_weeks') }} * 7 as is_young,
        coalesce(
            cases.days_since_review <= {{ param('agenda_review_weeks') }} * 7, false
        ) as is_reviewed,
        cast(null as date) as no_day
    from episodes
    cross join context
    cross join log_begins
    inner join cases on episodes.episode_key = cases.episode_key
    where log_begins.first_review_on is not null
),

scoped_cases as (
    {{ in_scopes_and_periods('open_cases', 'no_day') }}
),

lately as (
    select
        scope_kind,
        scope_value,
        count(*) as population_n,
        count(case when is_young then 1 end) as excluded_n,
        count(case when not is_young then 1 end) as denominator_n,
        count(case when is_reviewed and not is_young then 1 end) as numerator,
        count(distinct case when not is_young then clinician_key end) as clinicians_n
    from scoped_cases
    where period_kind = 'all'
    group by scope_kind, scope_value
),

int_statistic__review as (
    select
        medians.scope_kind,
        medians.scope_value,
        'time_to_review' as metric_id,
        cast(null as {{ text_type() }}) as instrument,
        medians.period,
        medians.period_kind,
        medians.period_starts_on,
        totals.waits_n as population_n,
        cast(0 as bigint) as excluded_n,
        totals.waits_n as denominator_n,
        cast(null as bigint) as numerator,
        totals.clinicians_n,
        medians.median as raw_estimate,
        case when medians.median is not null then medians.median_lo end as lo,
        case when medians.median is not null then medians.median_hi end as hi,
        cast(null as double) as expected,
        cast(null as double) as mid_p,
        'Aalen-Johansen median, limits where the log-log 95 % limits reach a half' as method
    from medians
    inner join totals
        on
            medians.scope_kind = totals.scope_kind
            and medians.scope_value = totals.scope_value
            and medians.period = totals.period
    union all
    select
        scope_kind,
        scope_value,
        'reviewed_8_weeks' as metric_id,
        cast(null as {{ text_type() }}) as instrument,
        'all' as period,
        'all' as period_kind,
        cast(null as date) as period_starts_on,
        population_n,
        excluded_n,
        denominator_n,
        numerator,
        clinicians_n,
        {{ safe_ratio('numerator', 'denominator_n') }} as raw_estimate,
        round({{ wilson_lo('numerator', 'denominator_n') }}, 12) as lo,
        round({{ wilson_hi('numerator', 'denominator_n') }}, 12) as hi,
        cast(null as double) as expected,
        cast(null as double) as mid_p,
        'Wilson 95 %' as method
    from lately
)

select * from int_statistic__review
