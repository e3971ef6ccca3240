with entries as (
    select * from {{ ref('review_entry') }}
),

context as (
    select as_of from {{ ref('stg_context') }}
),

closings as (
    select
        *,
        row_number() over (
            partition by refers_to_key order by recorded_at asc, entry_key asc
        ) as closing_rank
    from entries
    where kind = 'step_closed'
),

plan_step as (
    select
        planned.entry_key,
        planned.episode_key,
        planned.client_key,
        planned.clinician_key,
        planned.occurred_on as planned_on,
        planned.code,
        planned.code_words,
        planned.done_by,
        planned.done_by_words,
        planned.due_on,
        case
            when closings.entry_key is not null then 'closed'
            when planned.due_on < context.as_of then 'overdue'
            else 'open'
        end as status,
        closings.occurred_on as closed_on,
        closings.code as outcome,
        closings.code_words as outcome_words,
        cast(case
            when closings.entry_key is not null
                then
                    greatest(
                        {{ days_between('planned.occurred_on', 'closings.occurred_on') }}, 0
                    )
        end as integer) as days_to_close
    from entries as planned
    cross join context
    left join closings
        on planned.entry_key = closings.refers_to_key and closings.closing_rank = 1
    where planned.kind = 'planned'
)

select * from plan_step
