{#- Sentences from templates: the wording is seed data, only the filling is SQL. -#}

{#- A figure for a sentence: one decimal, two where the second says something (35.96, 36.0). -#}
{% macro as_figure(expression) -%}
    regexp_replace(cast(cast({{ expression }} as decimal(9, 2)) as {{ text_type() }}), '0$', '')
{%- endmacro %}

{#- What a sentence calls an instrument: its code in capitals (WAI-SR, PHQ-9), or a custom one's
    own name. -#}
{% macro instrument_word(instrument, name) -%}
    case
        when {{ instrument }} like 'custom:%' then {{ name }}
        else {{ hyphen_before_number("replace(upper(" ~ instrument ~ "), '_', '-')") }}
    end
{%- endmacro %}

{#- A template with each {name} replaced by an expression; a null expression leaves nothing. -#}
{% macro fill_words(template, words) -%}
    {%- set filled = namespace(sql=template) -%}
    {%- for name, expression in words.items() -%}
        {%- set word = "coalesce(" ~ expression ~ ", '')" -%}
        {%- set filled.sql = "replace(" ~ filled.sql ~ ", '{" ~ name ~ "}', " ~ word ~ ")" -%}
    {%- endfor -%}
    {{ filled.sql }}
{%- endmacro %}
