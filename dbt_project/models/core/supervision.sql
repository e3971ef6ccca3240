with

records as (
    select * from {{ ref('stg_supervision') }}
),

links as (
    select * from {{ ref('int_id_links__resolved') }}
),

supervision as (
    select
        records.supervision_key,
        coalesce(supervisor_links.canonical_key, records.supervisor_key) as supervisor_key,
        coalesce(supervisee_links.canonical_key, records.supervisee_key) as supervisee_key,
        records.kind,
        records.started_on,
        records.ended_on,
        coalesce(client_links.canonical_key, records.client_key) as client_key
    from records
    left join links as supervisor_links
        on
            records.supervisor_key = supervisor_links.old_key
            and supervisor_links.entity = 'clinician'
    left join links as supervisee_links
        on
            records.supervisee_key = supervisee_links.old_key
            and supervisee_links.entity = 'clinician'
    left join links as client_links
        on records.client_key = client_links.old_key and client_links.entity = 'client'
)

select * from supervision
