with seed as (
    select * from {{ ref('review_codes') }}
),

review_code as (
    select
        list,
        code,
        words,
        sort_order
    from seed
)

select * from review_code
