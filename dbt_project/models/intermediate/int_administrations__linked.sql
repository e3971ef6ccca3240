with

administrations as (
    select * from {{ ref('int_administrations') }}
    where instrument is not null and not is_ambiguous
),

sessions as (
    select * from {{ ref('int_sessions__resolved') }}
),

instruments as (
    select * from {{ ref('stg_instruments') }}
),

parameters as (
    select
        {{ param('post_link_hours_before') }} * 60 as post_minutes_before,
        {{ param('post_link_days_after') }} * 1440 as post_minutes_after,
        {{ param('pre_link_days_before') }} * 1440 as pre_minutes_before,
        {{ param('pre_link_hours_after') }} * 60 as pre_minutes_after
),

-- The session a form names counts if it is the same client's.
named as (
    select
        administrations.*,
        sessions.session_key as named_session_key,
        case
            when administrations.timing = 'pre_session' then 'pre'
            when administrations.timing = 'post_session' then 'post'
            when administrations.timing = 'between' then 'none'
            when instruments.family = 'outcome' then 'pre'
            else 'post'
        end as link_window
    from administrations
    inner join instruments
        on administrations.instrument = instruments.instrument
    left join sessions
        on
            administrations.supplied_session_key = sessions.session_key
            and administrations.client_key = sessions.client_key
),

-- The window of each attended session in which a form still belongs to it.
windows as (
    select
        sessions.session_key,
        sessions.client_key,
        sessions.clinician_key,
        sessions.started_at,
        sessions.ended_at,
        'post' as link_window,
        {{ add_minutes('sessions.ended_at', '-parameters.post_minutes_before') }} as opens_at,
        {{ add_minutes('sessions.ended_at', 'parameters.post_minutes_after') }} as closes_at
    from sessions
    cross join parameters
    where sessions.is_attended
    union all
    select
        sessions.session_key,
        sessions.client_key,
        sessions.clinician_key,
        sessions.started_at,
        sessions.ended_at,
        'pre' as link_window,
        {{ add_minutes('sessions.started_at', '-parameters.pre_minutes_before') }} as opens_at,
        {{ add_minutes('sessions.started_at', 'parameters.pre_minutes_after') }} as closes_at
    from sessions
    cross join parameters
    where sessions.is_attended
),

candidates as (
    select
        named.response_key,
        named.instrument_code,
        named.respondent,
        windows.session_key,
        row_number() over (
            partition by named.response_key, named.instrument_code, named.respondent
            order by
                abs({{ microseconds_between('windows.ended_at', 'named.completed_at') }}),
                windows.started_at,
                windows.session_key
        ) as nearness
    from named
    inner join windows
        on
            named.client_key = windows.client_key
            and named.link_window = windows.link_window
            and named.completed_at >= windows.opens_at
            and named.completed_at <= windows.closes_at
            and (named.clinician_key is null or named.clinician_key = windows.clinician_key)
    where named.named_session_key is null
),

int_administrations__linked as (
    select
        named.response_key,
        named.instrument_code,
        named.respondent,
        named.instrument,
        named.instrument_version,
        named.source_system,
        named.client_key,
        named.clinician_key,
        named.supplied_episode_key,
        named.completed_at,
        named.completed_on,
        named.timing,
        named.collection_mode,
        coalesce(named.named_session_key, candidates.session_key) as session_key,
        case
            when named.named_session_key is not null then 'supplied'
            when candidates.session_key is not null then 'window'
            else 'none'
        end as link_method
    from named
    left join candidates
        on
            named.response_key = candidates.response_key
            and named.instrument_code = candidates.instrument_code
            and named.respondent = candidates.respondent
            and candidates.nearness = 1
)

select * from int_administrations__linked
