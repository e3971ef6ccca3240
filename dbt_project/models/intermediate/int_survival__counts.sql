with spells as (
    select * from {{ ref('int_survival__spells') }}
),

sessions as (
    select * from {{ ref('fct_session') }}
),

entered as (
    select
        scope_kind,
        scope_value,
        entry_session_index as session_index,
        count(*) as entered
    from spells
    group by scope_kind, scope_value, entry_session_index
),

last_seen as (
    select
        scope_kind,
        scope_value,
        exit_session_index as session_index,
        count(case when is_event then 1 end) as events,
        count(case when not is_event then 1 end) as censored
    from spells
    group by scope_kind, scope_value, exit_session_index
),

-- One row per session index up to the longest episode of the scope, events or not.
indexes as (
    select distinct session_index
    from sessions
    where series = 'individual' and session_index is not null
),

longest as (
    select
        scope_kind,
        scope_value,
        max(session_index) as last_session_index
    from last_seen
    group by scope_kind, scope_value
),

grid as (
    select
        longest.scope_kind,
        longest.scope_value,
        indexes.session_index,
        coalesce(entered.entered, 0) as entered,
        coalesce(last_seen.events, 0) as events,
        coalesce(last_seen.censored, 0) as censored
    from longest
    inner join indexes on longest.last_session_index >= indexes.session_index
    left join entered
        on
            longest.scope_kind = entered.scope_kind
            and longest.scope_value = entered.scope_value
            and indexes.session_index = entered.session_index
    left join last_seen
        on
            longest.scope_kind = last_seen.scope_kind
            and longest.scope_value = last_seen.scope_value
            and indexes.session_index = last_seen.session_index
),

-- Whoever has entered by s and was not last seen before it, attended s.
int_survival__counts as (
    select
        scope_kind,
        scope_value,
        session_index,
        entered,
        cast(
            sum(entered - events - censored) over (
                partition by scope_kind, scope_value order by session_index
            ) + events + censored as bigint
        ) as at_risk,
        events,
        censored
    from grid
)

select * from int_survival__counts
