{#- Reasons of the agenda that lie in contact: not seen with nothing booked, and feedback missing
    for several sessions in a row. Open episodes with at least one attended session. -#}
with episodes as (
    select * from {{ ref('fct_episode') }}
    where status = 'open' and attended_sessions >= 1
),

eligible_sessions as (
    select
        *,
        row_number() over (partition by episode_key order by session_index desc) as recency
    from {{ ref('int_metric__eligible_sessions') }}
),

context as (
    select as_of from {{ ref('stg_context') }}
),

unseen as (
    select
        episodes.episode_key,
        'unseen_unbooked' as reason_id,
        episodes.last_attended_on as waiting_since,
        {{ as_day('episodes.last_attended_on') }} as on_words,
        cast(
            {{ days_between('episodes.last_attended_on', 'context.as_of') }} as {{ text_type() }}
        ) as days_words,
        cast(null as {{ text_type() }}) as sessions_words
    from episodes
    cross join context
    where
        episodes.next_booked_on is null
        and {{ days_between('episodes.last_attended_on', 'context.as_of') }}
        > {{ param('agenda_unseen_days') }}
),

-- Sessions without a form since the last one that had one
form_runs as (
    select
        eligible_sessions.episode_key,
        coalesce(
            min(case when eligible_sessions.has_form then eligible_sessions.recency end) - 1,
            count(*)
        ) as missing_run
    from eligible_sessions
    inner join episodes on eligible_sessions.episode_key = episodes.episode_key
    group by eligible_sessions.episode_key
),

forms_missing as (
    select
        form_runs.episode_key,
        'forms_missing' as reason_id,
        eligible_sessions.started_on as waiting_since,
        cast(null as {{ text_type() }}) as on_words,
        cast(null as {{ text_type() }}) as days_words,
        cast(form_runs.missing_run as {{ text_type() }}) as sessions_words
    from form_runs
    inner join eligible_sessions
        on
            form_runs.episode_key = eligible_sessions.episode_key
            and form_runs.missing_run = eligible_sessions.recency
    where form_runs.missing_run >= {{ param('agenda_missing_forms') }}
),

int_agenda__attendance as (
    select * from unseen
    union all
    select * from forms_missing
)

select * from int_agenda__attendance
