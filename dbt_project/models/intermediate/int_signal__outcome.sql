{#- The alert rules that read the outcome: OU1 a score below the expected course, OU2 a score
    reliably worse than the first (metrics.md 3). Here: when a rule fires and the figures its
    sentence needs. Not here: whether the rule is switched on and its words (metrics.signal, seed
    signal_rules), and the rules of the alliance (int_signal__alliance). -#}
{{ config(materialized='view') }}

with scores as (
    select * from {{ ref('int_outcome__scores') }}
    where place > 1
),

on_track as (
    select
        *,
        case when colour = 'red' then red_line else amber_line end as line
    from {{ ref('int_outcome__on_track') }}
    where colour in ('red', 'amber')
),

int_signal__outcome as (
    select
        'OU1' as rule_id,
        episode_key,
        instrument,
        instrument_name,
        'total' as scale,
        session_index,
        completed_on as raised_on,
        colour,
        cast(score as double) as value,
        line as threshold,
        cast(score as double) as score,
        cast(null as double) as previous,
        round(cast(abs(score - line) as double), 12) as fall
    from on_track
    union all
    select
        'OU2' as rule_id,
        episode_key,
        instrument,
        name as instrument_name,
        'total' as scale,
        session_index,
        completed_on as raised_on,
        'red' as colour,
        cast(improvement as double) as value,
        -cast(reliable_change as double) as threshold,
        cast(score as double) as score,
        cast(first_score as double) as previous,
        cast(-improvement as double) as fall
    from scores
    where {{ is_reliable_gain('-improvement', 'reliable_change', 'reliable_change_origin') }}
)

select * from int_signal__outcome
