with seed as (
    select * from {{ ref('review_codes') }}
),

reasons as (
    select * from {{ ref('agenda_reasons') }}
    where is_rule
),

review_code as (
    select
        list,
        code,
        words,
        sort_order
    from seed
    union all
    -- only what a rule raised can be confirmed or dismissed: a wish or a strength cannot
    select
        'reason' as list,
        reason_id as code,
        name as words,
        reason_rank as sort_order
    from reasons
)

select * from review_code
