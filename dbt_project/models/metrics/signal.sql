{#- Every firing of a rule that is switched on. The rules themselves are in the models of `parts`,
    one per kind of instrument, all with the same columns. -#}
{%- set parts = ['int_signal__alliance', 'int_signal__outcome'] -%}

with fired as (
    {% for part in parts %}
        select * from {{ ref(part) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

rules as (
    select * from {{ ref('signal_rules') }}
    where is_enabled
),

signal as (
    select
        {{ row_key([
            "'signal'", 'fired.rule_id', 'fired.episode_key', 'fired.instrument', 'fired.session_index'
        ]) }} as signal_key,
        fired.rule_id,
        fired.episode_key,
        episodes.client_key,
        episodes.clinician_key,
        fired.instrument,
        fired.scale,
        fired.session_index,
        fired.raised_on,
        fired.colour,
        fired.value,
        fired.threshold,
        {{ fill_words('rules.reason_template', {
            'instrument': instrument_word('fired.instrument', 'fired.instrument_name'),
            'score': as_figure('fired.score'),
            'previous': as_figure('fired.previous'),
            'threshold': as_figure('fired.threshold'),
            'fall': as_figure('fired.fall'),
            'colour': 'fired.colour',
        }) }} as reason,
        cast({{ param('params_version') }} as integer) as params_version
    from fired
    inner join rules on fired.rule_id = rules.rule_id
    inner join episodes on fired.episode_key = episodes.episode_key
)

select * from signal
