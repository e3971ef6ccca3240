{#- `cumulated` (cusum_shrunk): an onset where the last one, two or three scores, taken together,
    lie
    further below the level before them than chance allows. A cumulative sum over at most three
    scores (Page 1954), standardised as the canonical rule does it. Why it is here, how its figures
    were chosen and what it finds: docs/decisions/0014, docs/validity.md.

    Over w scores the fall is

        w (m - mean of the last w) / (s sqrt(1 + 1/n)) - w allowance

    with n, m and s the count, mean and shrunken spread of up to ref_window scores before those w;
    sqrt(1 + 1/n) is what a mean of few scores does not know. An onset needs a fall above the
    threshold (k_sigma) and, like the canonical rule, a score min_drop below the level. Of several
    falls the largest tells where it began: the level before it is the baseline. -#}
{% macro rupture_cumulated_fold(visits) -%}
    {%- set excesses = [] -%}
    {%- set falls = [] -%}
    {%- for scores in _rupture_fall_lengths() -%}
        {%- do excesses.append(_rupture_fall_excess(scores)) -%}
        {%- do falls.append(_rupture_fall(scores)) -%}
    {%- endfor -%}
    {{ rupture_course(visits, {
        'is_missing': 'visit.score is null',
        'is_onset': '(' ~ compare_ready('greatest(' ~ excesses | join(', ') ~ ')') ~ ' > 0)',
        'opened': rupture_opened('null', 'null', 'null'),
        'opened_record': '(' ~ largest_of(falls) ~ ').rupture',
        'is_repair': rupture_score_is_back(),
        'in_control': {
            'calm': _rupture_known_with_score(),
            'repaired': _rupture_known_with_score(),
            'unrepaired': list_of('visit.score'),
            'lost': empty_list('double'),
        },
    }) }}
{%- endmacro %}

{#- Numbers of scores that a fall is looked for in. Three find nearly all that more would
    (docs/decisions/0014). -#}
{% macro _rupture_fall_lengths() -%}{{ return([1, 2, 3]) }}{%- endmacro %}

{#- The scores before the last `scores` ones, this session's being the last. -#}
{% macro _rupture_level_scores(scores) -%}
    {{ list_before('memory.in_control', scores - 1, 'memory.rule.ref_window') }}
{%- endmacro %}

{#- Their number n, their mean m, and s sqrt(1 + 1/n). -#}
{% macro _rupture_level_n(scores) -%}
    least({{ list_length('memory.in_control') }} - {{ scores - 1 }}, memory.rule.ref_window)
{%- endmacro %}
{% macro _rupture_level(scores) -%}{{ list_mean(_rupture_level_scores(scores)) }}{%- endmacro %}
{% macro _rupture_fall_scale(scores) -%}
    ({{ rupture_shrunken_spread(_rupture_level_scores(scores)) }}
    * sqrt(1 + 1 / cast({{ _rupture_level_n(scores) }} as double)))
{%- endmacro %}

{#- The score below which this session completes a fall over the last `scores` scores. -#}
{% macro _rupture_fall_threshold(scores) -%}
    {%- set before = 0 if scores == 1 else (scores - 1) ~ ' * ' ~ list_mean(
        list_tail('memory.in_control', scores - 1)
    ) -%}
    (
        {{ scores }} * {{ _rupture_level(scores) }} - {{ before }}
        - ({{ scores }} * memory.rule.allowance + memory.rule.k_sigma)
        * {{ _rupture_fall_scale(scores) }}
    )
{%- endmacro %}

{#- By how many spreads this session's score lies below that; 0 where there is no level yet or the
    score is not low enough, which is seen first because it is cheap. -#}
{% macro _rupture_fall_excess(scores) -%}
    case
        when {{ compare_ready(_rupture_level(scores) ~ ' - visit.score') }}
            >= {{ compare_ready('memory.rule.min_drop') }}
            then
                ({{ _rupture_fall_threshold(scores) }} - visit.score)
                / {{ _rupture_fall_scale(scores) }}
        else 0
    end
{%- endmacro %}

{#- A fall and the rupture that it opens. The excess stands first: falls are compared by it. -#}
{% macro _rupture_fall(scores) -%}
    {%- set level = _rupture_level(scores) -%}
    {%- set rupture = struct_of(
        rupture_opened(
            baseline=level,
            spread=rupture_shrunken_spread(_rupture_level_scores(scores)),
            threshold=_rupture_fall_threshold(scores),
            has_low_confidence='(' ~ _rupture_level_n(scores)
            ~ ' < memory.rule.low_confidence_scores)'
        ),
        rupture_fields()
    ) -%}
    {{ struct_of(
        {'excess': _rupture_fall_excess(scores), 'rupture': rupture},
        {'excess': 'double', 'rupture': struct_type(rupture_fields())}
    ) }}
{%- endmacro %}

{#- The usual level with this score; as many are kept as the longest fall and its level take. -#}
{% macro _rupture_known_with_score() -%}
    {{ list_tail(
        list_append('memory.in_control', 'visit.score'),
        '(memory.rule.ref_window + ' ~ (_rupture_fall_lengths() | max - 1) ~ ')'
    ) }}
{%- endmacro %}
