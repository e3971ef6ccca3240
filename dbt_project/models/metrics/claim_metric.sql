with seed as (
    select * from {{ ref('claim_metrics') }}
),

claim_metric as (
    select
        claim_id,
        sort_order,
        metric_id,
        part,
        counted,
        is_proxy,
        not_measured_reason,
        source
    from seed
)

select * from claim_metric
