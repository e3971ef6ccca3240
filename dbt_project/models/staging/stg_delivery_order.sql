{{ config(materialized='table') }}

with

sightings as (
    select * from {{ ref('stg_delivery') }}
    where is_landed and feed is not null
),

ranked as (
    select
        *,
        row_number() over (
            partition by source, delivery_id, feed
            order by generated_at desc nulls last, delivery asc, sighting_id asc
        ) as newest_rank,
        min(delivery) over (partition by source, delivery_id, feed) as first_delivery
    from sightings
),

-- What a delivery says of itself is what its newest sighting says.
deliveries as (
    select
        delivery_id,
        source,
        feed,
        first_delivery as delivery,
        generated_at,
        speaks_for,
        speaks_from,
        speaks_to,
        row_number() over (
            partition by source, feed
            order by generated_at asc nulls first, first_delivery asc, delivery_id asc
        ) as delivery_order
    from ranked
    where newest_rank = 1
),

placed as (
    select
        *,
        coalesce(
            max(case when speaks_for = 'all' then delivery_order end)
                over (partition by source, feed),
            0
        ) as full_order
    from deliveries
),

stg_delivery_order as (
    select
        delivery_id,
        source,
        feed,
        delivery,
        generated_at,
        speaks_for,
        speaks_from,
        speaks_to,
        delivery_order,
        full_order,
        delivery_order >= full_order as is_current
    from placed
)

select * from stg_delivery_order
