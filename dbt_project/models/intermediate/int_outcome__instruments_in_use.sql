{#- Which outcome instruments a clinician uses, and what can be told by each. Sites differ in what
    they use, so an outcome is only missing where its instrument is in use; a questionnaire that
    nobody was ever asked twice is a screening, and its second score is not missing. -#}
{{ config(materialized='view') }}

with outcomes as (
    select * from {{ ref('episode_outcome') }}
),

instruments as (
    select
        instrument,
        max(case when reliable_change is not null then 1 else 0 end) = 1 as has_reliable_change,
        max(case when is_case_first is not null then 1 else 0 end) = 1 as has_cutoff
    from outcomes
    group by instrument
    having max(n_scores) >= 2
),

used as (
    select distinct
        clinician_key,
        instrument
    from outcomes
),

int_outcome__instruments_in_use as (
    select
        used.clinician_key,
        used.instrument,
        instruments.has_reliable_change,
        instruments.has_cutoff
    from used
    inner join instruments on used.instrument = instruments.instrument
)

select * from int_outcome__instruments_in_use
