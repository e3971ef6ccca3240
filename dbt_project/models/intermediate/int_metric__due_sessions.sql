{#- Attended individual sessions that count, of clients old enough for the adult forms (metrics.md 6
    F1: eligible). From when on a form was due is for those who read this. -#}
{{ config(materialized='view') }}

with

sessions as (
    select * from {{ ref('fct_session') }}
),

clients as (
    select * from {{ ref('dim_client') }}
),

context as (
    select as_of from {{ ref('stg_context') }}
),

int_metric__due_sessions as (
    select
        sessions.session_key,
        sessions.episode_key,
        sessions.client_key,
        sessions.clinician_key,
        sessions.session_index,
        sessions.started_on,
        sessions.ended_at
    from sessions
    cross join context
    left join clients on sessions.client_key = clients.client_key
    where
        sessions.series = 'individual'
        and sessions.session_index is not null
        and sessions.started_on <= context.as_of
        and (
            clients.birth_year is null
            or year(sessions.started_on) - clients.birth_year >= {{ param('feedback_min_age') }}
        )
)

select * from int_metric__due_sessions
