with

shipped as (
    select * from {{ ref('instruments') }}
),

-- declared in the practice's rapport.toml, codes `custom:<name>`
custom as (
    select * from {{ source('build', 'instruments') }}
),

stg_instruments as (
    select
        instrument,
        name,
        family,
        respondent,
        minimum,
        maximum,
        direction,
        item_count,
        cutoff,
        alert_drop,
        ceiling,
        reliable_change,
        sigma_w,
        sigma_floor,
        min_drop,
        outcome_priority,
        is_enabled,
        licence,
        evidence,
        source
    from shipped
    union all
    select
        instrument,
        name,
        family,
        respondent,
        minimum,
        maximum,
        direction,
        item_count,
        cutoff,
        alert_drop,
        ceiling,
        reliable_change,
        sigma_w,
        sigma_floor,
        min_drop,
        outcome_priority,
        is_enabled,
        licence,
        evidence,
        source
    from custom
)

select * from stg_instruments
