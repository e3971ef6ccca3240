with

current_rows as (
    {{ current_version(
        'id_links',
        ['entity', 'old_key', 'new_key', 'relation', 'effective_at'],
        across_sources=false,
        named_by=['entity', 'source_system', 'old_key', 'new_key', 'relation', 'effective_at'],
        moments=['effective_at']
    ) }}
),

stg_id_links as (
    select
        -- where the row came from
        delivery_id,
        row_number,
        source as source_system,
        generated_at,
        -- ids
        old_key,
        new_key,
        -- strings
        entity,
        relation,
        -- times
        effective_at
    from current_rows
)

select * from stg_id_links
