with

landed as (
    select * from {{ source('landing', 'sessions') }}
),

deliveries as (
    select * from {{ ref('stg_delivery_order') }}
    where feed = 'sessions'
),

stg_session_keys as (
    select landed.session_key
    from landed
    inner join deliveries
        on landed.delivery_id = deliveries.delivery_id
    group by landed.session_key
)

select * from stg_session_keys
