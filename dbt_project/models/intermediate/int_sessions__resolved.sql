with

sessions as (
    select * from {{ ref('stg_sessions') }}
),

links as (
    select * from {{ ref('int_id_links__resolved') }}
),

statuses as (
    select * from {{ ref('session_statuses') }}
),

context as (
    select * from {{ ref('stg_context') }}
),

parameters as (
    select
        {{ param('late_cancel_hours') }} as late_cancel_hours,
        {{ param('default_session_minutes') }} as default_session_minutes
),

judged as (
    select
        sessions.*,
        parameters.default_session_minutes,
        case
            when
                sessions.status = 'cancelled_client'
                and {{ microseconds_between('sessions.cancelled_at', 'sessions.started_at') }}
                < parameters.late_cancel_hours * 3600000000
                then 'late_cancel'
            else sessions.status
        end as judged_status
    from sessions
    cross join parameters
    where sessions.status != 'entered_in_error'
),

int_sessions__resolved as (
    select
        judged.session_key,
        coalesce(client_links.canonical_key, judged.client_key) as client_key,
        coalesce(clinician_links.canonical_key, judged.clinician_key) as clinician_key,
        judged.episode_key as supplied_episode_key,
        judged.source_system,
        judged.started_at,
        judged.started_on,
        {{ add_minutes(
            'judged.started_at',
            'case when judged.duration_minutes > 0 then judged.duration_minutes '
            ~ 'else judged.default_session_minutes end'
        ) }} as ended_at,
        judged.duration_minutes,
        judged.judged_status as status,
        statuses.is_attended and judged.started_on <= context.as_of as is_attended,
        statuses.is_missed and judged.started_on <= context.as_of as is_missed,
        judged.judged_status = 'scheduled' and judged.started_on > context.as_of
            as is_booked_ahead,
        statuses.has_known_outcome and judged.started_on <= context.as_of as has_known_outcome,
        judged.appointment_type,
        judged.modality,
        judged.format,
        case
            when judged.format = 'group' then 'group'
            when judged.format in ('couple', 'family') then 'couple_family'
            else 'individual'
        end as series,
        judged.cancelled_by,
        judged.cancelled_at
    from judged
    cross join context
    inner join statuses
        on judged.judged_status = statuses.status
    left join links as client_links
        on judged.client_key = client_links.old_key and client_links.entity = 'client'
    left join links as clinician_links
        on judged.clinician_key = clinician_links.old_key and clinician_links.entity = 'clinician'
)

select * from int_sessions__resolved
