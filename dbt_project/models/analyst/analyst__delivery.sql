with

deliveries as (
    select * from {{ ref('delivery') }}
),

summed as (
    select
        source,
        count(*) as deliveries,
        count(case when status = 'rejected' then 1 end) as deliveries_rejected,
        cast(
            sum(case when status != 'duplicate' then rows_accepted else 0 end) as bigint
        ) as accepted_n,
        cast(
            sum(case when status != 'duplicate' then rows_quarantined else 0 end) as bigint
        ) as quarantined_n
    from deliveries
    group by source
),

analyst__delivery as (
    select
        source,
        deliveries,
        deliveries_rejected,
        {{ suppressed_count('accepted_n') }} as rows_accepted,
        {{ suppressed_count('quarantined_n') }} as rows_quarantined,
        {{ is_small_cell('accepted_n') }} or {{ is_small_cell('quarantined_n') }} as is_suppressed
    from summed
)

select * from analyst__delivery
