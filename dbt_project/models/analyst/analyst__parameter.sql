with

parameters as (
    select * from {{ ref('parameter') }}
),

analyst__parameter as (
    select
        parameter_key,
        parameter_id,
        instrument,
        value,
        unit,
        meaning,
        source,
        evidence,
        params_version
    from parameters
)

select * from analyst__parameter
