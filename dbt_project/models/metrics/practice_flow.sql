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
        referred_on as reached_on
    from clients
    where referred_on is not null
    union all
    select
        'opened' as step,
        opened_on as reached_on
    from episodes
    union all
    select
        case when session_index = 1 then 'first_session' else 'third_session' end as step,
        started_on as reached_on
    from sessions
    union all
    select
        case
            when ending in ('completed', 'mutual') then 'ended_planned'
            when ending = 'dropout' then 'ended_unplanned'
            when ending = 'unknown' then 'ended_unknown'
            else 'ended_other'
        end as step,
        last_attended_on as reached_on
    from endings
    where is_population
),

dated as (
    select
        reached.step,
        {{ period_start('month', 'reached.reached_on') }} as month_on
    from reached
    cross join context
    where reached.reached_on <= context.as_of
),

monthly as (
    select
        step,
        month_on,
        count(*) as n
    from dated
    group by step, month_on
),

in_periods as (
    select
        monthly.step,
        monthly.n,
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
        cast(sum(n) as bigint) as n
    from named
    group by step, period
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
        coalesce(totals.n, 0) as n
    from periods
    cross join steps
    left join totals
        on periods.period = totals.period and steps.step = totals.step
)

select * from practice_flow
