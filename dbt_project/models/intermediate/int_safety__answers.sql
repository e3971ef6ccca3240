{#- Every answer to a safety item that belongs to an episode, as yes or no. What leaves this model
    is whether it was positive, and when; never the answer, never the item's wording. -#}
{{ config(materialized='view') }}

with responses as (
    select * from {{ ref('int_responses__checked') }}
),

administrations as (
    select * from {{ ref('int_administrations') }}
),

safety_items as (
    select * from {{ ref('safety_items') }}
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

context as (
    select as_of from {{ ref('stg_context') }}
),

answered as (
    select
        responses.response_key,
        responses.instrument,
        responses.scale as item,
        administrations.client_key,
        administrations.source_system,
        administrations.completed_at,
        administrations.completed_on,
        responses.value >= safety_items.positive_from as is_positive
    from responses
    inner join safety_items
        on
            responses.instrument = safety_items.instrument
            and responses.scale = safety_items.item
    inner join administrations
        on
            responses.response_key = administrations.response_key
            and responses.instrument_code = administrations.instrument_code
            and responses.respondent = administrations.respondent
    where responses.respondent = 'client' and responses.is_in_range
),

-- The form need not belong to a session: a safety item counts whenever it was answered. Of two
-- answers at the same moment the positive one holds.
int_safety__answers as (
    select
        answered.*,
        episodes.episode_key,
        episodes.status,
        row_number() over (
            partition by episodes.episode_key, answered.instrument, answered.item
            order by
                answered.completed_at desc, answered.is_positive desc, answered.response_key asc
        ) as recency
    from answered
    inner join episodes
        on
            answered.client_key = episodes.client_key
            and answered.completed_on
            between episodes.opened_on and coalesce(episodes.ended_on, answered.completed_on)
    cross join context
    where answered.completed_on <= context.as_of
)

select * from int_safety__answers
