{#- Arithmetic that every metric shares, written once. Dialect differences are not here but in
    portable.sql. -#}

{#- A ratio as DOUBLE, null where the denominator is zero or missing (DuckDB gives inf for 1/0). -#}
{% macro safe_ratio(numerator, denominator) -%}
    (cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0))
{%- endmacro %}

{#- A computed DOUBLE made ready for comparison with a threshold: both sides are rounded to nine
    decimals, so that 34.999999999999996 is not below 35 on one machine and equal on another. -#}
{% macro compare_ready(expression) -%}
    round(cast({{ expression }} as double), 9)
{%- endmacro %}

{#- The 97.5 % quantile of the standard normal distribution: half the width of a 95 % interval. -#}
{% macro normal_975() -%}
    1.959963984540054
{%- endmacro %}

{#- Wilson 95 % limits of a proportion (metrics.md 8; golden: 81/263 -> .2553-.3662). Null when
    n = 0. -#}
{% macro wilson_lo(successes, n) -%}
    {{ _wilson(successes, n, '-') }}
{%- endmacro %}

{% macro wilson_hi(successes, n) -%}
    {{ _wilson(successes, n, '+') }}
{%- endmacro %}

{% macro _wilson(successes, n, side) -%}
    {%- set z = normal_975() -%}
    {%- set x = 'cast(' ~ successes ~ ' as double)' -%}
    {%- set m = 'nullif(cast(' ~ n ~ ' as double), 0)' -%}
    case
        -- greatest and least pass over a null, so an empty denominator is told first
        when {{ m }} > 0
            then greatest(0.0, least(1.0, (
                    ({{ x }} / {{ m }}) + {{ z }} * {{ z }} / (2 * {{ m }})
                    {{ side }} {{ z }} * sqrt(
                        ({{ x }} / {{ m }}) * (1 - {{ x }} / {{ m }}) / {{ m }}
                        + {{ z }} * {{ z }} / (4 * {{ m }} * {{ m }})
                    )
                ) / (1 + {{ z }} * {{ z }} / {{ m }})))
    end
{%- endmacro %}
