with clients as (
    select * from {{ ref('dim_client') }}
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

endings as (
    select * from {{ ref('episode_ending') }}
),

sessions as (
    select * from {{ ref('fct_session') }}
    where series = 'individual' and session_index in (1, 3)
),

context as (
    select as_of from {{ ref('stg_context') }}
),

period_kinds as (
    {{ period_kinds() }}
),

steps as (
    select * from {{ ref('flow_steps') }}
),

-- One row per client or episode and step, at the date of the step
reached as (
    select
        'referred' as step,
        referred_on as reached_on,
        cast(null as date) as opened_on
    from clients
    where referred_on is not null
    union all
    select
        'opened' as step,
        opened_on as reached_on,
        opened_on
    from episodes
    union all
    select
        case when sessions.session_index = 1 then 'first_session' else 'third_session' end as step,
        sessions.started_on as reached_on,
        episodes.opened_on
    from sessions
    inner join episodes on sessions.episode_key = episodes.episode_key
    union all
    select
        case
            when not is_ended then 'in_treatment'
            when ending = 'never_started' then 'never_started'
            when ending in ('completed', 'mutual') then 'ended_planned'
            when ending = 'dropout' then 'ended_unplanned'
            when ending = 'unknown' then 'ended_unknown'
            else 'ended_other'
        end as step,
        case
            when not is_ended then opened_on
            when is_population then last_attended_on
            else known_on
        end as reached_on,
        opened_on
    from endings
),

past as (
    select
        reached.step,
        reached.reached_on,
        reached.opened_on
    from reached
    cross join context
    where reached.reached_on <= context.as_of
),

-- Counted twice: at the date of the step, and at the date its episode opened
dated as (
    select
        step,
        {{ period_start('month', 'reached_on') }} as month_on,
        1 as n,
        0 as cohort_n
    from past
    union all
    select
        step,
        {{ period_start('month', 'opened_on') }} as month_on,
        0 as n,
        1 as cohort_n
    from past
    where opened_on is not null
),

monthly as (
    select
        step,
        month_on,
        sum(n) as n,
        sum(cohort_n) as cohort_n
    from dated
    group by step, month_on
),

in_periods as (
    select
        monthly.step,
        monthly.n,
        monthly.cohort_n,
        period_kinds.period_kind,
        {{ period_starts_on('period_kinds.period_kind', 'monthly.month_on') }} as period_starts_on
    from monthly
    cross join period_kinds
),

named as (
    select
        *,
        {{ period_name('period_kind', 'period_starts_on') }} as period
    from in_periods
),

periods as (
    select distinct
        period,
        period_kind,
        period_starts_on
    from named
),

totals as (
    select
        step,
        period,
        cast(sum(n) as bigint) as n,
        cast(sum(cohort_n) as bigint) as cohort_n
    from named
    group by step, period
),

opened as (
    select
        period,
        cohort_n
    from totals
    where step = 'opened'
),

-- Every step stands in every period, so that nothing that did not happen looks like no data.
practice_flow as (
    select
        {{ row_key(["'practice_flow'", 'periods.period', 'steps.step']) }} as practice_flow_key,
        periods.period,
        periods.period_kind,
        periods.period_starts_on,
        steps.step,
        steps.step_order,
        steps.name,
        steps.counted,
        coalesce(totals.n, 0) as n,
        case when steps.counted = 'episodes' then coalesce(totals.cohort_n, 0) end as cohort_n,
        case
            when steps.counted = 'episodes'
                then round(
                    {{ safe_ratio('coalesce(totals.cohort_n, 0)', 'opened.cohort_n') }}, 12
                )
        end as cohort_share
    from periods
    cross join steps
    left join totals
        on periods.period = totals.period and steps.step = totals.step
    left join opened on periods.period = opened.period
)

select * from practice_flow
