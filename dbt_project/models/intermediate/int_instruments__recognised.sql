{#- Which instrument a code without a version is, as the responses of its source give it away
    (metrics.md 1.2, traps). Here: the judgement of a source. Not here: forms whose code contradicts
    their responses (seed instrument_ambiguities), or the score. -#}
{{ config(materialized='view') }}

with

feedback as (
    select * from {{ ref('stg_feedback') }}
),

rules as (
    select * from {{ ref('instrument_recognitions') }}
),

context as (
    select * from {{ ref('stg_context') }}
),

responses as (
    select
        feedback.source_system,
        feedback.scale,
        feedback.value,
        rules.code,
        rules.respondent,
        rules.item_count,
        rules.response_from,
        rules.response_to,
        rules.instrument
    from feedback
    inner join rules
        on
            feedback.instrument_code = rules.code
            and feedback.respondent = rules.respondent
    cross join context
    where
        feedback.instrument_version is null
        and feedback.scale like 'item%'
        and not feedback.is_skipped
        and feedback.completed_on <= context.as_of
),

int_instruments__recognised as (
    select
        source_system,
        code,
        respondent,
        instrument
    from responses
    group by source_system, code, respondent, instrument, item_count
    having
        count(distinct scale) = item_count
        and max(case when value between response_from and response_to then 1 else 0 end) = 1
        and max(case when value > response_to then 1 else 0 end) = 0
)

select * from int_instruments__recognised
