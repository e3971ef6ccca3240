with

exported as (
    select * from {{ ref('int_episodes__exported') }}
),

sessions as (
    select
        resolved.*,
        placed.episode_key
    from {{ ref('int_sessions__resolved') }} as resolved
    inner join {{ ref('int_sessions__in_episodes') }} as placed
        on resolved.session_key = placed.session_key
),

clinicians as (
    select * from {{ ref('int_episodes__clinicians') }}
    where is_owner
),

context as (
    select * from {{ ref('stg_context') }}
),

-- An episode no export lists is what its sessions say: it opens with the first of them.
derived as (
    select
        episode_key,
        min(client_key) as client_key,
        {{ first_known('clinician_key', '(started_at, session_key)') }} as first_clinician_key,
        min(source_system) as source_system,
        min(started_on) as opened_on
    from sessions
    where episode_key not in (select exported.episode_key from exported)
    group by episode_key
),

int_episodes__united as (
    select
        exported.episode_key,
        exported.client_key,
        clinicians.clinician_key,
        exported.source_system,
        false as is_derived,
        exported.opened_on,
        case when exported.closed_on <= context.as_of then exported.closed_on end as closed_on,
        case when exported.closed_on <= context.as_of then exported.closure_reason end
            as closure_reason
    from exported
    inner join clinicians on exported.episode_key = clinicians.episode_key
    cross join context
    union all
    select
        derived.episode_key,
        derived.client_key,
        coalesce(clinicians.clinician_key, derived.first_clinician_key) as clinician_key,
        derived.source_system,
        true as is_derived,
        derived.opened_on,
        cast(null as date) as closed_on,
        cast(null as varchar) as closure_reason
    from derived
    left join clinicians on derived.episode_key = clinicians.episode_key
)

select * from int_episodes__united
