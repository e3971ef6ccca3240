with

clinicians as (
    select * from {{ ref('stg_clinicians') }}
),

links as (
    select * from {{ ref('int_id_links__resolved') }}
),

sessions as (
    select * from {{ ref('int_sessions__resolved') }}
),

episodes as (
    select * from {{ ref('int_episodes__united') }}
),

supervision as (
    select * from {{ ref('supervision') }}
),

-- Rows of one person: the record that was kept first, then the newest of the others.
records as (
    select
        clinicians.*,
        coalesce(links.canonical_key, clinicians.clinician_key) as canonical_key,
        row_number() over (
            partition by coalesce(links.canonical_key, clinicians.clinician_key)
            order by
                case when links.canonical_key is null then 0 else 1 end asc,
                clinicians.generated_at desc nulls last,
                clinicians.source_system asc,
                clinicians.clinician_key asc
        ) as record_rank
    from clinicians
    left join links
        on clinicians.clinician_key = links.old_key and links.entity = 'clinician'
),

described as (
    select
        canonical_key as clinician_key,
        {{ first_known('role', 'record_rank') }} as role,
        {{ first_known('site_id', 'record_rank') }} as site_id,
        {{ first_known('started_on', 'record_rank') }} as started_on,
        {{ first_known('ended_on', 'record_rank') }} as ended_on
    from records
    group by canonical_key
),

known as (
    select clinician_key from described
    union
    select clinician_key from sessions
    union
    select clinician_key from episodes
    union
    select supervisor_key as clinician_key from supervision
    union
    select supervisee_key as clinician_key from supervision
),

dim_clinician as (
    select
        known.clinician_key,
        {{ person_label('Clinician ', 'known.clinician_key', 4, 8) }} as clinician_label,
        coalesce(described.role, 'unknown') as role,
        coalesce(described.site_id, 'unknown') as site_id,
        described.started_on,
        described.ended_on
    from known
    left join described
        on known.clinician_key = described.clinician_key
)

select * from dim_clinician
