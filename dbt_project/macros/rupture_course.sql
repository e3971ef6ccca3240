{#- The course of a rupture, the same for every method (metrics.md 4.3): it opens at an onset with a
    level L0 and a spread s0, repairs within K sessions when the score is back, is unrepaired at K
    (indeterminate where nothing was seen since), and none begins while one is open. Here: that
    course and its record. What an onset is: rupture.sql (canonical) and rupture_methods.sql.

    A fold over the attended sessions of an episode. It remembers
      in_control   the scores that stand for the usual level, newest last
      current      the open rupture, null when none is open
      closed       the ruptures whose status is settled, oldest first
      rule         the figures of the rule, constant: a fold's body must not name a column, because
                   DuckDB 1.5 takes a captured column from another row where lists differ in length
                   (duckdb#25816)

    `session` says what one session is to the method, as expressions over `memory` and `visit`:
      is_missing   no form                      is_onset   a rupture begins, none being open
      opened       the record of that rupture   is_repair  the open rupture is repaired
      opened_record   optional: that record in one expression, where its fields hang together
      is_repaired_at_onset   optional: the onset's own form says that it is resolved already
      in_control   what becomes of in_control, by what the session was: calm, onset, open, repaired,
                   unrepaired, or lost (closed without a form). What is not named stays. -#}
{% macro rupture_course(visits, session) -%}
    {{ fold(visits, _rupture_memory_at_start(), 'memory', 'visit', _rupture_step(session)) }}
{%- endmacro %}

{#- One attended session. The branches follow the pseudo-code of metrics.md 4.3 line by line. -#}
{% macro _rupture_step(session) -%}
    {%- set kept = session.in_control -%}
    {%- set same = 'memory.in_control' -%}
    case
        -- no form; an open rupture that has used up its K sessions is closed
        when {{ session.is_missing }}
            and memory.current is not null
            and {{ _rupture_time_is_up() }}
            then {{ _rupture_memory(
                in_control=kept.get('lost', same),
                current='null',
                closed=_rupture_closed(
                    "case when memory.current.has_later_score then 'unrepaired'"
                    ~ " else 'indeterminate' end"
                ),
            ) }}
        when {{ session.is_missing }}
            then {{ _rupture_memory() }}
        -- no rupture is open
        when memory.current is null
            and {{ session.get('is_repaired_at_onset', 'false') }}
            and {{ session.is_onset }}
            then {{ _rupture_memory(
                closed=list_append('memory.closed', struct_of(
                    dict(
                        session.opened,
                        status="'repaired'",
                        closed_session_index='visit.session_index'
                    ),
                    rupture_fields()
                ))
            ) }}
        when memory.current is null and {{ session.is_onset }}
            then {{ _rupture_memory(
                in_control=kept.get('onset', same),
                current=session.get('opened_record') or struct_of(session.opened, rupture_fields()),
            ) }}
        when memory.current is null
            then {{ _rupture_memory(in_control=kept.get('calm', same)) }}
        -- a rupture is open
        when {{ session.is_repair }}
            then {{ _rupture_memory(
                in_control=kept.get('repaired', same),
                current='null',
                closed=_rupture_closed("'repaired'"),
            ) }}
        when {{ _rupture_time_is_up() }}
            then {{ _rupture_memory(
                in_control=kept.get('unrepaired', same),
                current='null',
                closed=_rupture_closed("'unrepaired'"),
            ) }}
        else {{ _rupture_memory(
            in_control=kept.get('open', same),
            current=_rupture_changed({'nadir': _rupture_nadir(), 'has_later_score': 'true'}),
        ) }}
    end
{%- endmacro %}

{#- Repair by scores: near the level again, enough of the depth regained, and in time. A score that
    is itself the nadir regains nothing, so the nadir so far is enough. -#}
{% macro rupture_score_is_back() -%}
    (
        {{ compare_ready('visit.score') }}
        >= {{ compare_ready(
            'memory.current.baseline - memory.rule.repair_tolerance * memory.current.spread'
        ) }}
        and {{ compare_ready('visit.score - ' ~ _rupture_nadir()) }}
        >= {{ compare_ready(
            'memory.rule.repair_fraction * (memory.current.baseline - ' ~ _rupture_nadir() ~ ')'
        ) }}
        and {{ rupture_is_in_time() }}
    )
{%- endmacro %}

{#- At most K sessions after the onset. -#}
{% macro rupture_is_in_time() -%}
    visit.session_index - memory.current.onset_session_index <= memory.rule.repair_sessions
{%- endmacro %}

{#- K sessions have passed since the onset, this one included. -#}
{% macro _rupture_time_is_up() -%}
    visit.session_index - memory.current.onset_session_index >= memory.rule.repair_sessions
{%- endmacro %}

{#- The lowest score of the open rupture, this session's included where it has one. -#}
{% macro _rupture_nadir() -%}
    least(memory.current.nadir, coalesce(visit.score, memory.current.nadir))
{%- endmacro %}

{#- The record of a rupture, open or closed; order and types as in a struct of it. -#}
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

{#- The record of a rupture that this session's score opens. -#}
{% macro rupture_opened(baseline, spread, threshold, has_low_confidence='null') -%}
    {{ return({
        'onset_session_index': 'visit.session_index',
        'onset_score': 'visit.score',
        'baseline': baseline,
        'spread': spread,
        'threshold': threshold,
        'has_low_confidence': has_low_confidence,
        'nadir': 'visit.score',
        'has_later_score': 'false',
        'status': "'open'",
        'closed_session_index': 'null',
    }) }}
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

{#- The figures of the rule: columns of the select that holds the fold, by name. -#}
{% macro rupture_rule_fields() -%}
    {{ return({
        'sigma_w': 'double',
        'sigma_floor': 'double',
        'min_drop': 'double',
        'level': 'double',
        'level_spread': 'double',
        'k_sigma': 'double',
        'allowance': 'double',
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
