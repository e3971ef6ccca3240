{{ config(materialized='view') }}

with

feedback as (
    select * from {{ ref('int_feedback__resolved') }}
    where orphan_rule is null and not is_skipped and instrument is not null
),

ambiguous as (
    select * from {{ ref('int_administrations') }}
    where is_ambiguous
),

items as (
    select
        instrument,
        item,
        min(minimum) as minimum,
        max(maximum) as maximum
    from {{ ref('stg_instrument_items') }}
    group by instrument, item
),

scales as (
    select * from {{ ref('stg_instrument_scales') }}
),

int_responses__checked as (
    select
        feedback.response_key,
        feedback.instrument_code,
        feedback.respondent,
        feedback.instrument,
        feedback.scale,
        feedback.value,
        items.item is not null as is_item,
        scales.scale is not null as is_scale,
        coalesce(items.minimum, scales.minimum) as minimum,
        coalesce(items.maximum, scales.maximum) as maximum,
        round(feedback.value, 4)
        between coalesce(items.minimum, scales.minimum)
        and coalesce(items.maximum, scales.maximum) as is_in_range
    from feedback
    left join ambiguous
        on
            feedback.response_key = ambiguous.response_key
            and feedback.instrument_code = ambiguous.instrument_code
            and feedback.respondent = ambiguous.respondent
    left join items
        on feedback.instrument = items.instrument and feedback.scale = items.item
    left join scales
        on feedback.instrument = scales.instrument and feedback.scale = scales.scale
    where ambiguous.response_key is null
)

select * from int_responses__checked
