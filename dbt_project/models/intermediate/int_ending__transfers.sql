{#- Ended episodes without a stated reason whose client went on with another clinician here soon
    after: transfers that nobody coded (metrics.md 5.1; a transfer is not a dropout). So is a course
    within an exported episode that went on with another clinician, however long the wait was. -#}
with episodes as (
    select * from {{ ref('fct_episode') }}
),

named as (
    select
        facts.episode_key,
        facts.client_key,
        facts.clinician_key,
        facts.started_at,
        facts.started_on,
        resolved.supplied_episode_key
    from {{ ref('fct_session') }} as facts
    inner join {{ ref('int_sessions__resolved') }} as resolved
        on facts.session_key = resolved.session_key
    where facts.is_attended and resolved.supplied_episode_key is not null
),

attended as (
    select
        episode_key,
        min(started_at) as first_started_at,
        min(started_on) as first_started_on,
        max(started_at) as last_started_at,
        max(started_on) as last_started_on
    from {{ ref('fct_session') }}
    where is_attended
    group by episode_key
),

courses as (
    select
        episodes.episode_key,
        episodes.client_key,
        episodes.clinician_key,
        episodes.status != 'open' as is_ended,
        coalesce(episodes.closure_reason, 'unknown') = 'unknown' as is_without_reason,
        attended.first_started_at,
        attended.first_started_on,
        attended.last_started_at,
        attended.last_started_on
    from episodes
    inner join attended on episodes.episode_key = attended.episode_key
),

-- By start time, not by day: the handover may be on the day of the last session.
followed as (
    select
        ended.episode_key,
        min(later.first_started_on) as next_attended_on
    from courses as ended
    inner join courses as later
        on
            ended.client_key = later.client_key
            and ended.clinician_key != later.clinician_key
            and ended.last_started_at < later.first_started_at
    where ended.is_ended and ended.is_without_reason
    group by ended.episode_key, ended.last_started_on
    having
        {{ days_between('ended.last_started_on', 'min(later.first_started_on)') }}
        <= {{ param('episode_gap_days') }}
),

went_on as (
    select
        courses.episode_key,
        min(later.started_on) as next_attended_on
    from courses
    inner join named as own
        on
            courses.episode_key = own.episode_key
            and own.supplied_episode_key != own.episode_key
    inner join named as later
        on
            own.supplied_episode_key = later.supplied_episode_key
            and courses.client_key = later.client_key
            and courses.clinician_key != later.clinician_key
            and courses.last_started_at < later.started_at
    where courses.is_ended and courses.is_without_reason
    group by courses.episode_key
),

transfers as (
    select * from followed
    union all
    select * from went_on
),

int_ending__transfers as (
    select
        episode_key,
        min(next_attended_on) as next_attended_on
    from transfers
    group by episode_key
)

select * from int_ending__transfers
