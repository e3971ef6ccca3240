with

catalogue as (
    select * from {{ ref('metric_catalogue') }}
),

analyst__metric_catalogue as (
    select
        metric_id,
        name,
        meaning,
        formula,
        population,
        exclusions,
        limits,
        unit,
        permitted_use,
        source,
        evidence,
        version
    from catalogue
)

select * from analyst__metric_catalogue
