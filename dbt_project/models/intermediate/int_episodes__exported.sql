with

episodes as (
    select * from {{ ref('stg_episodes') }}
),

links as (
    select * from {{ ref('int_id_links__resolved') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by episode_key
            order by generated_at desc nulls last, source_system asc
        ) as source_rank
    from episodes
),

int_episodes__exported as (
    select
        ranked.episode_key,
        coalesce(client_links.canonical_key, ranked.client_key) as client_key,
        coalesce(clinician_links.canonical_key, ranked.clinician_key) as clinician_key,
        ranked.source_system,
        ranked.opened_on,
        ranked.closed_on,
        ranked.closure_reason
    from ranked
    left join links as client_links
        on ranked.client_key = client_links.old_key and client_links.entity = 'client'
    left join links as clinician_links
        on ranked.clinician_key = clinician_links.old_key and clinician_links.entity = 'clinician'
    where ranked.source_rank = 1
)

select * from int_episodes__exported
