{#- Every reason and every strength of the open episodes as a finished sentence: the templates of
    seeds/agenda_reasons.csv filled with the words of the int_agenda__* models. -#}
{%- set numbered = ['session_words', 'sessions_words', 'scores_words'] %}
{%- set compared = ['measure', 'from_words', 'to_words'] %}
{%- set columns = {
    'int_agenda__safety': ['measure', 'on_words'],
    'int_agenda__rupture': compared + ['k_words', 'session_words', 'sessions_words'],
    'int_agenda__alliance': compared + numbered + ['threshold_words'],
    'int_agenda__outcome': compared + [
        'threshold_words', 'session_words', 'first_session_words', 'scores_words'
    ],
    'int_agenda__attendance': ['on_words', 'days_words', 'sessions_words'],
    'int_agenda__review': ['on_words', 'days_words'],
} %}
{#- Where the moment of a reason is known, and the source that told it -#}
{%- set timed = ['int_agenda__safety', 'int_agenda__review'] %}
{%- set words = [
    'measure', 'on_words', 'days_words', 'from_words', 'to_words', 'threshold_words', 'k_words',
    'session_words', 'first_session_words', 'sessions_words', 'scores_words'
] %}

with found as (
    {%- for model, filled in columns.items() %}
        select
            episode_key,
            reason_id,
            waiting_since,
            {{ 'waiting_at' if model in timed else 'cast(null as timestamp) as waiting_at' }},
            {{ 'told_by' if model == 'int_agenda__safety'
                else 'cast(null as ' ~ text_type() ~ ') as told_by' }},
        {%- for word in words %}
            {{ word if word in filled else 'cast(null as ' ~ text_type() ~ ') as ' ~ word }}
            {{- ',' if not loop.last }}
        {%- endfor %}
        from {{ ref(model) }}
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

templates as (
    select * from {{ ref('agenda_reasons') }}
),

int_agenda__reasons as (
    select
        found.episode_key,
        found.reason_id,
        templates.tier,
        templates.tier_rank,
        templates.reason_rank,
        templates.is_strength,
        templates.is_rule,
        templates.rule_id,
        found.waiting_since,
        found.waiting_at,
        found.told_by,
        found.measure,
        {{ fill_words('templates.template', {
            'measure': 'found.measure',
            'on': 'found.on_words',
            'days': 'found.days_words',
            'from': 'found.from_words',
            'to': 'found.to_words',
            'threshold': 'found.threshold_words',
            'k': 'found.k_words',
            'session': 'found.session_words',
            'first_session': 'found.first_session_words',
            'sessions': 'found.sessions_words',
            'scores': 'found.scores_words',
        }) }} as sentence
    from found
    inner join templates on found.reason_id = templates.reason_id
)

select * from int_agenda__reasons
