with

current_rows as (
    {{ current_version(
        'feedback', ['response_key', 'scale'], across_sources=true, day='completed_on'
    ) }}
),

stg_feedback as (
    select
        -- where the row came from
        delivery_id,
        row_number,
        source as source_system,
        generated_at,
        -- ids
        response_key,
        client_key,
        clinician_key,
        session_key,
        episode_key,
        -- strings
        instrument as instrument_code,
        instrument_version,
        scale,
        respondent,
        timing,
        collection_mode,
        skip_reason,
        -- numbers
        cast(score as double) as value,
        -- booleans
        coalesce(skipped, false) as is_skipped,
        -- times
        completed_at,
        completed_on
    from current_rows
)

select * from stg_feedback
