{#- The one reason of the agenda that reads an item: a positive answer to a safety item. What leaves
    this model is that it was answered, and when; never the answer, never the item's wording. -#}
with responses as (
    select * from {{ ref('int_responses__checked') }}
),

administrations as (
    select * from {{ ref('int_administrations') }}
),

safety_items as (
    select * from {{ ref('safety_items') }}
),

names as (
    select
        instrument,
        name
    from {{ ref('dim_instrument') }}
),

episodes as (
    select * from {{ ref('fct_episode') }}
    where status = 'open'
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

-- The form need not belong to a session: a safety item counts whenever it was answered.
in_episodes as (
    select
        answered.*,
        episodes.episode_key,
        row_number() over (
            partition by episodes.episode_key, answered.instrument, answered.item
            order by answered.completed_at desc, answered.response_key asc
        ) as recency
    from answered
    inner join episodes
        on
            answered.client_key = episodes.client_key
            and answered.completed_on >= episodes.opened_on
    cross join context
    where answered.completed_on <= context.as_of
),

int_agenda__safety as (
    select
        in_episodes.episode_key,
        'safety_item' as reason_id,
        in_episodes.completed_on as waiting_since,
        {{ instrument_word('in_episodes.instrument', 'names.name') }} as measure,
        {{ as_day('in_episodes.completed_on') }} as on_words
    from in_episodes
    inner join names on in_episodes.instrument = names.instrument
    where in_episodes.recency = 1 and in_episodes.is_positive
)

select * from int_agenda__safety
