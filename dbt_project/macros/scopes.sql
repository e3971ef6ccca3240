{#- Units of a statistic in every scope and period they belong to. Shares and means are counted by
    int_metric__counted instead, which reads the long fact once. -#}

{#- One select: each row of `units` (it has a clinician_key) once for the practice and once for its
    clinician, and in each of them for all, its quarter and its month by the date `occurred_on`. -#}
{% macro in_scopes_and_periods(units, occurred_on) -%}
    {%- set starts_on = period_starts_on('period_kinds.period_kind', 'units.' ~ occurred_on) -%}
    select
        scopes.scope_kind,
        case
            when scopes.scope_kind = 'practice' then 'practice' else units.clinician_key
        end as scope_value,
        {{ period_name('period_kinds.period_kind', starts_on) }} as period,
        period_kinds.period_kind,
        {{ starts_on }} as period_starts_on,
        units.*
    from {{ units }} as units
    cross join ({{ period_kinds() }}) as period_kinds
    cross join (
        select 'practice' as scope_kind
        union all
        select 'clinician' as scope_kind
    ) as scopes
{%- endmacro %}
