{#- Dialect differences of lists and structs, one dispatched macro each. The rupture rule is their
    only user today; scalar differences are in portable.sql. -#}

{% macro struct_type(fields) -%}
    {{ adapter.dispatch('struct_type', 'rapport')(fields) }}
{%- endmacro %}
{% macro default__struct_type(fields) -%}
    {%- set parts = [] -%}
    {%- for name, type in fields.items() -%}
        {%- do parts.append(name ~ ' ' ~ type) -%}
    {%- endfor -%}
    struct({{ parts | join(', ') }})
{%- endmacro %}
{% macro spark__struct_type(fields) -%}
    {%- set parts = [] -%}
    {%- for name, type in fields.items() -%}
        {%- do parts.append(name ~ ': ' ~ type) -%}
    {%- endfor -%}
    struct<{{ parts | join(', ') }}>
{%- endmacro %}

{% macro list_type(element_type) -%}
    {{ adapter.dispatch('list_type', 'rapport')(element_type) }}
{%- endmacro %}
{% macro default__list_type(element_type) -%}
    {{ element_type }}[]
{%- endmacro %}
{% macro spark__list_type(element_type) -%}
    array<{{ element_type }}>
{%- endmacro %}

{#- A struct of named expressions, each cast to the type that `fields` gives it. -#}
{% macro struct_of(values, fields) -%}
    {{ adapter.dispatch('struct_of', 'rapport')(values, fields) }}
{%- endmacro %}
{% macro default__struct_of(values, fields) -%}
    {%- set parts = [] -%}
    {%- for name, type in fields.items() -%}
        {%- do parts.append(name ~ ' := cast(' ~ values[name] ~ ' as ' ~ type ~ ')') -%}
    {%- endfor -%}
    struct_pack({{ parts | join(', ') }})
{%- endmacro %}
{% macro spark__struct_of(values, fields) -%}
    {%- set parts = [] -%}
    {%- for name, type in fields.items() -%}
        {%- do parts.append("'" ~ name ~ "', cast(" ~ values[name] ~ ' as ' ~ type ~ ')') -%}
    {%- endfor -%}
    named_struct({{ parts | join(', ') }})
{%- endmacro %}

{% macro empty_list(element_type) -%}
    {{ adapter.dispatch('empty_list', 'rapport')(element_type) }}
{%- endmacro %}
{% macro default__empty_list(element_type) -%}
    cast([] as {{ list_type(element_type) }})
{%- endmacro %}
{% macro spark__empty_list(element_type) -%}
    cast(array() as {{ list_type(element_type) }})
{%- endmacro %}

{% macro list_of(element) -%}
    {{ adapter.dispatch('list_of', 'rapport')(element) }}
{%- endmacro %}
{% macro default__list_of(element) -%}
    [{{ element }}]
{%- endmacro %}
{% macro spark__list_of(element) -%}
    array({{ element }})
{%- endmacro %}

{% macro list_append(list, element) -%}
    {{ adapter.dispatch('list_append', 'rapport')(list, element) }}
{%- endmacro %}
{% macro default__list_append(list, element) -%}
    list_append({{ list }}, {{ element }})
{%- endmacro %}
{% macro spark__list_append(list, element) -%}
    concat({{ list }}, array({{ element }}))
{%- endmacro %}

{% macro list_length(list) -%}
    {{ adapter.dispatch('list_length', 'rapport')(list) }}
{%- endmacro %}
{% macro default__list_length(list) -%}
    len({{ list }})
{%- endmacro %}
{% macro spark__list_length(list) -%}
    size({{ list }})
{%- endmacro %}

{#- The last n elements, all of them where there are fewer. -#}
{% macro list_tail(list, n) -%}
    {{ adapter.dispatch('list_tail', 'rapport')(list, n) }}
{%- endmacro %}
{% macro default__list_tail(list, n) -%}
    list_slice({{ list }}, -cast({{ n }} as integer), -1)
{%- endmacro %}
{% macro spark__list_tail(list, n) -%}
    slice({{ list }}, greatest(size({{ list }}) - cast({{ n }} as int), 0) + 1, cast({{ n }} as int))
{%- endmacro %}

{#- The n elements before the last `skip`, fewer where the list has fewer. -#}
{% macro list_before(list, skip, n) -%}
    {{ adapter.dispatch('list_before', 'rapport')(list, skip, n) }}
{%- endmacro %}
{% macro default__list_before(list, skip, n) -%}
    list_slice({{ list }}, -cast({{ n }} + {{ skip }} as integer), -cast({{ skip }} + 1 as integer))
{%- endmacro %}
{% macro spark__list_before(list, skip, n) -%}
    slice(
        {{ list }},
        greatest(size({{ list }}) - cast({{ skip }} + {{ n }} as int), 0) + 1,
        least(greatest(size({{ list }}) - cast({{ skip }} as int), 0), cast({{ n }} as int))
    )
{%- endmacro %}

{#- The largest of some expressions of one type; structs are compared by their fields in order. -#}
{% macro largest_of(expressions) -%}
    {{ adapter.dispatch('largest_of', 'rapport')(expressions) }}
{%- endmacro %}
{% macro default__largest_of(expressions) -%}
    list_max([{{ expressions | join(', ') }}])
{%- endmacro %}
{% macro spark__largest_of(expressions) -%}
    array_max(array({{ expressions | join(', ') }}))
{%- endmacro %}

{#- Mean of a list; null of an empty one. -#}
{% macro list_mean(list) -%}
    {{ adapter.dispatch('list_mean', 'rapport')(list) }}
{%- endmacro %}
{% macro default__list_mean(list) -%}
    list_avg({{ list }})
{%- endmacro %}
{% macro spark__list_mean(list) -%}
    (aggregate({{ list }}, cast(0 as double), (total, one) -> total + one) / size({{ list }}))
{%- endmacro %}

{#- Sample variance of a list (n - 1); null of fewer than two elements. -#}
{% macro list_variance(list) -%}
    {{ adapter.dispatch('list_variance', 'rapport')(list) }}
{%- endmacro %}
{% macro default__list_variance(list) -%}
    list_var_samp({{ list }})
{%- endmacro %}
{% macro spark__list_variance(list) -%}
    (aggregate(
        {{ list }}, cast(0 as double),
        (total, one) -> total + power(one - {{ list_mean(list) }}, 2)
    ) / nullif(size({{ list }}) - 1, 0))
{%- endmacro %}

{#- One row per element of a list; an empty list gives none. Use it in a select list. -#}
{% macro unnest_list(list) -%}
    {{ adapter.dispatch('unnest_list', 'rapport')(list) }}
{%- endmacro %}
{% macro default__unnest_list(list) -%}
    unnest({{ list }})
{%- endmacro %}
{% macro spark__unnest_list(list) -%}
    explode({{ list }})
{%- endmacro %}
