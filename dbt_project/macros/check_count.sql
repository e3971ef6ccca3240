{#- One data-quality check: how many rows of a relation break a rule, out of how many. What the
    check means, its threshold and severity are in seeds/quality_checks.csv. -#}
{% macro check_count(check_id, violated, relation) -%}
    select
        '{{ check_id }}' as check_id,
        count(case when {{ violated }} then 1 end) as violated_rows,
        count(*) as denominator
    from {{ relation }}
{%- endmacro %}
