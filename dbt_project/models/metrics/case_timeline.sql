with events as (
    select
        *,
        cast(null as {{ text_type() }}) as instrument,
        cast(null as {{ text_type() }}) as scale,
        cast(null as {{ text_type() }}) as scale_name,
        cast(null as {{ text_type() }}) as respondent,
        cast(null as double) as value,
        cast(null as double) as threshold
    from {{ ref('int_case__events') }}
),

measured_events as (
    select * from {{ ref('int_case__measured_events') }}
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

{% set columns = [
    'source_key', 'episode_key', 'occurred_on', 'kind_order', 'occurred_at', 'event_kind',
    'session_index', 'status', 'scope', 'instrument', 'scale', 'scale_name', 'respondent',
    'value', 'threshold', 'note'
] -%}
united as (
    select {{ columns | join(', ') }} from events
    union all
    select {{ columns | join(', ') }} from measured_events
),

case_timeline as (
    select
        {{ row_key([
            "'case_timeline'", 'united.event_kind', 'united.source_key', 'united.episode_key'
        ]) }} as timeline_key,
        united.episode_key,
        episodes.client_key,
        episodes.clinician_key,
        united.occurred_on,
        cast(row_number() over (
            partition by united.episode_key
            order by
                united.occurred_on,
                united.kind_order,
                united.occurred_at,
                united.source_key
        ) as integer) as sort_order,
        united.event_kind,
        united.session_index,
        united.status,
        united.scope,
        united.instrument,
        united.scale,
        united.scale_name,
        united.respondent,
        united.value,
        united.threshold,
        united.note
    from united
    inner join episodes on united.episode_key = episodes.episode_key
)

select * from case_timeline
