with

shipped as (
    select * from {{ ref('instruments') }}
),

-- What the practice's rapport.toml says: its own forms, codes `custom:<name>`, and with the code of
-- a shipped instrument alone that it is switched on.
declared as (
    select * from {{ ref('stg_declared_instruments') }}
),

custom as (
    select declared.*
    from declared
    left join shipped on declared.instrument = shipped.instrument
    where shipped.instrument is null
),

stg_instruments as (
    select
        shipped.instrument,
        shipped.name,
        shipped.family,
        shipped.respondent,
        shipped.minimum,
        shipped.maximum,
        shipped.direction,
        shipped.item_count,
        shipped.cutoff,
        shipped.alert_drop,
        shipped.ceiling,
        shipped.reliable_change,
        shipped.sigma_w,
        shipped.sigma_floor,
        shipped.min_drop,
        shipped.outcome_priority,
        shipped.is_enabled or declared.instrument is not null as is_enabled,
        shipped.licence,
        shipped.evidence,
        shipped.source
    from shipped
    left join declared on shipped.instrument = declared.instrument
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
