{#- Dialect differences of dates in words, joined text and number lists, one dispatched macro each.
    Their users are the agenda, the case review and the metric intervals. -#}

{#- A date as a sentence writes it: 3 Mar 2026. -#}
{% macro as_day(day) -%}{{ adapter.dispatch('as_day', 'rapport')(day) }}{%- endmacro %}
{% macro default__as_day(day) -%}strftime({{ day }}, '%-d %b %Y'){%- endmacro %}
{% macro spark__as_day(day) -%}date_format({{ day }}, 'd MMM yyyy'){%- endmacro %}

{#- The texts of a group joined in the order of one expression; nulls are left out. -#}
{% macro ordered_text(expression, separator, order_by) -%}
    {{ adapter.dispatch('ordered_text', 'rapport')(expression, separator, order_by) }}
{%- endmacro %}
{% macro default__ordered_text(expression, separator, order_by) -%}
    string_agg({{ expression }}, {{ separator }} order by {{ order_by }})
{%- endmacro %}
{% macro spark__ordered_text(expression, separator, order_by) -%}
    array_join(
        transform(
            array_sort(collect_list(struct({{ order_by }} as k, {{ expression }} as v))), e -> e.v
        ),
        {{ separator }}
    )
{%- endmacro %}

{#- The first day of the quarter or month of a date. -#}
{% macro period_start(unit, day) -%}
    cast(date_trunc('{{ unit }}', {{ day }}) as date)
{%- endmacro %}

{#- The whole numbers from one bound to another, both included; an empty list when there are none.
    -#}
{% macro number_list(lowest, highest) -%}
    {{ adapter.dispatch('number_list', 'rapport')(lowest, highest) }}
{%- endmacro %}
{% macro default__number_list(lowest, highest) -%}
    generate_series(cast({{ lowest }} as bigint), cast({{ highest }} as bigint))
{%- endmacro %}
{% macro spark__number_list(lowest, highest) -%}
    case
        when {{ lowest }} <= {{ highest }}
            then sequence(cast({{ lowest }} as bigint), cast({{ highest }} as bigint))
        else cast(array() as array<bigint>)
    end
{%- endmacro %}

{#- Natural logarithm of n! for a whole n >= 0. Spark has no gamma function; its branch is the
    Stirling series, which is exact to 1e-12 from 8 on, and a sum below. -#}
{% macro log_factorial(n) -%}{{ adapter.dispatch('log_factorial', 'rapport')(n) }}{%- endmacro %}
{% macro default__log_factorial(n) -%}lgamma(cast({{ n }} as double) + 1){%- endmacro %}
{% macro spark__log_factorial(n) -%}
    case
        when {{ n }} < 8
            then ln(cast(factorial(cast({{ n }} as int)) as double))
        else
            ({{ n }} + 0.5) * ln(cast({{ n }} as double)) - {{ n }}
            + 0.918938533204672741780329736406
            + 1 / (12 * cast({{ n }} as double))
            - 1 / (360 * power(cast({{ n }} as double), 3))
            + 1 / (1260 * power(cast({{ n }} as double), 5))
            - 1 / (1680 * power(cast({{ n }} as double), 7))
            + 1 / (1188 * power(cast({{ n }} as double), 9))
    end
{%- endmacro %}

{#- A hyphen between a letter and the number after it: PHQ9 becomes PHQ-9. -#}
{% macro hyphen_before_number(expression) -%}
    {{ adapter.dispatch('hyphen_before_number', 'rapport')(expression) }}
{%- endmacro %}
{% macro default__hyphen_before_number(expression) -%}
    regexp_replace({{ expression }}, '([A-Z])([0-9])', '\1-\2')
{%- endmacro %}
{% macro spark__hyphen_before_number(expression) -%}
    regexp_replace({{ expression }}, '([A-Z])([0-9])', '$1-$2')
{%- endmacro %}
