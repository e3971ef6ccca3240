{#- Units of what is done about ruptures: recognised by the clinician, addressed, answered in time
    (metrics.md 4.4 R8, R10, 6 F3). -#}
{{ config(materialized='view') }}

with recognition as (
    select * from {{ ref('int_rupture__recognition') }}
),

alerts as (
    select * from {{ ref('int_rupture__alerts') }}
),

int_metric__rupture_response as (
    select
        'rupture_unrecognised' as metric_id,
        cast(null as {{ text_type() }}) as instrument,
        clinician_key,
        session_key as unit_key,
        started_on as occurred_on,
        false as is_excluded,
        not is_clinician_reported as is_numerator,
        cast(null as double) as value
    from recognition
    where is_client_reported
    union all
    select
        'rupture_addressed' as metric_id,
        instrument,
        clinician_key,
        alert_key as unit_key,
        raised_on as occurred_on,
        is_next_session_awaited as is_excluded,
        is_addressed_by_next_session as is_numerator,
        cast(null as double) as value
    from alerts
    where alert_kind = 'rupture'
    union all
    select
        'early_rupture_addressed' as metric_id,
        instrument,
        clinician_key,
        alert_key as unit_key,
        raised_on as occurred_on,
        is_next_session_awaited as is_excluded,
        is_addressed_by_next_session as is_numerator,
        cast(null as double) as value
    from alerts
    where alert_kind = 'rupture' and session_index <= {{ param('early_rupture_long') }}
    union all
    select
        'response_in_time' as metric_id,
        cast(null as {{ text_type() }}) as instrument,
        clinician_key,
        alert_key as unit_key,
        raised_on as occurred_on,
        is_time_left as is_excluded,
        is_in_time as is_numerator,
        cast(null as double) as value
    from alerts
)

select * from int_metric__rupture_response
