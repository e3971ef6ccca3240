{#- Every transfer to another clinician of the practice, said or derived, and what became of it
    there (metrics.md 7, claim 10). A transfer is not a dropout, and nobody's fault: here is whether
    the client arrived. -#}
with endings as (
    select * from {{ ref('episode_ending') }}
    where is_population and ending = 'transferred'
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

alliances as (
    select * from {{ ref('episode_alliance') }}
    where status = 'ok'
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

-- By start time, not by day: the handover may be on the day of the last session. The same rule
-- finds the transfers that nobody coded (int_ending__transfers).
later_courses as (
    select
        endings.episode_key,
        later.episode_key as next_episode_key,
        later.attended_sessions as next_attended_sessions,
        later.status = 'open' as is_next_open,
        row_number() over (
            partition by endings.episode_key order by begun.first_started_at, later.episode_key
        ) as place
    from endings
    inner join attended on endings.episode_key = attended.episode_key
    inner join episodes as later
        on
            endings.client_key = later.client_key
            and endings.clinician_key != later.clinician_key
    inner join attended as begun on later.episode_key = begun.episode_key
    where
        attended.last_started_at < begun.first_started_at
        and {{ days_between('attended.last_started_on', 'begun.first_started_on') }}
        <= {{ param('episode_gap_days') }}
),

next_courses as (
    select * from later_courses
    where place = 1
),

-- Only where both have an early level of one instrument; with several, none may be lower.
compared as (
    select
        next_courses.episode_key,
        count(*) as instruments_n,
        count(
            case
                when
                    {{ compare_ready('later.early_1_3') }}
                    < {{ compare_ready('earlier.early_1_3') }}
                    then 1
            end
        ) as lower_n
    from next_courses
    inner join alliances as earlier on next_courses.episode_key = earlier.episode_key
    inner join alliances as later
        on
            next_courses.next_episode_key = later.episode_key
            and earlier.instrument = later.instrument
    group by next_courses.episode_key
),

context as (
    select as_of from {{ ref('stg_context') }}
),

int_transfer__followed as (
    select
        endings.episode_key,
        endings.clinician_key,
        endings.last_attended_on,
        endings.attended_sessions,
        endings.attended_sessions <= {{ param('transfer_early_sessions') }} as is_early,
        next_courses.next_episode_key,
        coalesce(next_courses.next_attended_sessions, 0) as next_attended_sessions,
        -- what cannot be known yet: a handover still to come, or a new course still to show
        case
            when next_courses.next_episode_key is null
                then
                    {{ days_between('endings.last_attended_on', 'context.as_of') }}
                    <= {{ param('episode_gap_days') }}
            else
                next_courses.is_next_open
                and next_courses.next_attended_sessions < {{ param('transfer_min_sessions') }}
        end as is_awaited,
        coalesce(
            next_courses.next_attended_sessions >= {{ param('transfer_min_sessions') }}, false
        )
        and coalesce(compared.lower_n, 0) = 0 as is_successful,
        coalesce(compared.instruments_n, 0) as compared_instruments_n
    from endings
    cross join context
    left join next_courses on endings.episode_key = next_courses.episode_key
    left join compared on endings.episode_key = compared.episode_key
)

select * from int_transfer__followed
