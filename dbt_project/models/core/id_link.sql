with

links as (
    select * from {{ ref('int_id_links__resolved') }}
),

id_link as (
    select
        {{ row_key(['entity', 'old_key']) }} as id_link_key,
        entity,
        old_key as merged_key,
        canonical_key as kept_key
    from links
)

select * from id_link
