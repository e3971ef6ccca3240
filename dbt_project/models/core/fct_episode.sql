with

episodes as (
    select * from {{ ref('int_episodes__united') }}
),

sessions as (
    select
        facts.*,
        resolved.has_known_outcome
    from {{ ref('fct_session') }} as facts
    inner join {{ ref('int_sessions__resolved') }} as resolved
        on facts.session_key = resolved.session_key
),

context as (
    select * from {{ ref('stg_context') }}
),

parameters as (
    select
        {{ param('lapse_days_min') }} as lapse_days_min,
        {{ param('lapse_multiplier') }} as lapse_multiplier
),

gaps as (
    select
        episode_key,
        {{ days_between('lag(started_on) over (
            partition by episode_key order by session_index
        )', 'started_on') }} as gap_days
    from sessions
    where series = 'individual' and session_index is not null
),

median_gaps as (
    select
        episode_key,
        {{ median_of('gap_days') }} as median_gap_days
    from gaps
    group by episode_key
),

attendance as (
    select
        episode_key,
        count(case when series = 'individual' then session_index end) as attended_sessions,
        min(case when is_attended then started_on end) as first_attended_on,
        min(case when is_attended then started_at end) as first_attended_at,
        max(case when is_attended then started_on end) as last_attended_on,
        min(case when is_booked_ahead then started_on end) as next_booked_on
    from sessions
    group by episode_key
),

last_appointments as (
    select
        episode_key,
        started_on,
        status,
        row_number() over (
            partition by episode_key
            order by started_at desc, session_key desc
        ) as latest_rank
    from sessions
    where has_known_outcome
),

measured as (
    select
        episodes.*,
        attendance.first_attended_on,
        attendance.first_attended_at,
        attendance.last_attended_on,
        attendance.next_booked_on,
        last_appointments.started_on as last_scheduled_on,
        last_appointments.status as last_scheduled_status,
        median_gaps.median_gap_days,
        context.as_of,
        coalesce(attendance.attended_sessions, 0) as attended_sessions,
        greatest(
            parameters.lapse_days_min,
            parameters.lapse_multiplier * coalesce(median_gaps.median_gap_days, 0)
        ) as lapse_days
    from episodes
    cross join context
    cross join parameters
    left join attendance
        on episodes.episode_key = attendance.episode_key
    left join median_gaps
        on episodes.episode_key = median_gaps.episode_key
    left join last_appointments
        on
            episodes.episode_key = last_appointments.episode_key
            and last_appointments.latest_rank = 1
),

-- An episode nobody ever attended lapses after its last appointment, or after its opening.
dated as (
    select
        *,
        {{ add_days(
            'coalesce(last_attended_on, last_scheduled_on, opened_on)', 'ceil(lapse_days)'
        ) }} as lapses_on
    from measured
),

judged as (
    select
        *,
        case
            when closed_on is not null then 'closed'
            when next_booked_on is null and lapses_on <= as_of then 'lapsed'
            else 'open'
        end as status
    from dated
),

followed as (
    select
        episode_key,
        lead(episode_key) over (
            partition by client_key
            order by first_attended_at, episode_key
        ) as next_episode_key
    from judged
    where first_attended_at is not null
),

fct_episode as (
    select
        judged.episode_key,
        judged.client_key,
        judged.clinician_key,
        judged.source_system,
        judged.is_derived,
        judged.opened_on,
        judged.closed_on,
        judged.closure_reason,
        judged.attended_sessions,
        judged.first_attended_on,
        judged.last_attended_on,
        judged.next_booked_on,
        judged.last_scheduled_on,
        judged.last_scheduled_status,
        judged.median_gap_days,
        judged.lapse_days,
        judged.lapses_on,
        judged.status,
        case
            when judged.status = 'closed' then judged.closed_on
            when judged.status = 'lapsed' then judged.lapses_on
        end as ended_on,
        followed.next_episode_key
    from judged
    left join followed
        on judged.episode_key = followed.episode_key
)

select * from fct_episode
