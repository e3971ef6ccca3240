with endings as (
    select * from {{ ref('episode_ending') }}
    where entry_session_index is not null
),

kinds as (
    select
        ending,
        nullif(competing_cause, '') as competing_cause
    from {{ ref('endings') }}
),

sessions as (
    select * from {{ ref('fct_session') }}
),

causes as (
    select distinct competing_cause as cause
    from kinds
    where competing_cause is not null
),

longest as (
    select max(event_session_index) as last_session_index
    from endings
),

-- One row per session index up to the longest episode, endings or not.
indexes as (
    select distinct sessions.session_index
    from sessions
    inner join longest on sessions.session_index <= longest.last_session_index
    where sessions.series = 'individual'
),

last_seen as (
    select
        endings.event_session_index as session_index,
        kinds.competing_cause as cause,
        count(*) as episodes_n
    from endings
    left join kinds on endings.ending = kinds.ending
    group by endings.event_session_index, kinds.competing_cause
),

left_by_session as (
    select
        indexes.session_index,
        coalesce(sum(last_seen.episodes_n), 0) as left_n,
        coalesce(sum(case when last_seen.cause is not null then last_seen.episodes_n end), 0)
            as ended_n
    from indexes
    left join last_seen on indexes.session_index = last_seen.session_index
    group by indexes.session_index
),

at_risk as (
    select
        *,
        sum(left_n) over (order by session_index desc) as at_risk
    from left_by_session
),

int_ending__competing as (
    select
        causes.cause,
        at_risk.session_index,
        cast(at_risk.at_risk as bigint) as at_risk,
        cast(coalesce(last_seen.episodes_n, 0) as bigint) as events,
        cast(at_risk.ended_n as bigint) as ended_n,
        cast(at_risk.left_n - at_risk.ended_n as bigint) as censored
    from causes
    cross join at_risk
    left join last_seen
        on causes.cause = last_seen.cause and at_risk.session_index = last_seen.session_index
)

select * from int_ending__competing
