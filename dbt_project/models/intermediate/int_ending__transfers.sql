{#- Ended episodes without a stated reason whose client went on with another clinician here soon
    after: transfers that nobody coded (metrics.md 5.1; a transfer is not a dropout). -#}
with episodes as (
    select * from {{ ref('fct_episode') }}
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
int_ending__transfers as (
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
)

select * from int_ending__transfers
