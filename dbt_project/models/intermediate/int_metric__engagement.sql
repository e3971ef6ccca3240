{#- Units of two shares beside the dropout rates (metrics.md 5.1): who never came to a first
    session, and who left unplanned but recovered. -#}
{{ config(materialized='view') }}

with endings as (
    select * from {{ ref('episode_ending') }}
),

int_metric__engagement as (
    -- no attended session to date it by, so it belongs to the day on which the ending was known
    select
        'never_started' as metric_id,
        cast(null as {{ text_type() }}) as instrument,
        clinician_key,
        episode_key as unit_key,
        known_on as occurred_on,
        false as is_excluded,
        last_attended_on is null as is_numerator,
        cast(null as double) as value
    from endings
    where is_ended
    union all
    -- without paired outcome scores nobody can tell whether the client had recovered
    select
        'early_completer' as metric_id,
        cast(null as {{ text_type() }}) as instrument,
        clinician_key,
        episode_key as unit_key,
        last_attended_on as occurred_on,
        is_reliably_improved is null or is_last_healthy is null as is_excluded,
        is_early_completer as is_numerator,
        cast(null as double) as value
    from endings
    where is_dropout_d1
)

select * from int_metric__engagement
