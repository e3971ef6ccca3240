-- Each claim's measures are either figures of the long tables or say why there is none, and its
-- status is what they make of it: measured where one is the thing itself, proxy where all only
-- stand for it, not_measured where there is none.
with claims as (
    select * from {{ ref('claims') }}
),

measures as (
    select * from {{ ref('claim_metrics') }}
),

catalogue as (
    select * from {{ ref('metric_definitions') }}
),

judged as (
    select
        claims.claim_id,
        claims.status,
        case
            when count(case when not measures.is_proxy then measures.metric_id end) > 0
                then 'measured'
            when count(measures.metric_id) > 0 then 'proxy'
            else 'not_measured'
        end as earned_status
    from claims
    left join measures on claims.claim_id = measures.claim_id
    group by claims.claim_id, claims.status
),

broken as (
    select
        claim_id,
        'its status is not what its measures make of it' as what
    from judged
    where status != earned_status
    union all
    select
        measures.claim_id,
        'a measure has no claim' as what
    from measures
    left join claims on measures.claim_id = claims.claim_id
    where claims.claim_id is null
    union all
    select
        measures.claim_id,
        'a measure is no figure of the catalogue' as what
    from measures
    left join catalogue
        on measures.metric_id = catalogue.metric_id and catalogue.is_clinician_metric
    where measures.metric_id is not null and catalogue.metric_id is null
    union all
    select
        measures.claim_id,
        'a stand-in is not called one' as what
    from measures
    inner join catalogue on measures.metric_id = catalogue.metric_id
    where catalogue.is_proxy and not measures.is_proxy
    union all
    select
        claim_id,
        'a measure has both a figure and a reason for none, or neither' as what
    from measures
    where
        (metric_id is null) = (not_measured_reason is null)
        or (metric_id is null) != (counted is null)
    union all
    select
        'all' as claim_id,
        'there are twelve claims' as what
    from claims
    having count(*) != 12
)

select * from broken
