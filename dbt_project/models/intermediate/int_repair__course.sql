{#- Aalen-Johansen over the times of int_repair__times, for every scope, instrument and period, on
    both clocks: the one place where the course of repair is estimated. -#}
with times as (
    select * from {{ ref('int_repair__times') }}
),

context as (
    select as_of from {{ ref('stg_context') }}
),

indexes as (
    select distinct session_index - 1 as time_since_onset
    from {{ ref('fct_session') }}
    where series = 'individual' and session_index is not null
),

clocked as (
    select
        'sessions' as clock,
        times.*,
        times.sessions_since_onset as time_since_onset
    from times
    union all
    select
        'days' as clock,
        times.*,
        times.days_since_onset as time_since_onset
    from times
),

known as (
    select clocked.*
    from clocked
    cross join context
    where clocked.onset_on <= context.as_of
),

scoped as (
    {{ in_scopes_and_periods('known', 'onset_on') }}
),

ended as (
    select
        clock,
        scope_kind,
        scope_value,
        instrument,
        period,
        period_kind,
        period_starts_on,
        cast(time_since_onset as integer) as time_since_onset,
        count(case when outcome = 'repaired' then 1 end) as repaired,
        count(case when outcome = 'ended' then 1 end) as ended,
        count(case when outcome = 'censored' then 1 end) as censored
    from scoped
    group by
        clock, scope_kind, scope_value, instrument, period, period_kind, period_starts_on,
        time_since_onset
),

groups as (
    select
        clock,
        scope_kind,
        scope_value,
        instrument,
        period,
        period_kind,
        period_starts_on,
        max(time_since_onset) as longest
    from ended
    group by clock, scope_kind, scope_value, instrument, period, period_kind, period_starts_on
),

-- Sessions are few, so each one up to the longest has a row; days only where something happened.
grid as (
    select
        groups.*,
        cast(indexes.time_since_onset as integer) as time_since_onset
    from groups
    inner join indexes on groups.longest >= indexes.time_since_onset
    where groups.clock = 'sessions'
    union all
    select
        groups.*,
        ended.time_since_onset
    from groups
    inner join ended
        on
            groups.clock = ended.clock
            and groups.scope_kind = ended.scope_kind
            and groups.scope_value = ended.scope_value
            and groups.instrument = ended.instrument
            and groups.period = ended.period
    where groups.clock = 'days'
),

counts as (
    select
        grid.clock,
        grid.scope_kind,
        grid.scope_value,
        grid.instrument,
        grid.period,
        grid.period_kind,
        grid.period_starts_on,
        grid.time_since_onset,
        coalesce(ended.repaired, 0) as repaired,
        coalesce(ended.ended, 0) as ended,
        coalesce(ended.censored, 0) as censored
    from grid
    left join ended
        on
            grid.clock = ended.clock
            and grid.scope_kind = ended.scope_kind
            and grid.scope_value = ended.scope_value
            and grid.instrument = ended.instrument
            and grid.period = ended.period
            and grid.time_since_onset = ended.time_since_onset
),

int_repair__course as (
    {{ aalen_johansen(
        'counts',
        [
            'clock', 'scope_kind', 'scope_value', 'instrument', 'period', 'period_kind',
            'period_starts_on',
        ],
        'time_since_onset',
        ['repaired', 'ended'],
    ) }}
)

select * from int_repair__course
