{#- What an onset is to the methods beside the canonical one (metrics.md 4.2). What becomes of it is
    the same for all: rupture_course.sql. -#}

{#- `level`: a score more than k spreads below a level that is one figure of the whole series: its
    mean (babl2024_2sd_retro with the standard deviation, xmr_control_chart with the sigma of the
    moving range). It looks ahead: the level is known when the series is. -#}
{% macro rupture_level_fold(visits) -%}
    {{ rupture_course(visits, {
        'is_missing': 'visit.score is null',
        'is_onset': rupture_is_below_level('visit.score', 'memory.rule.'),
        'opened': rupture_opened(
            'memory.rule.level', 'memory.rule.level_spread', _rupture_level_limit('memory.rule.')
        ),
        'is_repair': rupture_score_is_back(),
        'in_control': {},
    }) }}
{%- endmacro %}

{#- Whether a score is below the limit. `rule` is where the figures stand: columns by themselves,
    the memory inside a fold. -#}
{% macro rupture_is_below_level(score, rule='') -%}
    ({{ compare_ready(score) }} < {{ compare_ready(_rupture_level_limit(rule)) }})
{%- endmacro %}

{% macro _rupture_level_limit(rule) -%}
    ({{ rule }}level - {{ rule }}k_sigma * {{ rule }}level_spread)
{%- endmacro %}

{#- `fall`: a drop of k spreads or more since the score before, whatever that score was
    (after_stiles2004, after_strauss2006). in_control holds that one score; before the first there is
    none, and the mean of an empty list is null, so the first score is no fall. -#}
{% macro rupture_fall_fold(visits) -%}
    {%- set before = list_mean('memory.in_control') -%}
    {%- set this = list_of('visit.score') -%}
    {{ rupture_course(visits, {
        'is_missing': 'visit.score is null',
        'is_onset': rupture_is_fall(before ~ ' - visit.score', 'memory.rule.'),
        'opened': rupture_opened(
            before,
            'memory.rule.level_spread',
            '(' ~ before ~ ' - memory.rule.k_sigma * memory.rule.level_spread)'
        ),
        'is_repair': rupture_score_is_back(),
        'in_control': {
            'calm': this, 'onset': this, 'open': this, 'repaired': this, 'unrepaired': this
        },
    }) }}
{%- endmacro %}

{#- Whether a difference is a fall; a missing one is none. -#}
{% macro rupture_is_fall(difference, rule='') -%}
    coalesce(
        {{ compare_ready(difference) }}
        >= {{ compare_ready(rule ~ 'k_sigma * ' ~ rule ~ 'level_spread') }},
        false
    )
{%- endmacro %}

{#- `report`: somebody says so (psq_direct, therapist_coded, 3rs). No score, level or depth; a form
    that says the rupture is resolved, or that there is none any more, closes it as repaired. -#}
{% macro rupture_report_fold(visits) -%}
    {{ rupture_course(visits, {
        'is_missing': 'not visit.has_form',
        'is_onset': 'visit.is_reported',
        'is_repaired_at_onset': 'visit.is_resolved',
        'opened': rupture_opened('null', 'null', 'null'),
        'is_repair': '((visit.is_resolved or visit.is_denied) and ' ~ rupture_is_in_time() ~ ')',
        'in_control': {},
    }) }}
{%- endmacro %}
