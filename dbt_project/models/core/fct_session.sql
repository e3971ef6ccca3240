with

sessions as (
    select * from {{ ref('int_sessions__resolved') }}
),

placed as (
    select * from {{ ref('int_sessions__in_episodes') }}
),

appointment_types as (
    select * from {{ ref('appointment_types') }}
),

-- metrics.md 0.3: attended treatment sessions count; a session without a type is one.
counted as (
    select
        sessions.*,
        placed.episode_key,
        sessions.is_attended and coalesce(appointment_types.counts_toward_index, true)
            as is_counted
    from sessions
    inner join placed
        on sessions.session_key = placed.session_key
    left join appointment_types
        on sessions.appointment_type = appointment_types.appointment_type
),

fct_session as (
    select
        session_key,
        client_key,
        clinician_key,
        episode_key,
        source_system,
        started_at,
        started_on,
        ended_at,
        duration_minutes,
        status,
        is_attended,
        is_missed,
        is_booked_ahead,
        appointment_type,
        modality,
        format,
        series,
        case
            when is_counted then cast(row_number() over (
                partition by episode_key, series, is_counted
                order by started_at, session_key
            ) as integer)
        end as session_index,
        cancelled_by,
        cancelled_at
    from counted
)

select * from fct_session
