with seed as (
    select * from {{ ref('claims') }}
),

claim as (
    select
        claim_id,
        sort_order,
        title,
        meaning,
        supervisor_action,
        evidence,
        limits,
        status,
        source
    from seed
)

select * from claim
