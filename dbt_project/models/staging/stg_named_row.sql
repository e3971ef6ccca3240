{{ config(materialized='table') }}

with

held_back as (
    select * from {{ source('landing', 'quarantine') }}
    where row_key is not null
),

deliveries as (
    select * from {{ ref('stg_delivery_order') }}
),

stg_named_row as (
    select
        deliveries.source,
        deliveries.feed,
        held_back.row_key,
        max(deliveries.delivery_order) as named_order
    from held_back
    inner join deliveries
        on
            held_back.delivery_id = deliveries.delivery_id
            and held_back.feed = deliveries.feed
    group by
        deliveries.source,
        deliveries.feed,
        held_back.row_key
)

select * from stg_named_row
