{#- A threshold from seeds/parameters.csv. No model writes a threshold as a number.

    param('lapse_days_min')              the practice-wide value
    param('sigma_w', 'scores.instrument')  the value of the instrument named by that column; null if none

    An empty cell is null in the seed table and '' where a unit test reads the file itself.

    Example: `where gap_days >= {{ param('episode_gap_days') }}`. -#}
{% macro param(parameter_id, instrument=none) -%}
    {%- set wanted = "''" if instrument is none else instrument -%}
    (
        select max(parameters.value)
        from {{ ref('parameters') }} as parameters
        where
            parameters.parameter_id = '{{ parameter_id }}'
            and coalesce(parameters.instrument, '') = {{ wanted }}
    )
{%- endmacro %}
