with

deliveries as (
    select * from {{ ref('stg_delivery_order') }}
),

changes as (
    select * from {{ ref('int_delivery__changes') }}
),

correction as (
    select
        {{ row_key(['deliveries.source', 'deliveries.delivery_id', 'deliveries.feed']) }}
            as correction_key,
        deliveries.source,
        deliveries.delivery_id,
        deliveries.delivery,
        deliveries.feed,
        deliveries.generated_at,
        cast(deliveries.delivery_order as integer) as delivery_order,
        cast(coalesce(changes.inserted, 0) as bigint) as inserted,
        cast(coalesce(changes.updated, 0) as bigint) as updated,
        cast(coalesce(changes.deleted, 0) as bigint) as deleted,
        cast(coalesce(changes.undeleted, 0) as bigint) as undeleted,
        cast(coalesce(changes.unchanged, 0) as bigint) as unchanged
    from deliveries
    left join changes
        on
            deliveries.source = changes.source
            and deliveries.feed = changes.feed
            and deliveries.delivery_order = changes.delivery_order
)

select * from correction
