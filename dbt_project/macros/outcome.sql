{#- Rules on outcome scores that several models share (metrics.md 5.6). -#}

{#- True when a gain is more than measurement noise; null where it or the reliable change is not
    known. A published reliable change is reached at the figure itself, a computed one is the
    index's critical value, which must be exceeded. -#}
{% macro is_reliable_gain(gain, reliable_change, origin) -%}
    case
        when {{ origin }} = 'published' then {{ gain }} >= {{ reliable_change }}
        else {{ gain }} > {{ reliable_change }}
    end
{%- endmacro %}
