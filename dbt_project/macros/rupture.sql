{#- The canonical rupture rule `casesens_shrunk_sd` (metrics.md 4.3): what its onset is, and which
    scores stand for the client's usual level. Not here: what becomes of a rupture
    (rupture_course.sql), the other methods (rupture_methods.sql). The first score of an episode can
    never be a rupture: nothing is in control before it. -#}
{% macro rupture_canonical_fold(visits) -%}
    {{ rupture_course(visits, {
        'is_missing': 'visit.score is null',
        'is_onset': list_length('memory.in_control') ~ ' > 0 and ' ~ _rupture_is_onset('visit.score'),
        'opened': rupture_opened(
            baseline=rupture_reference_mean(),
            spread=rupture_shrunken_spread(),
            threshold=rupture_threshold(),
            has_low_confidence=list_length('memory.in_control')
            ~ ' < memory.rule.low_confidence_scores'
        ),
        'is_repair': rupture_score_is_back(),
        'in_control': {
            'calm': _rupture_in_control_with_score(),
            'repaired': _rupture_in_control_with_score(),
            'unrepaired': list_of('visit.score'),
            'lost': empty_list('double'),
        },
    }) }}
{%- endmacro %}

{#- R: the last ref_window in-control scores. -#}
{% macro _rupture_reference() -%}
    {{ list_tail('memory.in_control', 'memory.rule.ref_window') }}
{%- endmacro %}

{#- m: the reference mean. -#}
{% macro rupture_reference_mean() -%}{{ list_mean(_rupture_reference()) }}{%- endmacro %}

{#- s: the dyad's own spread with q degrees of freedom, shrunken towards the pooled sigma_w that
    counts as nu0 degrees of freedom, never below the floor. -#}
{% macro rupture_shrunken_spread(reference=none) -%}
    {%- set scores = reference or _rupture_reference() -%}
    {%- set q = '(' ~ list_length(scores) ~ ' - 1)' -%}
    {%- set own_variance = 'coalesce(' ~ list_variance(scores) ~ ', 0)' -%}
    greatest(
        sqrt(
            (
                {{ q }} * {{ own_variance }}
                + memory.rule.nu0 * memory.rule.sigma_w * memory.rule.sigma_w
            ) / ({{ q }} + memory.rule.nu0)
        ),
        memory.rule.sigma_floor
    )
{%- endmacro %}

{#- The score below which a session is an onset: m - k s. -#}
{% macro rupture_threshold() -%}
    ({{ rupture_reference_mean() }} - memory.rule.k_sigma * {{ rupture_shrunken_spread() }})
{%- endmacro %}

{#- Onset: below the threshold, and a drop that matters. -#}
{% macro _rupture_is_onset(score) -%}
    (
        {{ compare_ready(score) }} < {{ compare_ready(rupture_threshold()) }}
        and {{ compare_ready(rupture_reference_mean() ~ ' - ' ~ score) }}
        >= {{ compare_ready('memory.rule.min_drop') }}
    )
{%- endmacro %}

{#- P with this score; only as many are kept as any rule looks at. -#}
{% macro _rupture_in_control_with_score() -%}
    {{ list_tail(
        list_append('memory.in_control', 'visit.score'),
        'greatest(memory.rule.ref_window, memory.rule.low_confidence_scores)'
    ) }}
{%- endmacro %}
