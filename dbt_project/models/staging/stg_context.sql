with

context as (
    select * from {{ source('build', 'context') }}
),

stg_context as (
    select
        release_id,
        as_of_source,
        rapport_version,
        is_demo,
        cast(as_of as date) as as_of,
        cast(known_on as date) as known_on,
        cast(built_at as timestamp) as built_at
    from context
)

select * from stg_context
