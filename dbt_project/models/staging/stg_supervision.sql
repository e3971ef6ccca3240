with

current_rows as (
    {{ current_version('supervision', ['supervision_key'], across_sources=true) }}
),

stg_supervision as (
    select
        -- where the row came from
        delivery_id,
        row_number,
        source as source_system,
        generated_at,
        -- ids
        supervision_key,
        supervisor_key,
        supervisee_key,
        client_key,
        -- strings
        kind,
        -- times
        started_on,
        ended_on
    from current_rows
)

select * from stg_supervision
