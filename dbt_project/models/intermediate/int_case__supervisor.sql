{#- The supervisor of each episode at as_of: the latest dated assignment of its clinician that
    covers as_of. An assignment that names a single client is not read: it opens no caseload, so
    whom it names could not open the case, and the clinician's own supervisor would not see it. -#}
with episodes as (
    select * from {{ ref('fct_episode') }}
),

supervision as (
    select * from {{ ref('supervision') }}
),

context as (
    select as_of from {{ ref('stg_context') }}
),

current_assignments as (
    select
        supervision.supervision_key,
        supervision.supervisor_key,
        supervision.supervisee_key,
        supervision.started_on
    from supervision
    cross join context
    where
        supervision.kind = 'assignment'
        and supervision.client_key is null
        and supervision.started_on <= context.as_of
        and (supervision.ended_on is null or supervision.ended_on >= context.as_of)
),

ranked as (
    select
        episodes.episode_key,
        current_assignments.supervisor_key,
        row_number() over (
            partition by episodes.episode_key
            order by
                current_assignments.started_on desc,
                current_assignments.supervision_key asc
        ) as preference
    from episodes
    inner join current_assignments
        on episodes.clinician_key = current_assignments.supervisee_key
),

int_case__supervisor as (
    select
        episode_key,
        supervisor_key
    from ranked
    where preference = 1
)

select * from int_case__supervisor
