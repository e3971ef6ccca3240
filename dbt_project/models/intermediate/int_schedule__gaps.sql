{#- The days between one attended individual session and the next of an episode, whether they keep
    to the episode's own rhythm, and who called off an appointment in between (metrics.md 7, claim
    8). -#}
with sessions as (
    select * from {{ ref('fct_session') }}
    where series = 'individual'
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

-- Running counts over every appointment; the difference between two attended ones is what lay
-- between them.
counted as (
    select
        *,
        count(case when status = 'cancelled_clinician' then 1 end) over so_far
            as clinician_called_off,
        count(case when status in ('no_show', 'late_cancel', 'cancelled_client') then 1 end)
            over so_far as client_stayed_away
    from sessions
    window so_far as (
        partition by episode_key order by started_at, session_key
        rows between unbounded preceding and current row
    )
),

attended as (
    select
        episode_key,
        session_key,
        session_index,
        started_on,
        lag(started_on) over in_order as previous_on,
        clinician_called_off - lag(clinician_called_off) over in_order as clinician_called_off_n,
        client_stayed_away - lag(client_stayed_away) over in_order as client_stayed_away_n
    from counted
    where session_index is not null
    window in_order as (partition by episode_key order by session_index)
),

gaps as (
    select
        attended.episode_key,
        episodes.clinician_key,
        attended.session_key,
        attended.session_index,
        attended.started_on,
        {{ days_between('attended.previous_on', 'attended.started_on') }} as gap_days,
        greatest(1, cast(round(episodes.median_gap_days) as integer)) as planned_days,
        attended.clinician_called_off_n,
        attended.client_stayed_away_n
    from attended
    inner join episodes on attended.episode_key = episodes.episode_key
    where attended.previous_on is not null
),

int_schedule__gaps as (
    select
        *,
        gap_days <= {{ param('on_schedule_ratio') }} * planned_days as is_on_schedule
    from gaps
)

select * from int_schedule__gaps
