{#- Sessions after which an alliance form was due (metrics.md 6 F1), whether it came and when, and
    whether it was declined. Here: from when on one was due and what counts as on time. Not here:
    any rate. -#}
with

due_sessions as (
    select * from {{ ref('int_metric__due_sessions') }}
),

scores as (
    select * from {{ ref('fct_score') }}
),

instruments as (
    select * from {{ ref('dim_instrument') }}
),

-- Every valid form counts here, also one that is not the primary of its session.
forms as (
    select
        scores.session_key,
        scores.completed_at,
        scores.completed_on
    from scores
    inner join instruments on scores.instrument = instruments.instrument
    where
        instruments.family = 'alliance'
        and scores.respondent = 'client'
        and scores.scale = 'total'
),

-- Before the practice's first form nothing was due: the instrument was not live.
live as (
    select min(completed_on) as live_on from forms
),

earliest_forms as (
    select
        session_key,
        min(completed_at) as first_completed_at
    from forms
    where session_key is not null
    group by session_key
),

-- A declined form that names no session belongs to the client's session of that day.
declined_sessions as (
    select distinct due_sessions.session_key
    from {{ ref('int_feedback__declined') }} as declined
    inner join due_sessions
        on
            declined.client_key = due_sessions.client_key
            and (
                declined.supplied_session_key = due_sessions.session_key
                or (
                    declined.supplied_session_key is null
                    and declined.completed_on = due_sessions.started_on
                )
            )
),

int_metric__eligible_sessions as (
    select
        due_sessions.session_key,
        due_sessions.episode_key,
        due_sessions.client_key,
        due_sessions.clinician_key,
        due_sessions.session_index,
        due_sessions.started_on,
        earliest_forms.session_key is not null as has_form,
        coalesce(
            {{ microseconds_between('due_sessions.ended_at', 'earliest_forms.first_completed_at') }}
            <= {{ param('feedback_on_time_hours') }} * 3600000000,
            false
        ) as is_on_time,
        round(
            {{ microseconds_between(
                'due_sessions.ended_at', 'earliest_forms.first_completed_at'
            ) }} / 3600000000.0,
            12
        ) as lag_hours,
        earliest_forms.session_key is null and declined_sessions.session_key is not null
            as is_declined
    from due_sessions
    cross join live
    left join earliest_forms on due_sessions.session_key = earliest_forms.session_key
    left join declined_sessions on due_sessions.session_key = declined_sessions.session_key
    where due_sessions.started_on >= live.live_on
)

select * from int_metric__eligible_sessions
