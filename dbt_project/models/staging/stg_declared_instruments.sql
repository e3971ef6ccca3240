with

stg_declared_instruments as (
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
    from {{ source('build', 'instruments') }}
)

select * from stg_declared_instruments
