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

{#- True when a first score lies in an intake band: above its lower limit, up to its upper one. -#}
{% macro is_in_intake_band(first_score, band) -%}
    (
        ({{ band }}.intake_above is null or {{ first_score }} > {{ band }}.intake_above)
        and ({{ band }}.intake_up_to is null or {{ first_score }} <= {{ band }}.intake_up_to)
    )
{%- endmacro %}

{#- A score turned so that more is better, or such a figure turned back. -#}
{% macro towards_better(score, direction) -%}
    {{ score }} * case when {{ direction }} = 'higher_is_better' then 1 else -1 end
{%- endmacro %}
