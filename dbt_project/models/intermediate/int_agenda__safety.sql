{#- The one reason of the agenda that rests on an item: the latest answer to a safety item of an
    open episode was positive. It carries the moment of the form and its source, because whether a
    review could know of it is judged by both (int_agenda__memory). -#}
with answers as (
    select * from {{ ref('int_safety__answers') }}
    where recency = 1 and is_positive and status = 'open'
),

names as (
    select
        instrument,
        name
    from {{ ref('dim_instrument') }}
),

int_agenda__safety as (
    select
        answers.episode_key,
        'safety_item' as reason_id,
        answers.completed_on as waiting_since,
        answers.completed_at as waiting_at,
        answers.source_system as told_by,
        {{ instrument_word('answers.instrument', 'names.name') }} as measure,
        {{ as_day('answers.completed_on') }} as on_words
    from answers
    inner join names on answers.instrument = names.instrument
)

select * from int_agenda__safety
