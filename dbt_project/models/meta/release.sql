with

context as (
    select * from {{ ref('stg_context') }}
),

deliveries as (
    select {{ sorted_text('delivery_id', ',') }} as input_deliveries
    from {{ ref('stg_delivery_order') }}
),

seen as (
    select max(started_on) as data_through
    from {{ ref('fct_session') }}
    where is_attended
    union all
    select max(completed_on) as data_through
    from {{ ref('fct_score') }}
),

data as (
    select max(data_through) as data_through
    from seen
),

-- An entry of a clock that runs ahead would seem newer than all that follow it.
reviews as (
    select max(entries.recorded_at) as review_through
    from {{ ref('stg_reviews') }} as entries
    inner join context on entries.recorded_at <= context.built_at
),

release as (
    select
        context.release_id,
        context.as_of,
        context.as_of_source,
        context.built_at,
        context.rapport_version,
        cast({{ param('params_version') }} as integer) as params_version,
        deliveries.input_deliveries,
        context.is_demo,
        context.known_on,
        data.data_through,
        reviews.review_through
    from context
    cross join deliveries
    cross join data
    cross join reviews
)

select * from release
