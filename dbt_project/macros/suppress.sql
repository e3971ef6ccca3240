{#- Small-cell suppression for whatever leaves the treating line (design.md 3.4), written once:
    counts of people below min_cell become null, others are rounded, rates come from the rounded
    counts, means need min_cell people. min_cell may only be raised
    (assert_min_cell_was_only_raised). -#}

{#- True when a count may not be shown. Nothing to hide in a zero. -#}
{% macro is_small_cell(n) -%}
    ({{ n }} > 0 and {{ n }} < {{ param('min_cell') }})
{%- endmacro %}

{#- True when a count out of n, or what is left of n, may not be shown: each gives the other away.
    -#}
{% macro is_small_part(part, n) -%}
    ({{ is_small_cell(part) }} or {{ is_small_cell(n ~ ' - ' ~ part) }} or {{ is_small_cell(n) }})
{%- endmacro %}

{#- A count as it may be shown: null when small, else rounded. -#}
{% macro suppressed_count(n) -%}
    case
        when not {{ is_small_cell(n) }}
            then cast(
                round(cast({{ n }} as double) / {{ param('round_to') }}) * {{ param('round_to') }}
                as bigint
            )
    end
{%- endmacro %}
