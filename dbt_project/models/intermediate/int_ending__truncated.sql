with episodes as (
    select * from {{ ref('fct_episode') }}
    where not is_derived
),

sessions as (
    select * from {{ ref('fct_session') }}
),

window_start as (
    select min(started_on) as first_session_on
    from sessions
),

int_ending__truncated as (
    select
        episodes.episode_key,
        episodes.opened_on,
        window_start.first_session_on
    from episodes
    cross join window_start
    where
        {{ days_between('episodes.opened_on', 'window_start.first_session_on') }}
        > {{ param('lapse_days_min') }}
)

select * from int_ending__truncated
