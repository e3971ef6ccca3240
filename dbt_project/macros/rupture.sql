{#- The canonical rupture rule `casesens_shrunk_sd` (metrics.md 4.3) as one fold over the attended
    sessions of an episode. Here: the rule, nothing else. The series it runs over is
    int_rupture__series, whose columns (k_sigma, sigma_w, …) the fold starts from.

    The fold remembers four things:
      in_control   P: the scores that stand for the client's usual level, newest last
      current      the open rupture, null when none is open (state = none)
      closed       the ruptures whose status is settled, oldest first
      rule         the figures of the rule, constant
    The rule's figures are remembered because a fold's body must not name a column: DuckDB 1.5 takes
    a captured column from another row where lists differ in length (duckdb#25816). -#}
{% macro rupture_fold(sessions) -%}
    {{ fold(sessions, _rupture_memory_at_start(), 'memory', 'visit', _rupture_step()) }}
{%- endmacro %}

{#- One attended session. The branches follow the pseudo-code of metrics.md 4.3 line by line. -#}
{% macro _rupture_step() -%}
    case
        -- no form; an open rupture that has used up its K sessions is closed
        when visit.score is null
            and memory.current is not null
            and {{ _rupture_time_is_up() }}
            then {{ _rupture_memory(
                in_control=empty_list('double'),
                current='null',
                closed=_rupture_closed(
                    "case when memory.current.has_later_score then 'unrepaired'"
                    ~ " else 'indeterminate' end"
                ),
            ) }}
        when visit.score is null
            then {{ _rupture_memory() }}
        -- no rupture is open: the first score can never be one
        when memory.current is null
            and {{ list_length('memory.in_control') }} > 0
            and {{ _rupture_is_onset('visit.score') }}
            then {{ _rupture_memory(current=_rupture_opened()) }}
        when memory.current is null
            then {{ _rupture_memory(in_control=_rupture_in_control_with_score()) }}
        -- a rupture is open
        when {{ _rupture_is_repair('visit.score') }}
            then {{ _rupture_memory(
                in_control=_rupture_in_control_with_score(),
                current='null',
                closed=_rupture_closed("'repaired'"),
            ) }}
        when {{ _rupture_time_is_up() }}
            then {{ _rupture_memory(
                in_control=list_of('visit.score'),
                current='null',
                closed=_rupture_closed("'unrepaired'"),
            ) }}
        else {{ _rupture_memory(current=_rupture_still_open()) }}
    end
{%- endmacro %}

{#- R: the last ref_window in-control scores. -#}
{% macro _rupture_reference() -%}
    {{ list_tail('memory.in_control', 'memory.rule.ref_window') }}
{%- endmacro %}

{#- m: the reference mean. -#}
{% macro rupture_reference_mean() -%}{{ list_mean(_rupture_reference()) }}{%- endmacro %}

{#- s: the dyad's own spread with q degrees of freedom, shrunken towards the pooled sigma_w that
    counts as nu0 degrees of freedom, never below the floor. -#}
{% macro rupture_shrunken_spread() -%}
    {%- set q = '(' ~ list_length(_rupture_reference()) ~ ' - 1)' -%}
    {%- set own_variance = 'coalesce(' ~ list_variance(_rupture_reference()) ~ ', 0)' -%}
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

{#- Repair: near the reference again, enough of the depth regained, and in time. A score that is
    itself the nadir regains nothing, so the nadir so far is enough. -#}
{% macro _rupture_is_repair(score) -%}
    (
        {{ compare_ready(score) }}
        >= {{ compare_ready(
            'memory.current.baseline - memory.rule.repair_tolerance * memory.current.spread'
        ) }}
        and {{ compare_ready(score ~ ' - ' ~ _rupture_nadir()) }}
        >= {{ compare_ready(
            'memory.rule.repair_fraction * (memory.current.baseline - ' ~ _rupture_nadir() ~ ')'
        ) }}
        and visit.session_index - memory.current.onset_session_index
        <= memory.rule.repair_sessions
    )
{%- endmacro %}

{#- K sessions have passed since the onset, this one included. -#}
{% macro _rupture_time_is_up() -%}
    visit.session_index - memory.current.onset_session_index >= memory.rule.repair_sessions
{%- endmacro %}

{#- The lowest score of the open rupture, this session's included where it has one. -#}
{% macro _rupture_nadir() -%}
    least(memory.current.nadir, coalesce(visit.score, memory.current.nadir))
{%- endmacro %}

{#- P with this score; only as many are kept as any rule looks at. -#}
{% macro _rupture_in_control_with_score() -%}
    {{ list_tail(
        list_append('memory.in_control', 'visit.score'),
        'greatest(memory.rule.ref_window, memory.rule.low_confidence_scores)'
    ) }}
{%- endmacro %}

{#- The record of a rupture, open or closed; order and types as in rupture_fields(). -#}
{% macro rupture_fields() -%}
    {{ return({
        'onset_session_index': 'integer',
        'onset_score': 'double',
        'baseline': 'double',
        'spread': 'double',
        'threshold': 'double',
        'has_low_confidence': 'boolean',
        'nadir': 'double',
        'has_later_score': 'boolean',
        'status': text_type(),
        'closed_session_index': 'integer',
    }) }}
{%- endmacro %}

{% macro _rupture_opened() -%}
    {{ struct_of({
        'onset_session_index': 'visit.session_index',
        'onset_score': 'visit.score',
        'baseline': rupture_reference_mean(),
        'spread': rupture_shrunken_spread(),
        'threshold': rupture_threshold(),
        'has_low_confidence': list_length('memory.in_control') ~ ' < memory.rule.low_confidence_scores',
        'nadir': 'visit.score',
        'has_later_score': 'false',
        'status': "'open'",
        'closed_session_index': 'null',
    }, rupture_fields()) }}
{%- endmacro %}

{% macro _rupture_still_open() -%}
    {{ _rupture_changed({'nadir': _rupture_nadir(), 'has_later_score': 'true'}) }}
{%- endmacro %}

{#- The list of closed ruptures with the open one added under its settled status. -#}
{% macro _rupture_closed(status) -%}
    {{ list_append('memory.closed', _rupture_changed({
        'nadir': _rupture_nadir(),
        'status': status,
        'closed_session_index': 'visit.session_index',
    })) }}
{%- endmacro %}

{#- The open rupture with some fields changed. -#}
{% macro _rupture_changed(changes) -%}
    {%- set values = {} -%}
    {%- for field in rupture_fields() -%}
        {%- do values.update({field: changes.get(field, 'memory.current.' ~ field)}) -%}
    {%- endfor -%}
    {{ struct_of(values, rupture_fields()) }}
{%- endmacro %}

{#- The figures of the rule: columns of the series, by name. -#}
{% macro rupture_rule_fields() -%}
    {{ return({
        'sigma_w': 'double',
        'sigma_floor': 'double',
        'min_drop': 'double',
        'k_sigma': 'double',
        'nu0': 'double',
        'ref_window': 'integer',
        'repair_sessions': 'integer',
        'repair_tolerance': 'double',
        'repair_fraction': 'double',
        'low_confidence_scores': 'integer',
    }) }}
{%- endmacro %}

{#- What the fold remembers; what is not named stays as it was. -#}
{% macro _rupture_memory(
    in_control='memory.in_control',
    current='memory.current',
    closed='memory.closed',
    rule='memory.rule'
) -%}
    {%- set rupture = struct_type(rupture_fields()) -%}
    {{ struct_of(
        {'in_control': in_control, 'current': current, 'closed': closed, 'rule': rule},
        {
            'in_control': list_type('double'),
            'current': rupture,
            'closed': list_type(rupture),
            'rule': struct_type(rupture_rule_fields()),
        }
    ) }}
{%- endmacro %}

{% macro _rupture_memory_at_start() -%}
    {%- set columns = {} -%}
    {%- for field in rupture_rule_fields() -%}
        {%- do columns.update({field: field}) -%}
    {%- endfor -%}
    {{ _rupture_memory(
        in_control=empty_list('double'),
        current='null',
        closed=empty_list(struct_type(rupture_fields())),
        rule=struct_of(columns, rupture_rule_fields()),
    ) }}
{%- endmacro %}
