{#- The long fact behind every metric of a clinician and of the practice: one row per metric and
    counted unit, as flags. Nothing is divided here; int_metric__estimated divides, once. -#}
{{ config(materialized='view') }}

{%- set parts = [
    'int_metric__endings',
    'int_metric__engagement',
    'int_metric__attendance',
    'int_metric__feedback',
    'int_metric__early_alliance',
    'int_metric__attunement',
    'int_metric__early_goals',
    'int_metric__alliance_levels',
    'int_metric__rated_sessions',
    'int_metric__ruptures',
    'int_metric__rupture_course',
    'int_metric__rupture_response',
    'int_metric__outcomes',
    'int_metric__nhs',
    'int_metric__after_ending',
    'int_metric__schedule',
    'int_metric__matching',
    'int_metric__next_appointment',
    'int_metric__reviews',
] %}

with context as (
    select as_of from {{ ref('stg_context') }}
),

units as (
    {%- for part in parts %}
        select
            metric_id,
            instrument,
            clinician_key,
            unit_key,
            occurred_on,
            is_excluded,
            is_numerator,
            value
        from {{ ref(part) }}
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

int_metric__unit as (
    select
        units.metric_id,
        units.instrument,
        units.clinician_key,
        units.unit_key,
        units.occurred_on,
        true as is_population,
        units.is_excluded,
        units.is_numerator and not units.is_excluded as is_numerator,
        case when not units.is_excluded then units.value end as value
    from units
    cross join context
    where units.occurred_on <= context.as_of
)

select * from int_metric__unit
