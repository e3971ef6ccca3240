-- The seeds of meaning and wording: every key once, nothing essential empty, every word one of its
-- list. One query for all of them: a test per column would cost more time than the tables it
-- guards.

{%- set keys = {
    'metric_definitions': 'metric_id',
    'agenda_reasons': 'reason_id',
    'benchmarks': 'benchmark_id',
    'quality_checks': 'check_id',
    'safety_items': 'item',
    'flow_steps': 'step',
    'case_sentences': 'sentence_id',
    'endings': 'ending',
    'outcome_changes': 'change_class',
    'claims': 'claim_id',
} %}
{%- set filled = {
    'metric_definitions': [
        'name', 'meaning', 'formula', 'population', 'exclusions', 'limits', 'flag_reason', 'source',
        'evidence', 'version'
    ],
    'agenda_reasons': ['tier_rank', 'reason_rank', 'template', 'rule', 'source', 'evidence'],
    'benchmarks': ['value', 'definition', 'caveat', 'source', 'evidence'],
    'quality_checks': ['description', 'table_name', 'affects', 'threshold', 'advice'],
    'safety_items': ['instrument', 'positive_from', 'source', 'evidence'],
    'flow_steps': ['step_order', 'name', 'source'],
    'case_sentences': ['template', 'used_in'],
    'endings': ['name', 'source'],
    'outcome_changes': ['name', 'source'],
    'claims': [
        'title', 'meaning', 'supervisor_action', 'evidence', 'limits', 'source'
    ],
} %}
{%- set words = {
    'metric_definitions': {
        'measure_kind': ['share', 'mean', 'statistic', 'curve', 'count', 'class'],
        'better': ['higher', 'lower', 'neither'],
        'flag_side': ['high', 'low', 'both', 'none'],
    },
    'benchmarks': {'kind': ['published', 'simulated', 'plausibility']},
    'quality_checks': {
        'kahn_class': ['conformance', 'completeness', 'plausibility'],
        'severity': ['blocking', 'warning'],
    },
    'flow_steps': {'counted': ['clients', 'episodes']},
    'claims': {'status': ['measured', 'proxy', 'not_measured']},
} %}

with

{% for seed in keys %}
    {{ seed }} as (
        select * from {{ ref(seed) }}
    ),
{% endfor %}

broken as (
    {% for seed, key in keys.items() %}
        select
            '{{ seed }}' as seed,
            'a key stands twice' as what
        from {{ seed }}
        group by {{ key }}
        having count(*) > 1
        union all
        select
            '{{ seed }}' as seed,
            'a row lacks something' as what
        from {{ seed }}
        where {{ key }} is null or {{ filled[seed] | join(' is null or ') }} is null
        union all
    {% endfor %}
    {% for seed, lists in words.items() %}
        {% for column, allowed in lists.items() %}
            select
                '{{ seed }}' as seed,
                '{{ column }} is not one of its list' as what
            from {{ seed }}
            where
                {{ column }} is null
                or position(concat('|', {{ column }}, '|') in '|{{ allowed | join("|") }}|') = 0
            union all
        {% endfor %}
    {% endfor %}
    select
        'benchmarks' as seed,
        'a figure belongs to no metric' as what
    from benchmarks
    left join metric_definitions on benchmarks.metric_id = metric_definitions.metric_id
    where metric_definitions.metric_id is null
)

select * from broken
