{#- Schemas are named as the folders say (core, metrics, …), without dbt's target prefix:
    `core.fct_session` is a promise to analysts (design.md 3.3). -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
