with

shipped as (
    select * from {{ ref('instrument_items') }}
),

-- declared in the practice's rapport.toml, codes `custom:<name>`
custom as (
    select * from {{ source('build', 'instrument_items') }}
),

stg_instrument_items as (
    select
        instrument,
        scale,
        item,
        is_reversed,
        minimum,
        maximum,
        evidence,
        source
    from shipped
    union all
    select
        instrument,
        scale,
        item,
        is_reversed,
        minimum,
        maximum,
        evidence,
        source
    from custom
)

select * from stg_instrument_items
