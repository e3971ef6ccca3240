with

instruments as (
    select * from {{ ref('dim_instrument') }}
),

analyst__instrument as (
    select
        instrument,
        name,
        family,
        minimum,
        maximum,
        direction,
        cutoff,
        reliable_change,
        is_enabled,
        licence,
        evidence,
        source
    from instruments
)

select * from analyst__instrument
