with

clients as (
    select * from {{ ref('stg_clients') }}
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

age_bands as (
    select * from {{ ref('age_bands') }}
),

context as (
    select * from {{ ref('stg_context') }}
),

-- Rows of one person: the record that was kept first, then the newest of the others.
records as (
    select
        clients.*,
        coalesce(links.canonical_key, clients.client_key) as canonical_key,
        row_number() over (
            partition by coalesce(links.canonical_key, clients.client_key)
            order by
                case when links.canonical_key is null then 0 else 1 end asc,
                clients.generated_at desc nulls last,
                clients.source_system asc,
                clients.client_key asc
        ) as record_rank
    from clients
    left join links
        on clients.client_key = links.old_key and links.entity = 'client'
),

-- What the first record does not say, the next one may.
described as (
    select
        canonical_key as client_key,
        {{ first_known('source_system', 'record_rank') }} as source_system,
        {{ first_known('birth_year', 'record_rank') }} as birth_year,
        {{ first_known('age_band', 'record_rank') }} as age_band,
        {{ first_known('gender', 'record_rank') }} as gender,
        {{ first_known('referred_on', 'record_rank') }} as referred_on,
        {{ first_known('trauma_history', 'record_rank') }} as trauma_history,
        {{ first_known('preference_recorded', 'record_rank') }} as preference_recorded,
        {{ first_known('preference_met', 'record_rank') }} as preference_met,
        {{ first_known('intake_severity', 'record_rank') }} as intake_severity
    from records
    group by canonical_key
),

seen as (
    select
        client_key,
        source_system
    from sessions
    union all
    select
        client_key,
        source_system
    from episodes
),

known as (
    select
        coalesce(described.client_key, seen.client_key) as client_key,
        coalesce(min(described.source_system), min(seen.source_system)) as source_system
    from described
    full outer join seen
        on described.client_key = seen.client_key
    group by coalesce(described.client_key, seen.client_key)
),

dim_client as (
    select
        known.client_key,
        {{ person_label('C-', 'known.client_key', 8, 12) }} as client_label,
        known.source_system,
        described.birth_year,
        coalesce(described.age_band, age_bands.age_band) as age_band,
        described.gender,
        described.referred_on,
        described.trauma_history,
        described.preference_recorded,
        described.preference_met,
        described.intake_severity
    from known
    cross join context
    left join described
        on known.client_key = described.client_key
    left join age_bands
        on
            extract(year from context.as_of) - described.birth_year
            between age_bands.minimum_age and age_bands.maximum_age
)

select * from dim_client
