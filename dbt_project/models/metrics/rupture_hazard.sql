{#- How often an unplanned ending follows a session, by the state of the rupture at it. -#}
with sessions as (
    select * from {{ ref('int_rupture__person_period') }}
),

bands as (
    select
        band,
        band_order
    from {{ ref('session_bands') }}
    union all
    select
        'all' as band,
        0 as band_order
),

-- Every cell has a row, also the empty ones.
states as (
    select 'none' as state
    union all
    select 'open' as state
    union all
    select 'repaired' as state
),

instruments as (
    select distinct instrument from sessions
),

cells as (
    select
        instruments.instrument,
        bands.band,
        bands.band_order,
        states.state,
        count(sessions.episode_key) as sessions,
        count(case when sessions.is_dropout then 1 end) as dropouts
    from instruments
    cross join bands
    cross join states
    left join sessions
        on
            instruments.instrument = sessions.instrument
            and states.state = sessions.state
            and bands.band in (sessions.band, 'all')
    group by instruments.instrument, bands.band, bands.band_order, states.state
),

rupture_hazard as (
    select
        {{ row_key(["'rupture_hazard'", 'instrument', 'band', 'state']) }} as rupture_hazard_key,
        instrument,
        band,
        cast(band_order as integer) as band_order,
        state,
        sessions,
        dropouts,
        {{ safe_ratio('dropouts', 'sessions') }} as hazard,
        round({{ wilson_lo('dropouts', 'sessions') }}, 12) as lo,
        round({{ wilson_hi('dropouts', 'sessions') }}, 12) as hi,
        cast({{ param('params_version') }} as integer) as params_version
    from cells
)

select * from rupture_hazard
