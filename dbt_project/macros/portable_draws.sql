{#- Draws that look like chance and are the same in every build and engine: they come from a text,
    by MD5. For simulation only; nothing secret hangs on them. -#}

{#- A number evenly spread between 0 and 1, neither included, from a text: the first 13 hexadecimal
    digits of its MD5, 52 bits, which a double holds exactly. -#}
{% macro uniform_of(text) -%}
    (
        (cast({{ hex_number('left(md5(' ~ text ~ '), 13)') }} as double) + 0.5)
        / 4503599627370496.0
    )
{%- endmacro %}

{#- The whole number that hexadecimal digits write. -#}
{% macro hex_number(digits) -%}
    {{- adapter.dispatch('hex_number', 'rapport')(digits) -}}
{%- endmacro %}
{% macro default__hex_number(digits) -%}
    cast('0x' || {{ digits }} as bigint)
{%- endmacro %}
{% macro spark__hex_number(digits) -%}
    cast(conv({{ digits }}, 16, 10) as bigint)
{%- endmacro %}

{#- A standard normal number from a text (Box and Muller). -#}
{% macro normal_of(text) -%}
    (
        sqrt(-2 * ln({{ uniform_of(text ~ " || '|1'") }}))
        * cos(2 * pi() * {{ uniform_of(text ~ " || '|2'") }})
    )
{%- endmacro %}
