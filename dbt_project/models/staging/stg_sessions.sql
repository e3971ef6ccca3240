with

current_rows as (
    {{ current_version('sessions', ['session_key'], across_sources=true, day='started_on') }}
),

stg_sessions as (
    select
        -- where the row came from
        delivery_id,
        row_number,
        source as source_system,
        generated_at,
        -- ids
        session_key,
        client_key,
        clinician_key,
        episode_key,
        group_session_key,
        location_key,
        -- strings
        status,
        cancelled_by,
        modality,
        format,
        appointment_type,
        -- numbers
        duration_minutes,
        -- times
        started_at,
        started_on,
        cancelled_at,
        booked_at
    from current_rows
)

select * from stg_sessions
