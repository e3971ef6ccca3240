with

current_rows as (
    {{ current_version('episodes', ['episode_key'], across_sources=true) }}
),

stg_episodes as (
    select
        -- where the row came from
        delivery_id,
        row_number,
        source as source_system,
        generated_at,
        -- ids
        episode_key,
        client_key,
        clinician_key,
        -- strings
        closure_reason,
        -- times
        opened_on,
        closed_on
    from current_rows
)

select * from stg_episodes
