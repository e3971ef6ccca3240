with

instruments as (
    select * from {{ ref('stg_instruments') }}
),

cutoffs as (
    select * from {{ ref('instrument_cutoffs') }}
    where is_default and scale = 'total' and respondent = 'client'
),

thresholds as (
    select
        instrument,
        max(case when kind = 'caseness' then value end) as caseness,
        max(case when kind = 'reliable_change' then value end) as reliable_change
    from cutoffs
    group by instrument
),

-- Of a shipped instrument the thresholds stand in parameters and instrument_cutoffs; a custom one
-- brings its own.
dim_instrument as (
    select
        instruments.instrument,
        instruments.name,
        instruments.family,
        instruments.respondent,
        cast(instruments.minimum as decimal(9, 4)) as minimum,
        cast(instruments.maximum as decimal(9, 4)) as maximum,
        instruments.direction,
        cast(instruments.item_count as integer) as item_count,
        cast(coalesce(
            instruments.cutoff,
            {{ param('alert_cutoff', 'instruments.instrument') }},
            thresholds.caseness
        ) as decimal(9, 4)) as cutoff,
        cast(coalesce(
            instruments.alert_drop,
            {{ param('alert_drop', 'instruments.instrument') }}
        ) as decimal(9, 4)) as alert_drop,
        cast(coalesce(
            instruments.ceiling,
            {{ param('ceiling', 'instruments.instrument') }}
        ) as decimal(9, 4)) as ceiling,
        cast(coalesce(
            instruments.reliable_change,
            {{ param('alliance_reliable_change', 'instruments.instrument') }},
            thresholds.reliable_change
        ) as decimal(9, 4)) as reliable_change,
        coalesce(
            instruments.sigma_w,
            {{ param('sigma_w', 'instruments.instrument') }}
        ) as sigma_w,
        coalesce(
            instruments.sigma_floor,
            {{ param('sigma_floor', 'instruments.instrument') }}
        ) as sigma_floor,
        coalesce(
            instruments.min_drop,
            {{ param('min_drop', 'instruments.instrument') }}
        ) as min_drop,
        cast(instruments.outcome_priority as integer) as outcome_priority,
        instruments.is_enabled,
        instruments.licence,
        instruments.evidence,
        instruments.source
    from instruments
    left join thresholds
        on instruments.instrument = thresholds.instrument
)

select * from dim_instrument
