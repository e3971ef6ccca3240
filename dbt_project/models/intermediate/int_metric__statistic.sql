{#- The figures that are neither a share nor a mean of units: a median, a ratio, a weighted slope,
    an agreement. Each comes with its own estimate and limits; display rules, coverage and both
    long tables follow as for the rest (int_metric__estimated). -#}
{{ config(materialized='view') }}

{%- set parts = [
    'int_statistic__alliance_slope',
    'int_statistic__attunement',
    'int_statistic__feedback',
    'int_statistic__survival',
    'int_statistic__effect_size',
    'int_statistic__dropout_sdr',
    'int_statistic__repair',
    'int_statistic__recognition',
    'int_statistic__response',
    'int_statistic__agenda',
    'int_statistic__review',
    'int_statistic__transfers',
    'int_statistic__contrasts',
] %}

with int_metric__statistic as (
    {%- for part in parts %}
        select
            {{ measured_columns() }},
            cast(numerator as bigint) as numerator,
            cast(clinicians_n as bigint) as clinicians_n,
            round(cast(raw_estimate as double), 12) as raw_estimate,
            round(cast(lo as double), 12) as lo,
            round(cast(hi as double), 12) as hi,
            round(cast(expected as double), 12) as expected,
            round(cast(mid_p as double), 12) as mid_p,
            method
        from {{ ref(part) }}
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

select * from int_metric__statistic
