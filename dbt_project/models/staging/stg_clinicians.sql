with

current_rows as (
    {{ current_version('clinicians', ['clinician_key'], across_sources=false) }}
),

stg_clinicians as (
    select
        -- where the row came from
        delivery_id,
        row_number,
        source as source_system,
        generated_at,
        -- ids
        clinician_key,
        site_id,
        -- strings
        role,
        -- times
        started_on,
        ended_on
    from current_rows
)

select * from stg_clinicians
