{#- What each scope of metrics.survival sees of an episode: from which attended session to which,
    and whether a D1 ending came after the last. A calendar year sees the sessions of that year
    alone; every other scope sees the episode from its first session on. -#}
with endings as (
    select * from {{ ref('episode_ending') }}
    where entry_session_index is not null
),

clinicians as (
    select * from {{ ref('dim_clinician') }}
),

sessions as (
    select * from {{ ref('fct_session') }}
    where series = 'individual' and session_index is not null
),

described as (
    select
        endings.*,
        coalesce(clinicians.site_id, 'unknown') as site_id,
        {{ dropout_stratum('clinicians.role') }} as stratum
    from endings
    left join clinicians on endings.clinician_key = clinicians.clinician_key
),

in_years as (
    select
        episode_key,
        cast(extract(year from started_on) as {{ text_type() }}) as year_name,
        min(session_index) as first_session_index,
        max(session_index) as last_session_index
    from sessions
    group by episode_key, cast(extract(year from started_on) as {{ text_type() }})
),

{% set whole_scopes = {
    'practice': "'practice'",
    'clinician': 'clinician_key',
    'site': 'site_id',
    'role': 'stratum',
    'year': 'cast(extract(year from opened_on) as ' ~ text_type() ~ ')',
} -%}
int_survival__spells as (
    {% for scope_kind, scope_value in whole_scopes.items() -%}
        select
            '{{ scope_kind }}' as scope_kind,
            {{ scope_value }} as scope_value,
            episode_key,
            entry_session_index,
            event_session_index as exit_session_index,
            not is_censored as is_event
        from described
        union all
    {% endfor -%}
    select
        'calendar_year' as scope_kind,
        in_years.year_name as scope_value,
        endings.episode_key,
        in_years.first_session_index as entry_session_index,
        in_years.last_session_index as exit_session_index,
        not endings.is_censored and in_years.last_session_index = endings.event_session_index
            as is_event
    from endings
    inner join in_years on endings.episode_key = in_years.episode_key
)

select * from int_survival__spells
