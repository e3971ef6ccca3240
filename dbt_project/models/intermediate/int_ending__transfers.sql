{#- Ended episodes without a stated reason whose client went on with another clinician here soon
    after: transfers that nobody coded (metrics.md 5.1; a transfer is not a dropout). -#}
with episodes as (
    select * from {{ ref('fct_episode') }}
),

next_elsewhere as (
    select
        ended.episode_key,
        min(later.first_attended_on) as next_attended_on
    from episodes as ended
    inner join episodes as later
        on
            ended.client_key = later.client_key
            and ended.clinician_key != later.clinician_key
            and ended.last_attended_on < later.first_attended_on
    where
        ended.status != 'open'
        and (ended.closure_reason is null or ended.closure_reason = 'unknown')
    group by ended.episode_key
),

int_ending__transfers as (
    select
        episodes.episode_key,
        next_elsewhere.next_attended_on
    from episodes
    inner join next_elsewhere on episodes.episode_key = next_elsewhere.episode_key
    where
        {{ days_between('episodes.last_attended_on', 'next_elsewhere.next_attended_on') }}
        <= {{ param('episode_gap_days') }}
)

select * from int_ending__transfers
