with

ledger as (
    select * from {{ source('landing', 'delivery') }}
),

named as (
    select
        *,
        min(delivery) over (partition by delivery_id) as first_delivery
    from ledger
),

-- The same bytes under several names are one delivery: the smallest name is the real one. If even
-- the names agree, the smallest sighting is.
numbered as (
    select
        *,
        min(case when delivery = first_delivery then sighting_id end)
            over (partition by delivery_id) as first_sighting_id
    from named
),

stg_delivery as (
    select
        -- ids
        sighting_id,
        delivery_id,
        source,
        -- strings
        delivery,
        reader,
        reason,
        warnings,
        extract_kind,
        feed,
        content_sha256,
        -- numbers
        rows_read,
        rows_accepted,
        rows_quarantined,
        rows_collapsed,
        rows_filtered,
        -- times
        window_start,
        window_end,
        generated_at,
        -- a rejected or held delivery stays what it is, however often it was seen
        case
            when
                sighting_id != first_sighting_id
                and status in ('accepted', 'accepted_with_warnings')
                then 'duplicate'
            else status
        end as status,
        status in ('accepted', 'accepted_with_warnings') as is_landed
    from numbered
)

select * from stg_delivery
