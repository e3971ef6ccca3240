with

sessions as (
    select * from {{ ref('int_sessions__resolved') }}
),

clinicians as (
    select * from {{ ref('int_episodes__clinicians') }}
),

parameters as (
    select {{ param('episode_gap_days') }} as episode_gap_days
),

-- The export's word counts only where the episode is this client's, and not for a clinician who
-- treated the client in a course of their own.
placed as (
    select
        sessions.session_key,
        sessions.client_key,
        sessions.clinician_key,
        sessions.started_at,
        sessions.started_on,
        sessions.is_attended,
        case when others.episode_key is null then owners.episode_key end as episode_key
    from sessions
    left join clinicians as owners
        on
            sessions.supplied_episode_key = owners.episode_key
            and sessions.client_key = owners.client_key
            and owners.is_owner
    left join clinicians as others
        on
            sessions.supplied_episode_key = others.episode_key
            and sessions.clinician_key = others.clinician_key
            and others.has_own_course
),

-- metrics.md 0.3: courses of one client with one clinician, cut where too long passed without an
-- attended session and treatment started again.
seen_before as (
    select
        *,
        max(case when is_attended then started_on end) over (
            partition by client_key, clinician_key
            order by started_at, session_key
            rows between unbounded preceding and 1 preceding
        ) as previous_attended_on,
        max(case when is_attended then started_on end) over (
            partition by client_key, clinician_key
            order by started_at, session_key
            rows between 1 following and unbounded following
        ) as later_attended_on
    from placed
    where episode_key is null
),

judged as (
    select
        seen_before.*,
        coalesce(
            {{ days_between('seen_before.previous_attended_on', 'seen_before.started_on') }}
            >= parameters.episode_gap_days,
            false
        ) as is_after_gap
    from seen_before
    cross join parameters
),

restarted as (
    select
        *,
        sum(case when is_attended and is_after_gap then 1 else 0 end) over (
            partition by client_key, clinician_key
            order by started_at, session_key
            rows between unbounded preceding and current row
        ) as restarts
    from judged
),

-- A session that was not attended belongs to the attended one before it; after a gap, to the course
-- that starts with the next attended one, if treatment started again.
numbered as (
    select
        *,
        restarts + case
            when not is_attended and is_after_gap and later_attended_on is not null then 1
            else 0
        end as course_number
    from restarted
),

named as (
    select
        *,
        first_value(session_key) over (
            partition by client_key, clinician_key, course_number
            order by started_at, session_key
        ) as first_session_key
    from numbered
),

derived as (
    select
        session_key,
        {{ row_key(["'episode'", 'client_key', 'clinician_key', 'first_session_key']) }}
            as episode_key
    from named
),

int_sessions__in_episodes as (
    select
        session_key,
        episode_key
    from placed
    where episode_key is not null
    union all
    select
        session_key,
        episode_key
    from derived
)

select * from int_sessions__in_episodes
