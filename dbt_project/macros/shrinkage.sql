{#- Variance between groups by its named formula (metrics.md 2.5; 9, T10). The formulas differ in
    how many degrees of freedom the k groups leave, and so in how far a figure is drawn in: with
    V = sum of squares / variance, a group keeps 1 - (k - 1) / V of its distance by `moments`, which
    is what the metrics use, and 1 - (k - 3) / V by `james_stein` (Efron and Morris 1975), by which
    the published example is told from ours. Never below 0. -#}
{% macro between_variance(formula, between_squares, k, within_variance, n0) -%}
    {%- set lost = {'moments': 1, 'james_stein': 3}[formula] -%}
    greatest(0.0, {{ safe_ratio(
        safe_ratio(between_squares, k ~ ' - ' ~ lost) ~ ' - ' ~ within_variance, n0
    ) }})
{%- endmacro %}
