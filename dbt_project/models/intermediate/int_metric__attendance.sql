{#- Units of the attendance and feedback rates, one row per session and rate (metrics.md 5.3, 6).
    -#}
{{ config(materialized='view') }}

with sessions as (
    select * from {{ ref('fct_session') }}
),

eligible_sessions as (
    select * from {{ ref('int_metric__eligible_sessions') }}
),

-- Timely cancellations are in neither part of the no-show rate.
expected_sessions as (
    select * from sessions
    where is_attended or is_missed
),

counted as (
    select
        'dna_rate' as metric_id,
        clinician_key,
        session_key,
        started_on,
        status = 'no_show' as is_numerator
    from expected_sessions
    union all
    select
        'late_cancel_rate' as metric_id,
        clinician_key,
        session_key,
        started_on,
        status = 'late_cancel' as is_numerator
    from expected_sessions
    union all
    select
        'clinician_cancel_rate' as metric_id,
        clinician_key,
        session_key,
        started_on,
        status = 'cancelled_clinician' as is_numerator
    from sessions
    where status != 'entered_in_error'
    union all
    select
        'feedback_completion' as metric_id,
        clinician_key,
        session_key,
        started_on,
        is_on_time as is_numerator
    from eligible_sessions
),

int_metric__attendance as (
    select
        metric_id,
        cast(null as {{ text_type() }}) as instrument,
        clinician_key,
        session_key as unit_key,
        started_on as occurred_on,
        false as is_excluded,
        is_numerator,
        cast(null as double) as value
    from counted
)

select * from int_metric__attendance
