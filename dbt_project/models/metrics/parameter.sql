with seed as (
    select * from {{ ref('parameters') }}
),

parameter as (
    select
        {{ row_key(["'parameter'", 'parameter_id', 'instrument']) }} as parameter_key,
        parameter_id,
        instrument,
        value,
        unit,
        meaning,
        source,
        evidence,
        cast({{ param('params_version') }} as integer) as params_version
    from seed
)

select * from parameter
