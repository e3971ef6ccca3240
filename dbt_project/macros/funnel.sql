{#- The two kinds of funnel limit (metrics.md 5.5). Their tables: int_funnel__limits and
    metrics.funnel_limit. -#}

{#- Exact binomial limit with interpolation at the tail p, over the rows of one caseload n with the
    count r, its probability `term` and the sum `up_to_r`: r is the smallest count whose sum reaches
    p, a the share of its probability beyond p, and the limit (r - a) / n. -#}
{% macro interpolated_limit(p) -%}
    max(
        case
            when up_to_r >= {{ p }} and up_to_r - term < {{ p }}
                then {{ safe_ratio('r - ' ~ safe_ratio('up_to_r - ' ~ p, 'term'), 'n') }}
        end
    )
{%- endmacro %}

{#- Limit z standard deviations from the target on the arcsine scale, where the spread between
    clinicians (tau2) adds to that of chance. Beyond a quarter turn the sine would come back, so the
    scale ends there: a share of 0 or 1. -#}
{% macro arcsine_limit(target, z, n, tau2) -%}
    power(
        sin(greatest(0.0, least(
            pi() / 2,
            asin(sqrt({{ target }})) + {{ z }} * sqrt(1.0 / (4 * {{ n }}) + {{ tau2 }})
        ))),
        2
    )
{%- endmacro %}
