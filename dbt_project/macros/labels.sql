{#- What a screen calls a person: a prefix and the first characters of the pseudonym in upper case;
    more of them where two people would otherwise share a label. Used inside a select over one row
    per person. -#}
{% macro person_label(prefix, key, short, long) -%}
    '{{ prefix }}' || upper(left({{ key }}, case
        when count(*) over (partition by left({{ key }}, {{ short }})) > 1 then {{ long }}
        else {{ short }}
    end))
{%- endmacro %}
