with

told as (
    {{ told_rows('sessions', ['session_key'], day='started_on') }}
    union all
    {{ told_rows('feedback', ['response_key', 'scale'], day='completed_on') }}
    union all
    {{ told_rows('clients', ['client_key']) }}
    union all
    {{ told_rows('clinicians', ['clinician_key']) }}
    union all
    {{ told_rows('episodes', ['episode_key']) }}
    union all
    {{ told_rows('supervision', ['supervision_key']) }}
    union all
    {{ told_rows(
        'id_links',
        ['entity', 'source_system', 'old_key', 'new_key', 'relation', 'effective_at']
    ) }}
),

deliveries as (
    select * from {{ ref('stg_delivery_order') }}
),

placed as (
    select
        deliveries.source,
        deliveries.delivery_order,
        told.*,
        row_number() over (
            partition by told.feed, told.delivery_id, told.key_hash
            order by told.record_updated_at desc nulls last, told.row_number desc
        ) as word_rank
    from told
    inner join deliveries
        on
            told.delivery_id = deliveries.delivery_id
            and told.feed = deliveries.feed
),

-- Within a delivery its last word on a row holds, as everywhere (macro current_version).
stg_told_row as (
    select
        source,
        feed,
        delivery_order,
        key_hash,
        content_hash,
        is_deleted,
        day
    from placed
    where word_rank = 1
)

select * from stg_told_row
