with

feedback as (
    select * from {{ ref('stg_feedback') }}
),

links as (
    select * from {{ ref('int_id_links__resolved') }}
),

clients as (
    select * from {{ ref('stg_clients') }}
),

clinicians as (
    select * from {{ ref('stg_clinicians') }}
),

sessions as (
    select * from {{ ref('int_sessions__resolved') }}
),

session_keys as (
    select * from {{ ref('stg_session_keys') }}
),

episodes as (
    select * from {{ ref('int_episodes__exported') }}
),

instruments as (
    select * from {{ ref('stg_instruments') }}
),

versions as (
    select * from {{ ref('instrument_versions') }}
),

recognised as (
    select * from {{ ref('int_instruments__recognised') }}
),

versioned_codes as (
    select distinct code
    from versions
),

context as (
    select * from {{ ref('stg_context') }}
),

known_clients as (
    select client_key from sessions
    union
    select client_key from episodes
    union
    select coalesce(links.canonical_key, clients.client_key) as client_key
    from clients
    left join links on clients.client_key = links.old_key and links.entity = 'client'
),

known_clinicians as (
    select clinician_key from sessions
    union
    select clinician_key from episodes
    union
    select coalesce(links.canonical_key, clinicians.clinician_key) as clinician_key
    from clinicians
    left join links on clinicians.clinician_key = links.old_key and links.entity = 'clinician'
),

renamed as (
    select
        feedback.*,
        coalesce(client_links.canonical_key, feedback.client_key) as canonical_client_key,
        coalesce(clinician_links.canonical_key, feedback.clinician_key)
            as canonical_clinician_key,
        coalesce(versions.instrument, recognised.instrument, feedback.instrument_code)
            as named_instrument
    from feedback
    left join versions
        on
            feedback.instrument_code = versions.code
            and feedback.instrument_version = versions.instrument_version
    left join recognised
        on
            feedback.instrument_version is null
            and feedback.source_system = recognised.source_system
            and feedback.instrument_code = recognised.code
            and feedback.respondent = recognised.respondent
    left join links as client_links
        on feedback.client_key = client_links.old_key and client_links.entity = 'client'
    left join links as clinician_links
        on feedback.clinician_key = clinician_links.old_key and clinician_links.entity = 'clinician'
),

int_feedback__resolved as (
    select
        -- where the row came from
        renamed.delivery_id,
        renamed.row_number,
        renamed.source_system,
        -- ids
        renamed.response_key,
        renamed.canonical_client_key as client_key,
        renamed.canonical_clinician_key as clinician_key,
        renamed.session_key as supplied_session_key,
        renamed.episode_key as supplied_episode_key,
        -- what was asked
        renamed.instrument_code,
        renamed.instrument_version,
        -- null: not scored, and then a rule says why
        case when instruments.is_enabled then instruments.instrument end as instrument,
        case
            when instruments.is_enabled then null
            when instruments.instrument is not null then 'switched_off'
            when versioned_codes.code is not null then 'ambiguous_version'
            else 'unknown_instrument'
        end as unscored_rule,
        renamed.scale,
        renamed.respondent,
        renamed.timing,
        renamed.collection_mode,
        -- what was answered
        renamed.value,
        renamed.is_skipped,
        renamed.completed_at,
        renamed.completed_on,
        -- A parent nothing landed knows holds the row back until the parent is delivered.
        case
            when known_clients.client_key is null then 'orphan_client'
            when renamed.session_key is not null and session_keys.session_key is null
                then 'orphan_session'
            when
                renamed.canonical_clinician_key is not null
                and known_clinicians.clinician_key is null
                then 'orphan_clinician'
        end as orphan_rule
    from renamed
    cross join context
    left join known_clients
        on renamed.canonical_client_key = known_clients.client_key
    left join known_clinicians
        on renamed.canonical_clinician_key = known_clinicians.clinician_key
    left join session_keys
        on renamed.session_key = session_keys.session_key
    left join instruments
        on renamed.named_instrument = instruments.instrument
    left join versioned_codes
        on renamed.named_instrument = versioned_codes.code
    -- what was filled in after as_of is not known yet
    where renamed.completed_on <= context.as_of
)

select * from int_feedback__resolved
