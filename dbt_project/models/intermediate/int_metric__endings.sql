{#- Units of the six dropout rates, one row per ended episode and definition (metrics.md 5.1). -#}
{{ config(materialized='view') }}

with endings as (
    select * from {{ ref('episode_ending') }}
    where is_population
),

{% set definitions = ['d1', 'd2', 'd3', 'd4', 'd5', 'd1s'] -%}
int_metric__endings as (
    {% for definition in definitions -%}
        select
            'dropout_{{ definition }}' as metric_id,
            cast(null as {{ text_type() }}) as instrument,
            clinician_key,
            episode_key as unit_key,
            last_attended_on as occurred_on,
            -- without paired outcome scores D5 cannot be told, and D5 alone is left out
            is_excluded or {{ 'is_dropout_d5 is null' if definition == 'd5' else 'false' }}
                as is_excluded,
            coalesce(is_dropout_{{ definition }}, false) as is_numerator,
            cast(null as double) as value
        from endings
        {% if not loop.last %}union all{% endif %}
    {% endfor -%}
)

select * from int_metric__endings
