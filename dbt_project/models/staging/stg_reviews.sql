with

deliveries as (
    select * from {{ ref('stg_delivery_order') }}
    where feed = 'reviews' and is_current
),

context as (
    select * from {{ ref('stg_context') }}
),

-- An entry never changes, so every delivery that holds it says the same of it.
versions as (
    select
        landed.*,
        deliveries.generated_at,
        row_number() over (
            partition by landed.entry_key
            order by deliveries.delivery_order desc, landed.row_number desc
        ) as version_rank
    from {{ source('landing', 'reviews') }} as landed
    inner join deliveries
        on
            landed.delivery_id = deliveries.delivery_id
            and landed.source = deliveries.source
),

stg_reviews as (
    select
        -- where the row came from
        versions.delivery_id,
        versions.row_number,
        versions.source as source_system,
        versions.generated_at,
        -- ids
        versions.entry_key,
        versions.episode_key,
        versions.client_key,
        versions.clinician_key,
        versions.author_key,
        versions.refers_to_key,
        versions.release_id,
        -- strings
        versions.kind,
        versions.author_role,
        lower(versions.code) as code,
        versions.done_by,
        -- numbers
        versions.session_index,
        -- times
        versions.recorded_at,
        versions.happened_on,
        versions.until_on,
        versions.due_on
    from versions
    cross join context
    where
        versions.version_rank = 1
        -- A release of a chosen day shows that day; any other one all that is known.
        and (
            context.as_of_source != 'option'
            or cast(versions.recorded_at as date) <= context.as_of
        )
)

select * from stg_reviews
