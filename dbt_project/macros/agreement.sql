{#- Agreement of two ratings of the same things, from the centred sums of squares and products of n
    pairs (s_xx, s_yy, s_xy) and the difference of the means. Null where a rating never varies.
    Golden (metrics.md 2.6): r .8859, ICC(A,1) .5420, CCC .5112. -#}

{#- Pearson's correlation. -#}
{% macro correlation(s_xx, s_yy, s_xy) -%}
    ({{ s_xy }} / nullif(sqrt({{ s_xx }} * {{ s_yy }}), 0))
{%- endmacro %}

{#- Lin's concordance correlation with sample variances (n - 1). -#}
{% macro concordance(n, s_xx, s_yy, s_xy, difference) -%}
    (
        2 * {{ s_xy }}
        / nullif({{ s_xx }} + {{ s_yy }} + ({{ n }} - 1) * {{ difference }} * {{ difference }}, 0)
    )
{%- endmacro %}

{#- ICC(A,1): absolute agreement of single ratings, two-way model, two raters. The mean squares of
    rows, columns and rest are written out in the sums of the two ratings. -#}
{% macro icc_a1(n, s_xx, s_yy, s_xy, difference) -%}
    (
        2 * {{ s_xy }}
        / nullif(
            {{ s_xx }} + {{ s_yy }} + ({{ n }} - 1) * {{ difference }} * {{ difference }}
            - ({{ s_xx }} + {{ s_yy }} - 2 * {{ s_xy }}) / {{ n }},
            0
        )
    )
{%- endmacro %}

{#- Standard error of Fisher's z of Lin's concordance (Lin 1989, corrected 2000). -#}
{% macro concordance_z_se(n, ccc, r, s_xx, s_yy, difference) -%}
    {%- set shift = '(' ~ difference ~ ' * ' ~ difference ~ ' * (' ~ n ~ ' - 1) / sqrt('
        ~ s_xx ~ ' * ' ~ s_yy ~ '))' -%}
    {%- set rest = '(1 - ' ~ ccc ~ ' * ' ~ ccc ~ ')' -%}
    sqrt(greatest(
        0.0,
        (1 - {{ r }} * {{ r }}) * {{ ccc }} * {{ ccc }}
        / ({{ rest }} * {{ r }} * {{ r }})
        + 2 * {{ ccc }} * {{ ccc }} * {{ ccc }} * (1 - {{ ccc }}) * {{ shift }}
        / ({{ r }} * {{ rest }} * {{ rest }})
        - {{ ccc }} * {{ ccc }} * {{ ccc }} * {{ ccc }} * {{ shift }} * {{ shift }}
        / (2 * {{ r }} * {{ r }} * {{ rest }} * {{ rest }})
    ) / ({{ n }} - 2))
{%- endmacro %}

{#- Fisher's z and back, by logarithm and exponential: portable. -#}
{% macro fisher_z(r) -%}
    (0.5 * ln((1 + {{ r }}) / (1 - {{ r }})))
{%- endmacro %}

{% macro from_fisher_z(z) -%}
    ((exp(2 * ({{ z }})) - 1) / (exp(2 * ({{ z }})) + 1))
{%- endmacro %}
