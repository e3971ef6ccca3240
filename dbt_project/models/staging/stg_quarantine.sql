with

held as (
    select * from {{ source('landing', 'quarantine') }}
),

stg_quarantine as (
    select
        delivery_id,
        source,
        delivery,
        feed,
        row_number,
        rule,
        column_name,
        row_key
    from held
)

select * from stg_quarantine
