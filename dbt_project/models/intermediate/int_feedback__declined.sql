{#- Alliance forms that the client declined or that were skipped as a whole (metrics.md 6 F6). A
    form with an answer is none of them, even if single items were skipped. -#}
{{ config(materialized='view') }}

with skipped as (
    select * from {{ ref('int_feedback__resolved') }}
    where is_skipped and orphan_rule is null and respondent = 'client'
),

answered as (
    select distinct
        response_key,
        instrument_code
    from {{ ref('int_administrations') }}
),

instruments as (
    select * from {{ ref('dim_instrument') }}
),

int_feedback__declined as (
    select distinct
        skipped.response_key,
        skipped.client_key,
        skipped.supplied_session_key,
        skipped.completed_on
    from skipped
    inner join instruments on skipped.instrument = instruments.instrument
    left join answered
        on
            skipped.response_key = answered.response_key
            and skipped.instrument_code = answered.instrument_code
    where instruments.family = 'alliance' and answered.response_key is null
)

select * from int_feedback__declined
