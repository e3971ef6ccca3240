with

shipped as (
    select * from {{ ref('instrument_scales') }}
),

-- declared in the practice's rapport.toml, codes `custom:<name>`
custom as (
    select * from {{ source('build', 'instrument_scales') }}
),

stg_instrument_scales as (
    select
        instrument,
        scale,
        name,
        component,
        item_count,
        minimum,
        maximum,
        max_missing,
        method,
        multiplier,
        evidence,
        source
    from shipped
    union all
    select
        instrument,
        scale,
        name,
        component,
        item_count,
        minimum,
        maximum,
        max_missing,
        method,
        multiplier,
        evidence,
        source
    from custom
)

select * from stg_instrument_scales
