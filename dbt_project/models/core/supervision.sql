with

records as (
    select * from {{ ref('stg_supervision') }}
),

links as (
    select * from {{ ref('int_id_links__resolved') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by supervision_key
            order by generated_at desc nulls last, source_system asc
        ) as source_rank
    from records
),

supervision as (
    select
        ranked.supervision_key,
        coalesce(supervisor_links.canonical_key, ranked.supervisor_key) as supervisor_key,
        coalesce(supervisee_links.canonical_key, ranked.supervisee_key) as supervisee_key,
        ranked.kind,
        ranked.started_on,
        ranked.ended_on,
        coalesce(client_links.canonical_key, ranked.client_key) as client_key
    from ranked
    left join links as supervisor_links
        on
            ranked.supervisor_key = supervisor_links.old_key
            and supervisor_links.entity = 'clinician'
    left join links as supervisee_links
        on
            ranked.supervisee_key = supervisee_links.old_key
            and supervisee_links.entity = 'clinician'
    left join links as client_links
        on ranked.client_key = client_links.old_key and client_links.entity = 'client'
    where ranked.source_rank = 1
)

select * from supervision
