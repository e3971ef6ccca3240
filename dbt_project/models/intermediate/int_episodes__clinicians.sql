{#- Whose a supplied episode is, and who else treated the client within it. An export says whose it
    is today; the sessions say who was there (exports.md C5). -#}
with

sessions as (
    select * from {{ ref('int_sessions__resolved') }}
),

exported as (
    select * from {{ ref('int_episodes__exported') }}
),

-- An episode that sessions name and no episode export lists is its first session's client's.
supplied as (
    select
        episode_key,
        client_key,
        clinician_key,
        is_clinician_named
    from exported
    union all
    select
        supplied_episode_key as episode_key,
        {{ first_known('client_key', '(started_at, session_key)') }} as client_key,
        {{ first_known('clinician_key', '(started_at, session_key)') }} as clinician_key,
        false as is_clinician_named
    from sessions
    where
        supplied_episode_key is not null
        and supplied_episode_key not in (select exported.episode_key from exported)
    group by supplied_episode_key
),

treating as (
    select
        supplied.episode_key,
        sessions.clinician_key,
        count(*) as held_sessions,
        max(sessions.started_at) as last_held_at
    from supplied
    inner join sessions
        on
            supplied.episode_key = sessions.supplied_episode_key
            and supplied.client_key = sessions.client_key
    where sessions.is_attended
    group by supplied.episode_key, sessions.clinician_key
),

-- The clinician whom the export names, if the two have met; otherwise the one who treated the
-- client last. One session alone may be an intake or a colleague standing in.
ranked as (
    select
        supplied.episode_key,
        supplied.client_key,
        treating.held_sessions,
        coalesce(treating.clinician_key, supplied.clinician_key) as clinician_key,
        row_number() over (
            partition by supplied.episode_key
            order by
                case
                    when
                        supplied.is_clinician_named
                        and treating.clinician_key = supplied.clinician_key
                        then 0
                    else 1
                end asc,
                case when treating.held_sessions > 1 then 0 else 1 end asc,
                treating.last_held_at desc,
                treating.clinician_key asc
        ) as owner_rank
    from supplied
    left join treating
        on supplied.episode_key = treating.episode_key
),

int_episodes__clinicians as (
    select
        episode_key,
        client_key,
        clinician_key,
        owner_rank = 1 as is_owner,
        owner_rank > 1 and held_sessions > 1 as has_own_course
    from ranked
)

select * from int_episodes__clinicians
