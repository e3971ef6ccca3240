with

sightings as (
    select * from {{ ref('stg_delivery') }}
),

delivery_order as (
    select * from {{ ref('stg_delivery_order') }}
),

delivery_feed as (
    select
        {{ row_key(['sightings.sighting_id', 'sightings.feed']) }} as delivery_feed_key,
        sightings.sighting_id,
        sightings.delivery_id,
        sightings.source,
        sightings.delivery,
        sightings.feed,
        sightings.status,
        delivery_order.is_current,
        cast(sightings.rows_read as bigint) as rows_read,
        cast(sightings.rows_accepted as bigint) as rows_accepted,
        cast(sightings.rows_quarantined as bigint) as rows_quarantined,
        cast(sightings.rows_collapsed as bigint) as rows_collapsed,
        cast(sightings.rows_filtered as bigint) as rows_filtered
    from sightings
    left join delivery_order
        on
            sightings.delivery_id = delivery_order.delivery_id
            and sightings.feed = delivery_order.feed
    where sightings.feed is not null
)

select * from delivery_feed
